//! [`Namespace`]: what a container shares with others, [`Cgroup`]: whose control group it lives in. Spec: services,
//! `ipc`, `network_mode`, `pid`, `uts` and `cgroup`.

use crate::value::{Invalid, Name};
use std::fmt;
use std::str::FromStr;

/// Whose namespace a container lives in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespace {
    /// `service:<name>`: that of another service's container, which is started first.
    Service(Name),
    /// `container:<name or id>`: that of a container which nobody here makes.
    Container(String),
    /// A word that the engine knows, such as `host`, `private`, `shareable`, `none` or `bridge`.
    Mode(String),
}

impl Namespace {
    /// The service whose namespace it is.
    pub fn service(&self) -> Option<&Name> {
        match self {
            Self::Service(name) => Some(name),
            Self::Container(_) | Self::Mode(_) => None,
        }
    }

    /// Whether it is that of the machine.
    pub fn is_host(&self) -> bool {
        matches!(self, Self::Mode(word) if word == "host")
    }
}

impl FromStr for Namespace {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(service) = text.strip_prefix("service:") {
            return service.parse().map(Self::Service);
        }
        Ok(match text.strip_prefix("container:") {
            Some(container) => Self::Container(container.to_owned()),
            None => Self::Mode(text.to_owned()),
        })
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(name) => write!(out, "service:{name}"),
            Self::Container(container) => write!(out, "container:{container}"),
            Self::Mode(mode) => write!(out, "{mode}"),
        }
    }
}

/// Whose control group a container lives in. Default: the engine's, `private` with version 2 of control groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cgroup {
    /// The host's.
    Host,
    /// Its own.
    Private,
}

impl FromStr for Cgroup {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "host" => Ok(Self::Host),
            "private" => Ok(Self::Private),
            _ => Err(Invalid::new(format!("'{text}' is not a mode of 'cgroup'")).help("one of host, private")),
        }
    }
}

impl fmt::Display for Cgroup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Host => "host",
            Self::Private => "private",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{attribute, service_fault};

    #[test]
    fn a_namespace_is_written_as_it_was() {
        for text in ["ipc: shareable", "pid: host", "uts: container:c", "pid: foo", "ipc: none"] {
            let (key, value) = text.split_once(": ").expect("a pair");
            assert_eq!(attribute(&format!("{key}: '{value}'")), format!(r#"{{"{key}":"{value}"}}"#));
        }
        assert_eq!(attribute("ipc: ''"), "{}");
        assert!(service_fault("pid: ").is_some());
    }

    #[test]
    fn the_namespace_of_a_service_names_it() {
        let shared: Namespace = "service:web".parse().expect("a service's");
        assert_eq!(shared.service().map(Name::as_str), Some("web"));
        assert!("service:".parse::<Namespace>().is_err());
    }

    #[test]
    fn a_control_group_is_the_hosts_or_private() {
        assert_eq!(attribute("cgroup: host"), r#"{"cgroup":"host"}"#);
        assert!(service_fault("cgroup: foo").is_some() && service_fault("cgroup: ''").is_some());
    }
}
