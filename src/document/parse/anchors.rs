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
/// Bytes that all values with a name and all copies of a file may add up to: 128 MiB.
const MAX_BYTES: usize = 128 * 1024 * 1024;
/// Bytes that a value takes besides its text, roughly.
const VALUE: usize = 64;

/// The anchors of a file.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    known: HashMap<usize, (Node, Size)>,
    /// The last one that has been forgotten.
    forgotten: usize,
    copies: usize,
    bytes: usize,
}

/// How much a value is.
#[derive(Debug, Clone, Copy)]
struct Size {
    values: usize,
    bytes: usize,
}

impl Anchors {
    /// Remembers a value under the number of its anchor.
    pub fn keep(&mut self, anchor: usize, node: &Node) -> Result<()> {
        let node = if node.tag == Tag::Reset { node.clone() } else { without_resets(node) };
        let (size, place) = (size(&node), node.span);
        self.known.insert(anchor, (node, size));
        self.hold(size, place)
    }

    /// Forgets all values; what they add up to still counts.
    pub fn forget(&mut self) {
        self.forgotten = self.known.keys().copied().max().unwrap_or_default().max(self.forgotten);
        self.known.clear();
    }

    /// A copy for the alias at a place.
    pub fn copy(&mut self, anchor: usize, alias: Span) -> Result<Node> {
        if anchor <= self.forgotten {
            return Err(fault_with_help(
                fault("yaml-syntax", "this alias names a value of another document", alias),
                "the tools of a cluster read each document on its own: write the value out",
            ));
        }
        let Some((node, size)) = self.known.get(&anchor) else {
            return Err(fault_with_help(
                fault("alias-cycle", "this alias stands inside the value that it names", alias),
                "a value cannot contain itself: copy the part that is meant",
            ));
        };
        let size = *size;
        self.copies += size.values;
        if self.copies > MAX_COPIES {
            return Err(fault_with_help(
                fault("alias-bomb", format!("aliases expand to more than {MAX_COPIES} values"), alias),
                "aliases of aliases multiply: write the values out",
            ));
        }
        let copy = node.clone();
        self.hold(size, alias)?;
        Ok(copy)
    }

    fn hold(&mut self, size: Size, place: Span) -> Result<()> {
        self.bytes = self.bytes.saturating_add(size.bytes);
        if self.bytes <= MAX_BYTES {
            return Ok(());
        }
        let fault = fault("alias-bomb", "anchors and aliases up to here hold more than 128 MiB", place);
        Err(fault_with_help(fault, "put anchors on smaller values, and name long texts less often"))
    }
}

fn size(node: &Node) -> Size {
    let mut sum = Size { values: 1, bytes: VALUE };
    let mut add = |node: &Node| {
        let Size { values, bytes } = size(node);
        sum = Size { values: sum.values + values, bytes: sum.bytes + bytes };
    };
    match &node.value {
        Value::Scalar { text, .. } => sum.bytes += text.len(),
        Value::List(items) => items.iter().for_each(add),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            add(key);
            add(value);
        }),
    }
    sum
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
