//! Lists whose items have an identity: the later one stands at the place of the first.

use super::place::Place;
use super::rules::Identity;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use crate::source::Span;
use indexmap::IndexMap;
use std::collections::HashMap;

/// The list with each identity once: the last item, where the first one stood.
pub(super) fn keep_last(items: Vec<Node>, identity: Identity) -> Vec<Node> {
    let mut kept: IndexMap<String, Node> = IndexMap::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let key = key(&item, identity).unwrap_or_else(|| format!("\0{index}"));
        kept.insert(key, item);
    }
    kept.into_values().collect()
}

/// The list with each text once; a second one is reported.
pub(super) fn refuse_twice(items: Vec<Node>, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Vec<Node> {
    let mut seen: HashMap<(String, bool), Span> = HashMap::new();
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        let is_text = matches!(item.value, Value::Scalar { plain: false, .. }) || item.as_text().is_some_and(is_word);
        let first = item.as_text().and_then(|text| seen.insert((text.to_owned(), is_text), item.span));
        let Some(first) = first else {
            kept.push(item);
            continue;
        };
        let text = item.as_text().unwrap_or_default();
        diagnostics.push(
            Diagnostic::error("duplicate-item", format!("'{text}' occurs twice in '{}'", place.path()))
                .at(item.span)
                .label(first, "first here")
                .help("remove one of the two"),
        );
    }
    kept
}

/// Whether this is a plain number.
fn is_number(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar { text, plain: true } if !is_word(text))
}

/// Whether a plain scalar is a text.
fn is_word(text: &str) -> bool {
    matches!(scalar::resolve(text), Scalar::Text(_))
}

/// What identifies an item; nothing for one of a shape that `read` will refuse.
fn key(item: &Node, identity: Identity) -> Option<String> {
    let field = |name: &str| item.get(name).and_then(text);
    match identity {
        Identity::Text => text(item),
        Identity::Key => text(item).map(|text| text.split('=').next().unwrap_or_default().to_owned()),
        Identity::Field(name) => field(name),
        Identity::Target(prefix) => field("target").or_else(|| Some(format!("{prefix}{}", field("source")?))),
        // A number under 'published' never is the same as a text: so does Compose have it.
        Identity::Port => {
            let or = |name, default: &str| field(name).unwrap_or_else(|| default.to_owned());
            let (address, mut published) = (or("host_ip", "0.0.0.0"), or("published", ""));
            if item.get("published").is_some_and(is_number) {
                published.push('#');
            }
            Some(format!("{address}:{published}:{}/{}", field("target")?, or("protocol", "tcp")))
        }
    }
}

/// The text of a scalar as Compose prints it.
pub(super) fn text(node: &Node) -> Option<String> {
    let text = node.as_text()?;
    let is_plain = matches!(node.value, Value::Scalar { plain: true, .. });
    Some(if is_plain { scalar::resolve(text).to_string() } else { text.to_owned() })
}
