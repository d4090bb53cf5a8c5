//! `hoist up`.

mod attached;

use super::carrier::Carrier;
use super::failure::{NoSuchService, report_death};
use super::interrupt::Ended;
use super::prefix::Prefix;
use super::timings::{self, Told};
use super::{Context, Exit};
use crate::engine::Engine;
use crate::execute::OnFailure;
use crate::load::Loaded;
use crate::model::{Project, PullPolicy};
use crate::plan::reconcile::{images, reconcile};
use crate::plan::{Action, Images, Observed, Orphans, Plan, Policy, Recreate, State, Step};
use crate::readiness::last_lines;
use crate::render::{reachable, reachable_text};
use crate::value::{Name, Timespan};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long after the last start a container that dies at once is noticed: half as long as all took, so that a slow
/// machine gets more time, within these bounds.
const SETTLING: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(1)];

/// Create and start what the compose file says
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Up {
    /// Services to bring up, with what they depend on [default: all]
    services: Vec<Name>,
    /// Go on in the background
    #[arg(short, long)]
    detach: bool,
    /// Build images before starting
    #[arg(long, conflicts_with = "no_build")]
    build: bool,
    /// Do not build, even what is missing
    #[arg(long)]
    no_build: bool,
    /// When images are fetched: missing, always, never, build [default: each service's `pull_policy`]
    #[arg(long, value_name = "POLICY", value_parser = parse_pull)]
    pull: Option<PullPolicy>,
    /// Replace containers even if nothing changed
    #[arg(long, conflicts_with = "no_recreate")]
    force_recreate: bool,
    /// Keep containers even if something changed
    #[arg(long)]
    no_recreate: bool,
    /// Remove containers of services that are no longer in the file
    #[arg(long, env = "COMPOSE_REMOVE_ORPHANS", value_parser = clap::builder::FalseyValueParser::new())]
    remove_orphans: bool,
    /// Number of containers of a service, as SERVICE=NUMBER
    #[arg(long, value_name = "SERVICE=NUMBER", value_parser = parse_scale)]
    scale: Vec<(Name, u32)>,
    /// Seconds before a container that makes way is killed [default: its own]
    #[arg(short, long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Wait until all is running and healthy; implies --detach
    #[arg(long)]
    wait: bool,
    /// Longest time to wait, in seconds
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    wait_timeout: Option<u64>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    timings: timings::Flag,
    #[command(flatten)]
    prefix: Prefix,
    /// Services whose output is not shown
    #[arg(long, value_name = "SERVICE")]
    no_attach: Vec<Name>,
}

/// A policy that holds for one run: intervals between two fetches are for files.
fn parse_pull(text: &str) -> Result<PullPolicy, String> {
    match text.parse() {
        Ok(policy @ (PullPolicy::Missing | PullPolicy::Always | PullPolicy::Never | PullPolicy::Build)) => Ok(policy),
        _ => Err("one of missing, always, never, build".into()),
    }
}

fn parse_scale(text: &str) -> Result<(Name, u32), String> {
    let fault = || format!("'{text}' is not SERVICE=NUMBER");
    let (service, number) = text.split_once('=').ok_or_else(fault)?;
    Ok((service.parse().map_err(|_| fault())?, number.parse().map_err(|_| fault())?))
}

impl Up {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        self.timings.begin(context);
        let mut loaded = context.load(&self.services)?;
        self.scale(&mut loaded.project)?;
        if self.pull.is_some() {
            loaded.project.services.values_mut().for_each(|service| service.pull_policy.clone_from(&self.pull));
        }
        refuse_nothing(&loaded.project)?;
        context.tell_effects(&mut loaded, &self.services)?;
        let engine = context.engine()?;
        context.refuse_old_engine(&loaded, &self.services, &engine).await?;
        if self.dry_run {
            return super::plan::show(context, &loaded, &engine, (&self.policy(), self.images())).await;
        }
        let exit = if self.detach || self.wait {
            self.detached(context, &loaded, &engine).await
        } else {
            attached::run(&self, context, &loaded, &engine).await
        };
        self.tell_timings(context, &loaded.project, exit.as_ref().ok().copied());
        exit
    }

    /// Where the time went, when a flag asks for it: once all is up, or when it has failed.
    fn tell_timings(&self, context: &Context, project: &Project, exit: Option<Exit>) {
        let title = format!("up of {}", project.name());
        self.timings.tell(context, Told { title: &title, done: "up in" }, exit);
    }

    /// What the flags ask of the plan.
    fn policy(&self) -> Policy {
        let recreate = match (self.force_recreate, self.no_recreate) {
            (true, _) => Recreate::Always,
            (_, true) => Recreate::Never,
            _ => Recreate::Diverged,
        };
        Policy {
            recreate,
            orphans: if self.remove_orphans { Orphans::Remove } else { Orphans::Keep },
            targets: self.services.clone(),
            grace: self.timeout.map(Duration::from_secs),
            wait: self.wait,
        }
    }

    fn images(&self) -> Images {
        if self.build { Images::Build } else { Images::Missing }
    }

    fn scale(&self, project: &mut Project) -> anyhow::Result<()> {
        for (name, number) in &self.scale {
            let Some(service) = project.services.get_mut(name) else {
                return Err(NoSuchService::of(name, project).into());
            };
            anyhow::ensure!(
                *number <= 1 || service.container_name.is_none(),
                "service '{name}' has a 'container_name' and cannot have {number} containers"
            );
            service.scale = Some(*number);
        }
        Ok(())
    }

    async fn detached(&self, context: &Context, loaded: &Loaded, engine: &Engine) -> anyhow::Result<Exit> {
        let began = std::time::Instant::now();
        let halt = CancellationToken::new();
        let work = self.bring_up(context, loaded, engine, &halt);
        let limit = self.wait_timeout.map_or(Duration::MAX, Duration::from_secs);
        let late = Cell::new(false);
        let deadline = async {
            tokio::time::sleep(limit).await;
            late.set(true);
            halt.cancel();
            std::future::pending::<Infallible>().await
        };
        let ended = tokio::select! {
            ended = context.interrupts().or(work, &halt) => ended,
            never = deadline => match never {},
        };
        let Ended::Finished(plan) = ended else { return Ok(Exit::INTERRUPTED) };
        let Some(plan) = plan? else {
            anyhow::ensure!(!late.get(), "not ready after {}", Timespan::from(limit));
            return Ok(Exit::FAILED);
        };
        context.show_notes(&plan);
        if plan.is_empty() {
            context.output().say("up to date");
            return Ok(Exit::DONE);
        }
        let took = began.elapsed();
        let [least, most] = SETTLING;
        tokio::time::sleep((took / 2).clamp(least, most)).await;
        let seen = engine.observe(&loaded.project).await?;
        if report_dead(context, engine, &plan, &seen).await {
            return Ok(Exit::FAILED);
        }
        let places = reachable(&loaded.project, &seen);
        if !places.is_empty() {
            context.output().say(&format!("\n{}", reachable_text(&places).trim_end()));
        }
        if !self.timings.is_given() {
            context.output().say(&format!("up in {:.2} s", took.as_secs_f64()));
        }
        Ok(Exit::DONE)
    }

    /// Images first, then, on a fresh look, all the rest. Gives the plan that was carried out, or nothing when a step
    /// failed, which has been shown then.
    async fn bring_up(
        &self,
        context: &Context,
        loaded: &Loaded,
        engine: &Engine,
        halt: &CancellationToken,
    ) -> anyhow::Result<Option<Plan>> {
        let policy = self.policy();
        let project = &loaded.project;
        let Some(seen) = self.prepare_images(context, project, engine, halt).await? else {
            return Ok(None);
        };
        let plan = reconcile(project, &seen, &policy)?;
        if plan.is_empty() {
            return Ok(Some(plan));
        }
        let carrier = Carrier { context, engine, project, follow: None };
        let well = carrier.carry_out(&plan, OnFailure::Stop, halt).await;
        Ok(well.then_some(plan))
    }

    /// Fetches and builds; gives a fresh look at the engine, or nothing when a step failed.
    async fn prepare_images(
        &self,
        context: &Context,
        project: &Project,
        engine: &Engine,
        halt: &CancellationToken,
    ) -> anyhow::Result<Option<Observed>> {
        let seen = engine.observe(project).await?;
        let plan = images(project, &seen, &self.policy(), self.images());
        if plan.is_empty() {
            return Ok(Some(seen));
        }
        // What blocks the second plan is told before anything is fetched.
        reconcile(project, &seen, &self.policy())?;
        if self.no_build {
            refuse_builds(&plan)?;
        }
        let carrier = Carrier { context, engine, project, follow: None };
        if !carrier.carry_out(&plan, OnFailure::Stop, halt).await {
            return Ok(None);
        }
        let seen = engine.observe(project).await?;
        let rest = images(project, &seen, &self.policy(), Images::Rest);
        if rest.is_empty() {
            return Ok(Some(seen));
        }
        if self.no_build {
            refuse_builds(&rest)?;
        }
        if !carrier.carry_out(&rest, OnFailure::Stop, halt).await {
            return Ok(None);
        }
        Ok(Some(engine.observe(project).await?))
    }
}

/// A project in which no service is active.
fn refuse_nothing(project: &Project) -> anyhow::Result<()> {
    if !project.services.is_empty() {
        return Ok(());
    }
    let profiles: BTreeSet<&str> =
        project.inactive.values().flat_map(|service| &service.profiles).map(String::as_str).collect();
    let profiles: Vec<&str> = profiles.into_iter().collect();
    anyhow::ensure!(
        profiles.is_empty(),
        "no service is active: activate some with --profile {}",
        profiles.join(" or ")
    );
    anyhow::bail!("the compose file has no services");
}

/// `--no-build` with an image that only a build can make.
fn refuse_builds(plan: &Plan) -> anyhow::Result<()> {
    for (_, step) in plan.steps() {
        if let crate::plan::Action::Build { .. } = step.action {
            anyhow::bail!("image '{}' is missing and --no-build forbids to build it", step.subject.name);
        }
    }
    Ok(())
}

/// Shows the containers that this run started and that died at once; gives whether there are any. One that a dependent
/// can go without is not among them: that it failed has been told.
async fn report_dead(context: &Context, engine: &Engine, plan: &Plan, seen: &Observed) -> bool {
    let starts = |step: &Step| matches!(step.action, Action::Start { .. });
    let dispensable = |step: &Step| matches!(step.action, Action::Await { required: false, .. });
    let any =
        |name: &str, is: &dyn Fn(&Step) -> bool| plan.steps().any(|(_, step)| step.subject.name == name && is(step));
    let started = |name: &str| any(name, &starts) && !any(name, &dispensable);
    let failed = |state: State| matches!(state, State::Exited(code) if code != 0) || state == State::Restarting;
    let mut found = false;
    for dead in seen.containers.iter().filter(|one| failed(one.state) && started(&one.name)) {
        found = true;
        let lines = last_lines(engine, &dead.id).await;
        report_death(context.output(), dead, &lines);
    }
    found
}
