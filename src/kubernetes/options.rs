//! [`Options`]: what a conversion is asked for.

use super::feature::{self, Feature};
use super::inspected::Images;
use super::registry::Registry;
use super::version::KubeVersion;
use crate::value::ImageName;
use std::collections::BTreeSet;

/// What a conversion is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The version of the cluster. Default: the newest that is known.
    pub version: KubeVersion,
    /// The feature gates that the cluster has switched on. Default: those that its version has.
    pub features: BTreeSet<Feature>,
    /// The namespace of all objects. Default: the project's name.
    pub namespace: Option<String>,
    /// How published ports are reached from outside. Default: they are not.
    pub expose: Expose,
    /// What becomes of secrets. Default: objects of their own.
    pub secrets: Secrets,
    /// The Pod Security level that all pods must meet; what keeps one from it is an error. Nothing is the strictest that each
    /// service can be given.
    pub security: Option<Security>,
    /// What pods wait for. Default: what a condition asks for.
    pub wait: Wait,
    /// Where services run that others wait for until they have ended. Default: in pods of their own.
    pub jobs: Jobs,
    /// The image of containers that wait for services; it has `sh`, `nc` and `grep`. Default: `busybox`.
    pub wait_image: Option<ImageName>,
    /// Where images are fetched from that are built here and have no name. Default: their own name says it.
    pub registry: Option<Registry>,
    /// Which services are started anew when their health check fails. Default: those that ask for it.
    pub liveness: Liveness,
    /// What services need that do not say so. Default: nothing.
    pub requests: Requests,
    /// What selects the pods of a workload. Default: the recommended labels.
    pub selector: Selector,
    /// What becomes of devices and of mounts of the system. Default: nothing.
    pub bind: Bind,
    /// Who sets `ulimits`. Default: the nodes, as they like.
    pub ulimits: Ulimits,
    /// What the images of the services say. Default: nobody looked.
    pub images: Images,
    /// The volumes, or claims of folders, whose pods run on one machine. Default: none.
    pub colocate: BTreeSet<String>,
    /// What `deploy.labels` become. Default: annotations.
    pub deploy_labels: DeployLabels,
    /// Whether networks become policies. Default: where a project separates something.
    pub network_policy: NetworkPolicies,
}

/// Whether networks become policies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NetworkPolicies {
    /// Where a project has two networks, or an internal one.
    #[default]
    Auto,
    /// Each network that services are on.
    Always,
    /// None does.
    Never,
}

/// What `deploy.labels` become on a workload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeployLabels {
    /// Annotations, which may have any value.
    #[default]
    Annotations,
    /// Labels, where Kubernetes takes them as such.
    Labels,
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

/// What pods wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wait {
    /// What has to be healthy or to have ended.
    #[default]
    Conditions,
    /// All that they depend on.
    All,
}

/// Where services run that others wait for until they have ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Jobs {
    /// In pods of their own: once, whoever waits for them.
    #[default]
    Objects,
    /// In the pods of the one service that waits for them, wherever that can be: once for each start of a pod.
    Inline,
}

/// Which services are started anew when their health check fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Liveness {
    /// Those that ask for it: `x-kubernetes: {liveness: true}`.
    #[default]
    Asked,
    /// All that have a health check.
    All,
}

/// What services need that do not say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Requests {
    /// Nothing.
    #[default]
    Written,
    /// A little processor time and memory.
    Little,
}

/// What selects the pods of a workload. Kubernetes never lets it change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Selector {
    /// The recommended labels: `app.kubernetes.io/name` and `…/instance`.
    #[default]
    Recommended,
    /// The label of Kompose, for what was once made by it: `io.kompose.service`.
    Kompose,
}

/// What becomes of devices and of mounts of the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Bind {
    /// Nothing: machines of a cluster are not this one.
    #[default]
    Judged,
    /// Those of the machine that a pod runs on.
    HostPath,
}

/// Who sets `ulimits`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ulimits {
    /// The nodes, for all containers.
    #[default]
    Nodes,
    /// A shell that runs the command of a container, as far as the nodes let it.
    Shell,
}

impl Options {
    /// Whether a field of a type does something in the cluster.
    pub(super) fn enables(&self, of: &str, field: &str) -> bool {
        feature::enables(self.version, &self.features, (of, field))
    }
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
