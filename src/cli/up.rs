//! `hoist up`.

mod attached;
mod attachment;

use super::bring::Bring;
use super::carrier::Carrier;
use super::changes::{Changes, REMOVE_ORPHANS};
use super::create::create;
use super::failure::{report_death, report_late};
use super::interrupt::Ended;
use super::timings::{self, Told};
use super::watch::{Manner, Watching};
use super::{Context, Exit};
use crate::engine::Engine;
use crate::plan::{Action, Observed, Plan, Reach, State, Step};
use crate::readiness::{Deadline, Evidence};
use crate::session::{Follow, Prime};
use attachment::Attachment;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Create and start what the compose file says
#[derive(Debug, Default, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(mut_arg("remove_orphans", |flag| flag.env(REMOVE_ORPHANS)))]
pub struct Up {
    /// Go on in the background
    #[arg(short, long)]
    detach: bool,
    /// Create all, and start nothing
    #[arg(long)]
    no_start: bool,
    /// Wait until all is running and healthy; implies --detach
    #[arg(long)]
    wait: bool,
    /// Longest time that --wait waits, in seconds
    #[arg(long, value_name = "SECONDS")]
    wait_timeout: Option<u64>,
    /// Keep containers as the files of the host are, as 'watch' does
    #[arg(short, long)]
    watch: bool,
    #[command(flatten)]
    changes: Changes,
    #[command(flatten)]
    attachment: Attachment,
    #[command(flatten)]
    timings: timings::Flag,
}

impl Up {
    /// In the background.
    pub fn detached(changes: Changes) -> Self {
        Self { detach: true, changes, ..Self::default() }
    }

    /// Brings about what the files of the project say by now, in the background; whoever follows hears what new
    /// containers say. Somebody makes them ready before they start.
    pub async fn renew(
        changes: &Changes,
        context: &Context,
        follow: Option<&Follow>,
        prime: &Prime<'_>,
    ) -> anyhow::Result<Exit> {
        let (loaded, engine) = changes.prepare(context).await?;
        let Some(carrier) = Carrier::new(context, &engine, &loaded.project) else { return Ok(Exit::DONE) };
        let carrier = if let Some(follow) = follow { carrier.following(follow) } else { carrier };
        let carrier = carrier.priming(prime);
        let bring = Bring { carrier, loaded: &loaded, changes, reach: Reach::Started };
        Self::default().in_background(bring).await
    }

    pub async fn run(mut self, context: &Context) -> anyhow::Result<Exit> {
        self.timings.begin(context);
        self.refuse_contradictions()?;
        if self.watch {
            self.changes.develop();
        }
        // As for docker compose, who does not wait waits for no time either.
        let limit = self.wait_timeout.filter(|_| self.wait);
        let deadline = limit.and_then(|seconds| Deadline::after(Duration::from_secs(seconds)));
        if self.no_start {
            return create(&self.changes, context).await;
        }
        let (loaded, engine) = self.changes.prepare(context).await?;
        let reach = if self.wait { Reach::Ready } else { Reach::Started };
        let Some(carrier) = Carrier::new(context, &engine, &loaded.project) else {
            return super::plan::show(context, &loaded, &engine, (&self.changes, reach)).await;
        };
        let bring = Bring { carrier: carrier.until(deadline), loaded: &loaded, changes: &self.changes, reach };
        let tell = |exit| self.tell_timings(carrier, exit);
        let exit = if self.detach || self.wait {
            self.in_background(bring).await
        } else {
            let watching = self.watching(bring).await?;
            Box::pin(attached::run(bring, &self.attachment, watching, &|| tell(Some(Exit::DONE)))).await
        };
        tell(exit.as_ref().ok().copied());
        exit
    }

    /// `--watch`: what changes while the services come up counts, too.
    async fn watching<'a>(&self, bring: Bring<'a>) -> anyhow::Result<Option<Watching<'a>>> {
        let Carrier { context, engine, .. } = bring.carrier;
        match context.licence().filter(|_| self.watch) {
            Some(licence) => {
                let manner = Manner::of_up(context, self.changes.again());
                let watching = Watching::begin(context, (engine, licence), bring.loaded, manner)?;
                watching.alone().await.map(Some)
            }
            None => Ok(None),
        }
    }

    /// Where the time went, when a flag asks for it: once all is up, or when it has failed.
    fn tell_timings(&self, carrier: Carrier<'_>, exit: Option<Exit>) {
        let title = format!("up of {}", carrier.project.name());
        self.timings.tell(carrier.context, Told { title: &title, done: "up in" }, exit);
    }

    /// What docker compose refuses too, in its words.
    fn refuse_contradictions(&self) -> anyhow::Result<()> {
        let Attachment { abort_on_container_exit, abort_on_container_failure, attach_dependencies, .. } =
            self.attachment;
        let attaches = attach_dependencies || !self.attachment.attach.is_empty() || self.watch;
        let aborts = self.attachment.aborts();
        anyhow::ensure!(
            !(abort_on_container_exit && abort_on_container_failure),
            "--abort-on-container-failure cannot be combined with --abort-on-container-exit"
        );
        anyhow::ensure!(
            !(self.wait && (attaches || aborts)),
            "--wait cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, \
             --attach-dependencies or --watch"
        );
        anyhow::ensure!(
            !(self.detach && (attaches || aborts)),
            "--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --attach, \
             --attach-dependencies or --watch"
        );
        anyhow::ensure!(!(self.watch && self.changes.forbids_builds()), "--no-build and --watch are incompatible");
        Ok(())
    }

    async fn in_background(&self, bring: Bring<'_>) -> anyhow::Result<Exit> {
        let Carrier { context, engine, project, .. } = bring.carrier;
        let began = std::time::Instant::now();
        let halt = CancellationToken::new();
        let ended = context.until_interrupted(Box::pin(bring.all(&halt)), &halt).await;
        let plan = match ended {
            Ended::Finished(plan) => plan,
            Ended::Interrupted(left) => return Ok(report_late(context.output(), left)),
        };
        let Some(plan) = plan? else { return Ok(Exit::FAILED) };
        context.show_notes(&plan);
        if plan.is_empty() {
            context.output().say("up to date");
            return Ok(Exit::DONE);
        }
        let took = began.elapsed();
        if !self.wait {
            context.starts().settle().await;
        }
        let seen = engine.observe_named(project.name()).await?;
        let any_dead = report_dead(context, engine, &plan, &seen).await;
        bring.show_stack(&seen);
        if any_dead {
            return Ok(Exit::FAILED);
        }
        if !self.timings.is_given() {
            context.output().say(&format!("up in {:.2} s", took.as_secs_f64()));
        }
        Ok(Exit::DONE)
    }
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
        let Ok(inspected) = engine.inspect(&dead.id).await else { continue };
        let replicas = seen.replicas(&dead.service).len();
        report_death(context.output(), dead, replicas, &Evidence::gather(engine, &inspected).await);
    }
    found
}
