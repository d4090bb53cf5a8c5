//! [`Carrier`]: carries out plans for a project, shows how far they are, and says what failed.

use super::failure::{report_killed, report_outcomes};
use super::interrupt::Ended;
use super::losses::Losses;
use super::{Context, Exit};
use crate::engine::{Engine, Licence};
use crate::event::{Event, What};
use crate::execute::OnFailure;
use crate::model::Project;
use crate::plan::{Action, Outcome, Plan};
use crate::readiness::Deadline;
use crate::session::{Follow, Outcomes, Prime, Session};
use crate::value::Timespan;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
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
    follow: Option<&'a Follow>,
    /// What makes containers ready before they start.
    prime: Option<&'a Prime<'a>>,
    hush: Hush,
    /// When it gives up.
    deadline: Option<Deadline>,
    /// What makes the difference to a dry run.
    licence: Licence,
}

/// Of which work only the end is shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hush {
    /// Of the fetching of images.
    pub pulls: bool,
    /// Of the building of images.
    pub builds: bool,
}

impl Hush {
    fn covers(self, plan: &Plan, event: &Event) -> bool {
        let progress = matches!(event.what, What::Progress(_) | What::Said(_));
        progress
            && plan.get(event.step).is_some_and(|step| match step.action {
                Action::Pull { .. } => self.pulls,
                Action::Build { .. } => self.builds,
                _ => false,
            })
    }
}

/// A plan that is the whole of a command, and what it is for.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The engine.
    pub engine: &'a Engine,
    /// The project.
    pub project: &'a Project,
    /// What is to be done.
    pub plan: &'a Plan,
}

/// Carries out a plan that is the whole of a command, or shows it in a dry run; `nothing` is said when there is none.
pub async fn settle(context: &Context, task: Task<'_>, nothing: &str) -> Exit {
    settle_by(context, task, nothing, None).await
}

/// The same, and what is not done when a time is over is given up.
pub async fn settle_by(context: &Context, task: Task<'_>, nothing: &str, deadline: Option<Deadline>) -> Exit {
    let Task { engine, project, plan } = task;
    context.show_notes(plan);
    if plan.is_empty() {
        context.output().say(nothing);
        return Exit::DONE;
    }
    match Carrier::new(context, engine, project) {
        Some(carrier) => carrier.until(deadline).finish(plan).await,
        None => context.show_plans(&[plan]),
    }
}

impl<'a> Carrier<'a> {
    /// Carries out plans for a project and follows no output. In a dry run there is none.
    pub fn new(context: &'a Context, engine: &'a Engine, project: &'a Project) -> Option<Self> {
        let licence = context.licence()?;
        Some(Self {
            context,
            engine,
            project,
            follow: None,
            prime: None,
            hush: Hush::default(),
            deadline: None,
            licence,
        })
    }

    /// Follows the output of containers from before they start.
    #[must_use]
    pub fn following(self, follow: &'a Follow) -> Self {
        Self { follow: Some(follow), ..self }
    }

    /// Has somebody make containers ready before they start.
    #[must_use]
    pub fn priming(self, prime: &'a Prime<'a>) -> Self {
        Self { prime: Some(prime), ..self }
    }

    /// The same for the project as programs have told it to be.
    #[must_use]
    pub fn told<'b>(self, project: &'b Project) -> Carrier<'b>
    where
        'a: 'b,
    {
        Carrier { project, ..self }
    }

    /// Gives up when a time is over.
    #[must_use]
    pub fn until(self, deadline: Option<Deadline>) -> Self {
        Self { deadline, ..self }
    }

    /// Shows only the end of some work.
    #[must_use]
    pub fn hushed(self, hush: Hush) -> Self {
        Self { hush, ..self }
    }

    /// Carries out a plan and shows how far it is; gives what became of its steps.
    pub async fn outcomes(&self, plan: &Plan, on_failure: OnFailure, halt: &CancellationToken) -> Outcomes {
        let progress = self.context.output().progress(plan);
        let killed = Mutex::new(Vec::new());
        let recording = self.context.timings().map(|timings| timings.recording(plan));
        let tell = |event: Event| {
            if !self.hush.covers(plan, &event) {
                progress.on(&event);
            }
            if let What::Killed(how) = &event.what {
                killed.lock().unwrap_or_else(PoisonError::into_inner).push((event.step, how.clone()));
            }
            self.context.starts().hear(plan, &event);
            if let Some(recording) = &recording {
                recording.take(event);
            }
        };
        let session = Session::new((self.engine, self.licence), self.project, &tell);
        let session = session.at_most(self.context.limit()).until(self.deadline);
        let mut session = session.keeping(self.context.provided());
        if let Some(follow) = self.follow {
            session = session.following(follow);
        }
        if let Some(prime) = self.prime {
            session = session.priming(prime);
        }
        let outcomes = session.carry_out(plan, on_failure, halt).await;
        progress.finish();
        report_killed(self.context.output(), plan, &killed.into_inner().unwrap_or_else(PoisonError::into_inner));
        outcomes
    }

    /// Carries out a plan and says what failed; gives whether all was done.
    pub async fn carry_out(&self, plan: &Plan, on_failure: OnFailure, halt: &CancellationToken) -> bool {
        let outcomes = self.outcomes(plan, on_failure, halt).await;
        self.report(plan, &outcomes, halt)
    }

    /// Says what failed; gives whether all was done.
    pub fn report(&self, plan: &Plan, outcomes: &Outcomes, halt: &CancellationToken) -> bool {
        let nothing_failed = !outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_)));
        let over = self.deadline.filter(|one| one.at <= Instant::now() && nothing_failed && !halt.is_cancelled());
        if let (Some(Deadline { limit, .. }), false) = (over, outcomes.iter().all(Outcome::is_done)) {
            self.context.output().error(&format!("not ready after {}", Timespan::from(limit)), None);
        }
        report_outcomes(self.context.output(), plan, outcomes)
    }

    /// Carries out a plan that is the whole of a command: a failed step leaves those alone that do not need it.
    pub async fn finish(&self, plan: &Plan) -> Exit {
        self.finish_with(plan, &Losses::default()).await
    }

    /// The same for a plan that destroys data: what went is told at the end.
    pub async fn finish_with(&self, plan: &Plan, losses: &Losses) -> Exit {
        let halt = CancellationToken::new();
        let ended = self.context.until_interrupted(self.outcomes(plan, OnFailure::GoOn, &halt), &halt).await;
        let (outcomes, whole) = match ended {
            Ended::Interrupted(None) => return Exit::INTERRUPTED,
            Ended::Interrupted(Some(outcomes)) => (outcomes, Exit::INTERRUPTED),
            Ended::Finished(outcomes) => (outcomes, Exit::DONE),
        };
        losses.tell(self.context, &outcomes);
        let well = self.report(plan, &outcomes, &halt);
        if well || whole == Exit::INTERRUPTED { whole } else { Exit::FAILED }
    }
}
