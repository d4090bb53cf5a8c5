//! Waits until a container is as a condition wants it.
//!
//! Theory of operation: subscribe to the engine's events first, look second, judge, and look again whenever something
//! happened to the container. While a health check has no verdict, its command is run here too, at once and then with a
//! short back-off, so nobody waits for the engine's first interval; a first success counts. Only the engine's verdict
//! makes a container unhealthy. There is no ticker: without an event and without a probe nothing is asked.

use crate::engine::{
    ContainerAction, ContainerEvent, Engine, EngineError, HealthProbe, Inspected, LastProbe, LogOptions,
};
use crate::plan::{Condition, Facts, Health, Judgement, State};
use crate::value::{ContainerId, ProjectName};
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, channel, error::RecvError};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Lines of the container's own output that explain a failure.
const LOG_LINES: usize = 10;

/// Why a container will not become what was waited for.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// It can no longer hold.
    #[error("{container} {}", describe(why))]
    Hopeless {
        /// The container's name.
        container: String,
        /// Why.
        why: String,
        /// What the engine's last probe said.
        probe: Option<LastProbe>,
        /// The last lines of the container's own output.
        logs: Vec<String>,
    },
    /// The engine could not be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine no longer tells what happens.
    #[error("the engine's events ended while waiting")]
    EventsEnded,
}

fn describe(why: &str) -> String {
    match why.strip_prefix("it ") {
        Some(rest) => rest.to_owned(),
        None if why.starts_with("exited") => why.to_owned(),
        None => format!("is {why}"),
    }
}

/// The state that all waits of one run share.
pub struct Readiness {
    engine: Engine,
    /// Never read itself: each wait takes its own place behind it. The listener has the only sender, so that its end is
    /// told to all who wait.
    feed: Receiver<ContainerEvent>,
    probed: Mutex<BTreeMap<ContainerId, Slot>>,
    listener: tokio::task::JoinHandle<()>,
}

/// One container is probed by one task at a time; holds the start for which a probe succeeded.
type Slot = Arc<tokio::sync::Mutex<Option<String>>>;
type Probing<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

impl Readiness {
    /// Subscribes to what happens in a project.
    pub async fn subscribe(engine: &Engine, project: &ProjectName) -> Result<Self, EngineError> {
        let mut events = engine.subscribe(project).await?;
        let (sender, feed) = channel(1024);
        let listener = tokio::spawn(async move {
            while let Some(Ok(event)) = events.next().await {
                // No receiver means that nobody waits right now.
                let _ = sender.send(event);
            }
        });
        Ok(Self { engine: engine.clone(), feed, probed: Mutex::default(), listener })
    }

    /// Waits until the condition holds; `tell` hears what is waited for.
    ///
    /// # Errors
    /// When the condition can no longer hold, with all that explains it.
    pub async fn wait(&self, id: &ContainerId, until: Condition, tell: impl Fn(String)) -> Result<(), NotReady> {
        let mut events = self.feed.resubscribe();
        let mut probing: Option<Probing<'_>> = None;
        let mut pause = Duration::ZERO;
        let mut told = String::new();
        loop {
            let seen = self.engine.inspect(id).await?;
            let slot = self.slot(id);
            let probed = slot.try_lock().is_ok_and(|start| start.as_deref() == Some(seen.started_at.as_str()));
            match until.judge(&Facts { probed, ..seen.facts.clone() }) {
                Judgement::Met => return Ok(()),
                Judgement::Hopeless(why) => return Err(self.explain(id, seen, why).await),
                Judgement::Waiting(why) if why != told => {
                    tell(why.clone());
                    told = why;
                }
                Judgement::Waiting(_) => {}
            }
            if probing.is_none() && is_worth_probing(until, &seen) {
                probing = self.probe(id, slot, &seen, pause);
            }
            tokio::select! {
                ended = next_change(&mut events, id) => if ended { return Err(self.lost().await) },
                () = async { match probing.as_mut() { Some(probe) => probe.await, None => std::future::pending().await } } => {
                    probing = None;
                    told.clear();
                    pause = (pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                }
            }
        }
    }

    fn slot(&self, id: &ContainerId) -> Slot {
        let mut all = self.probed.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(id.clone()).or_default())
    }

    /// One probe after a pause. A probe beyond its time counts as failed, but the next begins only when it has ended:
    /// the engine offers no way to end it.
    fn probe<'a>(&'a self, id: &ContainerId, slot: Slot, seen: &Inspected, pause: Duration) -> Option<Probing<'a>> {
        let HealthProbe { command, timeout } = seen.healthcheck.clone()?;
        let (id, start) = (id.clone(), seen.started_at.clone());
        Some(Box::pin(async move {
            tokio::time::sleep(pause).await;
            let mut succeeded_for = slot.lock().await;
            if succeeded_for.as_deref() == Some(start.as_str()) {
                return;
            }
            let mut exec = Box::pin(self.engine.probe(&id, &command));
            let within = tokio::time::timeout(timeout, &mut exec).await;
            if within.is_err() {
                let _ = exec.await;
            } else if matches!(&within, Ok(Ok(probe)) if probe.exit_code == 0) {
                *succeeded_for = Some(start);
            }
        }))
    }

    async fn explain(&self, id: &ContainerId, seen: Inspected, why: String) -> NotReady {
        let probe = seen.last_probe.filter(|_| seen.facts.health == Some(Health::Unhealthy));
        NotReady::Hopeless { container: seen.name, why, probe, logs: last_lines(&self.engine, id).await }
    }

    async fn lost(&self) -> NotReady {
        match self.engine.version().await {
            Ok(_) => NotReady::EventsEnded,
            Err(error) => NotReady::Engine(error),
        }
    }
}

impl Drop for Readiness {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// The last lines that a container wrote; nothing when they cannot be had.
pub async fn last_lines(engine: &Engine, id: &ContainerId) -> Vec<String> {
    let options = LogOptions { tail: Some(LOG_LINES), ..LogOptions::default() };
    let mut bytes = Vec::new();
    let mut stream = Box::pin(engine.logs(id, &options));
    while let Some(Ok(chunk)) = stream.next().await {
        bytes.extend_from_slice(&chunk.bytes);
    }
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}

fn is_worth_probing(until: Condition, seen: &Inspected) -> bool {
    until != Condition::CompletedSuccessfully
        && seen.facts.state == State::Running
        && seen.facts.health == Some(Health::Starting)
}

/// Waits until something happens that may change the judgement of a container; true when no more will be told.
async fn next_change(events: &mut Receiver<ContainerEvent>, id: &ContainerId) -> bool {
    loop {
        match events.recv().await {
            Ok(event) if event.id == *id && event.action != ContainerAction::Other => return false,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return false,
            Err(RecvError::Closed) => return true,
        }
    }
}
