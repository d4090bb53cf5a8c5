//! What a type always has and a tree does not say.

use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::source::Span;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What every object has, asked for elsewhere.
const FRAME: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// A walk over what was read and what it was read from, side by side.
pub(super) struct Walk<'a> {
    /// Places of values that may be nothing.
    pub blanks: &'a BTreeSet<Span>,
    pub faults: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Looks at a value, which stands under a name at a place: what a type writes in any case was required.
    pub fn look(&mut self, value: &Value, node: &Node, (name, place): (&str, Span)) {
        match value {
            Value::Object(fields) => self.map(fields, node, (name, place)),
            Value::Array(items) => {
                for (item, inner) in items.iter().zip(node.as_list().unwrap_or_default()) {
                    self.look(item, inner, (name, inner.span));
                }
            }
            _ => {}
        }
    }

    fn map(&mut self, fields: &Map<String, Value>, node: &Node, (name, place): (&str, Span)) {
        let Some(entries) = node.as_map() else { return };
        let is_object = FRAME.iter().all(|key| fields.contains_key(*key));
        let is_framed = |name: &&String| is_object && FRAME.contains(&name.as_str());
        let is_said = |value: &Node| !value.is_null() || self.blanks.contains(&value.span);
        let lacks = |name: &&String| !node.get(name).is_some_and(is_said);
        let missing = fields.keys().filter(|name| !is_framed(name)).filter(lacks);
        let missing: Vec<_> = missing.map(|name| format!("'{name}'")).collect();
        if !missing.is_empty() {
            let owner = if name.is_empty() { "this object".to_owned() } else { format!("'{name}'") };
            let message = format!("{owner} has no {}", missing.join(" and no "));
            let fault = Diagnostic::error("missing-value", message).at(place);
            self.faults.push(fault.help("a cluster refuses the object without it"));
        }
        for (key, inner) in entries {
            let name = key.as_text().unwrap_or_default();
            if let Some(value) = fields.get(name) {
                self.look(value, inner, (name, key.span));
            }
        }
    }
}
