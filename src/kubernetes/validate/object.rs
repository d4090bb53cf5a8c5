//! [`Object`]: one thing that a cluster is asked to keep, found in the documents of files.

use super::reach::{entry, reach, text};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::source::Span;

/// An object as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'a> {
    /// All of it.
    pub node: &'a Node,
    pub api_version: &'a str,
    pub kind: &'a str,
    /// Its name; empty when it has none.
    pub name: &'a str,
    /// The namespace that it says.
    pub namespace: Option<&'a str>,
}

impl<'a> Object<'a> {
    /// What is under a path of keys.
    pub fn get(&self, path: &[&str]) -> Option<&'a Node> {
        reach(self.node, path)
    }

    /// Where it is named, or begins.
    pub fn place(&self) -> Span {
        self.get(&["metadata", "name"]).map_or(self.node.span, |name| name.span)
    }

    /// The API group: nothing for the core.
    pub fn group(&self) -> &'a str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The object in the words of a message: `Deployment 'web'`.
    pub fn title(&self) -> String {
        format!("{} '{}'", self.kind, self.name)
    }
}

/// The objects of all documents, and what is none.
pub(super) fn objects<'a>(
    documents: impl IntoIterator<Item = &'a Node>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Object<'a>> {
    let mut found = Vec::new();
    for document in documents {
        collect(document, &mut found, faults);
    }
    found
}

fn collect<'a>(node: &'a Node, found: &mut Vec<Object<'a>>, faults: &mut Vec<Diagnostic>) {
    if node.is_null() {
        return;
    }
    let said = |key| entry(node, key).and_then(|(_, value)| value.as_text());
    let (Some(api_version), Some(kind)) = (said("apiVersion"), said("kind")) else {
        faults.push(no_object(node));
        return;
    };
    if let Some(items) = node.get("items").and_then(Node::as_list).filter(|_| kind.ends_with("List")) {
        for item in items {
            collect(item, found, faults);
        }
        return;
    }
    // What kustomize reads is no object of a cluster.
    if api_version.starts_with("kustomize.config.k8s.io/") {
        return;
    }
    let metadata = node.get("metadata");
    let name = metadata.and_then(|metadata| text(metadata, "name")).unwrap_or_default();
    let namespace = metadata.and_then(|metadata| text(metadata, "namespace"));
    let object = Object { node, api_version, kind, name, namespace };
    if name.is_empty() && metadata.and_then(|metadata| text(metadata, "generateName")).is_none() {
        faults.push(nameless(&object));
    }
    found.push(object);
}

fn no_object(node: &Node) -> Diagnostic {
    let kind = format!("it is {}", node.kind());
    let missing = match node.as_map() {
        Some(_) if entry(node, "kind").is_some() => "it has no 'apiVersion'",
        Some(_) if entry(node, "apiVersion").is_some() => "it has no 'kind'",
        Some(_) => "it has neither 'apiVersion' nor 'kind'",
        None => &kind,
    };
    let message = format!("this is not an object of Kubernetes: {missing}");
    let help = "say both, such as 'apiVersion: apps/v1' and 'kind: Deployment'";
    Diagnostic::error("not-an-object", message).at(node.span).help(help)
}

fn nameless(object: &Object<'_>) -> Diagnostic {
    let place = entry(object.node, "metadata").map_or(object.node.span, |(key, _)| key.span);
    let message = format!("this {} has no name", object.kind);
    Diagnostic::error("missing-value", message).at(place).help("add 'name' under 'metadata'")
}
