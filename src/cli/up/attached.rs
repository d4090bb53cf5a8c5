//! `up` in the foreground: the output of all services, until they end or the user ends them.

use super::super::carrier::Carrier;
use super::super::failure::report_outcomes;
use super::super::interrupt::Ended;
use super::super::{Context, Exit};
use super::Up;
use crate::engine::{Engine, Events};
use crate::execute::OnFailure;
use crate::graph::Services;
use crate::load::Loaded;
use crate::model::Project;
use crate::plan::reconcile::{reconcile, selection};
use crate::plan::short_name;
use crate::plan::teardown::{self, Teardown};
use crate::render::LogWriter;
use crate::session::{Follow, Said};
use crate::value::Name;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

/// How long the news of a container's end may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Brings the project up, shows what it says, and stops it at the end.
pub async fn run(up: &Up, context: &Context, loaded: &Loaded, engine: &Engine) -> anyhow::Result<Exit> {
    let halt = CancellationToken::new();
    let project = &loaded.project;
    let images = context.interrupts().or(up.prepare_images(context, project, engine, &halt), &halt).await;
    let Ended::Finished(seen) = images else { return Ok(Exit::INTERRUPTED) };
    let Some(seen) = seen? else { return Ok(Exit::FAILED) };
    let plan = reconcile(project, &seen, &up.policy())?;
    context.show_notes(&plan);

    let watched = watched(up, project);
    let services = shown(up, project, &watched);
    let (follow, said) = Follow::new(engine, watched, services.clone());
    let mut events = engine.subscribe(project.name()).await?;
    let printer = tokio::spawn(print(said, log_writer(up, context, project, &services), project.name().to_string()));
    for container in kept(&seen, &plan) {
        follow.attach_running(container).await?;
    }
    let carrier = Carrier { context, engine, project, follow: Some(&follow) };
    let attached = Attached { carrier, follow: &follow };
    let work = async {
        if !attached.bring_up(&plan, &halt).await {
            return anyhow::Ok(Exit::FAILED);
        }
        if !halt.is_cancelled() {
            up.tell_timings(context, project, Some(Exit::DONE));
        }
        tokio::select! {
            ended = follow.until_all_ended(project.name(), &mut events) => ended?,
            () = halt.cancelled() => {}
        }
        Ok(Exit::DONE)
    };
    let exit = match context.interrupts().or(work, &halt).await {
        Ended::Finished(exit) => exit?,
        Ended::Interrupted(_) => attached.stop(up, &mut events).await?,
    };
    drop(follow);
    // What was said last is printed before the prompt comes back.
    let _ = tokio::time::timeout(Duration::from_secs(2), printer).await;
    Ok(exit)
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

/// The services whose end ends the command: those asked for.
fn watched(up: &Up, project: &Project) -> BTreeSet<Name> {
    match up.services.as_slice() {
        [] => selection(project, &Services::of(project), &up.policy()),
        asked => asked.iter().cloned().collect(),
    }
}

/// The services whose output is shown: those that are watched, unless the file or a flag says no.
fn shown(up: &Up, project: &Project, watched: &BTreeSet<Name>) -> BTreeSet<Name> {
    let wanted = |name: &&Name| project.services.get(*name).is_some_and(|service| service.attach != Some(false));
    watched.iter().filter(wanted).filter(|name| !up.no_attach.contains(name)).cloned().collect()
}

fn log_writer(up: &Up, context: &Context, project: &Project, services: &BTreeSet<Name>) -> LogWriter {
    let names = services.iter().filter_map(|name| project.services.get(name)).flat_map(|service| {
        (1..=service.replicas())
            .map(|number| short_name(&project.container_name(service, number), project.name().as_str()).to_owned())
    });
    context.output().logs(names.collect(), up.prefix.log_prefix())
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
    carrier: Carrier<'a>,
    follow: &'a Follow,
}

impl Attached<'_> {
    async fn bring_up(&self, plan: &crate::plan::Plan, halt: &CancellationToken) -> bool {
        let outcomes = self.carrier.outcomes(plan, OnFailure::Stop, halt).await;
        if halt.is_cancelled() && !outcomes.iter().any(|outcome| matches!(outcome, crate::plan::Outcome::Failed(_))) {
            return true;
        }
        report_outcomes(self.carrier.context.output(), plan, &outcomes)
    }

    /// Stops all containers, dependents first, while their output is still shown. A second Ctrl-C kills them.
    async fn stop(&self, up: &Up, events: &mut Events) -> anyhow::Result<Exit> {
        self.carrier.context.output().say("stopping; Ctrl-C again kills");
        let targets = up.services.clone();
        let gentle = Teardown { grace: up.timeout.map(Duration::from_secs), targets, ..Teardown::default() };
        tokio::select! {
            result = self.stop_and_listen(&gentle, &mut *events) => return result.map(|()| Exit::INTERRUPTED),
            () = self.carrier.context.interrupts().next() => {}
        }
        let now = Teardown { grace: Some(Duration::ZERO), ..gentle };
        self.stop_and_listen(&now, events).await?;
        Ok(Exit::INTERRUPTED)
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
                _ = self.follow.until_all_ended(self.carrier.project.name(), events) => {}
                () = rest => {}
            }
        };
        tokio::join!(stopping, listening).0
    }

    async fn stop_all(&self, how: &Teardown) -> anyhow::Result<()> {
        let Carrier { engine, project, .. } = self.carrier;
        let seen = engine.observe_named(project.name()).await?;
        let plan = teardown::stop(project.name(), Some(project), &seen, how);
        self.carrier.carry_out(&plan, OnFailure::GoOn, &CancellationToken::new()).await;
        Ok(())
    }
}
