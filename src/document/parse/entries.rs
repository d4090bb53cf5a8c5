//! The entries of a mapping: keys are text and occur once, and `<<` brings in what other mappings say.
//!
//! Explicit keys win over merged ones wherever they stand; among several merged mappings the first wins.

use super::super::{Node, Value, scalar};
use super::{Keys, Result, fault, fault_with_help};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use std::collections::{HashMap, HashSet};

/// Up to so many keys are compared one by one.
const FEW: usize = 24;
/// The longest key in bytes, as in YAML 1.2 and in go-yaml.
const MAX_KEY: u32 = 1024;

/// A key and its value.
pub(super) type Entry = (Node, Node);

/// Whether a key is a plain `<<`.
pub(super) fn is_merge_key(key: &Node) -> bool {
    matches!(&key.value, Value::Scalar { text, plain: true } if &**text == "<<")
}

/// Refuses a key that is no text, or too long to be one.
pub(super) fn check_key(key: &Node, keys: Keys) -> Result<()> {
    let Value::Scalar { text, plain } = &key.value else {
        return Err(fault("key-not-text", format!("a key must be a string, this is {}", key.kind()), key.span));
    };
    if key.span.end.saturating_sub(key.span.start) > MAX_KEY {
        return Err(long_key(key.span));
    }
    match scalar::resolve(text) {
        scalar::Scalar::Text(_) => Ok(()),
        _ if !plain => Ok(()),
        scalar::Scalar::Bool(_) | scalar::Scalar::Int(_) | scalar::Scalar::Float(_) if keys == Keys::Any => Ok(()),
        scalar::Scalar::Null if text.is_empty() => {
            let fault = fault("key-not-text", "a key is missing in front of ':'", key.span);
            Err(fault_with_help(fault, "write the key, or put quotes around a value that begins with ':'"))
        }
        other => {
            let fault =
                fault("key-not-text", format!("a key must be a string, '{text}' is {}", other.kind()), key.span);
            Err(fault_with_help(fault, format!("put quotes around it: \"{text}\"")))
        }
    }
}

/// The fault of a key, with the remedy for `80: 80`, which is a port with a space too many.
pub(super) fn with_value(fault: Diagnostic, key: &Node, value: &Node) -> Diagnostic {
    match (key.as_text(), value.as_text()) {
        (Some(key), Some(value)) if is_port(key) && is_port(value) && value.parse() != Ok(0_u16) => {
            fault.help(format!("if it is a port, write \"{key}:{value}\" without the space"))
        }
        _ => fault,
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

/// The fault of a key that is longer than keys may be.
pub(super) fn long_key(place: Span) -> Box<Diagnostic> {
    fault_with_help(fault("key-too-long", format!("a key has more than {MAX_KEY} bytes"), place), "shorten the key")
}

/// The faults of keys that occur twice.
pub(super) fn duplicates(entries: &[Entry], faults: &mut Vec<Diagnostic>) {
    let name = |(key, _): &Entry| -> Option<(String, Span)> { Some((key.as_text()?.to_owned(), key.span)) };
    if entries.len() <= FEW {
        for (index, second) in entries.iter().enumerate() {
            let first = entries.iter().take(index).find(|first| first.0.as_text() == second.0.as_text());
            if let (Some(first), Some((text, span))) = (first, name(second)) {
                faults.push(duplicate(&text, first.0.span, span));
            }
        }
        return;
    }
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
    for (key, _) in entries {
        let text = key.as_text().unwrap_or_default();
        if let Some(first) = seen.get(text) {
            faults.push(duplicate(text, *first, key.span));
        } else {
            seen.insert(text, key.span);
        }
    }
}

/// The fault of a key that an earlier one of its mapping equals.
pub(super) fn duplicate(text: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::error("duplicate-key", format!("key '{text}' is defined twice in one mapping"))
        .at(second)
        .label(first, "first defined here")
        .help("keep one of the two")
}

/// Adds what the value of a `<<` says to the entries of its mapping.
pub(super) fn merge(entries: &mut Vec<Entry>, merged: Node) -> Result<()> {
    let span = merged.span;
    let maps = match merged.value {
        Value::Map(map) => vec![map],
        Value::List(items) => items.into_iter().map(map_of).collect::<Result<_>>()?,
        Value::Scalar { .. } => return Err(no_map(span)),
    };
    let total = entries.len() + maps.iter().map(Vec::len).sum::<usize>();
    if total <= FEW {
        for (key, value) in maps.into_iter().flatten() {
            if entries.iter().all(|(known, _)| known.as_text() != key.as_text()) {
                entries.push((key, value));
            }
        }
        return Ok(());
    }
    let mut known: HashSet<Box<str>> = entries.iter().filter_map(|(key, _)| Some(key.as_text()?.into())).collect();
    entries
        .extend(maps.into_iter().flatten().filter(|(key, _)| known.insert(key.as_text().unwrap_or_default().into())));
    Ok(())
}

/// What an alias names stands elsewhere: the fault is where it is merged.
pub(super) fn at_merge_key(fault: Diagnostic, key: Span) -> Diagnostic {
    match fault.place {
        Some(place) if place.start < key.start => Diagnostic { place: Some(key), ..fault }.label(place, "this is none"),
        _ => fault,
    }
}

fn map_of(node: Node) -> Result<Vec<Entry>> {
    match node.value {
        Value::Map(map) => Ok(map),
        _ => Err(no_map(node.span)),
    }
}

fn no_map(place: Span) -> Box<Diagnostic> {
    let fault = fault("merge-key", "'<<' needs a mapping or a list of mappings", place);
    fault_with_help(
        fault,
        "name an anchor of a mapping: '<<: *name'; put quotes around '<<' where it is a key like others",
    )
}
