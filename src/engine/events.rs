//! [`Events`]: what happens to the containers of a project. They say "look again" and decide nothing.

use super::{Engine, EngineError};
use crate::plan::{Health, labels};
use crate::value::{ContainerId, Moment, Name, ProjectName};
use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::{Stream, StreamExt};
use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::task::AbortOnDropHandle;

/// Something that happened to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerEvent {
    /// The container.
    pub id: ContainerId,
    /// What happened.
    pub action: ContainerAction,
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: Name,
    /// Its number within the service; 0 for a one-off.
    pub number: u32,
    /// Whether it was made by `run`.
    pub oneoff: bool,
    /// Whether a hook of its service runs in it, and the service does not.
    pub hook: bool,
    /// When, by the engine's clock, in nanoseconds since 1970.
    pub at: i64,
}

/// What happened to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerAction {
    /// It was created.
    Create,
    /// It was started.
    Start,
    /// Its process ended.
    Die {
        /// With this code.
        exit_code: i64,
    },
    /// The engine has a verdict about its health.
    Health(Health),
    /// It was removed.
    Destroy,
    /// It was frozen, or goes on.
    Pause,
    /// Anything else: nothing that a wait depends on.
    Other,
}

/// The events of one project from the moment of the subscription on. Dropping it ends the subscription.
pub struct Events {
    receiver: UnboundedReceiver<Result<ContainerEvent, EngineError>>,
    _pump: AbortOnDropHandle<()>,
}

const WATCHED: [&str; 12] = [
    "create",
    "start",
    "restart",
    "stop",
    "kill",
    "die",
    "oom",
    "pause",
    "unpause",
    "rename",
    "destroy",
    "health_status",
];

impl Engine {
    /// Subscribes to what happens to a project's containers. Nothing that happens after the call is missed: the engine
    /// is asked for all since now, by its own clock, and it keeps its last 256 events.
    pub async fn subscribe(&self, project: &ProjectName) -> Result<Events, EngineError> {
        let filters = HashMap::from([
            ("type", vec!["container".to_owned()]),
            ("label", vec![format!("{}={project}", labels::PROJECT)]),
            ("event", WATCHED.map(str::to_owned).to_vec()),
        ]);
        let options = EventsOptionsBuilder::new().since(&self.now().await?.to_string()).filters(&filters).build();
        let mut stream = self.docker.events(Some(options));
        let (sender, receiver) = unbounded_channel();
        let engine = self.clone();
        let pump = tokio::spawn(async move {
            while let Some(message) = stream.next().await {
                let event = message.map_err(|fault| engine.sorted(fault)).map(event).transpose();
                if event.is_some_and(|event| sender.send(event).is_err()) {
                    return;
                }
            }
        });
        Ok(Events { receiver, _pump: AbortOnDropHandle::new(pump) })
    }

    /// The time of the engine: ours on this machine, else what it says.
    async fn now(&self) -> Result<Moment, EngineError> {
        if !self.host.is_local() {
            let said = self.docker.info().await.map_err(|fault| self.sorted(fault))?.system_time;
            if let Some(moment) = said.as_deref().and_then(|said| said.parse().ok()) {
                return Ok(moment);
            }
        }
        Ok(SystemTime::now().into())
    }
}

impl Stream for Events {
    type Item = Result<ContainerEvent, EngineError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.receiver.poll_recv(context)
    }
}

fn event(message: EventMessage) -> Option<ContainerEvent> {
    let actor = message.actor?;
    let attributes = actor.attributes.unwrap_or_default();
    let label = |name: &str| attributes.get(name).map(String::as_str);
    let exit_code = label("exitCode").and_then(|code| code.parse().ok()).unwrap_or(0);
    Some(ContainerEvent {
        id: ContainerId::new(actor.id?),
        action: action(&message.action?, exit_code),
        name: label("name").unwrap_or_default().to_owned(),
        service: label(labels::SERVICE)?.parse().ok()?,
        number: label(labels::CONTAINER_NUMBER).and_then(|number| number.parse().ok()).unwrap_or(0),
        oneoff: label(labels::ONEOFF).is_some_and(|oneoff| oneoff.eq_ignore_ascii_case("true")),
        hook: label(labels::HOOK).is_some(),
        at: message.time_nano.unwrap_or(0),
    })
}

fn action(word: &str, exit_code: i64) -> ContainerAction {
    match word {
        "create" => ContainerAction::Create,
        "start" => ContainerAction::Start,
        "die" => ContainerAction::Die { exit_code },
        "destroy" => ContainerAction::Destroy,
        "pause" | "unpause" => ContainerAction::Pause,
        "health_status: healthy" => ContainerAction::Health(Health::Healthy),
        "health_status: unhealthy" => ContainerAction::Health(Health::Unhealthy),
        "health_status: starting" => ContainerAction::Health(Health::Starting),
        _ => ContainerAction::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_service_and_the_exit_code() {
        let event = died(r#""com.docker.compose.container-number":"1""#);
        assert_eq!(event.action, ContainerAction::Die { exit_code: 3 });
        assert_eq!((event.service.as_str(), event.number), ("web", 1));
        assert_eq!((event.oneoff, event.hook), (false, false));
    }

    #[test]
    fn an_event_of_a_hook_or_a_run_says_so() {
        let (hook, run) =
            (died(r#""com.docker.compose.hook":"pre_start""#), died(r#""com.docker.compose.oneoff":"True""#));
        assert_eq!([(hook.hook, hook.oneoff), (run.hook, run.oneoff)], [(true, false), (false, true)]);
    }

    /// What an engine tells of the end of a container of 'web' that has one more label.
    fn died(label: &str) -> ContainerEvent {
        let text = format!(
            r#"{{"Type":"container","Action":"die","timeNano":7,"Actor":{{"ID":"00","Attributes":{{"exitCode":"3",
            "name":"p-web-1","com.docker.compose.service":"web",{label}}}}}}}"#
        );
        let message: EventMessage = serde_json::from_str(&text).expect("as an engine writes it");
        event(message).expect("a container's")
    }

    #[test]
    fn a_verdict_is_an_action_of_its_own() {
        assert_eq!(action("health_status: unhealthy", 0), ContainerAction::Health(Health::Unhealthy));
        assert_eq!(action("oom", 0), ContainerAction::Other);
    }
}
