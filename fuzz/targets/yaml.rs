//! The YAML reader: its places are in the file, what it reads prints and reads again to the same, and copies of
//! anchors are bounded.

#![no_main]

use hoist::document::parse::parse;
use hoist::document::scalar::{self, Scalar};
use hoist::document::{Node, Value};
use hoist::source::SourceMap;
use hoist_fuzz::{check_place, check_span, meaning, size, through_json, through_yaml};
use libfuzzer_sys::fuzz_target;

/// Values of one document: what the reader allows, and some for the text itself.
const MAX_NODES: usize = 1_100_000;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::default();
    let file = sources.add("compose.yaml".into(), text.into());
    match parse(&sources, file) {
        Ok(documents) => {
            assert!(documents.iter().map(size).sum::<usize>() <= MAX_NODES);
            documents.iter().for_each(|document| check(document, &sources));
        }
        Err(faults) => faults.iter().for_each(|fault| check_place(fault, &sources)),
    }
});

fn check(document: &Node, sources: &SourceMap) {
    spans(document, sources);
    // A text alone is never printed: its lines would stand at the margin, where '...' ends a document.
    if document.as_text().is_none() && size(document) < 10_000 {
        assert_eq!(meaning(document), meaning(&through_yaml(document)), "as YAML");
        if has_json(document) {
            assert_eq!(meaning(document), meaning(&through_json(document)), "as JSON");
        }
    }
}

fn spans(node: &Node, sources: &SourceMap) {
    check_span(node.span, sources);
    match &node.value {
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter().for_each(|item| spans(item, sources)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            spans(key, sources);
            spans(value, sources);
        }),
    }
}

/// Whether JSON can say it and be read again: it knows no infinity, its escapes make a long key longer, and a
/// U+0085 that it does not escape is a line break in YAML.
fn has_json(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { text, plain } => {
            let is_endless = *plain && matches!(scalar::resolve(text), Scalar::Float(value) if !value.is_finite());
            !is_endless && !text.contains('\u{85}')
        }
        Value::List(items) => items.iter().all(has_json),
        Value::Map(entries) => {
            let is_short = |key: &Node| key.as_text().is_none_or(|text| text.len() < 150 && !text.contains('\u{85}'));
            entries.iter().all(|(key, value)| is_short(key) && has_json(value))
        }
    }
}
