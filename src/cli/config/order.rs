//! The order of keys: attributes stay as the model writes them, names that people chose are sorted.

use super::Format;
use crate::document::{Natural, Node, Value};

/// Attributes and sections whose keys are names that people chose.
const NAMED: [&str; 19] = [
    "additional_contexts",
    "annotations",
    "args",
    "aux_addresses",
    "configs",
    "depends_on",
    "driver_opts",
    "environment",
    "labels",
    "models",
    "networks",
    "options",
    "secrets",
    "services",
    "storage_opt",
    "sysctls",
    "ulimits",
    "volumes",
    "extra_hosts",
];

/// What the keys of a mapping are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    Attributes,
    Names,
    /// Those of an extension: nobody knows.
    Anything,
}

/// Sorts names, and keys of extensions. The top of JSON is sorted too, as in Compose.
pub(super) fn sort_names(tree: &mut Node, format: Format) {
    sort(tree, Keys::Attributes, format);
    if let (Value::Map(entries), Format::Json) = (&mut tree.value, format) {
        sort_entries(entries, format);
    }
}

/// Sorts all keys.
pub(super) fn sort_all(tree: &mut Node, format: Format) {
    sort(tree, Keys::Anything, format);
}

fn sort(node: &mut Node, keys: Keys, format: Format) {
    match &mut node.value {
        Value::Scalar { .. } => {}
        Value::List(items) => {
            let keys = if keys == Keys::Names { Keys::Attributes } else { keys };
            for item in items {
                sort(item, keys, format);
            }
        }
        Value::Map(entries) => {
            match keys {
                Keys::Names | Keys::Anything => sort_entries(entries, format),
                Keys::Attributes if entries.iter().any(|(key, _)| extension(key).is_some()) => {
                    entries.sort_by_cached_key(|(key, _)| extension(key).map(Natural::of));
                }
                Keys::Attributes => {}
            }
            for (key, value) in entries {
                sort(value, below(keys, key), format);
            }
        }
    }
}

fn below(keys: Keys, key: &Node) -> Keys {
    match keys {
        Keys::Anything => Keys::Anything,
        Keys::Attributes if extension(key).is_some() => Keys::Anything,
        Keys::Attributes if key.as_text().is_some_and(|key| NAMED.contains(&key)) => Keys::Names,
        Keys::Names | Keys::Attributes => Keys::Attributes,
    }
}

fn extension(key: &Node) -> Option<&str> {
    key.as_text().filter(|key| key.starts_with("x-"))
}

/// People's order in YAML, that of bytes in JSON.
fn sort_entries(entries: &mut [(Node, Node)], format: Format) {
    match format {
        Format::Yaml => entries.sort_by_cached_key(|(key, _)| key.as_text().map(Natural::of)),
        Format::Json => entries.sort_by(|(left, _), (right, _)| left.as_text().cmp(&right.as_text())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json::compact;

    fn map(keys: [&str; 2], value: &Node) -> Node {
        Node::map(keys.map(|key| (key, value.clone())))
    }

    #[test]
    fn names_are_sorted_and_attributes_stay() {
        let service = map(["image", "build"], &Node::null());
        let mut tree = Node::map([("services", map(["labels10", "labels"], &service))]);
        sort_names(&mut tree, Format::Yaml);
        assert_eq!(compact(&tree), {
            r#"{"services":{"labels":{"image":null,"build":null},"labels10":{"image":null,"build":null}}}"#
        });
    }

    #[test]
    fn attributes_in_a_list_stay() {
        let mut tree = Node::map([("volumes", Node::list([map(["type", "source"], &Node::null())]))]);
        sort_names(&mut tree, Format::Yaml);
        assert_eq!(compact(&tree), r#"{"volumes":[{"type":null,"source":null}]}"#);
    }

    #[test]
    fn extensions_stand_behind_and_are_sorted_within() {
        let mut tree = map(["x-10", "x-2"], &map(["b", "a"], &Node::null()));
        tree.set("z", Node::null());
        sort_names(&mut tree, Format::Yaml);
        let inner = r#"{"a":null,"b":null}"#;
        assert_eq!(compact(&tree), format!(r#"{{"z":null,"x-2":{inner},"x-10":{inner}}}"#));
    }
}
