//! [`difference`]: what makes one object another, as a JSON patch (RFC 6902): exact, also in lists, whose items a strategic
//! merge would match by their names.

use crate::document::{Node, Value};

/// The operations, in an order in which they hold.
pub(super) fn difference(before: &Node, after: &Node) -> Vec<Node> {
    let mut operations = Vec::new();
    compare("", (before, after), &mut operations);
    operations
}

fn compare(at: &str, (before, after): (&Node, &Node), operations: &mut Vec<Node>) {
    if before.value == after.value {
        return;
    }
    match (&before.value, &after.value) {
        (Value::Map(old), Value::Map(new)) => {
            let name = |key: &Node| key.as_text().unwrap_or_default().to_owned();
            for (key, _) in old.iter().filter(|(key, _)| after.get(&name(key)).is_none()) {
                operations.push(operation("remove", &below(at, &name(key)), None));
            }
            for (key, value) in new {
                let place = below(at, &name(key));
                match before.get(&name(key)) {
                    Some(known) => compare(&place, (known, value), operations),
                    None => operations.push(operation("add", &place, Some(value))),
                }
            }
        }
        (Value::List(old), Value::List(new)) => {
            for (index, pair) in old.iter().zip(new).enumerate() {
                compare(&below(at, &index.to_string()), pair, operations);
            }
            for index in (new.len()..old.len()).rev() {
                operations.push(operation("remove", &below(at, &index.to_string()), None));
            }
            for (index, value) in new.iter().enumerate().skip(old.len()) {
                operations.push(operation("add", &below(at, &index.to_string()), Some(value)));
            }
        }
        _ => operations.push(operation("replace", at, Some(after))),
    }
}

/// The pointer to an entry (RFC 6901).
fn below(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn operation(name: &str, path: &str, value: Option<&Node>) -> Node {
    let entries = [("op", Some(Node::text(name))), ("path", Some(Node::text(path))), ("value", value.cloned())];
    Node::map(entries.into_iter().filter_map(|(key, value)| Some((key, value?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::write;
    use crate::kubernetes::manifest::tree;
    use serde_json::{Value as Json, json};

    fn shown(before: &Json, after: &Json) -> Vec<String> {
        let line = |node: &Node| {
            let text = |key| node.get(key).map(|value| write::yaml(value).trim_end().to_owned());
            let all = [text("op"), text("path"), text("value")];
            all.into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        difference(&tree(before), &tree(after)).iter().map(line).collect()
    }

    #[test]
    fn only_what_differs_is_said_and_names_with_slashes_are_escaped() {
        let before = json!({"a": 1, "b": {"x/y": "one", "z": 1}, "gone": 1});
        let after = json!({"a": 1, "b": {"x/y": "two", "z": 1}, "new": true});
        assert_eq!(shown(&before, &after), ["remove /gone", "replace /b/x~1y two", "add /new true"]);
    }

    #[test]
    fn lists_are_changed_by_place_and_cut_from_their_end() {
        assert_eq!(shown(&json!([1, 2, 3]), &json!([1, 4])), ["replace /1 4", "remove /2"]);
        assert_eq!(shown(&json!([1]), &json!([1, 2, 3])), ["add /1 2", "add /2 3"]);
        assert_eq!(shown(&json!([1, 2, 3]), &json!([])), ["remove /2", "remove /1", "remove /0"]);
    }
}
