//! Custom resources: only their own controllers know what they make, so what they name may be there.

use super::object::Object;
use super::reach::text;
use crate::document::{Node, Value};

/// Kinds, by group, whose controllers make nothing that others refer to; all kinds of a group when none is named.
const IDLE: [(&str, &str); 7] = [
    ("gateway.networking.k8s.io", ""),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("monitoring.coreos.com", "ServiceMonitor"),
    ("networking.istio.io", ""),
    ("traefik.containo.us", ""),
    ("traefik.io", ""),
];

/// Whether an object is a custom resource that may make others.
pub(super) fn may_make(object: &Object<'_>) -> bool {
    let is_idle = |(group, kind): &(&str, &str)| object.group() == *group && (kind.is_empty() || object.kind == *kind);
    object.group().contains('.') && !super::kind::is_built_in(object.group()) && !IDLE.iter().any(is_idle)
}

/// Whether a text is a value anywhere in a tree.
pub(super) fn mentions(node: &Node, name: &str) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => **text == *name,
        Value::List(items) => items.iter().any(|item| mentions(item, name)),
        Value::Map(entries) => entries.iter().any(|(_, value)| mentions(value, name)),
    }
}

/// Whether labels are given together anywhere in a tree, such as in the template of its pods.
pub(super) fn has_labels(node: &Node, labels: &[(Node, Node)]) -> bool {
    match &node.value {
        Value::Scalar { .. } => false,
        Value::List(items) => items.iter().any(|item| has_labels(item, labels)),
        Value::Map(entries) => {
            let said = |key: &Node| key.as_text().and_then(|key| text(node, key));
            let has_all = labels.iter().all(|(key, value)| said(key).is_some() && said(key) == value.as_text());
            has_all || entries.iter().any(|(_, value)| has_labels(value, labels))
        }
    }
}
