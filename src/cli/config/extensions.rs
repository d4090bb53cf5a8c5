//! The `x-` entries of the files, which mean nothing to anyone here and are kept for those to whom they mean something.

use super::Format;
use crate::document::{Node, Value};
use std::collections::{HashMap, HashSet};

/// Puts the `x-` entries of the files where they stand in them. JSON has only those of the top level, as in Compose.
pub(super) fn keep(printed: &mut Node, written: &Node, format: Format) {
    if format == Format::Yaml && holds_any(written) {
        keep_below(printed, written);
    }
    keep_here(printed, written);
}

/// Whether there is an `x-` entry anywhere, or one that may be a label.
fn holds_any(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { .. } => false,
        Value::List(items) => items.iter().any(holds_any),
        Value::Map(entries) => entries.iter().any(|(key, value)| is_extension(key) || holds_any(value)),
    }
}

fn is_extension(key: &Node) -> bool {
    key.as_text().is_some_and(|name| name.starts_with("x-"))
}

fn keep_everywhere(printed: &mut Node, written: &Node) {
    keep_below(printed, written);
    keep_here(printed, written);
}

/// A list is the same list when it is as long: the model sorts what has no order before it gets there.
fn keep_below(printed: &mut Node, written: &Node) {
    match (&mut printed.value, &written.value) {
        (Value::Map(entries), Value::Map(sources)) => {
            let sources: HashMap<&str, &Node> =
                sources.iter().filter_map(|(key, source)| Some((key.as_text()?, source))).collect();
            for (key, value) in entries {
                if let Some(source) = key.as_text().and_then(|key| sources.get(key)) {
                    keep_everywhere(value, source);
                }
            }
        }
        (Value::List(items), Value::List(sources)) if items.len() == sources.len() => {
            items.iter_mut().zip(sources).for_each(|(item, source)| keep_everywhere(item, source));
        }
        _ => {}
    }
}

fn keep_here(printed: &mut Node, written: &Node) {
    let entries = printed.as_map().unwrap_or_default();
    // A label may begin like this too, and is there already.
    let known: HashSet<&str> = entries.iter().filter_map(|(key, _)| extension(key)).collect();
    let is_new = |(key, _): &&(Node, Node)| extension(key).is_some_and(|name| !known.contains(name));
    let new: Vec<_> = written.as_map().unwrap_or_default().iter().filter(is_new).collect();
    for (key, value) in new {
        printed.set(key.as_text().unwrap_or_default(), value.clone());
    }
}

fn extension(key: &Node) -> Option<&str> {
    key.as_text().filter(|name| name.starts_with("x-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json::compact;

    fn service(entries: Vec<(&str, Node)>) -> Node {
        Node::map([("services", Node::map([("a", Node::map(entries))]))])
    }

    #[test]
    fn extensions_stay_at_every_depth() {
        let list = |entries: Vec<(&str, Node)>| Node::list([Node::map(entries)]);
        let mut printed = service(vec![("ports", list(vec![("target", Node::plain(80))]))]);
        let written = service(vec![
            ("ports", list(vec![("target", Node::plain(80)), ("x-p", Node::plain(1))])),
            ("x-s", Node::plain(2)),
            ("other", Node::plain(3)),
        ]);
        keep(&mut printed, &written, Format::Yaml);
        assert_eq!(compact(&printed), r#"{"services":{"a":{"ports":[{"target":80,"x-p":1}],"x-s":2}}}"#);
    }

    #[test]
    fn a_label_is_no_extension() {
        let labels = |value| service(vec![("labels", Node::map([("x-l", value)]))]);
        let mut printed = labels(Node::text("1"));
        keep(&mut printed, &labels(Node::plain(1)), Format::Yaml);
        assert_eq!(compact(&printed), r#"{"services":{"a":{"labels":{"x-l":"1"}}}}"#);
    }
}
