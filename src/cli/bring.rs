//! [`Bring`]: brings a project about in two plans: images first, then, on a fresh look, all the rest.

use super::Exit;
use super::carrier::{Carrier, Hush};
use super::changes::Changes;
use super::failure::{report_late, report_outcomes};
use super::foreign::refuse_foreign;
use super::interrupt::Ended;
use super::lock::{Claim, Lock};
use super::preflight::Preflight;
use crate::engine::EngineError;
use crate::execute::OnFailure;
use crate::graph::Services;
use crate::load::Loaded;
use crate::plan::reconcile::{images, reconcile, selection};
use crate::plan::{Action, Images, Observed, Outcome, Plan, Policy, Reach};
use crate::render::{Stack, causes};
use crate::session::{Outcomes, StepError};
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;

/// What is brought about, and how far.
#[derive(Clone, Copy)]
pub struct Bring<'a> {
    /// What it is carried out with.
    pub carrier: Carrier<'a>,
    /// The project with its places.
    pub loaded: &'a Loaded,
    /// What the user asks for.
    pub changes: &'a Changes,
    /// How far containers are brought.
    pub reach: Reach,
}

impl Bring<'_> {
    /// What is asked of the plans.
    pub fn policy(&self) -> Policy {
        self.changes.policy(self.reach)
    }

    /// Says what of the services that were asked for is up, and what is not.
    pub fn show_stack(&self, seen: &Observed) {
        let Carrier { context, project, .. } = self.carrier;
        let selected = selection(project, &Services::of(project), &self.policy());
        context.output().stack(&Stack::of(project, seen, |name| selected.contains(name)));
    }

    /// Says what failed of a plan, and then what is up and what is not; gives whether all was done.
    pub async fn is_well(&self, plan: &Plan, outcomes: &Outcomes) -> bool {
        let well = report_outcomes(self.carrier.context.output(), plan, outcomes);
        if !well {
            self.show_failure(plan, outcomes).await;
        }
        well
    }

    async fn show_failure(&self, plan: &Plan, outcomes: &Outcomes) {
        let Carrier { context, engine, project, .. } = self.carrier;
        if self.reach == Reach::Created {
            return;
        }
        // That the engine does not answer has been told.
        let Ok(seen) = engine.observe_named(project.name()).await else { return };
        let selected = selection(project, &Services::of(project), &self.policy());
        let causes = causes(project, plan, outcomes);
        context.output().stack(&Stack::after_failure(project, &seen, &causes, |name| selected.contains(name)));
    }

    /// Brings all about as the whole of a command.
    pub async fn finish(&self) -> anyhow::Result<Exit> {
        let context = self.carrier.context;
        let halt = CancellationToken::new();
        let plan = match context.until_interrupted(Box::pin(self.all(&halt)), &halt).await {
            Ended::Finished(plan) => plan,
            Ended::Interrupted(left) => return Ok(report_late(context.output(), left)),
        };
        let Some(plan) = plan? else { return Ok(Exit::FAILED) };
        context.show_notes(&plan);
        if plan.is_empty() {
            context.output().say("up to date");
        }
        Ok(Exit::DONE)
    }

    /// Brings all about. Gives the second plan when it was carried out, or nothing when a step failed, which has been
    /// shown then.
    pub async fn all(&self, halt: &CancellationToken) -> anyhow::Result<Option<Plan>> {
        let Some((seen, _lock)) = self.images(halt).await? else { return Ok(None) };
        let project = self.carrier.context.provided().tell(self.carrier.project);
        let plan = reconcile(&project, &seen, &self.policy())?;
        if plan.is_empty() {
            return Ok(Some(plan));
        }
        let (plan, outcomes) = self.converge(self.carrier.told(&project), plan, halt).await?;
        Ok(self.is_well(&plan, &outcomes).await.then_some(plan))
    }

    /// Carries the second plan out; once more on a fresh look when something else was at work: docker compose knows no
    /// lock.
    pub async fn converge(
        &self,
        carrier: Carrier<'_>,
        plan: Plan,
        halt: &CancellationToken,
    ) -> anyhow::Result<(Plan, Outcomes)> {
        let outcomes = carrier.outcomes(&plan, OnFailure::Stop, halt).await;
        if halt.is_cancelled() || !self.is_disturbed(&plan, &outcomes).await {
            return Ok((plan, outcomes));
        }
        carrier.context.output().note("something else changed the project meanwhile: looking again", None);
        let seen = carrier.engine.observe(carrier.project).await?;
        let plan = reconcile(carrier.project, &seen, &self.policy())?;
        let outcomes = carrier.outcomes(&plan, OnFailure::Stop, halt).await;
        Ok((plan, outcomes))
    }

    /// Whether a step failed since something else is at work on the project: it took a name there, or removed what the
    /// step was about.
    async fn is_disturbed(&self, plan: &Plan, outcomes: &Outcomes) -> bool {
        let mut taken = BTreeSet::new();
        for ((_, step), outcome) in plan.steps().zip(outcomes) {
            let Outcome::Failed(StepError::Engine(error)) = outcome else { continue };
            match (error, &step.action) {
                (error, _) if error.is_gone() => return true,
                (EngineError::NameTaken { .. }, Action::Create { name, .. } | Action::Rename { to: name, .. }) => {
                    taken.insert(name.as_str());
                }
                _ => {}
            }
        }
        let Carrier { engine, project, .. } = self.carrier;
        // Whatever keeps the engine from answering, the step's own fault is the one to tell.
        let Ok(holders) = engine.name_holders(&taken).await else { return false };
        // Who has given the name up again was at work too.
        taken.iter().any(|name| holders.get(*name).is_none_or(|holder| holder.is_of(project.name())))
    }

    /// Looks whether all can be done, then fetches and builds; gives a fresh look at the engine, and the lock unless
    /// there is nothing to do; or nothing when a step failed.
    pub async fn images(&self, halt: &CancellationToken) -> anyhow::Result<Option<(Observed, Lock)>> {
        let Carrier { context, engine, project, .. } = self.carrier;
        let observe = async || {
            let seen = engine.observe(project).await?;
            refuse_foreign((project, self.loaded.named_by), &seen, self.changes.take_over())?;
            self.changes.give_up_volumes(context, (self.loaded, &seen), halt).await?;
            let plan = images(project, &seen, &self.policy(), self.changes.images());
            // What blocks the second plan is told before anything is fetched.
            let rest = reconcile(project, &seen, &self.policy())?;
            Preflight::of(project, &seen, &rest).check(context, engine, self.loaded).await?;
            let idle = rest.is_empty() && plan.is_empty();
            Ok((seen, plan, idle))
        };
        let claim = Claim { context, engine, project: project.name() };
        let ((seen, plan, _), lock) = claim.settle(observe, |(_, _, idle)| *idle, halt).await?;
        if plan.is_empty() {
            return Ok(Some((seen, lock)));
        }
        if !self.fetch_or_build(&plan, halt).await? {
            return Ok(None);
        }
        let seen = engine.observe(project).await?;
        let rest = images(project, &seen, &self.policy(), Images::Rest);
        if rest.is_empty() {
            return Ok(Some((seen, lock)));
        }
        if !self.fetch_or_build(&rest, halt).await? {
            return Ok(None);
        }
        Ok(Some((engine.observe(project).await?, lock)))
    }

    async fn fetch_or_build(&self, plan: &Plan, halt: &CancellationToken) -> anyhow::Result<bool> {
        self.changes.refuse_builds(plan)?;
        let hush = Hush { pulls: self.changes.quiet_pull, builds: self.changes.quiet_build };
        let carrier = self.carrier.hushed(hush);
        let outcomes = carrier.outcomes(plan, OnFailure::Stop, halt).await;
        let well = carrier.report(plan, &outcomes, halt);
        if !well {
            self.show_failure(plan, &outcomes).await;
        }
        Ok(well)
    }
}
