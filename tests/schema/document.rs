//! [`Document`]: a YAML document as the schema sees it, and which part of it stands where.

use hoist::document::scalar::{self, Scalar};
use hoist::document::{Node, Tag, Value, parse};
use hoist::source::{SourceMap, Span};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A line and a column, from 1.
pub type Place = (usize, usize);

/// A YAML document as JSON; what is reset is left out.
#[derive(Debug)]
pub struct Document {
    pub json: Json,
    /// JSON pointers to what begins at a place; a key stands for its value.
    places: BTreeMap<Place, Vec<String>>,
}

impl Document {
    /// The documents of a text; none when it cannot be read.
    pub fn all(text: &str) -> Vec<Self> {
        let mut sources = SourceMap::default();
        let file = sources.add(PathBuf::from("compose.yaml"), text.to_owned());
        let roots = parse::parse(&sources, file).unwrap_or_default();
        roots.into_iter().map(|root| Self::of(root, &sources)).collect()
    }

    fn of(mut root: Node, sources: &SourceMap) -> Self {
        drop_reset(&mut root);
        let mut places = BTreeMap::new();
        let mut found = |span: Span, pointer: &str| {
            if let Some(place) = sources.locate(span) {
                let all: &mut Vec<String> = places.entry((place.line, place.column)).or_default();
                all.push(pointer.to_owned());
            }
        };
        walk(&root, "", &mut found);
        Self { json: json(&root), places }
    }

    /// What begins at a place.
    pub fn at(&self, place: Place) -> &[String] {
        self.places.get(&place).map_or(&[], Vec::as_slice)
    }
}

/// What an editor hands to the schema.
fn json(node: &Node) -> Json {
    match &node.value {
        Value::Scalar { text, plain: false } => Json::from(&**text),
        Value::Scalar { text, plain: true } => match scalar::resolve(text) {
            Scalar::Null => Json::Null,
            Scalar::Bool(value) => Json::from(value),
            Scalar::Int(value) => i64::try_from(value).map_or(Json::from(u64::MAX), Json::from),
            // JSON has no infinity; to the schema one fraction is as good as another.
            Scalar::Float(value) => Json::from(if value.is_finite() { value } else { 0.5 }),
            Scalar::Text(text) => Json::from(text),
        },
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            entries.iter().map(|(key, value)| (key.as_text().unwrap_or_default(), json(value))).collect()
        }
    }
}

fn drop_reset(node: &mut Node) {
    match &mut node.value {
        Value::Scalar { .. } => {}
        Value::List(items) => {
            items.retain(|item| item.tag != Tag::Reset);
            items.iter_mut().for_each(drop_reset);
        }
        Value::Map(entries) => {
            entries.retain(|(_, value)| value.tag != Tag::Reset);
            for (_, value) in entries {
                drop_reset(value);
            }
        }
    }
}

fn walk(node: &Node, pointer: &str, found: &mut impl FnMut(Span, &str)) {
    found(node.span, pointer);
    match &node.value {
        Value::Scalar { .. } => {}
        Value::List(items) => {
            items.iter().enumerate().for_each(|(at, item)| walk(item, &format!("{pointer}/{at}"), found));
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                let pointer = step(pointer, key.as_text().unwrap_or_default());
                found(key.span, &pointer);
                walk(value, &pointer, found);
            }
        }
    }
}

/// A pointer to what a key leads to.
pub fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Whether one pointer leads to another one, or into it.
pub fn holds(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
