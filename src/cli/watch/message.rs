//! What containers are told once their files are there: by a command or a signal.

use super::bench::Bench;
use super::tell::words;
use super::works::Ended;
use crate::engine::EngineError;
use crate::model::Hook;
use crate::plan::{SeenContainer, State};
use crate::value::{Moment, Name, Signal};
use crate::watch::{Due, Then};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::time::{Duration, Instant, SystemTime};
use tokio_util::sync::CancellationToken;

/// The time between the mount of a file and the start of the process, and more.
const MARGIN: Duration = Duration::from_millis(200);

/// How long it is still waited for once all is to end.
const REST: Duration = Duration::from_secs(2);

impl Bench<'_> {
    /// Tells all containers of a service that run. A container that has a file by a mount which another took the place of
    /// would read the old one: then none is told, and they are to be restarted.
    /// Once `halt` comes, what takes its time is no longer waited for.
    pub async fn tell(
        &self,
        due: Due,
        (then, replaced): (&Then, Option<SystemTime>),
        halt: &CancellationToken,
    ) -> Ended {
        let told = async {
            let own = self.running(&due.service).await?;
            if let Some(since) = replaced
                && self.is_any_stale(&own, since).await?
            {
                return Ok(Ended::Stale(due.clone()));
            }
            match then {
                Then::Exec(hook) => self.command(&due, hook, &own).await,
                Then::Signal(signal) => self.signal(&due, signal, &own).await,
                Then::Nothing | Then::Restart => {}
            }
            Ok::<Ended, EngineError>(Ended::Told(due.clone()))
        };
        let output = self.context.output();
        let too_long = async {
            halt.cancelled().await;
            tokio::time::sleep(REST).await;
        };
        let told = tokio::select! {
            told = told => told,
            () = too_long => {
                let message = format!("'{}' goes on in {}: it is no longer waited for", then.command(), due.service);
                output.note(&message, None);
                return Ended::Told(due);
            }
        };
        match told {
            Ok(Ended::Stale(due)) => {
                let message = format!(
                    "{} is another file by now, which {} sees only after a restart: it is restarted",
                    words(&due.because),
                    due.service
                );
                output.note(&message, Some("mount the folder that it is in; what changes there is seen at once"));
                Ended::Stale(due)
            }
            Ok(ended) => ended,
            Err(error) => {
                output.error(&error.to_string(), error.help().as_deref());
                Ended::Told(due)
            }
        }
    }

    async fn running(&self, service: &Name) -> Result<Vec<SeenContainer>, EngineError> {
        let mut seen = self.engine.containers(self.project.name()).await?;
        seen.retain(|one| one.service == *service && !one.oneoff && one.state == State::Running);
        Ok(seen)
    }

    /// Whether a container has run since before a moment.
    async fn is_any_stale(&self, containers: &[SeenContainer], since: SystemTime) -> Result<bool, EngineError> {
        let since = Moment::from(since + MARGIN);
        for one in containers {
            let started: Option<Moment> = self.engine.inspect(&one.id).await?.started_at.parse().ok();
            if started.is_some_and(|started| started.since(since).is_none()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Runs a command in containers.
    async fn command(&self, due: &Due, hook: &Hook, own: &[SeenContainer]) {
        let output = self.context.output();
        let command = Then::Exec(hook.clone()).command();
        let began = Instant::now();
        let runs =
            own.iter().map(|one| async move { (&one.name, self.engine.run_hook(self.licence, &one.id, hook).await) });
        let all: Vec<_> = runs.collect::<FuturesUnordered<_>>().collect().await;
        let mut any = false;
        for (container, ran) in &all {
            match ran {
                Ok((0, _)) => any = true,
                Ok((code, said)) => {
                    let said = said.trim();
                    let help = (!said.is_empty()).then(|| format!("it said: {said}"));
                    output.warn(&format!("'{command}' in {container} exited with code {code}"), help.as_deref());
                }
                Err(error) => output.warn(&format!("'{command}' in {container}: {error}"), error.help().as_deref()),
            }
        }
        if any {
            self.teller.ran(&command, &due.service, began.elapsed());
        }
    }

    /// Sends a signal to the first process of containers.
    async fn signal(&self, due: &Due, signal: &Signal, own: &[SeenContainer]) {
        let mut any = false;
        for one in own {
            match self.engine.signal(&one.id, signal.as_str()).await {
                Ok(()) => any = true,
                Err(error) => {
                    let message = format!("{} to {}: {error}", signal.as_str(), one.name);
                    self.context.output().warn(&message, error.help().as_deref());
                }
            }
        }
        if any {
            self.teller.signalled((signal, &due.service), &due.because, due.began.elapsed());
        }
    }
}
