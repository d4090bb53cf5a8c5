//! [`Bring`]: brings a project about in two plans: images first, then, on a fresh look, all the rest.

use super::Exit;
use super::carrier::{Carrier, Hush};
use super::changes::Changes;
use super::interrupt::Ended;
use super::ports;
use crate::execute::OnFailure;
use crate::graph::Services;
use crate::load::Loaded;
use crate::plan::reconcile::{images, reconcile, selection};
use crate::plan::{Action, Images, Observed, Plan, Policy, Reach};
use crate::render::Stack;
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

    /// Brings all about as the whole of a command.
    pub async fn finish(&self) -> anyhow::Result<Exit> {
        let context = self.carrier.context;
        let halt = CancellationToken::new();
        let Ended::Finished(plan) = context.until_interrupted(Box::pin(self.all(&halt)), &halt).await else {
            return Ok(Exit::INTERRUPTED);
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
        let Some(seen) = self.images(halt).await? else { return Ok(None) };
        let project = self.carrier.context.provided().tell(self.carrier.project);
        let plan = reconcile(&project, &seen, &self.policy())?;
        if plan.is_empty() {
            return Ok(Some(plan));
        }
        let well = self.carrier.told(&project).carry_out(&plan, OnFailure::Stop, halt).await;
        Ok(well.then_some(plan))
    }

    /// Looks whether all can be done, then fetches and builds; gives a fresh look at the engine, or nothing when a step failed.
    pub async fn images(&self, halt: &CancellationToken) -> anyhow::Result<Option<Observed>> {
        let Carrier { context, engine, project, .. } = self.carrier;
        let seen = engine.observe(project).await?;
        let plan = images(project, &seen, &self.policy(), self.changes.images());
        // What blocks the second plan is told before anything is fetched.
        let rest = reconcile(project, &seen, &self.policy())?;
        ports::check(context, engine, self.loaded, (&seen, &rest)).await?;
        if plan.is_empty() {
            return Ok(Some(seen));
        }
        if !self.fetch_or_build(&plan, halt).await? {
            return Ok(None);
        }
        let seen = engine.observe(project).await?;
        let rest = images(project, &seen, &self.policy(), Images::Rest);
        if rest.is_empty() {
            return Ok(Some(seen));
        }
        if !self.fetch_or_build(&rest, halt).await? {
            return Ok(None);
        }
        Ok(Some(engine.observe(project).await?))
    }

    async fn fetch_or_build(&self, plan: &Plan, halt: &CancellationToken) -> anyhow::Result<bool> {
        if self.changes.no_build {
            refuse_builds(plan)?;
        }
        let hush = Hush { pulls: self.changes.quiet_pull, builds: self.changes.quiet_build };
        Ok(self.carrier.hushed(hush).carry_out(plan, OnFailure::Stop, halt).await)
    }
}

/// `--no-build` with an image that only a build can make.
fn refuse_builds(plan: &Plan) -> anyhow::Result<()> {
    for (_, step) in plan.steps() {
        if let Action::Build { .. } = step.action {
            anyhow::bail!("image '{}' is missing and --no-build forbids to build it", step.subject.name);
        }
    }
    Ok(())
}
