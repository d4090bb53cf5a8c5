//! `up` in the foreground: the output of all services, until they end or the user ends them.

use super::super::bring::Bring;
use super::super::carrier::Carrier;
use super::super::failure::report_late;
use super::super::interrupt::Ended;
use super::super::lock::{Claim, Lock};
use super::super::watch::Watching;
use super::super::{Context, Exit};
use super::attachment::{Attachment, Audience};
use crate::engine::Events;
use crate::execute::OnFailure;
use crate::model::{Dependency, DependencyCondition, Project};
use crate::plan::reconcile::reconcile;
use crate::plan::teardown::{self, Teardown};
use crate::plan::{Outcome, Plan, Policy, short_name};
use crate::render::LogWriter;
use crate::session::{End, Follow, Said, Until};
use crate::value::Name;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

/// How long the news of a container's end may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long what has begun may take to end once all containers were killed.
const UNDER_WAY: Duration = Duration::from_secs(10);

/// Brings the project up, shows what it says, keeps it as its files are if asked to, and stops it at the end. `is_up`
/// hears that all is up.
pub async fn run(
    bring: Bring<'_>,
    attachment: &Attachment,
    watching: Option<Watching<'_>>,
    is_up: &dyn Fn(),
) -> anyhow::Result<Exit> {
    let Carrier { context, engine, project, .. } = bring.carrier;
    let policy = bring.policy();
    let audience = attachment.audience(project, &policy)?;
    let halt = CancellationToken::new();
    let seen = match context.until_interrupted(Box::pin(bring.images(&halt)), &halt).await {
        Ended::Finished(seen) => seen?,
        Ended::Interrupted(left) => return Ok(report_late(context.output(), left)),
    };
    let Some((seen, lock)) = seen else { return Ok(Exit::FAILED) };
    let project = &*context.provided().tell(project);
    let carrier = bring.carrier.told(project);
    let plan = reconcile(project, &seen, &bring.policy())?;
    context.show_notes(&plan);

    let Audience { watched, shown } = audience;
    let (follow, said) = Follow::new(engine, watched, shown.clone());
    let follow = follow.expecting(jobs(project));
    let mut events = engine.subscribe(project.name()).await?;
    let writer = log_writer(attachment, context, project, &shown);
    let printer = tokio::spawn(print(said, writer, project.name().to_string()));
    for container in kept(&seen, &plan) {
        follow.attach_running(container).await?;
    }
    let attached = Attached { bring, carrier: carrier.following(&follow), follow: &follow, policy: &policy };
    let watching = watching.map(|watching| watching.following(&follow));
    let seeing = attached.see_through((attachment, is_up), (plan, lock), &mut events, watching);
    let exit = Box::pin(seeing).await?;
    drop(follow);
    // What was said last is printed before the prompt comes back.
    let _ = tokio::time::timeout(Duration::from_secs(2), printer).await;
    Ok(exit)
}

/// How containers are stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// With hooks and within their grace.
    InPeace,
    /// At once, since the user does not want to wait.
    AtOnce,
}

/// Waits for Ctrl-C, and keeps containers as the files are meanwhile.
async fn until_over(context: &Context, watching: Option<&mut Watching<'_>>) -> anyhow::Result<()> {
    let Some(watching) = watching else {
        context.interrupts().next().await;
        return Ok(());
    };
    watching.run().await
}

/// The services that another waits to see completed.
fn jobs(project: &Project) -> BTreeSet<Name> {
    let completed = |how: &Dependency| how.condition == DependencyCondition::CompletedSuccessfully;
    let awaited = project.services.values().flat_map(|service| &service.depends_on);
    awaited.filter(|(_, how)| completed(how)).map(|(name, _)| name.clone()).collect()
}

/// The containers that the plan leaves alone.
fn kept<'a>(
    seen: &'a crate::plan::Observed,
    plan: &'a crate::plan::Plan,
) -> impl Iterator<Item = &'a crate::plan::SeenContainer> {
    use crate::plan::{Action, Target};
    let touched = |id: &crate::value::ContainerId| {
        plan.steps().any(|(_, step)| match &step.action {
            Action::Stop { target: Target::Existing(one), .. }
            | Action::Remove { target: Target::Existing(one), .. } => one == id,
            _ => false,
        })
    };
    seen.containers.iter().filter(move |container| !touched(&container.id))
}

fn log_writer(attachment: &Attachment, context: &Context, project: &Project, services: &BTreeSet<Name>) -> LogWriter {
    let (prefix, stamps) = attachment.log_prefix();
    let names = services.iter().filter_map(|name| project.services.get(name)).flat_map(|service| {
        (1..=service.replicas())
            .map(|number| short_name(&project.container_name(service, number), project.name().as_str()).to_owned())
    });
    context.output().logs(names.collect(), prefix).stamped(stamps)
}

async fn print(mut said: UnboundedReceiver<Said>, mut writer: LogWriter, project: String) {
    while let Some(one) = said.recv().await {
        match one {
            Said::Chunk { container, chunk } => writer.write(short_name(&container, &project), &chunk.bytes),
            Said::Exited { container, code, restarting } => {
                let more = if restarting { " (restarting)" } else { "" };
                let container = short_name(&container, &project);
                writer.event(container, &format!("exited with code {code}{more}"));
            }
        }
    }
    writer.finish();
}

#[derive(Clone, Copy)]
struct Attached<'a> {
    bring: Bring<'a>,
    carrier: Carrier<'a>,
    follow: &'a Follow,
    policy: &'a Policy,
}

impl Attached<'_> {
    /// Brings all up, shows what it says, and ends it.
    async fn see_through(
        &self,
        (attachment, is_up): (&Attachment, &dyn Fn()),
        (plan, lock): (Plan, Lock),
        events: &mut Events,
        mut watching: Option<Watching<'_>>,
    ) -> anyhow::Result<Exit> {
        let (context, halt, changes) = (self.carrier.context, CancellationToken::new(), !plan.is_empty());
        let words = "stopping when what is being done is finished; Ctrl-C again kills";
        let mut coming = Box::pin(self.bring_up(plan, lock, &halt));
        match context.until_told(words, coming.as_mut(), &halt).await {
            Ended::Finished(well) => {
                if !well? {
                    return Ok(Exit::FAILED);
                }
            }
            Ended::Interrupted(None) => {
                self.kill_all(async { drop(coming.await) }, events).await?;
                return Ok(Exit::INTERRUPTED);
            }
            Ended::Interrupted(left) => {
                let exit = report_late(context.output(), left);
                self.stop(events).await?;
                return Ok(exit);
            }
        }
        if changes {
            self.bring.show_stack(&self.carrier.engine.observe_named(self.carrier.project.name()).await?);
        }
        is_up();
        let until = if watching.is_some() { attachment.until_watched() } else { attachment.until() };
        let end = {
            let following = self.follow.follow(self.carrier.project.name(), &mut *events, until);
            tokio::select! {
                end = following => Some(end?),
                over = until_over(context, watching.as_mut()) => over.map(|()| None)?,
            }
        };
        // By an edit, there may be other services by now.
        let project = watching.as_ref().map_or(self.carrier.project, Watching::project);
        let attached = Attached { carrier: self.carrier.told(project), ..*self };
        match end {
            Some(end) => attached.conclude(attachment, end, events).await,
            None => attached.stop(events).await.map(|_| Exit::INTERRUPTED),
        }
    }

    /// Carries the plan out; the lock ends with it, before anything is followed.
    async fn bring_up(&self, plan: Plan, _lock: Lock, halt: &CancellationToken) -> anyhow::Result<bool> {
        let (plan, outcomes) = self.bring.converge(self.carrier, plan, halt).await?;
        if halt.is_cancelled() && !outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(_))) {
            return Ok(true);
        }
        Ok(self.bring.is_well(&plan, &outcomes).await)
    }

    /// Ends the command: all containers are stopped when the end of one is that of all, and the exit code is the one that
    /// was asked for.
    async fn conclude(&self, attachment: &Attachment, end: Option<End>, events: &mut Events) -> anyhow::Result<Exit> {
        if let Some(end) = &end {
            let project = self.carrier.project.name().as_str();
            let container = short_name(&end.container, project);
            self.carrier.context.output().say(&format!("{container} exited with code {}: aborting", end.code));
            if self.stop(events).await? == Manner::AtOnce {
                return Ok(Exit::INTERRUPTED);
            }
        }
        let code = match &attachment.exit_code_from {
            Some(service) => self.follow.exit_code_of(self.carrier.project.name(), service).await?,
            None => end.map(|end| end.code),
        };
        Ok(code.map_or(Exit::DONE, Exit::of_process))
    }

    /// Stops all containers, dependents first, while their output is still shown. Ctrl-C kills them. Gives how they were
    /// stopped in the end.
    async fn stop(&self, events: &mut Events) -> anyhow::Result<Manner> {
        self.carrier.context.output().say("stopping; Ctrl-C again kills");
        tokio::select! {
            result = self.stop_and_listen(Manner::InPeace, &mut *events) => return result.map(|()| Manner::InPeace),
            () = self.carrier.context.interrupts().next() => {}
        }
        self.kill_all(std::future::ready(()), events).await.map(|()| Manner::AtOnce)
    }

    /// Kills all containers, also one whose start was under way in what still comes up. Ctrl-C does not wait for that.
    async fn kill_all(&self, coming: impl Future<Output = ()>, events: &mut Events) -> anyhow::Result<()> {
        self.carrier.context.output().say("killing; Ctrl-C again does not wait for it");
        let killing = async {
            let rest = tokio::time::timeout(UNDER_WAY, coming);
            tokio::join!(self.stop_and_listen(Manner::AtOnce, &mut *events), rest).0?;
            self.stop_and_listen(Manner::AtOnce, events).await
        };
        tokio::select! {
            result = killing => result,
            () = self.carrier.context.interrupts().next() => Ok(()),
        }
    }

    /// Stops all containers; what they still say, and that they ended, is told to the last.
    async fn stop_and_listen(&self, manner: Manner, events: &mut Events) -> anyhow::Result<()> {
        let stopped = CancellationToken::new();
        let stopping = async {
            let result = self.stop_all(manner).await;
            stopped.cancel();
            result
        };
        let listening = async {
            let rest = async {
                stopped.cancelled().await;
                tokio::time::sleep(LAST_WORDS).await;
            };
            tokio::select! {
                // That the engine cannot be asked is told by the stopping.
                _ = self.follow.follow(self.carrier.project.name(), events, Until::AllEnded) => {}
                () = rest => {}
            }
        };
        tokio::join!(stopping, listening).0
    }

    async fn stop_all(&self, manner: Manner) -> anyhow::Result<()> {
        let Carrier { context, engine, project, .. } = self.carrier;
        let how = Teardown { grace: self.policy.grace, targets: self.policy.targets.clone(), ..Teardown::default() };
        let plan = match manner {
            Manner::InPeace => teardown::stop,
            Manner::AtOnce => teardown::cut_short,
        };
        let observe = async || {
            let seen = engine.observe_named(project.name()).await?;
            Ok(plan(project.name(), Some(project), &seen, &how))
        };
        // Who does not want to wait waits for no other hoist either.
        let (at_once, never) = (manner == Manner::AtOnce, CancellationToken::new());
        let claim = Claim { context, engine, project: project.name() };
        let (plan, _lock) = claim.settle(observe, |plan| plan.is_empty() || at_once, &never).await?;
        // These ends are news, and the time to come up is no time to stop.
        let carrier = self.bring.carrier.told(project).until(None);
        carrier.carry_out(&plan, OnFailure::GoOn, &never).await;
        Ok(())
    }
}
