//! [`Evidence`]: what explains that a container is not as it should be.

use crate::engine::{Engine, Inspected, LastProbe, LogOptions};
use crate::plan::{Health, State};
use crate::value::ContainerId;
use futures_util::StreamExt;
use std::time::Duration;

/// Lines of the container's own output that explain a failure.
const LOG_LINES: usize = 20;
/// What a container wrote is asked for, not waited for.
const READING: Duration = Duration::from_secs(5);

/// What explains that a container is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it does.
    pub state: State,
    /// The engine's verdict; nothing without a health check.
    pub health: Option<Health>,
    /// The last probe, when it failed.
    pub probe: Option<LastProbe>,
    /// The exit code of the last run that ended; nothing before the first.
    pub last_exit: Option<i64>,
    /// How often the engine started it again.
    pub restarts: u32,
    /// Whether its last end was for want of memory.
    pub out_of_memory: bool,
    /// What the engine says of why it could not be started.
    pub fault: Option<String>,
    /// The last lines of its own output.
    pub log: Vec<String>,
}

impl Evidence {
    /// What is known of a container, and what it wrote last. Gathering never fails: what cannot be had is left out.
    pub async fn gather(engine: &Engine, seen: &Inspected) -> Self {
        let ended = seen.last_run.is_some() || matches!(seen.facts.state, State::Exited(_) | State::Restarting);
        let failed = |probe: &LastProbe| probe.exit_code != 0;
        Self {
            state: seen.facts.state,
            health: seen.facts.health,
            probe: seen.last_probe.clone().filter(failed),
            last_exit: ended.then_some(seen.facts.last_exit),
            restarts: seen.facts.restarts,
            out_of_memory: seen.out_of_memory,
            fault: Some(seen.fault.clone()).filter(|fault| !fault.is_empty()),
            log: last_lines(engine, &seen.id).await,
        }
    }
}

/// The last lines that a container wrote; nothing when they cannot be had.
async fn last_lines(engine: &Engine, id: &ContainerId) -> Vec<String> {
    let options = LogOptions { tail: Some(LOG_LINES), ..LogOptions::default() };
    let mut bytes = Vec::new();
    let reading = async {
        let mut stream = Box::pin(engine.logs(id, &options));
        while let Some(Ok(chunk)) = stream.next().await {
            bytes.extend_from_slice(&chunk.bytes);
        }
    };
    // What came in time is told.
    let _ = tokio::time::timeout(READING, reading).await;
    String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
}
