//! [`Attended`]: a container that the user sits at, from before its start to its end.

use crate::cli::conversation::{Conversation, Stdin};
use crate::cli::{Context, Exit};
use crate::engine::{ContainerAction, Engine, EngineError, Events};
use crate::plan::{AnonymousVolumes, State};
use crate::render::Terminal;
use crate::value::{ContainerId, ProjectName};
use futures_util::StreamExt;
use futures_util::future::select_all;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Longest wait for the engine to remove what has ended.
const REMOVAL: Duration = Duration::from_secs(10);

/// A container that the user sits at.
pub struct Attended<'a> {
    /// Where it is heard.
    pub context: &'a Context,
    /// The engine.
    pub engine: &'a Engine,
    /// The container, made and not started.
    pub id: &'a ContainerId,
    /// What the user has to say.
    pub stdin: Stdin,
    /// Whether it has the user's terminal.
    pub terminal: bool,
    /// Whether the engine removes it when it has ended.
    pub ephemeral: bool,
}

impl Attended<'_> {
    /// Starts the container and stays until it has ended; gives its exit code. All is listened to from before the
    /// start, so that nothing is missed of a process that ends at once.
    pub async fn run(&self, project: &ProjectName) -> anyhow::Result<Exit> {
        let mut events = self.engine.subscribe(project).await?;
        let streams = self.engine.attach_streams(self.id).await?;
        let mut signals = Signals::listen()?;
        let given = self.terminal.then(Terminal::give).transpose()?;
        self.engine.start(self.id).await?;
        let conversation = Conversation { output: self.context.output(), stdin: self.stdin };
        let talk = conversation.hold(streams, |window| async move {
            if self.terminal { self.engine.resize(self.id, window).await } else { Ok(()) }
        });
        let exit = tokio::select! {
            exit = self.end(talk, &mut events) => exit?,
            () = self.forward(&mut signals) => {
                self.put_an_end().await?;
                Exit::INTERRUPTED
            }
        };
        drop(given);
        Ok(exit)
    }

    async fn end(
        &self,
        talk: impl Future<Output = Result<(), EngineError>>,
        events: &mut Events,
    ) -> anyhow::Result<Exit> {
        talk.await?;
        if self.context.output().is_closed() {
            self.put_an_end().await?;
            return Ok(Exit::UNHEARD);
        }
        if self.terminal && self.is_left_alone().await? {
            return Ok(Exit::DONE);
        }
        let code = self.exit_code(events).await?;
        if self.ephemeral {
            // Who is slow to remove it does so anyway.
            let _ = tokio::time::timeout(REMOVAL, self.until(events, ContainerAction::Destroy)).await;
        }
        Ok(Exit::of_process(code))
    }

    /// Whether the user pressed the keys that leave a terminal and let the container run.
    async fn is_left_alone(&self) -> Result<bool, EngineError> {
        match self.engine.inspect(self.id).await {
            Ok(seen) => Ok(seen.facts.state == State::Running),
            Err(EngineError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn exit_code(&self, events: &mut Events) -> anyhow::Result<i64> {
        while let Some(event) = events.next().await {
            match event? {
                event if event.id != *self.id => {}
                event => {
                    if let ContainerAction::Die { exit_code } = event.action {
                        return Ok(exit_code);
                    }
                }
            }
        }
        anyhow::bail!("the engine no longer tells how the container ends: look with 'docker ps --all'")
    }

    async fn until(&self, events: &mut Events, action: ContainerAction) {
        while let Some(Ok(event)) = events.next().await {
            if event.id == *self.id && event.action == action {
                return;
            }
        }
    }

    /// Passes signals on to the container; ends when the user wants it to end for the second time.
    async fn forward(&self, signals: &mut Signals) {
        let mut asked = false;
        loop {
            let name = signals.next().await;
            let ends = ["SIGINT", "SIGTERM"].contains(&name);
            if ends && std::mem::replace(&mut asked, true) {
                return;
            }
            // A container that ended meanwhile needs no signal.
            let _ = self.engine.signal(self.id, name).await;
        }
    }

    /// Kills the container.
    async fn put_an_end(&self) -> Result<(), EngineError> {
        if self.ephemeral {
            return self.engine.remove(self.id, AnonymousVolumes::Remove).await;
        }
        match self.engine.signal(self.id, "SIGKILL").await {
            Err(EngineError::Conflict { .. } | EngineError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }
}

/// The signals that are passed on.
struct Signals(Vec<(&'static str, Signal)>);

impl Signals {
    fn listen() -> std::io::Result<Self> {
        let all = [
            ("SIGHUP", SignalKind::hangup()),
            ("SIGINT", SignalKind::interrupt()),
            ("SIGQUIT", SignalKind::quit()),
            ("SIGTERM", SignalKind::terminate()),
            ("SIGUSR1", SignalKind::user_defined1()),
            ("SIGUSR2", SignalKind::user_defined2()),
        ];
        all.into_iter().map(|(name, kind)| Ok((name, signal(kind)?))).collect::<Result<_, _>>().map(Self)
    }

    async fn next(&mut self) -> &'static str {
        let names: Vec<&'static str> = self.0.iter().map(|(name, _)| *name).collect();
        let (_, index, _) = select_all(self.0.iter_mut().map(|(_, signal)| Box::pin(signal.recv()))).await;
        names.get(index).copied().unwrap_or("SIGTERM")
    }
}
