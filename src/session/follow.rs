//! [`Follow`]: the output of a project's containers, from before they start until they have all ended.

use crate::engine::{ContainerAction, ContainerEvent, Engine, EngineError, LogChunk, LogOptions};
use crate::plan::{Observed, SeenContainer, State, Subject};
use crate::value::{ContainerId, Name, ProjectName};
use futures_util::{Stream, StreamExt};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// Something that a container said or did.
#[derive(Debug)]
pub enum Said {
    /// A piece of its output.
    Chunk {
        /// The container's name.
        container: String,
        /// The bytes, and which stream they came from.
        chunk: LogChunk,
    },
    /// It ended.
    Exited {
        /// The container's name.
        container: String,
        /// Its exit code.
        code: i64,
        /// Whether the engine starts it again.
        restarting: bool,
    },
}

/// When following is over before all containers have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// It is not.
    AllEnded,
    /// When one has ended that is not expected to.
    FirstEnd,
    /// When one has ended with another exit code than 0.
    FirstFailure,
    /// Never: what has ended may be started again.
    Never,
}

/// A container that ended and is not started again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Its name.
    pub container: String,
    /// The service it belongs to.
    pub service: Name,
    /// Its exit code.
    pub code: i64,
}

/// The containers that are followed. Everything they say goes into one channel, in the order in which it arrives.
pub struct Follow {
    engine: Engine,
    watched: Mutex<BTreeSet<Name>>,
    shown: Mutex<BTreeSet<Name>>,
    sender: UnboundedSender<Said>,
    attached: Mutex<BTreeMap<ContainerId, Attached>>,
    /// The services that others wait to see completed: their good end is no news.
    jobs: BTreeSet<Name>,
    /// Whose end is news.
    lives: Mutex<BTreeMap<ContainerId, Life>>,
    ends: Mutex<Vec<End>>,
}

/// What is known of a container. Of all others no end is news: events are listened to from before anything is done, and
/// tell of what was replaced, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// It runs, or this run starts it.
    Lives,
    /// This run stops or removes it on the way up.
    Dismissed,
}

struct Attached {
    container: String,
    forwarding: JoinHandle<()>,
}

/// How long the rest of a dead container's output may take to arrive.
const REST: Duration = Duration::from_secs(2);

impl Follow {
    /// Watches the containers of some services until they end, and tells what those of some of them say.
    pub fn new(engine: &Engine, watched: BTreeSet<Name>, shown: BTreeSet<Name>) -> (Self, UnboundedReceiver<Said>) {
        let (sender, receiver) = unbounded_channel();
        let (engine, jobs) = (engine.clone(), BTreeSet::new());
        let (attached, lives, ends) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (watched, shown) = (Mutex::new(watched), Mutex::new(shown));
        (Self { engine, watched, shown, sender, attached, jobs, lives, ends }, receiver)
    }

    /// Expects these services to end by themselves.
    #[must_use]
    pub fn expecting(mut self, jobs: BTreeSet<Name>) -> Self {
        self.jobs = jobs;
        self
    }

    /// Watches these services too from now on, and tells what they say.
    pub fn welcome(&self, services: &BTreeSet<Name>) {
        for known in [&self.watched, &self.shown] {
            known.lock().unwrap_or_else(PoisonError::into_inner).extend(services.iter().cloned());
        }
    }

    /// The exit code of the first container of a service that ended: of those that were heard of, else of those that
    /// are there; nothing when none has ended.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn exit_code_of(&self, project: &ProjectName, service: &Name) -> Result<Option<i64>, EngineError> {
        let heard = self.ends().iter().find(|end| end.service == *service).map(|end| end.code);
        if heard.is_some() {
            return Ok(heard);
        }
        let seen = self.engine.observe_named(project).await?;
        Ok(seen.replicas(service).into_iter().find_map(|one| match one.state {
            State::Exited(code) => Some(code),
            _ => None,
        }))
    }

    /// Attaches to a container that is about to start, so that not a byte is missed.
    pub(super) async fn before_start(&self, id: &ContainerId, subject: &Subject) -> Result<(), EngineError> {
        self.lives().entry(id.clone()).or_insert(Life::Lives);
        let wanted = subject.service.as_ref().is_some_and(|service| self.shows(service));
        if wanted {
            self.attach(id, &subject.name).await?;
        }
        Ok(())
    }

    /// Takes note that a container is about to be stopped or removed on the way up: its end is no news, unless it is
    /// started again.
    pub(super) fn dismiss(&self, id: &ContainerId) {
        self.lives().insert(id.clone(), Life::Dismissed);
    }

    /// Attaches to a container that runs and stays; what it said before is not repeated.
    pub async fn attach_running(&self, container: &SeenContainer) -> Result<(), EngineError> {
        if container.state != State::Running || container.oneoff {
            return Ok(());
        }
        self.lives().insert(container.id.clone(), Life::Lives);
        if self.shows(&container.service) {
            self.attach(&container.id, &container.name).await?;
        }
        Ok(())
    }

    async fn attach(&self, id: &ContainerId, name: &str) -> Result<(), EngineError> {
        let stream = self.engine.attach(id).await?;
        self.forward(id, name, stream);
        Ok(())
    }

    fn forward<S>(&self, id: &ContainerId, name: &str, stream: S)
    where
        S: Stream<Item = Result<LogChunk, EngineError>> + Send + 'static,
    {
        let (sender, container) = (self.sender.clone(), name.to_owned());
        let forwarding = tokio::spawn(async move {
            let mut stream = Box::pin(stream);
            while let Some(Ok(chunk)) = stream.next().await {
                if sender.send(Said::Chunk { container: container.clone(), chunk }).is_err() {
                    break;
                }
            }
        });
        self.attached().insert(id.clone(), Attached { container: name.to_owned(), forwarding });
    }

    /// Follows until no container of the watched services runs any more, or until one has ended as `until` says, which
    /// it gives then. Containers that start again, or that another shell starts, are followed from then on.
    ///
    /// # Errors
    /// When the engine cannot be asked, or tells no more while a container runs.
    pub async fn follow(
        &self,
        project: &ProjectName,
        mut events: impl Stream<Item = Result<ContainerEvent, EngineError>> + Unpin,
        until: Until,
    ) -> Result<Option<End>, EngineError> {
        let seen = self.engine.observe_named(project).await?;
        let ours = |one: &&SeenContainer| self.watches(&one.service) && !one.oneoff;
        let mut running: BTreeSet<ContainerId> =
            seen.containers.iter().filter(ours).filter(|one| one.is_up()).map(|one| one.id.clone()).collect();
        for id in &running {
            self.lives().entry(id.clone()).or_insert(Life::Lives);
        }
        while let Some(event) = self.next(&mut events, &running, until).await.transpose()? {
            if !self.watches(&event.service) || event.oneoff || event.hook {
                continue;
            }
            match event.action {
                ContainerAction::Start => running.extend(self.started(&event).await?),
                ContainerAction::Die { exit_code } if self.is_alive(&event.id) => {
                    let restarting = self.died(&event, exit_code).await;
                    if !restarting {
                        running.remove(&event.id);
                        let end = self.ended(&event, exit_code);
                        if self.is_over(until, &end) {
                            return Ok(Some(end));
                        }
                    }
                }
                ContainerAction::Destroy => {
                    running.remove(&event.id);
                }
                _ => {}
            }
        }
        let is_over = running.is_empty() && until != Until::Never;
        if is_over { Ok(self.missed(&seen, until)) } else { Err(self.silent()) }
    }

    fn silent(&self) -> EngineError {
        EngineError::Silent { host: self.engine.host().to_string() }
    }

    /// Takes note of an end.
    fn ended(&self, event: &ContainerEvent, code: i64) -> End {
        let end = End { container: event.name.clone(), service: event.service.clone(), code };
        self.ends().push(end.clone());
        end
    }

    fn is_over(&self, until: Until, end: &End) -> bool {
        match until {
            Until::AllEnded | Until::Never => false,
            Until::FirstEnd => end.code != 0 || !self.jobs.contains(&end.service),
            Until::FirstFailure => end.code != 0,
        }
    }

    /// A container that had ended before anybody listened.
    fn missed(&self, seen: &Observed, until: Until) -> Option<End> {
        let ours = |one: &&SeenContainer| self.watches(&one.service) && !one.oneoff;
        let ends = seen.containers.iter().filter(ours).filter_map(|one| match one.state {
            State::Exited(code) => Some(End { container: one.name.clone(), service: one.service.clone(), code }),
            _ => None,
        });
        ends.into_iter().find(|end| self.is_over(until, end))
    }

    fn ends(&self) -> std::sync::MutexGuard<'_, Vec<End>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next event; nothing when no container runs and all that ended have been told of.
    async fn next(
        &self,
        events: &mut (impl Stream<Item = Result<ContainerEvent, EngineError>> + Unpin),
        running: &BTreeSet<ContainerId>,
        until: Until,
    ) -> Option<Result<ContainerEvent, EngineError>> {
        let all_told = self.attached().is_empty();
        match (running.is_empty() && until != Until::Never, all_told) {
            (true, true) => None,
            (true, false) => tokio::time::timeout(REST, events.next()).await.ok().flatten(),
            (false, _) => events.next().await,
        }
    }

    /// A container started; one that is not attached is followed by its log from this start on. Gives it
    /// while it is still there: one that was replaced may have been started before that.
    async fn started(&self, event: &ContainerEvent) -> Result<Option<ContainerId>, EngineError> {
        let unheard = self.shows(&event.service) && !self.attached().contains_key(&event.id);
        if self.is_alive(&event.id) && !unheard {
            return Ok(Some(event.id.clone()));
        }
        let seen = match self.engine.inspect(&event.id).await {
            Ok(seen) => seen,
            Err(EngineError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.lives().insert(event.id.clone(), Life::Lives);
        if unheard {
            let options = LogOptions { follow: true, since: seen.started_at.parse().ok(), ..LogOptions::default() };
            self.forward(&event.id, &seen.name, self.engine.logs(&event.id, &options));
        }
        Ok(Some(event.id.clone()))
    }

    /// Tells that a container ended; gives whether the engine starts it again.
    async fn died(&self, event: &ContainerEvent, code: i64) -> bool {
        let state = self.engine.inspect(&event.id).await.map(|seen| seen.facts.state);
        let restarting = matches!(state, Ok(State::Restarting | State::Running));
        let attached = self.attached().remove(&event.id);
        if let Some(Attached { container, forwarding }) = attached {
            // Its last words come before the news of its end, unless they do not come at all.
            let stop = forwarding.abort_handle();
            if tokio::time::timeout(REST, forwarding).await.is_err() {
                stop.abort();
            }
            // Nobody listens any more when the command is ending.
            let _ = self.sender.send(Said::Exited { container, code, restarting });
        }
        restarting
    }

    fn watches(&self, service: &Name) -> bool {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).contains(service)
    }

    fn shows(&self, service: &Name) -> bool {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).contains(service)
    }

    /// Whether the end of a container is news.
    fn is_alive(&self, id: &ContainerId) -> bool {
        self.lives().get(id) == Some(&Life::Lives)
    }

    fn lives(&self) -> std::sync::MutexGuard<'_, BTreeMap<ContainerId, Life>> {
        self.lives.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attached(&self) -> std::sync::MutexGuard<'_, BTreeMap<ContainerId, Attached>> {
        self.attached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
