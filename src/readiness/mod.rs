//! Waits until a container is as a condition wants it.
//!
//! Theory of operation: subscribe to the engine's events first, look second, judge, and look again whenever something
//! happened to the container. While a health check has no verdict, its command is run here too, at once and then with a
//! short back-off, so nobody waits for the engine's first interval; a first success counts. Only the engine's verdict
//! makes a container unhealthy. There is no ticker: without an event and without a probe nothing is asked, but once more
//! when a container without a health check has run for long enough to be taken for running.

mod evidence;

pub use evidence::Evidence;

use crate::engine::{ContainerAction, ContainerEvent, Engine, EngineError, HealthProbe, Inspected, LastProbe};
use crate::plan::{Condition, Facts, Health, Judgement, State};
use crate::value::{ContainerId, Moment, ProjectName, Timespan};
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::broadcast::{Receiver, channel, error::RecvError};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// The exit code that the engine gives to a probe that took too long.
const TIMED_OUT: i64 = -1;

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
        /// What explains it.
        evidence: Box<Evidence>,
    },
    /// The time is over, and it does not hold yet.
    #[error("{container} is not ready after {limit}: {why}")]
    Late {
        /// The container's name.
        container: String,
        /// The time there was.
        limit: Timespan,
        /// What is still waited for.
        why: String,
        /// What explains it.
        evidence: Box<Evidence>,
    },
    /// The engine could not be asked.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine no longer tells what happens.
    #[error("the engine's events ended while waiting")]
    EventsEnded,
}

/// Until when something is waited for, and how long that is in all.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    /// The end.
    pub at: Instant,
    /// The time from the beginning of the command.
    pub limit: Duration,
}

impl Deadline {
    /// So long from now.
    pub fn after(limit: Duration) -> Option<Self> {
        Instant::now().checked_add(limit).map(|at| Self { at, limit })
    }

    /// Waits until it is over; for ever without one.
    pub async fn over(deadline: Option<Self>) {
        match deadline {
            Some(Self { at, .. }) => tokio::time::sleep_until(at.into()).await,
            None => std::future::pending().await,
        }
    }
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
    /// What the last probe of ours said that failed.
    failed: Mutex<BTreeMap<ContainerId, LastProbe>>,
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
        Ok(Self { engine: engine.clone(), feed, probed: Mutex::default(), failed: Mutex::default(), listener })
    }

    /// Waits until the condition holds; `tell` hears what is waited for.
    ///
    /// # Errors
    /// When the condition can no longer hold, or the time is over, with all that explains it.
    pub async fn wait(
        &self,
        id: &ContainerId,
        until: Condition,
        deadline: Option<Deadline>,
        tell: impl Fn(String),
    ) -> Result<(), NotReady> {
        let mut events = self.feed.resubscribe();
        let mut probing: Option<Probing<'_>> = None;
        let mut pause = Duration::ZERO;
        let mut told = String::new();
        let mut history: Option<History> = None;
        let over = Deadline::over(deadline);
        tokio::pin!(over);
        loop {
            let seen = self.engine.inspect(id).await?;
            let slot = self.slot(id);
            let probed = slot.try_lock().is_ok_and(|start| start.as_deref() == Some(seen.started_at.as_str()));
            let history = history.get_or_insert_with(|| History::of(&seen));
            let facts = history.judge(&seen, probed);
            let why = match until.judge(&facts) {
                Judgement::Met => return Ok(()),
                Judgement::Hopeless(why) => return Err(self.hopeless(&seen, why).await),
                Judgement::Waiting(why) => why,
            };
            if why != told {
                tell(why.clone());
                told.clone_from(&why);
            }
            if probing.is_none() && is_worth_probing(until, &seen) {
                probing = self.probe(id, slot, &seen, pause);
            }
            tokio::select! {
                biased;
                () = &mut over => return Err(self.late(&seen, why, deadline).await),
                ended = next_change(&mut events, id) => if ended { return Err(self.lost().await) },
                () = history.until_steady(&facts, &seen) => {}
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
            match tokio::time::timeout(timeout, &mut exec).await {
                Ok(Ok(probe)) if probe.exit_code == 0 => *succeeded_for = Some(start),
                Ok(Ok(probe)) => self.failed(&id, LastProbe { exit_code: probe.exit_code, output: probe.output }),
                Ok(Err(_)) => {}
                Err(_) => {
                    let output = format!("no answer within {}", Timespan::from(timeout));
                    self.failed(&id, LastProbe { exit_code: TIMED_OUT, output });
                    let _ = exec.await;
                }
            }
        }))
    }

    fn failed(&self, id: &ContainerId, probe: LastProbe) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), probe);
    }

    async fn hopeless(&self, seen: &Inspected, why: String) -> NotReady {
        let mut evidence = Evidence::gather(&self.engine, seen).await;
        evidence.probe = evidence.probe.filter(|_| seen.facts.health == Some(Health::Unhealthy));
        NotReady::Hopeless { container: seen.name.clone(), why, evidence: Box::new(evidence) }
    }

    /// The engine may have had no time for a probe: then the last one of ours is told.
    async fn late(&self, seen: &Inspected, why: String, deadline: Option<Deadline>) -> NotReady {
        let mut evidence = Evidence::gather(&self.engine, seen).await;
        let ours = self.failed.lock().unwrap_or_else(PoisonError::into_inner).get(&seen.id).cloned();
        evidence.probe = ours.or(evidence.probe);
        let limit = deadline.map(|deadline| deadline.limit).unwrap_or_default().into();
        NotReady::Late { container: seen.name.clone(), limit, why, evidence: Box::new(evidence) }
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

/// What of a container's past does not count in a wait.
struct History {
    /// Restarts before a run that lasted: a container that is restarted once a week is in no crash loop.
    forgiven: u32,
    /// The start that was seen last, and when it was seen first.
    start: String,
    since: Instant,
}

impl History {
    fn of(seen: &Inspected) -> Self {
        let ran = if seen.facts.state == State::Running { by_clock(seen) } else { seen.last_run.unwrap_or_default() };
        let forgiven = if Facts::is_recovered(ran) { seen.facts.restarts } else { 0 };
        Self { forgiven, start: seen.started_at.clone(), since: Instant::now() }
    }

    /// How long a container that runs has been running: whatever its engine's clock says, at least as long as it was
    /// seen to.
    fn ran_for(&self, seen: &Inspected) -> Duration {
        by_clock(seen).max(self.since.elapsed())
    }

    fn judge(&mut self, seen: &Inspected, probed: bool) -> Facts {
        if self.start != seen.started_at {
            (self.start, self.since) = (seen.started_at.clone(), Instant::now());
        }
        // A count that fell belongs to a start by hand.
        let restarts = seen.facts.restarts.checked_sub(self.forgiven).unwrap_or(seen.facts.restarts);
        let facts = Facts { probed, restarts, ..seen.facts.clone() };
        let steady = seen.facts.state == State::Running && self.ran_for(seen) >= facts.steady_after();
        Facts { steady, ..facts }
    }

    /// Waits until a container that runs is to be taken for running.
    async fn until_steady(&self, facts: &Facts, seen: &Inspected) {
        if facts.state == State::Running && facts.health.is_none() && !facts.steady {
            tokio::time::sleep(facts.steady_after().saturating_sub(self.ran_for(seen))).await;
        } else {
            std::future::pending::<()>().await;
        }
    }
}

/// The time since the start, by the engine's clock and ours.
fn by_clock(seen: &Inspected) -> Duration {
    let started = seen.started_at.parse::<Moment>().ok();
    started.and_then(|started| Moment::from(SystemTime::now()).since(started)).unwrap_or_default()
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
