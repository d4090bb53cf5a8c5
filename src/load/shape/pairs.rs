//! Lists of `key=value` that mean a map: `environment`, `labels`, `args` and their kin.

use super::{derive, fault};
use crate::diagnostic::Diagnostics;
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Tag, Value};
use crate::load::rules::Bare;
use indexmap::IndexMap;

/// A list becomes a map; of a key that comes twice the last one counts. Null labels become empty text.
pub(super) fn shape(mut node: Node, bare: Bare, diagnostics: &mut Diagnostics) -> Node {
    if let Value::Map(entries) = &mut node.value {
        if bare == Bare::Empty {
            entries.iter_mut().filter(|(_, value)| value.is_null()).for_each(|(_, value)| blank(value));
        }
        return node;
    }
    let Some(items) = node.as_list() else { return node };
    let mut entries: IndexMap<Box<str>, (Node, Node)> = IndexMap::with_capacity(items.len());
    for item in items {
        if let Some((key, value)) = pair(item, bare, diagnostics) {
            let text = key.as_text().unwrap_or_default().into();
            entries.insert(text, (key, value));
        }
    }
    derive(&node, Value::Map(entries.into_values().collect()))
}

fn blank(value: &mut Node) {
    if value.tag == Tag::None {
        value.value = Value::Scalar { text: "".into(), plain: false };
    }
}

fn pair(item: &Node, bare: Bare, diagnostics: &mut Diagnostics) -> Option<(Node, Node)> {
    if item.tag == Tag::Reset {
        return None;
    }
    let Some(text) = text(item) else {
        let help = "write 'KEY=value', or use a mapping for all of them";
        diagnostics.push(*fault(item, format!("a 'KEY=value' text was expected, this is {}", item.kind()), help));
        return None;
    };
    let at = |text: &str| Node::text(text).at(item.span);
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
    if bare == Bare::Null && key.ends_with(' ') {
        let message = format!("the name '{key}' ends with a space");
        diagnostics.push(*fault(item, message, "remove the space in front of '='"));
        return None;
    }
    let value = match (value, bare) {
        (Some(value), _) => at(value),
        (None, Bare::Null) => Node::bare().at(item.span),
        (None, Bare::Empty) => at(""),
        (None, Bare::Refused) => {
            diagnostics.push(*fault(item, format!("'{text}' has no value"), format!("write '{text}=value'")));
            return None;
        }
    };
    Some((at(key), value))
}

/// The text of an item that YAML takes for text.
fn text(item: &Node) -> Option<&str> {
    match &item.value {
        Value::Scalar { text, plain: false } => Some(text),
        Value::Scalar { text, plain: true } => matches!(scalar::resolve(text), Scalar::Text(_)).then_some(&**text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::shaped;

    #[test]
    fn a_list_becomes_a_map_and_the_last_of_a_key_counts() {
        let cases = [
            ("services.a.environment", "[A=b, C, D=, A=e=f]", r#"{"A":"e=f","C":null,"D":""}"#),
            ("services.a.labels", "[a, b=c]", r#"{"a":"","b":"c"}"#),
            ("services.a.labels", "{a: , b: c}", r#"{"a":"","b":"c"}"#),
            ("services.a.environment", "{a: , b: 1}", r#"{"a":null,"b":1}"#),
            ("services.a.environment", "5", "5"),
        ];
        for (pattern, text, wanted) in cases {
            assert_eq!(shaped(pattern, text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_pair_is_a_fault() {
        let cases = [
            ("services.a.environment", "['E =1']", "the name 'E ' ends with a space"),
            ("services.a.environment", "[{A: b}]", "a 'KEY=value' text was expected, this is a mapping"),
            ("services.a.labels", "[1]", "a 'KEY=value' text was expected, this is a number"),
            ("services.a.build.additional_contexts", "[a]", "'a' has no value"),
        ];
        for (pattern, text, wanted) in cases {
            assert_eq!(shaped(pattern, text), Err(wanted.into()), "{text}");
        }
    }
}
