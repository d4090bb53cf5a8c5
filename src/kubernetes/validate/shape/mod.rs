//! Rules about a value of one type of the API, wherever it stands.

mod access;
mod admission;
mod job;
mod lifecycle;
mod network;
mod pod;
mod quota;
mod required;
mod scaling;
mod scheduling;
mod service;
mod storage;
mod system;
mod workload;

use super::Faults;
use super::reach::{entry, items};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// The containers of a pod: those that start first, and all others.
fn containers(pod: &Node) -> impl Iterator<Item = &Node> {
    ["initContainers", "containers"].into_iter().flat_map(|key| items(pod, key))
}

type Rule = fn(&Node, &mut Faults);

/// By type.
const RULES: &[(&str, &[Rule])] = &[
    ("AppArmorProfile", &[pod::profile]),
    ("Container", &[pod::image, pod::capabilities, pod::mounts, lifecycle::restarts]),
    ("DeploymentSpec", &[workload::readiness]),
    ("DownwardAPIVolumeFile", &[pod::downward_file]),
    ("EndpointSlice", &[network::endpoints]),
    ("EnvFromSource", &[pod::variables_from]),
    ("EnvVarSource", &[pod::variable_from]),
    ("HTTPIngressPath", &[network::path]),
    ("HorizontalPodAutoscalerSpec", &[scaling::to_nothing]),
    ("IPBlock", &[network::exceptions]),
    ("IngressBackend", &[network::backend]),
    ("IngressRule", &[network::host]),
    ("IngressSpec", &[network::rules]),
    ("IngressTLS", &[network::certified]),
    ("JobSpec", &[job::together, job::indexes, job::failures, job::successes]),
    ("LabelSelectorRequirement", &[scheduling::requirement]),
    ("LimitRangeItem", &[quota::limit]),
    ("LimitRangeSpec", &[quota::limits]),
    ("MetricSpec", &[scaling::metric]),
    ("NetworkPolicyPeer", &[network::peer]),
    ("NetworkPolicyPort", &[network::port_range]),
    ("NetworkPolicySpec", &[network::directions]),
    ("NodeSelectorRequirement", &[scheduling::requirement]),
    ("NodeSelectorTerm", &[scheduling::fields]),
    ("PersistentVolumeClaimSpec", &[storage::access_modes, storage::request]),
    ("PersistentVolumeClaimTemplate", &[storage::own_claim]),
    ("PersistentVolumeSpec", &[storage::access_modes, storage::sources, storage::capacity, storage::recycled]),
    ("PodAffinityTerm", &[scheduling::common]),
    ("PodDNSConfig", &[pod::name_servers]),
    ("PodFailurePolicyOnExitCodesRequirement", &[job::codes]),
    ("PodFailurePolicyRule", &[job::failure]),
    ("PodSecurityContext", &[pod::kernel_parameters]),
    (
        "PodSpec",
        &[
            lifecycle::claims,
            lifecycle::devices,
            lifecycle::ephemeral,
            lifecycle::resizes,
            lifecycle::sleeps,
            pod::namespaces,
            pod::shared_parameters,
            pod::unmasked,
            pod::name_service,
            scheduling::spread,
            scheduling::gates,
            scheduling::waiting,
            system::foreign,
            system::host_process,
        ],
    ),
    ("PolicyRule", &[access::rule]),
    ("ProjectedVolumeSource", &[storage::projected]),
    ("ResourceFieldSelector", &[pod::resource_field]),
    ("ResourceQuotaSpec", &[quota::counted]),
    ("RollingUpdateDaemonSet", &[workload::surge]),
    ("SeccompProfile", &[pod::profile]),
    ("ServiceBackendPort", &[network::backend_port]),
    (
        "ServiceSpec",
        &[
            service::addresses,
            service::families,
            service::headless,
            service::external,
            service::balanced,
            service::traffic,
            service::affinity,
        ],
    ),
    ("Subject", &[access::subject]),
    ("Toleration", &[scheduling::toleration]),
    ("TopologySpreadConstraint", &[scheduling::common, scheduling::domains]),
    ("VolumeMount", &[pod::mount]),
    ("WebhookClientConfig", &[admission::client]),
];

/// Looks at a mapping that is read as a type.
pub(super) fn check(of: &str, node: &Node, faults: &mut Faults) {
    required::check(of, node, faults);
    let found = RULES.binary_search_by(|(name, _)| (*name).cmp(of)).ok().and_then(|at| RULES.get(at));
    for rule in found.map(|(_, rules)| *rules).unwrap_or_default() {
        rule(node, faults);
    }
}

/// The first of some keys that a mapping has.
fn first<'a>(node: &'a Node, keys: &[&str]) -> Option<(&'a Node, &'a Node)> {
    keys.iter().find_map(|key| entry(node, key))
}

/// The fault of a mapping that has none, or several, of keys of which it takes one.
fn one_of(node: &Node, keys: &[&str]) -> Option<Diagnostic> {
    let mut said = keys.iter().filter_map(|key| entry(node, key));
    match (said.next(), said.next()) {
        (None, _) => {
            let message = format!("none of {} is here", listed(keys));
            Some(Diagnostic::error("missing-value", message).at(node.span).help("add one of them"))
        }
        (Some(first), Some(second)) => Some(excluded(first, second)),
        _ => None,
    }
}

/// The fault of two keys that cannot stand together.
fn excluded((first, _): (&Node, &Node), (second, _): (&Node, &Node)) -> Diagnostic {
    let name = |key: &Node| key.as_text().unwrap_or_default().to_owned();
    let message = format!("'{}' and '{}' exclude each other", name(first), name(second));
    let fault = Diagnostic::error("conflict", message).at(second.span).label(first.span, "the first");
    fault.help("keep one of the two")
}

/// The fault of a key that has no place beside what else is said.
fn out_of_place((key, _): (&Node, &Node), beside: &str) -> Diagnostic {
    let message = format!("'{}' has no place with {beside}", key.as_text().unwrap_or_default());
    Diagnostic::error("conflict", message).at(key.span).help("remove it")
}

/// The fault of a value that cannot stand here, for a reason.
fn wrong(value: &Node, why: &str) -> Diagnostic {
    let message = format!("'{}' {why}", value.as_text().unwrap_or_default());
    Diagnostic::error("invalid-value", message).at(value.span)
}

fn listed(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("'{key}'")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found() {
        assert!(RULES.is_sorted_by(|one, other| one.0 < other.0));
        assert!(RULES.iter().all(|(_, rules)| !rules.is_empty()));
    }
}
