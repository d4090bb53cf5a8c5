//! [`Progress`]: a plan while it is carried out, in the form that the output has chosen.

use super::json::Json;
use super::plain::Plain;
use super::screen::Screen;
use super::width::tame;
use super::{Output, ProgressMode};
use crate::event::{Event, What};
use crate::plan::{Action, Occasion, Plan, Step, StepId};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Shows a plan while it is carried out. Dropping it leaves the final state on the screen, as [`Progress::finish`] does.
#[derive(Debug)]
pub struct Progress {
    output: Output,
    form: Form,
    /// What is said in these steps is shown behind a name: the words of hooks.
    heard: BTreeMap<StepId, String>,
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
        let heard = plan.steps().filter_map(|(id, step)| Some((id, speaker(step)?))).collect();
        Self { output, form, heard }
    }

    /// Shows what happened. The steps of the event are those of the plan that this was made for.
    pub fn on(&self, event: &Event) {
        self.show_words(event);
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

    fn show_words(&self, event: &Event) {
        let is_text = matches!(self.form, Form::Screen(_) | Form::Plain(_));
        if let (What::Said(line), Some(speaker), true) = (&event.what, self.heard.get(&event.step), is_text) {
            self.output.talk(&format!("{speaker} -> {}", tame(line)));
        }
    }

    /// Leaves the final state on the screen.
    pub fn finish(self) {}
}

/// Who speaks in a step whose words are for the user: the container, without the project in front.
fn speaker(step: &Step) -> Option<String> {
    if let Action::Provide { service, .. } = &step.action {
        return Some(service.to_string());
    }
    if let Action::ServeModel { key } = &step.action {
        return Some(key.to_string());
    }
    let Action::Hook { service, occasion, index, .. } = &step.action else { return None };
    if *occasion == Occasion::PreStart {
        return Some(format!("{service} {occasion}[{index}]"));
    }
    let name = &step.subject.name;
    Some(name.rfind(service.as_str()).and_then(|at| name.get(at..)).unwrap_or(name).to_owned())
}
