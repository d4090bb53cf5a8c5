//! Carries out a plan with one closure: order, failure and stop. It has never heard of Docker.

use crate::plan::{Outcome, Plan, Step, StepId};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::VecDeque;
use std::future::Future;
use tokio_util::sync::CancellationToken;

/// What happens to the rest of a plan when a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// No further step begins; running ones finish. For `up`.
    Stop,
    /// Steps that do not need the failed one go on. For `down`, `pull`, `build`.
    GoOn,
}

/// How a step ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was done.
    Done,
    /// It gave up because the run is ending; it counts as not begun.
    Halted,
}

/// Carries out a plan: a step begins when all that it needs is done, and independent steps run side by side.
///
/// `halt` ends the run: no step begins after it, and it is cancelled here when a failure stops the run, so that steps
/// which only wait can give up. Gives the outcome of each step in the plan's order.
pub async fn execute<'plan, F, Fut, E>(
    plan: &'plan Plan,
    on_failure: OnFailure,
    halt: &CancellationToken,
    perform: F,
) -> Vec<Outcome<(), E>>
where
    F: Fn(StepId, &'plan Step) -> Fut,
    Fut: Future<Output = Result<Ended, E>>,
{
    let mut course = Course::new(plan);
    let mut running = FuturesUnordered::new();
    loop {
        while let Some((id, step)) = course.ready.pop_front().filter(|_| !halt.is_cancelled()) {
            let future = perform(id, step);
            running.push(async move { (id, future.await) });
        }
        let Some((id, result)) = running.next().await else { break };
        let outcome = match result {
            Ok(Ended::Done) => Outcome::Done(()),
            Ok(Ended::Halted) => Outcome::NotBegun,
            Err(error) => Outcome::Failed(error),
        };
        let fails = matches!(outcome, Outcome::Failed(_)) && !course.is_best_effort(id);
        if fails && on_failure == OnFailure::Stop {
            halt.cancel();
        }
        course.end(id, outcome);
    }
    course.outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::NotBegun)).collect()
}

/// How far a plan is. The end of a step touches only those that need it, so the whole takes as long as the plan has
/// steps and needs.
struct Course<'plan, E> {
    plan: &'plan Plan,
    outcomes: Vec<Option<Outcome<(), E>>>,
    /// How many of its needs each step still waits for.
    unmet: Vec<usize>,
    /// The steps that need each step.
    dependants: Vec<Vec<StepId>>,
    /// The steps that wait for nothing and have not begun.
    ready: VecDeque<(StepId, &'plan Step)>,
}

impl<'plan, E> Course<'plan, E> {
    fn new(plan: &'plan Plan) -> Self {
        let mut dependants = vec![Vec::new(); plan.len()];
        for (id, step) in plan.steps() {
            for need in &step.needs {
                if let Some(all) = dependants.get_mut(need.index()) {
                    all.push(id);
                }
            }
        }
        let unmet = plan.steps().map(|(_, step)| step.needs.len()).collect();
        let ready = plan.steps().filter(|(_, step)| step.needs.is_empty()).collect();
        Self { plan, outcomes: plan.steps().map(|_| None).collect(), unmet, dependants, ready }
    }

    fn is_best_effort(&self, id: StepId) -> bool {
        self.plan.get(id).is_some_and(|step| step.action.is_best_effort())
    }

    /// Takes how a step ended: releases the steps that waited for nothing else, or skips all that need it.
    fn end(&mut self, id: StepId, outcome: Outcome<(), E>) {
        match &outcome {
            Outcome::Done(()) => self.release(id),
            Outcome::Failed(_) if self.is_best_effort(id) => self.release(id),
            Outcome::Failed(_) => self.skip_dependants(id),
            Outcome::Skipped { .. } | Outcome::NotBegun => {}
        }
        if let Some(slot) = self.outcomes.get_mut(id.index()) {
            *slot = Some(outcome);
        }
    }

    fn release(&mut self, id: StepId) {
        for dependant in self.dependants.get(id.index()).into_iter().flatten() {
            let Some(unmet) = self.unmet.get_mut(dependant.index()) else { continue };
            *unmet = unmet.saturating_sub(1);
            if let (0, Some(step)) = (*unmet, self.plan.get(*dependant)) {
                self.ready.push_back((*dependant, step));
            }
        }
    }

    fn skip_dependants(&mut self, because: StepId) {
        let mut failed = vec![because];
        while let Some(id) = failed.pop() {
            for dependant in self.dependants.get(id.index()).into_iter().flatten() {
                let slot = self.outcomes.get_mut(dependant.index());
                if let Some(slot) = slot.filter(|slot| slot.is_none()) {
                    *slot = Some(Outcome::Skipped { because });
                    failed.push(*dependant);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Kind, Reason, Subject};
    use std::sync::Mutex;

    /// A plan of steps that need the steps of these positions.
    fn plan(needs: &[&[usize]]) -> Plan {
        let mut plan = Plan::default();
        let mut ids = Vec::new();
        for (index, needs) in needs.iter().enumerate() {
            let action = Action::RemoveVolume { name: index.to_string() };
            let subject = Subject::new(Kind::Volume, index.to_string());
            let needs = needs.iter().map(|need| ids[*need]).collect();
            ids.push(plan.add(Step { action, because: Reason::Asked, subject, needs }));
        }
        plan
    }

    async fn run(plan: &Plan, on_failure: OnFailure, failing: &[usize]) -> (Vec<usize>, Vec<Outcome<(), usize>>) {
        let done = Mutex::new(Vec::new());
        let halt = CancellationToken::new();
        let outcomes = execute(plan, on_failure, &halt, |id, _| {
            let done = &done;
            async move {
                if failing.contains(&id.index()) {
                    return Err(id.index());
                }
                tokio::task::yield_now().await;
                done.lock().expect("no panic").push(id.index());
                Ok(Ended::Done)
            }
        })
        .await;
        (done.into_inner().expect("no panic"), outcomes)
    }

    #[tokio::test]
    async fn a_step_begins_after_all_that_it_needs() {
        let (order, outcomes) = run(&plan(&[&[], &[0], &[0], &[1, 2]]), OnFailure::Stop, &[]).await;
        assert_eq!((order.first(), order.last(), order.len()), (Some(&0), Some(&3), 4));
        assert!(outcomes.iter().all(Outcome::is_done));
    }

    #[tokio::test]
    async fn a_failed_step_never_releases_its_dependants() {
        let plan = plan(&[&[], &[0], &[1], &[]]);
        let (order, outcomes) = run(&plan, OnFailure::GoOn, &[0]).await;
        let first = plan.steps().next().expect("four steps").0;
        assert_eq!(order, [3]);
        assert_eq!(outcomes[0], Outcome::Failed(0));
        assert_eq!(outcomes[1..3], [Outcome::Skipped { because: first }, Outcome::Skipped { because: first }]);
    }

    #[tokio::test]
    async fn after_a_failure_running_steps_finish_and_no_other_begins() {
        let (order, outcomes) = run(&plan(&[&[], &[], &[1]]), OnFailure::Stop, &[0]).await;
        assert_eq!(order, [1]);
        assert_eq!(outcomes[2], Outcome::NotBegun);
    }

    #[tokio::test]
    async fn a_halted_run_begins_nothing() {
        let halt = CancellationToken::new();
        halt.cancel();
        let outcomes: Vec<Outcome<(), ()>> =
            execute(&plan(&[&[], &[0]]), OnFailure::GoOn, &halt, |_, _| async { Ok(Ended::Done) }).await;
        assert_eq!(outcomes, [Outcome::NotBegun, Outcome::NotBegun]);
    }
}
