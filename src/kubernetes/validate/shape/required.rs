//! What must be there and say something, though its type takes nothing, too.

use super::super::Faults;
use super::super::reach::entry;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Value};

/// Whether the type itself asks for a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// It does: that the field is missing is told elsewhere.
    ByType,
    ByCluster,
}

use Asked::{ByCluster, ByType};

/// By type and field.
const REQUIRED: &[(&str, &str, Asked)] = &[
    ("CSIVolumeSource", "driver", ByType),
    ("ConfigMapKeySelector", "key", ByType),
    ("Container", "name", ByType),
    ("HTTPIngressRuleValue", "paths", ByType),
    ("HostPathVolumeSource", "path", ByType),
    ("IngressServiceBackend", "name", ByType),
    ("IngressServiceBackend", "port", ByCluster),
    ("KeyToPath", "key", ByType),
    ("KeyToPath", "path", ByType),
    ("NFSVolumeSource", "path", ByType),
    ("NFSVolumeSource", "server", ByType),
    ("NodeSelector", "nodeSelectorTerms", ByType),
    ("PersistentVolumeClaimVolumeSource", "claimName", ByType),
    ("PersistentVolumeSpec", "accessModes", ByCluster),
    ("PersistentVolumeSpec", "capacity", ByCluster),
    ("PodAffinityTerm", "topologyKey", ByType),
    ("PodDNSConfigOption", "name", ByCluster),
    ("PodSpec", "containers", ByType),
    ("PolicyRule", "verbs", ByType),
    ("SecretKeySelector", "key", ByType),
    ("SecretVolumeSource", "secretName", ByCluster),
    ("TopologySpreadConstraint", "topologyKey", ByType),
    ("VolumeMount", "mountPath", ByType),
];

/// Looks at a mapping that is read as a type.
pub(super) fn check(of: &str, node: &Node, faults: &mut Faults) {
    for (_, field, asked) in REQUIRED.iter().filter(|(name, _, _)| *name == of) {
        let fault = match entry(node, field) {
            Some((key, value)) if is_empty(value) => {
                Diagnostic::error("missing-value", format!("'{field}' is empty")).at(key.span)
            }
            None if *asked == ByCluster => {
                Diagnostic::error("missing-value", format!("'{field}' is not said")).at(node.span)
            }
            _ => continue,
        };
        faults.push(fault.help("a cluster refuses the object without it"));
    }
}

fn is_empty(value: &Node) -> bool {
    match &value.value {
        Value::Scalar { text, .. } => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
    }
}
