//! [`Manifests`]: the objects of a conversion as trees, in the order in which a cluster is given them.

use super::validate::Existing;
use crate::document::{Node, write};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{Metadata, Resource};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds, in the order in which objects are written: what others refer to comes first.
const KINDS: [&str; 18] = [
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "NetworkPolicy",
    "Ingress",
];
/// The keys that a reader looks for first; all others follow by the alphabet.
const FIRST: [&str; 9] =
    ["apiVersion", "kind", "metadata", "name", "namespace", "image", "imagePullPolicy", "command", "args"];

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The kind.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The object, as it is written.
    pub tree: Node,
}

impl Manifest {
    /// The file that it is written to: `web-deployment.yaml`.
    pub fn file_name(&self) -> String {
        format!("{}-{}.yaml", self.name, self.kind.to_ascii_lowercase())
    }

    /// The namespace, if it is in one.
    pub(super) fn namespace(&self) -> Option<&Node> {
        self.tree.get("metadata")?.get("namespace")
    }

    /// The object in YAML.
    pub fn text(&self) -> String {
        write::yaml(&self.tree)
    }
}

/// The objects of a conversion.
#[derive(Debug, Default)]
pub(super) struct Manifests {
    made: Vec<Manifest>,
    names: BTreeMap<&'static str, BTreeSet<String>>,
    expected: BTreeSet<Existing>,
}

impl Manifests {
    /// Adds an object; one of the same kind and name is taken for the same.
    pub fn add<T: Serialize + Resource + Metadata<Ty = ObjectMeta>>(&mut self, object: &T) {
        let name = object.metadata().name.clone().unwrap_or_default();
        if !self.names.entry(T::KIND).or_default().insert(name.clone()) {
            return;
        }
        let value = serde_json::to_value(object).expect("an object is a map with texts as keys");
        self.made.push(Manifest { kind: T::KIND.to_owned(), name, tree: tree(&value) });
    }

    /// Adds an object unless there is one of its kind and name; says whether it did.
    pub fn add_unless<T: Serialize + Resource + Metadata<Ty = ObjectMeta>>(&mut self, object: &T) -> bool {
        let is_new = !self.has(T::KIND, object.metadata().name.as_deref().unwrap_or_default());
        self.add(object);
        is_new
    }

    /// Notes an object that somebody else makes.
    pub fn expect(&mut self, kind: &str, name: &str) {
        self.expected.insert(Existing::new(kind, name));
    }

    /// Whether there is such an object.
    pub fn has(&self, kind: &str, name: &str) -> bool {
        self.names.get(kind).is_some_and(|names| names.contains(name))
    }

    /// All of them, in order, and what the cluster must have besides.
    pub fn sorted(mut self) -> (Vec<Manifest>, Vec<Existing>) {
        let rank = |kind: &str| KINDS.iter().position(|one| *one == kind).unwrap_or(KINDS.len());
        self.made.sort_by(|left, right| (rank(&left.kind), &left.name).cmp(&(rank(&right.kind), &right.name)));
        (self.made, self.expected.into_iter().collect())
    }
}

/// A JSON value as a tree, its keys in the order of [`FIRST`], then of the alphabet.
pub(super) fn tree(value: &Value) -> Node {
    match value {
        Value::Null => Node::null(),
        Value::Bool(value) => Node::plain(value),
        Value::Number(number) => Node::plain(number),
        Value::String(text) => Node::text(text.as_str()),
        Value::Array(items) => Node::list(items.iter().map(tree)),
        Value::Object(entries) => {
            let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
            let mut entries: Vec<(&String, &Value)> = entries.iter().collect();
            entries.sort_by(|(left, _), (right, _)| (rank(left), left).cmp(&(rank(right), right)));
            Node::map(entries.into_iter().map(|(key, value)| (key.as_str(), tree(value))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_looks_for_stands_first() {
        let value = serde_json::json!({"spec": {"a": 1, "name": "web"}, "kind": "K", "apiVersion": "v1"});
        assert_eq!(write::yaml(&tree(&value)), "apiVersion: v1\nkind: K\nspec:\n  name: web\n  a: 1\n");
    }
}
