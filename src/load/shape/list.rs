//! Attributes that are a list at heart, or a list of names that is a map at heart.

use super::{derive, mapping};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Tag, Value};
use indexmap::IndexMap;

/// A string becomes a list of one.
pub(super) fn one(node: Node) -> Node {
    if node.as_text().is_none() || node.is_null() {
        return node;
    }
    let item = Node { tag: Tag::None, ..node.clone() };
    derive(&node, Value::List(vec![item]))
}

/// The same without items that say nothing.
pub(super) fn filled(node: Node) -> Node {
    let mut node = one(node);
    if let Value::List(items) = &mut node.value {
        items.retain(|item| item.as_text() != Some("") || item.is_null());
    }
    node
}

/// Whole numbers in a list become text.
pub(super) fn texts(mut node: Node) -> Node {
    if let Value::List(items) = &mut node.value {
        for item in items {
            let Value::Scalar { text, plain: true } = &item.value else { continue };
            if let Scalar::Int(value) = scalar::resolve(text) {
                item.value = Value::Scalar { text: value.to_string().into(), plain: false };
            }
        }
    }
    node
}

/// `all` becomes a list of one request without a limit.
pub(super) fn gpus(node: Node) -> Node {
    if node.as_text() != Some("all") {
        return node;
    }
    let request = mapping(&Node { tag: Tag::None, ..node.clone() }, [("count", Some(Node::plain(-1)))]);
    derive(&node, Value::List(vec![request]))
}

/// A list of names becomes a map from each name to a value.
pub(super) fn names(node: Node, diagnostics: &mut Diagnostics, value: fn(&Node) -> Node) -> Node {
    let Some(items) = node.as_list() else { return node };
    let mut entries: IndexMap<&str, (Node, Node)> = IndexMap::with_capacity(items.len());
    for item in items {
        if !is_name(item) {
            report_null(item, diagnostics);
            continue;
        }
        let text = item.as_text().unwrap_or_default();
        if let Some((first, _)) = entries.get(text) {
            diagnostics.push(
                Diagnostic::error("duplicate-item", format!("'{text}' occurs twice in one list"))
                    .at(item.span)
                    .label(first.span, "first here")
                    .help("remove one of the two"),
            );
            continue;
        }
        let value = Node { tag: item.tag, ..value(item).at(item.span) };
        entries.insert(text, (Node { tag: Tag::None, ..item.clone() }, value));
    }
    derive(&node, Value::Map(entries.into_values().collect()))
}

/// What is neither a name nor null is reported with the kinds.
fn report_null(item: &Node, diagnostics: &mut Diagnostics) {
    if item.is_null() {
        let fault = Diagnostic::error("wrong-type", "an item of a list of names has no value").at(item.span);
        diagnostics.push(fault.help("give it a name, or remove it"));
    }
}

fn is_name(item: &Node) -> bool {
    match &item.value {
        Value::Scalar { text, plain: true } => matches!(scalar::resolve(text), Scalar::Text(_)),
        Value::Scalar { .. } => true,
        _ => false,
    }
}

/// A dependency that only has to be started.
pub(super) fn started(name: &Node) -> Node {
    let name = Node { tag: Tag::None, ..name.clone() };
    mapping(&name, [("condition", Some(Node::text("service_started"))), ("required", Some(Node::plain(true)))])
}

#[cfg(test)]
mod tests {
    use super::super::shaped;

    #[test]
    fn short_lists_become_long() {
        let cases = [
            ("services.a.dns", "1.1.1.1", r#"["1.1.1.1"]"#),
            ("services.a.tmpfs", "''", r#"[""]"#),
            ("services.a.networks", "[b, c]", r#"{"b":null,"c":null}"#),
            ("services.a.depends_on", "[b]", r#"{"b":{"condition":"service_started","required":true}}"#),
            ("services.a.expose", "[80, '81', 80.5]", r#"["80","81",80.5]"#),
            ("services.a.gpus", "all", r#"[{"count":-1}]"#),
        ];
        for (pattern, text, wanted) in cases {
            assert_eq!(shaped(pattern, text).as_deref(), Ok(wanted), "{pattern}: {text}");
        }
    }

    #[test]
    fn a_dependency_named_twice_is_a_fault() {
        assert_eq!(shaped("services.a.depends_on", "[b, b]"), Err("'b' occurs twice in one list".into()));
    }
}
