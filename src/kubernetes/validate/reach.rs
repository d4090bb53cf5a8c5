//! What a tree of a manifest says, read as the tools of a cluster read YAML: `yes` and `on` are booleans there.

use crate::document::scalar::{Scalar, resolve};
use crate::document::{Node, Value};

/// The value that a path of keys leads to.
pub(super) fn reach<'a>(node: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| node.get(key))
}

/// A key of a map and its value; a null counts as nothing.
pub(super) fn entry<'a>(node: &'a Node, key: &str) -> Option<(&'a Node, &'a Node)> {
    let entries = node.as_map()?;
    let found = entries.iter().find(|(name, value)| name.as_text() == Some(key) && !value.is_null());
    found.map(|(name, value)| (name, value))
}

/// The entries of a map under a path; none when there is no map.
pub(super) fn entries<'a>(node: &'a Node, path: &[&str]) -> &'a [(Node, Node)] {
    reach(node, path).and_then(Node::as_map).unwrap_or_default()
}

/// The items of a list under a key; none when there is no list.
pub(super) fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).and_then(Node::as_list).unwrap_or_default()
}

/// The text under a key; nothing for an empty one or a null.
pub(super) fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).filter(|value| !value.is_null()).and_then(Node::as_text).filter(|text| !text.is_empty())
}

/// The boolean under a key.
pub(super) fn truth(node: &Node, key: &str) -> Option<bool> {
    match meaning(node.get(key)?)? {
        Scalar::Bool(value) => Some(value),
        _ => None,
    }
}

/// The whole number under a key.
pub(super) fn number(node: &Node, key: &str) -> Option<i128> {
    integer(node.get(key)?)
}

/// The whole number that a value is.
pub(super) fn integer(node: &Node) -> Option<i128> {
    match meaning(node)? {
        Scalar::Int(value) => Some(value),
        // On the way to a cluster it becomes JSON, where `1e1` is 10 and `600.0` is 600.
        Scalar::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}").parse().ok(),
        _ => None,
    }
}

/// What a scalar means.
pub(super) fn meaning(node: &Node) -> Option<Scalar<'_>> {
    let Value::Scalar { text, plain } = &node.value else { return None };
    Some(match &**text {
        text if !plain => Scalar::Text(text),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        text => resolve(text),
    })
}

/// What a value is, in the words of a message.
pub(super) fn kind(node: &Node) -> &'static str {
    meaning(node).map_or_else(|| node.kind(), |scalar| scalar.kind())
}
