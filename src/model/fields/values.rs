//! [`Values`]: mappings to text that do not take every scalar.

use super::{Fields, wrong_kind};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use std::collections::BTreeMap;

impl Fields<'_> {
    /// A mapping to text that takes only certain scalars; null becomes the empty text.
    pub fn map_of(&mut self, key: &'static str, values: Values) -> BTreeMap<String, String> {
        let Some(node) = self.node(key) else { return BTreeMap::new() };
        for (_, value) in node.as_map().unwrap_or_default() {
            if !values.take(value) {
                self.diagnostics.push(wrong_kind(key, values.words(), value).help("put quotes around it"));
            }
        }
        self.map(key)
    }
}

/// The scalars that a mapping to text takes, besides strings and null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::model) enum Values {
    /// Numbers, but no booleans.
    Numbers,
    /// Numbers, but no booleans and no null.
    GivenNumbers,
    /// Whole numbers only.
    Whole,
    /// Strings only, and no null.
    GivenTexts,
}

impl Values {
    pub(super) fn take(self, node: &Node) -> bool {
        match &node.value {
            Value::Scalar { text, plain: true } => match scalar::resolve(text) {
                Scalar::Bool(_) => false,
                Scalar::Null => matches!(self, Self::Numbers | Self::Whole),
                Scalar::Float(_) => matches!(self, Self::Numbers | Self::GivenNumbers),
                Scalar::Int(_) => self != Self::GivenTexts,
                Scalar::Text(_) => true,
            },
            Value::Scalar { plain: false, .. } => true,
            _ => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Numbers | Self::GivenNumbers => "a mapping to strings and numbers",
            Self::Whole => "a mapping to strings and whole numbers",
            Self::GivenTexts => "a mapping to strings",
        }
    }
}
