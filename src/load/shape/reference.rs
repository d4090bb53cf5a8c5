//! `- name` for a config or secret, `- path` for an env file or an included file, `extends: name`.

use super::mapping;
use crate::document::{Node, Tag};

/// A string is the `source`.
pub(super) fn shape(item: Node) -> Node {
    under("source", item)
}

/// A string is the `path`.
pub(super) fn environment_file(item: Node) -> Node {
    under("path", item)
}

/// A string is the `service`.
pub(super) fn extends(node: Node) -> Node {
    under("service", node)
}

/// A string is the only `path`.
pub(super) fn included(item: Node) -> Node {
    under("path", item)
}

fn under(key: &str, item: Node) -> Node {
    if item.as_text().is_none() || item.is_null() {
        return item;
    }
    let value = Node { tag: Tag::None, ..item.clone() };
    mapping(&item, [(key, Some(value))])
}

#[cfg(test)]
mod tests {
    use super::super::shaped;

    #[test]
    fn a_string_is_what_is_referred_to() {
        assert_eq!(shaped("services.a.secrets", "[s]").as_deref(), Ok(r#"[{"source":"s"}]"#));
        assert_eq!(shaped("services.a.env_file", "x.env").as_deref(), Ok(r#"[{"path":"x.env"}]"#));
    }
}
