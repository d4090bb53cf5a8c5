//! [`Carrier`]: carries out plans for a project, shows how far they are, and says what failed.

use super::failure::report_outcomes;
use super::interrupt::Ended;
use super::{Context, Exit};
use crate::engine::Engine;
use crate::execute::OnFailure;
use crate::model::Project;
use crate::plan::Plan;
use crate::session::{Follow, Outcomes, Session};
use tokio_util::sync::CancellationToken;

/// What every plan of one command is carried out with.
#[derive(Clone, Copy)]
pub struct Carrier<'a> {
    /// Where progress and faults are shown.
    pub context: &'a Context,
    /// The engine.
    pub engine: &'a Engine,
    /// The project.
    pub project: &'a Project,
    /// Whose output is followed from before its start.
    pub follow: Option<&'a Follow>,
}

impl Carrier<'_> {
    /// Carries out a plan and shows how far it is; gives what became of its steps.
    pub async fn outcomes(&self, plan: &Plan, on_failure: OnFailure, halt: &CancellationToken) -> Outcomes {
        let progress = self.context.output().progress(plan);
        let recording = self.context.timings().map(|timings| timings.recording(plan));
        let tell = |event| {
            progress.on(&event);
            if let Some(recording) = &recording {
                recording.take(event);
            }
        };
        let mut session = Session::new(self.engine, self.project, &tell).at_most(self.context.limit());
        if let Some(follow) = self.follow {
            session = session.following(follow);
        }
        let outcomes = session.carry_out(plan, on_failure, halt).await;
        progress.finish();
        outcomes
    }

    /// Carries out a plan and says what failed; gives whether all was done.
    pub async fn carry_out(&self, plan: &Plan, on_failure: OnFailure, halt: &CancellationToken) -> bool {
        let outcomes = self.outcomes(plan, on_failure, halt).await;
        report_outcomes(self.context.output(), plan, &outcomes)
    }

    /// Carries out a plan that is the whole of a command: a failed step leaves those alone that do not need it.
    pub async fn finish(&self, plan: &Plan) -> Exit {
        let halt = CancellationToken::new();
        match self.context.interrupts().or(self.outcomes(plan, OnFailure::GoOn, &halt), &halt).await {
            Ended::Interrupted(_) => Exit::INTERRUPTED,
            Ended::Finished(outcomes) if report_outcomes(self.context.output(), plan, &outcomes) => Exit::DONE,
            Ended::Finished(_) => Exit::FAILED,
        }
    }
}
