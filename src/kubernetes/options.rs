//! [`Options`]: what a conversion is asked for.

use super::version::KubeVersion;

/// What a conversion is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The version of the cluster. Default: the newest that is known.
    pub version: KubeVersion,
    /// The namespace of all objects. Default: the project's name.
    pub namespace: Option<String>,
    /// How published ports are reached from outside. Default: they are not.
    pub expose: Expose,
    /// What becomes of secrets. Default: objects of their own.
    pub secrets: Secrets,
    /// The Pod Security level that is aimed at; nothing is the strictest that each service can be given.
    pub security: Option<Security>,
}

/// How published ports are reached from outside of the cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expose {
    /// Not at all.
    #[default]
    None,
    /// At a port of every node.
    NodePort,
    /// At an address of their own.
    LoadBalancer,
    /// By name and path, through an Ingress controller.
    Ingress,
}

/// What becomes of secrets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Secrets {
    /// Objects of their own, in files that version control is told to ignore.
    #[default]
    Generator,
    /// They stay where they stand: variables in the container, files as objects like any other.
    Inline,
    /// They are only referred to; somebody else makes them.
    External,
}

/// A level of the Pod Security Standards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Security {
    /// As little as a pod can do with.
    Restricted,
    /// No known way out of the pod.
    Baseline,
    /// No limits.
    Privileged,
}

impl Security {
    /// The word of the Pod Security Standards.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Baseline => "baseline",
            Self::Privileged => "privileged",
        }
    }
}
