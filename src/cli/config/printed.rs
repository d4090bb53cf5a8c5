//! A tree as text.

use super::Format;
use crate::document::{Node, Value, json, write};
use std::mem::ManuallyDrop;

/// What becomes of dollar signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dollars {
    /// They begin variables still.
    AsTheyAre,
    /// They are what they are: `$` becomes `$$`, so that what is printed reads back.
    Doubled,
}

/// The tree in a format, with one final line break.
pub(super) fn text(tree: Node, format: Format, dollars: Dollars) -> String {
    // Not given back either: the process ends with it.
    let mut tree = ManuallyDrop::new(tree);
    if dollars == Dollars::Doubled {
        double(&mut tree);
    }
    match format {
        Format::Json => json::pretty(&tree) + "\n",
        Format::Yaml => {
            drop_empty_addresses(&mut tree);
            write::yaml(&tree)
        }
    }
}

fn double(node: &mut Node) {
    match &mut node.value {
        Value::Scalar { text, .. } if text.contains('$') => *text = text.replace('$', "$$").into(),
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter_mut().for_each(double),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| double(value)),
    }
}

/// YAML leaves out an empty `ipam`; JSON prints it, as `docker compose config` does.
fn drop_empty_addresses(node: &mut Node) {
    let Some(Value::Map(entries)) = node.get_mut("networks").map(|entries| &mut entries.value) else { return };
    for (_, entry) in entries {
        if entry.get("ipam").and_then(Node::as_map).is_some_and(<[_]>::is_empty) {
            entry.take("ipam");
        }
    }
}
