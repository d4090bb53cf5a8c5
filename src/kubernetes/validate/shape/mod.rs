//! Rules about a value of one type of the API, wherever it stands.

mod access;
mod network;
mod pod;
mod required;
mod scheduling;
mod service;
mod storage;
mod workload;

use super::Faults;
use super::reach::entry;
use crate::diagnostic::Diagnostic;
use crate::document::Node;

type Rule = fn(&Node, &mut Faults);

/// By type.
const RULES: &[(&str, &[Rule])] = &[
    ("AppArmorProfile", &[pod::profile]),
    ("Container", &[pod::image, pod::capabilities, pod::mounts]),
    ("DeploymentSpec", &[workload::readiness]),
    ("DownwardAPIVolumeFile", &[pod::downward_file]),
    ("EnvFromSource", &[pod::variables_from]),
    ("EnvVarSource", &[pod::variable_from]),
    ("HTTPIngressPath", &[network::path]),
    ("HorizontalPodAutoscalerSpec", &[workload::scaled_to_nothing]),
    ("IPBlock", &[network::exceptions]),
    ("IngressBackend", &[network::backend]),
    ("IngressRule", &[network::host]),
    ("IngressSpec", &[network::rules]),
    ("JobSpec", &[workload::job]),
    ("LabelSelectorRequirement", &[scheduling::requirement]),
    ("MetricSpec", &[workload::metric]),
    ("NetworkPolicyPeer", &[network::peer]),
    ("NetworkPolicyPort", &[network::port_range]),
    ("NodeSelectorRequirement", &[scheduling::requirement]),
    ("PersistentVolumeClaimSpec", &[storage::access_modes, storage::request]),
    ("PersistentVolumeSpec", &[storage::access_modes, storage::sources, storage::capacity]),
    ("PodDNSConfig", &[pod::name_servers]),
    ("PodSecurityContext", &[pod::kernel_parameters]),
    (
        "PodSpec",
        &[
            pod::namespaces,
            pod::shared_parameters,
            pod::unmasked,
            pod::name_service,
            scheduling::spread,
            scheduling::gates,
        ],
    ),
    ("PolicyRule", &[access::rule]),
    ("ProjectedVolumeSource", &[storage::projected]),
    ("ResourceFieldSelector", &[pod::resource_field]),
    ("RollingUpdateDaemonSet", &[workload::surge]),
    ("SeccompProfile", &[pod::profile]),
    ("ServiceBackendPort", &[network::backend_port]),
    (
        "ServiceSpec",
        &[
            service::addresses,
            service::headless,
            service::external,
            service::balanced,
            service::traffic,
            service::affinity,
        ],
    ),
    ("Toleration", &[scheduling::toleration]),
    ("TopologySpreadConstraint", &[scheduling::domains]),
    ("VolumeMount", &[pod::mount]),
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
