//! JSON as Go writes it: compact for Compose's hash, indented for people; `<`, `>`, `&` and the line separators escaped.
//!
//! Plain scalars are written as they stand (numbers, booleans, null), all others as strings.

use super::scalar::{self, Scalar};
use super::{Node, Value};
use std::fmt::Write as _;

/// Compact JSON: the bytes that Compose hashes.
pub fn compact(node: &Node) -> String {
    let mut out = String::new();
    write(&mut out, node, None);
    out
}

/// JSON with two spaces a level, without a final line break.
pub fn pretty(node: &Node) -> String {
    let mut out = String::new();
    write(&mut out, node, Some(0));
    out
}

fn write(out: &mut String, node: &Node, indent: Option<usize>) {
    match &node.value {
        Value::Scalar { text, plain: true } => match scalar::resolve(text) {
            Scalar::Null => out.push_str("null"),
            Scalar::Text(text) => string(out, text),
            other => out.push_str(&other.to_string()),
        },
        Value::Scalar { text, plain: false } => string(out, text),
        Value::List(items) => {
            block(out, ['[', ']'], indent, items, write);
        }
        Value::Map(entries) => block(out, ['{', '}'], indent, entries, |out, (key, value), indent| {
            string(out, key.as_text().unwrap_or_default());
            out.push_str(if indent.is_some() { ": " } else { ":" });
            write(out, value, indent);
        }),
    }
}

fn block<T>(
    out: &mut String,
    [open, close]: [char; 2],
    indent: Option<usize>,
    items: &[T],
    mut one: impl FnMut(&mut String, &T, Option<usize>),
) {
    out.push(open);
    let inner = indent.map(|level| level + 1);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        line(out, inner);
        one(out, item, inner);
    }
    if !items.is_empty() {
        line(out, indent);
    }
    out.push(close);
}

fn line(out: &mut String, indent: Option<usize>) {
    if let Some(level) = indent {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(out, "\\u{:04x}", u32::from(letter)).expect("writing to a string cannot fail");
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_escape_as_go_escapes() {
        let node = Node::list([Node::text("a<b>&\"\\\u{2028}é\n\u{1}"), Node::plain(5), Node::null()]);
        assert_eq!(compact(&node), "[\"a\\u003cb\\u003e\\u0026\\\"\\\\\\u2028é\\n\\u0001\",5,null]");
    }

    #[test]
    fn empty_collections_stay_on_one_line() {
        let node = Node::map([("a", Node::list([])), ("b", Node::map([("c", Node::text("d"))]))]);
        assert_eq!(pretty(&node), "{\n  \"a\": [],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}");
    }
}
