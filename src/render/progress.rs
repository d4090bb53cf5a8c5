//! [`Progress`]: a plan while it is carried out, in the form that the output has chosen.

use super::json::Json;
use super::plain::Plain;
use super::screen::Screen;
use super::{Output, ProgressMode};
use crate::event::Event;
use crate::plan::Plan;
use std::sync::{Mutex, PoisonError};

/// Shows a plan while it is carried out. Dropping it leaves the final state on the screen, as [`Progress::finish`] does.
#[derive(Debug)]
pub struct Progress {
    output: Output,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Screen(Screen),
    Plain(Mutex<Plain>),
    Json(Json),
    Quiet,
}

impl Progress {
    pub(super) fn new(output: Output, plan: &Plan) -> Self {
        let form = match output.mode() {
            _ if plan.is_empty() => Form::Quiet,
            ProgressMode::Tty => Form::Screen(Screen::new(output.clone(), plan)),
            ProgressMode::Auto | ProgressMode::Plain => {
                Form::Plain(Mutex::new(Plain::new(plan, output.talk_colours())))
            }
            ProgressMode::Json => Form::Json(Json::new(plan)),
            ProgressMode::Quiet => Form::Quiet,
        };
        Self { output, form }
    }

    /// Shows what happened. The steps of the event are those of the plan that this was made for.
    pub fn on(&self, event: &Event) {
        match &self.form {
            Form::Screen(screen) => screen.on(event),
            Form::Plain(plain) => {
                for line in plain.lock().unwrap_or_else(PoisonError::into_inner).lines(event) {
                    self.output.talk(&line);
                }
            }
            Form::Json(json) => {
                if let Some(object) = json.object(event) {
                    self.output.talk(&object.to_string());
                }
            }
            Form::Quiet => {}
        }
    }

    /// Leaves the final state on the screen.
    pub fn finish(self) {}
}
