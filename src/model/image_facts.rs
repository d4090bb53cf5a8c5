//! [`ImageFacts`]: what an image says of the containers that are made of it.

use super::Healthcheck;

/// What an image says of the containers that are made of it, as far as their service says nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// `EXPOSE`: the ports that its program listens on, such as `80/tcp`.
    pub ports: Vec<String>,
    /// `USER`, as it is written: `1000:1000`, or a name.
    pub user: Option<String>,
    /// `HEALTHCHECK`; nothing when there is none, or none that asks.
    pub healthcheck: Option<Healthcheck>,
    /// `ENTRYPOINT`.
    pub entrypoint: Vec<String>,
    /// `CMD`.
    pub command: Vec<String>,
    /// `STOPSIGNAL`.
    pub stop_signal: Option<String>,
    /// `VOLUME`: the paths at which a volume is made where nothing else is mounted.
    pub volumes: Vec<String>,
}
