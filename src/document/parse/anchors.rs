//! [`Anchors`]: values with a name, and what copies of them add up to.
//!
//! Names live until the file ends, so a later document may use those of an earlier one, as with Compose. A copy has no
//! `!reset` of its own: it asks once, where it is written.

use super::super::{Node, Tag, Value};
use super::{Result, fault, fault_with_help};
use crate::source::Span;
use std::collections::HashMap;

/// Nodes that all copies of a file may add up to.
const MAX_COPIES: usize = 1_000_000;

/// The anchors of a file.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    known: HashMap<usize, (Node, usize)>,
    copies: usize,
}

impl Anchors {
    /// Remembers a value under the number of its anchor.
    pub fn keep(&mut self, anchor: usize, node: &Node) {
        let node = if node.tag == Tag::Reset { node.clone() } else { without_resets(node) };
        let size = size(&node);
        self.known.insert(anchor, (node, size));
    }

    /// A copy for the alias at a place.
    pub fn copy(&mut self, anchor: usize, alias: Span) -> Result<Node> {
        let Some((node, size)) = self.known.get(&anchor) else {
            return Err(fault_with_help(
                fault("alias-cycle", "this alias stands inside the value that it names", alias),
                "a value cannot contain itself: copy the part that is meant",
            ));
        };
        self.copies += size;
        if self.copies > MAX_COPIES {
            return Err(fault_with_help(
                fault("alias-bomb", format!("aliases expand to more than {MAX_COPIES} values"), alias),
                "aliases of aliases multiply: write the values out",
            ));
        }
        Ok(node.clone())
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Scalar { .. } => 1,
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, value)| 1 + size(value)).sum::<usize>(),
    }
}

fn without_resets(node: &Node) -> Node {
    let stays = |node: &&Node| node.tag != Tag::Reset;
    let value = match &node.value {
        Value::Scalar { .. } => node.value.clone(),
        Value::List(items) => Value::List(items.iter().filter(stays).map(without_resets).collect()),
        Value::Map(entries) => {
            let entries = entries.iter().filter(|(_, value)| stays(&value));
            Value::Map(entries.map(|(key, value)| (key.clone(), without_resets(value))).collect())
        }
    };
    Node { value, span: node.span, tag: node.tag }
}
