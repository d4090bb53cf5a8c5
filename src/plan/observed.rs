//! [`Observed`]: what an engine holds of a project, as far as decisions and people need it.

use super::labels;
use crate::model::Identity;
use crate::value::{ContainerId, Name, Platform};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

/// What an engine holds of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// Containers with the project's label, in every state.
    pub containers: Vec<SeenContainer>,
    /// Containers in which a hook ran before a service started, and failed.
    pub helpers: Vec<SeenContainer>,
    /// Networks with the project's label, and those that the project names.
    pub networks: Vec<SeenNetwork>,
    /// Volumes with the project's label, and those that the project names.
    pub volumes: Vec<SeenVolume>,
    /// The images that the project names and the engine has, by the familiar form of their name.
    pub images: BTreeMap<String, SeenImage>,
    /// The attributes in which containers differ from what is wanted whose labels do not say what they were made from.
    pub drift: BTreeMap<ContainerId, Vec<String>>,
    /// Compose files that containers were recorded from and that are no longer there.
    pub vanished: BTreeSet<String>,
}

/// A container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenContainer {
    /// Its id.
    pub id: ContainerId,
    /// Its name, without the leading slash.
    pub name: String,
    /// The service it belongs to.
    pub service: Name,
    /// Its number within the service; 0 for a one-off.
    pub number: u32,
    /// Whether it was made by `run`.
    pub oneoff: bool,
    /// What it does.
    pub state: State,
    /// The engine's verdict; nothing without a health check.
    pub health: Option<Health>,
    /// The image it was made from, by the name given then.
    pub image: String,
    /// The id of that image; empty when the engine does not tell.
    pub image_id: String,
    /// All its labels.
    pub labels: BTreeMap<String, String>,
    /// The networks it is in: name to id.
    pub networks: BTreeMap<String, String>,
    /// The container whose network it shares.
    pub joins: Option<ContainerId>,
    /// The volumes it has.
    pub volumes: Vec<MountedVolume>,
    /// The ports that are published.
    pub ports: Vec<PublishedPort>,
    /// The command line.
    pub command: String,
    /// When it was created, in seconds since 1970.
    pub created: i64,
    /// The engine's words for its state, such as `Up 5 minutes (healthy)`.
    pub status: String,
}

/// What a container does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It was never started.
    Created,
    /// It runs.
    Running,
    /// It ended and is about to be started again.
    Restarting,
    /// It is frozen.
    Paused,
    /// It ended with this code.
    Exited(i64),
    /// It is being removed.
    Removing,
    /// It could not be removed.
    Dead,
}

impl State {
    /// The engine's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::Paused => "paused",
            Self::Exited(_) => "exited",
            Self::Removing => "removing",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => out.pad(&format!("exited ({code})")),
            other => out.pad(other.name()),
        }
    }
}

/// The engine's verdict about a container's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// No verdict yet.
    Starting,
    /// The last probe succeeded.
    Healthy,
    /// Too many probes failed in a row.
    Unhealthy,
}

impl fmt::Display for Health {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        })
    }
}

/// A volume in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountedVolume {
    /// The volume's name on the engine.
    pub name: String,
    /// Where in the container.
    pub target: String,
}

impl MountedVolume {
    /// Whether the engine made up its name: 64 hexadecimal digits.
    pub fn is_anonymous(&self) -> bool {
        self.name.len() == 64 && self.name.chars().all(|digit| digit.is_ascii_hexdigit())
    }
}

/// A port that the host publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublishedPort {
    /// The host's address; empty when the port is only exposed.
    pub address: String,
    /// The host's port; nothing when the port is only exposed.
    pub published: Option<u16>,
    /// The container's port.
    pub target: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNetwork {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// All its labels.
    pub labels: BTreeMap<String, String>,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenVolume {
    /// Its name.
    pub name: String,
    /// All its labels.
    pub labels: BTreeMap<String, String>,
}

/// An image. What is more than its id is only looked up where a service's platform or pull policy asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenImage {
    /// Its id, `sha256:…`.
    pub id: String,
    /// What it is made for.
    pub platform: Option<Platform>,
    /// How long ago it got its name: since it was fetched or built.
    pub age: Option<Duration>,
}

impl SeenImage {
    /// An image of which only the id is known.
    pub fn of(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }
}

impl SeenContainer {
    /// Whether there is something to stop.
    pub fn is_up(&self) -> bool {
        matches!(self.state, State::Running | State::Restarting | State::Paused)
    }

    /// A label's value.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }

    /// The name without the project in front, as logs and people call it.
    pub fn short_name(&self, project: &str) -> &str {
        short_name(&self.name, project)
    }
}

impl Observed {
    /// The containers of a service that `up` cares for, by number.
    pub fn replicas<'a>(&'a self, service: &'a Name) -> Vec<&'a SeenContainer> {
        let mut all: Vec<_> =
            self.containers.iter().filter(|container| container.service == *service && !container.oneoff).collect();
        all.sort_by(|left, right| (left.number, &left.name).cmp(&(right.number, &right.name)));
        all
    }

    /// Whether a container was made from these compose files, or from files that are no longer there: then a service
    /// that they do not have is gone. What was made from other files is theirs.
    pub fn is_recorded_from(&self, identity: &Identity, container: &SeenContainer) -> bool {
        let recorded = container.label(labels::CONFIG_FILES).unwrap_or_default();
        let known =
            |file: &str| self.vanished.contains(file) || identity.files.iter().any(|one| one.as_os_str() == file);
        recorded == labels::joined(&identity.files) || !recorded.is_empty() && recorded.split(',').all(known)
    }

    /// A container by its id.
    pub fn container(&self, id: &ContainerId) -> Option<&SeenContainer> {
        self.containers.iter().find(|container| container.id == *id)
    }

    /// A network by its name, or by its id as external networks may be named.
    pub fn network(&self, name: &str) -> Option<&SeenNetwork> {
        let named = self.networks.iter().find(|network| network.name == name);
        named.or_else(|| self.networks.iter().find(|network| network.id == name))
    }

    /// A volume by its name.
    pub fn volume(&self, name: &str) -> Option<&SeenVolume> {
        self.volumes.iter().find(|volume| volume.name == name)
    }
}

/// A container's name without the project in front, as logs and people call it.
pub fn short_name<'a>(name: &'a str, project: &str) -> &'a str {
    name.strip_prefix(project).and_then(|rest| rest.strip_prefix(['-', '_'])).unwrap_or(name)
}
