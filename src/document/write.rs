//! [`Node`] to YAML, letter by letter as `docker compose config` prints it: two spaces a level, lists under their key.

use super::style::{self, Style};
use super::{Node, Value, scalar};
use std::fmt::Write as _;

/// Letters that a key may have in front of its colon; a longer one is announced by a `?`.
const LONGEST_KEY: usize = 128;

/// YAML with one final line break; texts that any reader would take for something else are quoted.
pub fn yaml(node: &Node) -> String {
    let mut out = String::new();
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => map(&mut out, entries, 0),
        Value::List(items) if !items.is_empty() => list(&mut out, items, 0),
        _ => {
            write_inline(&mut out, node, 0);
            out.push('\n');
        }
    }
    out
}

/// The entries, each on lines of its own. The first line is begun already, up to the indentation.
fn map(out: &mut String, entries: &[(Node, Node)], indent: usize) {
    for (at, (key, value)) in entries.iter().enumerate() {
        if at > 0 {
            blanks(out, indent);
        }
        let key = style::on_one_line(key.as_text().unwrap_or_default());
        if key.chars().count() > LONGEST_KEY {
            out.push_str("? ");
            out.push_str(&key);
            out.push('\n');
            blanks(out, indent);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        below(out, value, indent);
    }
}

/// What stands behind a key.
fn below(out: &mut String, value: &Node, indent: usize) {
    match &value.value {
        Value::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            blanks(out, indent + 2);
            map(out, entries, indent + 2);
        }
        Value::List(items) if !items.is_empty() => {
            out.push('\n');
            blanks(out, indent + 2);
            list(out, items, indent + 2);
        }
        _ => {
            out.push(' ');
            write_inline(out, value, indent + 2);
            out.push('\n');
        }
    }
}

/// The items; the first line is begun already, up to the indentation.
fn list(out: &mut String, items: &[Node], indent: usize) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            blanks(out, indent);
        }
        out.push_str("- ");
        match &item.value {
            Value::Map(entries) if !entries.is_empty() => map(out, entries, indent + 2),
            Value::List(items) if !items.is_empty() => list(out, items, indent + 2),
            _ => {
                write_inline(out, item, indent + 2);
                out.push('\n');
            }
        }
    }
}

/// A scalar or what is empty; lines of a text begin at this indentation. The last line is not ended.
fn write_inline(out: &mut String, node: &Node, indent: usize) {
    match &node.value {
        Value::Scalar { text, plain: false } => write_text(out, text, indent),
        Value::Scalar { text, plain: true } => match scalar::resolve(text) {
            scalar::Scalar::Null => out.push_str("null"),
            scalar::Scalar::Float(number) if number.is_nan() => out.push_str(".nan"),
            scalar::Scalar::Float(number) if number.is_infinite() => {
                out.push_str(if number > 0.0 { ".inf" } else { "-.inf" });
            }
            scalar::Scalar::Text(text) => write_text(out, text, indent),
            other => write!(out, "{other}").expect("writing to a string cannot fail"),
        },
        Value::List(_) => out.push_str("[]"),
        Value::Map(_) => out.push_str("{}"),
    }
}

fn write_text(out: &mut String, text: &str, indent: usize) {
    if style::of(text) != Style::Literal {
        out.push_str(&style::on_one_line(text));
        return;
    }
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = text.strip_suffix('\n');
    out.push_str(match body {
        None => "-",
        Some(body) if body.is_empty() || body.ends_with('\n') => "+",
        Some(_) => "",
    });
    for line in body.unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            blanks(out, indent);
            out.push_str(line);
        }
    }
}

fn blanks(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse::parse;
    use crate::source::SourceMap;
    use proptest::prelude::*;

    fn read(text: &str) -> Node {
        let mut sources = SourceMap::default();
        let file = sources.add("compose.yaml".into(), text.into());
        parse(&sources, file).unwrap_or_else(|faults| panic!("{faults:?}\n{text}")).remove(0)
    }

    #[test]
    fn a_file_in_this_form_is_printed_as_it_is() {
        let text = "\
name: shop
empty: {}
none: []
nothing: null
list:
  - a
  - - b
    - c: 1
      d:
        - e
  - {}
text: |
  x
   y

  z
kept: |+
  x

cut: |-
  x
  y
blank: |2-
   x
  y
list of texts:
  - |
    x
    y
\"no\": 'a: b'
";
        assert_eq!(yaml(&read(text)), text);
    }

    #[test]
    fn numbers_are_printed_as_compose_prints_them() {
        assert_eq!(yaml(&read("a: [010, 1.50, .inf, -.inf, .nan, True, 1e6, ~]")), {
            "a:\n  - 8\n  - 1.5\n  - .inf\n  - -.inf\n  - .nan\n  - true\n  - 1e+06\n  - null\n"
        });
    }

    #[test]
    fn a_long_key_is_announced() {
        let key = "k".repeat(LONGEST_KEY + 1);
        let text = yaml(&Node::map([("a", Node::map([(key.clone(), Node::text("v"))]))]));
        assert_eq!(text, format!("a:\n  ? {key}\n  : v\n"));
        assert_eq!(read(&text).get("a").and_then(|a| a.get(&key)).and_then(Node::as_text), Some("v"));
    }

    proptest! {
        #[test]
        fn every_text_reads_back_as_itself(text in "(\\PC|[ \\n\\t:#'\"0-9.-]|\\r|\u{85}|\u{2028}|yes|~){0,12}") {
            let node = Node::map([("k", Node::list([Node::text(text.as_str())])), ("l", Node::text(text.as_str()))]);
            let printed = yaml(&node);
            let again = read(&printed);
            let item = again.get("k").and_then(Node::as_list).and_then(<[_]>::first).cloned().expect("is there");
            for read in [&item, again.get("l").expect("is there")] {
                prop_assert_eq!(read.as_text(), Some(text.as_str()), "{}", printed);
                prop_assert_eq!(read.kind(), "a string", "{}", printed);
            }
        }

        #[test]
        fn every_key_reads_back_as_itself(key in "(\\PC|[ \\n\\t:#'\"?0-9.-]|yes|~){0,12}") {
            let again = read(&yaml(&Node::map([(key.as_str(), Node::text("v"))])));
            prop_assert_eq!(again.get(&key).and_then(Node::as_text), Some("v"));
        }
    }
}
