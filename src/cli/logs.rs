//! `hoist logs`.

use super::prefix::Prefix;
use super::{Context, Exit};
use crate::engine::{ContainerAction, Engine, EngineError, LogChunk, LogOptions};
use crate::plan::{SeenContainer, State, short_name};
use crate::value::{ContainerId, Invalid, Moment, Name, ProjectName, Timespan};
use futures_util::{Stream, StreamExt};
use std::collections::BTreeSet;
use std::time::SystemTime;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Show what the containers wrote
#[derive(Debug, clap::Args)]
pub struct Logs {
    /// Only these services
    services: Vec<Name>,
    /// Go on as more is written
    #[arg(short, long)]
    follow: bool,
    /// Number of lines from the end, or 'all'
    #[arg(short = 'n', long, default_value = "all", value_parser = parse_tail)]
    tail: Tail,
    /// Only what was written since then, such as '2026-01-02T13:23:37Z' or '42m'
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    since: Option<Moment>,
    /// Only what was written before, such as '2026-01-02T13:23:37Z' or '42m'
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    until: Option<Moment>,
    /// Show when each line was written
    #[arg(short, long)]
    timestamps: bool,
    #[command(flatten)]
    prefix: Prefix,
}

/// How many lines from the end; nothing means all.
#[derive(Debug, Clone, Copy)]
struct Tail(Option<usize>);

fn parse_tail(text: &str) -> Result<Tail, String> {
    match text {
        "all" => Ok(Tail(None)),
        number => number.parse().map(|number| Tail(Some(number))).map_err(|_| "write a number or 'all'".to_owned()),
    }
}

/// A moment, or a span of time before now.
fn parse_moment(text: &str) -> Result<Moment, String> {
    match text.parse::<Timespan>() {
        Ok(span) => Ok(Moment::from(SystemTime::now()).before(span)),
        Err(_) => text.parse().map_err(|invalid: Invalid| {
            invalid.help.map_or_else(|| invalid.message.clone(), |help| format!("{}; {help}", invalid.message))
        }),
    }
}

type Piece = (String, LogChunk);

impl Logs {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let subject = context.subject(&self.services)?;
        let engine = context.engine()?;
        let events = if self.follow { Some(engine.subscribe(subject.name()).await?) } else { None };
        let seen = engine.observe_named(subject.name()).await?;
        let mut containers: Vec<&SeenContainer> = seen.containers.iter().filter(|one| self.shows(one)).collect();
        containers.sort_by(|left, right| left.name.cmp(&right.name));
        let project = subject.name().as_str();
        let names = containers.iter().map(|one| one.short_name(project).to_owned()).collect();
        let mut writer = context.output().logs(names, self.prefix.log_prefix());
        let (sender, mut pieces) = unbounded_channel();
        for container in &containers {
            let stream = engine.logs(&container.id, &self.options());
            forward(&sender, container.short_name(project).to_owned(), stream);
        }
        if let Some(events) = events {
            let running = containers.iter().filter(|one| one.state == State::Running).map(|one| one.id.clone());
            let later = Later { logs: &self, engine: &engine, project: subject.name(), sender };
            let more = later.follow(events, running.collect());
            let print = async {
                while let Some((name, chunk)) = pieces.recv().await {
                    writer.write(&name, &chunk.bytes);
                }
            };
            // Ctrl-C ends the reading, at once and without a fault.
            tokio::select! {
                (ended, ()) = async { tokio::join!(more, print) } => ended?,
                () = context.interrupts().next() => {}
            }
        } else {
            drop(sender);
            while let Some((name, chunk)) = pieces.recv().await {
                writer.write(&name, &chunk.bytes);
            }
        }
        writer.finish();
        Ok(Exit::DONE)
    }

    fn shows(&self, container: &SeenContainer) -> bool {
        !container.oneoff && (self.services.is_empty() || self.services.contains(&container.service))
    }

    fn options(&self) -> LogOptions {
        LogOptions {
            follow: self.follow,
            since: self.since,
            until: self.until,
            tail: self.tail.0,
            timestamps: self.timestamps,
        }
    }
}

fn forward<S>(sender: &UnboundedSender<Piece>, name: String, stream: S)
where
    S: Stream<Item = Result<LogChunk, EngineError>> + Send + 'static,
{
    let sender = sender.clone();
    tokio::spawn(async move {
        let mut stream = Box::pin(stream);
        while let Some(Ok(chunk)) = stream.next().await {
            if sender.send((name.clone(), chunk)).is_err() {
                break;
            }
        }
    });
}

/// Containers that start while logs are followed.
struct Later<'a> {
    logs: &'a Logs,
    engine: &'a Engine,
    project: &'a ProjectName,
    sender: UnboundedSender<Piece>,
}

impl Later<'_> {
    /// Ends when no container runs any more; its sender ends with it, and so does the printing.
    async fn follow(
        self,
        mut events: impl Stream<Item = Result<crate::engine::ContainerEvent, EngineError>> + Unpin,
        mut alive: BTreeSet<ContainerId>,
    ) -> Result<(), EngineError> {
        let mut read = alive.clone();
        while !alive.is_empty() {
            let Some(event) = events.next().await.transpose()? else { break };
            let asked = self.logs.services.is_empty() || self.logs.services.contains(&event.service);
            if !asked || event.oneoff || event.hook {
                continue;
            }
            match event.action {
                ContainerAction::Start => {
                    alive.insert(event.id.clone());
                    if read.insert(event.id.clone()) {
                        self.started(&event.id).await?;
                    }
                }
                ContainerAction::Die { .. } => {
                    // Its log ends with it; one that is started again is read again from that start on.
                    read.remove(&event.id);
                    let state = self.engine.inspect(&event.id).await.map(|seen| seen.facts.state);
                    if !matches!(state, Ok(State::Restarting | State::Running)) {
                        alive.remove(&event.id);
                    }
                }
                ContainerAction::Destroy => {
                    alive.remove(&event.id);
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn started(&self, id: &ContainerId) -> Result<(), EngineError> {
        let seen = match self.engine.inspect(id).await {
            Ok(seen) => seen,
            Err(EngineError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let options = LogOptions { since: seen.started_at.parse().ok(), ..self.logs.options() };
        let name = short_name(&seen.name, self.project.as_str()).to_owned();
        forward(&self.sender, name, self.engine.logs(id, &options));
        Ok(())
    }
}
