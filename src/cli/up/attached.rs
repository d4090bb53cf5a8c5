//! `up` in the foreground: the output of all services, until they end or the user ends them.

use super::super::bring::Bring;
use super::super::carrier::Carrier;
use super::super::interrupt::Ended;
use super::super::lock::{Claim, Lock};
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

/// Brings the project up, shows what it says, and stops it at the end. `is_up` hears that all is up.
pub async fn run(bring: Bring<'_>, attachment: &Attachment, is_up: &dyn Fn()) -> anyhow::Result<Exit> {
    let Carrier { context, engine, project, .. } = bring.carrier;
    let policy = bring.policy();
    let audience = attachment.audience(project, &policy)?;
    let halt = CancellationToken::new();
    let images = context.interrupts().or(Box::pin(bring.images(&halt)), &halt).await;
    let Ended::Finished(seen) = images else { return Ok(Exit::INTERRUPTED) };
    let Some((seen, lock)) = seen? else { return Ok(Exit::FAILED) };
    let project = &*context.provided().tell(project);
    let carrier = bring.carrier.told(project);
    let plan = reconcile(project, &seen, &bring.policy())?;
    let changes = !plan.is_empty();
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
    let work = async {
        if !attached.bring_up(plan, lock, &halt).await? {
            return anyhow::Ok(Followed::Failed);
        }
        if !halt.is_cancelled() {
            if changes {
                bring.show_stack(&engine.observe_named(project.name()).await?);
            }
            is_up();
        }
        tokio::select! {
            end = follow.follow(project.name(), &mut events, attachment.until()) => Ok(Followed::Ended(end?)),
            () = halt.cancelled() => Ok(Followed::Ended(None)),
        }
    };
    let exit = match context.interrupts().or(work, &halt).await {
        Ended::Finished(followed) => attached.conclude(attachment, followed?, &mut events).await?,
        Ended::Interrupted(_) => {
            attached.stop(&mut events).await?;
            Exit::INTERRUPTED
        }
    };
    drop(follow);
    // What was said last is printed before the prompt comes back.
    let _ = tokio::time::timeout(Duration::from_secs(2), printer).await;
    Ok(exit)
}

/// How the following of a project ended by itself.
enum Followed {
    /// It did not come up, which has been shown.
    Failed,
    /// All have ended, or one whose end is the end of all.
    Ended(Option<End>),
}

/// How containers were stopped.
#[derive(PartialEq, Eq)]
enum Stopped {
    /// Within their grace.
    InPeace,
    /// At once, since the user did not want to wait.
    AtOnce,
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

struct Attached<'a> {
    bring: Bring<'a>,
    carrier: Carrier<'a>,
    follow: &'a Follow,
    policy: &'a Policy,
}

impl Attached<'_> {
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
    async fn conclude(&self, attachment: &Attachment, followed: Followed, events: &mut Events) -> anyhow::Result<Exit> {
        let Followed::Ended(end) = followed else { return Ok(Exit::FAILED) };
        if let Some(end) = &end {
            let project = self.carrier.project.name().as_str();
            let container = short_name(&end.container, project);
            self.carrier.context.output().say(&format!("{container} exited with code {}: aborting", end.code));
            if self.stop(events).await? == Stopped::AtOnce {
                return Ok(Exit::INTERRUPTED);
            }
        }
        let code = match &attachment.exit_code_from {
            Some(service) => self.follow.exit_code_of(self.carrier.project.name(), service).await?,
            None => end.map(|end| end.code),
        };
        Ok(code.map_or(Exit::DONE, Exit::of_process))
    }

    /// Stops all containers, dependents first, while their output is still shown. Ctrl-C kills them.
    async fn stop(&self, events: &mut Events) -> anyhow::Result<Stopped> {
        self.carrier.context.output().say("stopping; Ctrl-C again kills");
        let targets = self.policy.targets.clone();
        let gentle = Teardown { grace: self.policy.grace, targets, ..Teardown::default() };
        tokio::select! {
            result = self.stop_and_listen(&gentle, &mut *events) => return result.map(|()| Stopped::InPeace),
            () = self.carrier.context.interrupts().next() => {}
        }
        let now = Teardown { grace: Some(Duration::ZERO), ..gentle };
        self.stop_and_listen(&now, events).await?;
        Ok(Stopped::AtOnce)
    }

    /// Stops all containers; what they still say, and that they ended, is told to the last.
    async fn stop_and_listen(&self, how: &Teardown, events: &mut Events) -> anyhow::Result<()> {
        let stopped = CancellationToken::new();
        let stopping = async {
            let result = self.stop_all(how).await;
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

    async fn stop_all(&self, how: &Teardown) -> anyhow::Result<()> {
        let Carrier { context, engine, project, .. } = self.carrier;
        let observe = async || {
            let seen = engine.observe_named(project.name()).await?;
            Ok(teardown::stop(project.name(), Some(project), &seen, how))
        };
        // Who does not want to wait waits for no other hoist either.
        let (at_once, never) = (how.grace == Some(Duration::ZERO), CancellationToken::new());
        let claim = Claim { context, engine, project: project.name() };
        let (plan, _lock) = claim.settle(observe, |plan| plan.is_empty() || at_once, &never).await?;
        self.carrier.carry_out(&plan, OnFailure::GoOn, &never).await;
        Ok(())
    }
}
