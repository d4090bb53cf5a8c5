//! [`Writer`]: builds a mapping in the order of the calls and leaves out what is empty, as Go's `omitempty` does.

use super::Dialect;
use crate::document::Node;
use crate::value::ByteSize;
use std::collections::BTreeMap;

/// A mapping while it is written.
#[derive(Default)]
pub(super) struct Writer(Vec<(&'static str, Node)>);

impl Writer {
    /// Writes a value as it is.
    pub fn node(&mut self, key: &'static str, node: Node) -> &mut Self {
        self.0.push((key, node));
        self
    }

    /// Writes a value if there is one.
    pub fn optional(&mut self, key: &'static str, node: Option<Node>) -> &mut Self {
        if let Some(node) = node {
            self.0.push((key, node));
        }
        self
    }

    /// Writes a text if there is one.
    pub fn text<T: ToString>(&mut self, key: &'static str, text: Option<&T>) -> &mut Self {
        let text = text.map(ToString::to_string).filter(|text| !text.is_empty());
        self.optional(key, text.map(Node::text))
    }

    /// Writes a number if there is one.
    pub fn number<T: ToString>(&mut self, key: &'static str, number: Option<T>) -> &mut Self {
        self.optional(key, number.map(Node::plain))
    }

    /// Writes a number unless it is 0.
    pub fn nonzero<T: ToString + Default + PartialEq>(&mut self, key: &'static str, number: Option<T>) -> &mut Self {
        self.number(key, number.filter(|number| *number != T::default()))
    }

    /// Writes an amount of memory, which Compose prints as a text of digits, unless it is 0.
    pub fn bytes(&mut self, key: &'static str, size: Option<ByteSize>) -> &mut Self {
        self.text(key, size.filter(|size| size.bytes() != 0).as_ref())
    }

    /// Writes `true`; `false` is left out.
    pub fn flag(&mut self, key: &'static str, flag: bool) -> &mut Self {
        self.optional(key, flag.then(|| Node::plain(true)))
    }

    /// Writes a list of texts unless it is empty.
    pub fn texts(&mut self, key: &'static str, texts: &[String]) -> &mut Self {
        self.optional(key, (!texts.is_empty()).then(|| Node::list(texts.iter().map(|text| Node::text(text.as_str())))))
    }

    /// Writes a list unless it is empty.
    pub fn items<T>(&mut self, key: &'static str, items: &[T], write: impl Fn(&T) -> Node) -> &mut Self {
        self.optional(key, (!items.is_empty()).then(|| Node::list(items.iter().map(write))))
    }

    /// Writes a mapping to text unless it is empty.
    pub fn map(&mut self, key: &'static str, map: &BTreeMap<String, String>) -> &mut Self {
        let entries = map.iter().map(|(name, value)| (name.as_str(), Node::text(value.as_str())));
        self.optional(key, (!map.is_empty()).then(|| Node::map(entries)))
    }

    /// Writes a mapping to text or null unless it is empty.
    pub fn optional_map(&mut self, key: &'static str, map: &BTreeMap<String, Option<String>>) -> &mut Self {
        let value = |value: &Option<String>| value.as_deref().map_or_else(Node::null, Node::text);
        let entries = map.iter().map(|(name, text)| (name.as_str(), value(text)));
        self.optional(key, (!map.is_empty()).then(|| Node::map(entries)))
    }

    /// Writes a list of values as text unless it is empty.
    pub fn displayed<T: ToString>(&mut self, key: &'static str, items: &[T]) -> &mut Self {
        self.items(key, items, |item| Node::text(item.to_string()))
    }

    /// The mapping.
    pub fn finish(&mut self) -> Node {
        Node::map(std::mem::take(&mut self.0))
    }
}

/// A command; one that is not set is null in JSON and left out in YAML.
pub(super) fn words(words: Option<&Vec<String>>, dialect: Dialect) -> Option<Node> {
    match words {
        Some(words) => Some(Node::list(words.iter().map(|word| Node::text(word.as_str())))),
        None => (dialect == Dialect::Json).then(Node::null),
    }
}
