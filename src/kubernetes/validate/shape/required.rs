//! What must be there and say something, though its type takes nothing, too.

use super::super::Faults;
use super::super::reach::entry;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Value};

/// What is asked of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// It says something when it is there. That one is missing which the type asks for is told elsewhere.
    WhenSaid,
    /// It is there and says something.
    Always,
    /// It is there; what it has to say is told of its own type.
    Present,
}

use Asked::{Always, Present, WhenSaid};

/// By type and field.
const REQUIRED: &[(&str, &str, Asked)] = &[
    ("CSIPersistentVolumeSource", "driver", WhenSaid),
    ("CSIPersistentVolumeSource", "volumeHandle", WhenSaid),
    ("CSIVolumeSource", "driver", WhenSaid),
    ("ConfigMapKeySelector", "key", WhenSaid),
    ("Container", "name", WhenSaid),
    ("ContainerResourceMetricSource", "container", WhenSaid),
    ("ContainerResourceMetricSource", "name", WhenSaid),
    ("ContainerRestartRuleOnExitCodes", "values", WhenSaid),
    ("EnvVar", "name", WhenSaid),
    ("EphemeralVolumeSource", "volumeClaimTemplate", Present),
    ("HPAScalingRules", "policies", WhenSaid),
    ("HTTPIngressRuleValue", "paths", WhenSaid),
    ("HostPathVolumeSource", "path", WhenSaid),
    ("ImageVolumeSource", "reference", Always),
    ("Ingress", "spec", Present),
    ("IngressClassSpec", "controller", Always),
    ("IngressServiceBackend", "name", WhenSaid),
    ("IngressServiceBackend", "port", Always),
    ("Job", "spec", Present),
    ("JobTemplateSpec", "spec", Present),
    ("KeyToPath", "key", WhenSaid),
    ("KeyToPath", "path", WhenSaid),
    ("MetricIdentifier", "name", WhenSaid),
    ("MutatingWebhook", "admissionReviewVersions", WhenSaid),
    ("NFSVolumeSource", "path", WhenSaid),
    ("NFSVolumeSource", "server", WhenSaid),
    ("NodeSelector", "nodeSelectorTerms", WhenSaid),
    ("OwnerReference", "apiVersion", WhenSaid),
    ("OwnerReference", "kind", WhenSaid),
    ("OwnerReference", "name", WhenSaid),
    ("OwnerReference", "uid", WhenSaid),
    ("PersistentVolume", "spec", Present),
    ("PersistentVolumeClaim", "spec", Present),
    ("PersistentVolumeClaimVolumeSource", "claimName", WhenSaid),
    ("PersistentVolumeSpec", "accessModes", Always),
    ("PersistentVolumeSpec", "capacity", Always),
    ("Pod", "spec", Present),
    ("PodAffinityTerm", "topologyKey", WhenSaid),
    ("PodDNSConfigOption", "name", Always),
    ("PodFailurePolicyOnExitCodesRequirement", "values", WhenSaid),
    ("PodSpec", "containers", WhenSaid),
    ("PodTemplateSpec", "spec", Present),
    ("PolicyRule", "verbs", WhenSaid),
    ("ResourceMetricSource", "name", WhenSaid),
    ("RoleRef", "name", WhenSaid),
    ("RuntimeClass", "handler", WhenSaid),
    ("SecretKeySelector", "key", WhenSaid),
    ("SecretVolumeSource", "secretName", Always),
    ("Service", "spec", Present),
    ("StorageClass", "provisioner", WhenSaid),
    ("Subject", "name", WhenSaid),
    ("SuccessPolicy", "rules", WhenSaid),
    ("TopologySpreadConstraint", "topologyKey", WhenSaid),
    ("ValidatingWebhook", "admissionReviewVersions", WhenSaid),
    ("VolumeMount", "mountPath", WhenSaid),
];

/// Looks at a mapping that is read as a type.
pub(super) fn check(of: &str, node: &Node, faults: &mut Faults) {
    let begin = REQUIRED.partition_point(|(name, _, _)| *name < of);
    for (_, field, asked) in REQUIRED.iter().skip(begin).take_while(|(name, _, _)| *name == of) {
        let fault = match entry(node, field) {
            Some((key, value)) if *asked != Present && is_empty(value) => {
                Diagnostic::error("missing-value", format!("'{field}' is empty")).at(key.span)
            }
            None if *asked != WhenSaid => {
                Diagnostic::error("missing-value", format!("'{field}' is not said")).at(place(node))
            }
            _ => continue,
        };
        faults.push(fault.help("a cluster refuses the object without it"));
    }
}

/// Where an object is named, or a mapping begins.
fn place(node: &Node) -> crate::source::Span {
    let name = node.get("metadata").and_then(|metadata| entry(metadata, "name"));
    name.map_or(node.span, |(_, name)| name.span)
}

fn is_empty(value: &Node) -> bool {
    match &value.value {
        Value::Scalar { text, .. } => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_required_is_in_order() {
        assert!(REQUIRED.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
    }
}
