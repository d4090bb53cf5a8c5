//! `build: ./dir` and the keys of `build.ssh`.

use super::{derive, fault, mapping};
use crate::diagnostic::Diagnostics;
use crate::document::{Node, Value};
use crate::source::Span;

/// A string is the context, be it empty.
pub(super) fn shape(node: Node) -> Node {
    match node.as_text() {
        Some(_) if !node.is_null() => {
            let context = Node { tag: crate::document::Tag::None, ..node.clone() };
            mapping(&node, [("context", Some(context))])
        }
        _ => node,
    }
}

/// A list of `default` and `id=path` becomes a map from id to path or null.
pub(super) fn keys(node: Node, diagnostics: &mut Diagnostics) -> Node {
    let Some(items) = node.as_list() else { return node };
    let mut entries = Vec::with_capacity(items.len());
    for item in items {
        let text = item.as_text().unwrap_or_default();
        let at = |node: Node, span: Span| node.at(span);
        match text.split_once('=') {
            Some((id, path)) => entries.push((at(Node::text(id), item.span), at(Node::text(path), item.span))),
            None if text == "default" => entries.push((at(Node::text(text), item.span), at(Node::null(), item.span))),
            None => diagnostics.push(*fault(
                item,
                format!("the ssh key '{text}' has no path"),
                format!("write '{text}=path', or 'default' for the agent"),
            )),
        }
    }
    derive(&node, Value::Map(entries))
}

#[cfg(test)]
mod tests {
    use super::super::shaped;

    #[test]
    fn a_string_is_the_context() {
        assert_eq!(shaped("services.a.build", "./x").as_deref(), Ok(r#"{"context":"./x"}"#));
        assert_eq!(shaped("services.a.build", "''").as_deref(), Ok(r#"{"context":""}"#));
    }

    #[test]
    fn ssh_keys_have_a_path_or_are_the_agents() {
        assert_eq!(shaped("services.a.build.ssh", "[default, a=b]").as_deref(), Ok(r#"{"default":null,"a":"b"}"#));
        assert!(shaped("services.a.build.ssh", "[foo]").is_err());
    }
}
