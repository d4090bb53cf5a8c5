//! [`Census`]: a look at which containers there are, and what says that another one is due.

use crate::engine::{Engine, EngineError, Events};
use crate::plan::SeenContainer;
use crate::value::ProjectName;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

/// A look at the engine: what happens there from now on, if that was asked for, and which containers there are.
pub struct Census {
    /// What happens from now on.
    pub events: Option<Events>,
    /// The containers.
    pub containers: Result<Vec<SeenContainer>, EngineError>,
}

/// Looks which containers there are; unless somebody listens already, what happens from now on is followed from before that
/// look.
pub async fn look(engine: Engine, project: ProjectName, listening: Listening) -> Census {
    let events = match listening {
        Listening::Already => None,
        Listening::NotYet => engine.subscribe(&project).await.ok(),
    };
    let containers = engine.containers(&project).await;
    Census { events, containers }
}

/// Whether somebody listens to what happens at the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// Somebody does.
    Already,
    /// Nobody does.
    NotYet,
}

impl Listening {
    /// Whether somebody listens to these.
    pub fn to(events: Option<&Events>) -> Self {
        if events.is_some() { Self::Already } else { Self::NotYet }
    }
}

/// What the engine's events say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// Something happened.
    Something,
    /// Nothing more is told.
    Ended,
}

/// Waits for the next event.
pub async fn heard(events: &mut Option<Events>) -> Happened {
    let Some(events) = events else { return std::future::pending().await };
    match events.next().await {
        Some(Ok(_)) => Happened::Something,
        Some(Err(_)) | None => Happened::Ended,
    }
}

/// Waits for a look that is under way.
pub async fn seen(census: &mut Option<JoinHandle<Census>>) -> Option<Census> {
    match census {
        Some(census) => census.await.ok(),
        None => std::future::pending().await,
    }
}
