//! What the fuzz targets share: trees compared by meaning, and places checked against the texts that they point into.

use hoist::diagnostic::{Diagnostic, Diagnostics};
use hoist::document::scalar::{self, Scalar};
use hoist::document::{Node, Value, json, write};
use hoist::source::{SourceMap, Span};

/// A tree by its meaning, one line a value: where and how it was written does not count, and `3.0` is 3.
pub fn meaning(node: &Node) -> String {
    let mut out = String::new();
    describe(node, 0, &mut out);
    out
}

fn describe(node: &Node, depth: usize, out: &mut String) {
    let mut line = |text: String| {
        out.push_str(&" ".repeat(depth));
        out.push_str(&text);
        out.push('\n');
    };
    match &node.value {
        Value::Scalar { text, plain: false } => line(format!("{text:?}")),
        Value::Scalar { text, plain: true } => match scalar::resolve(text) {
            Scalar::Text(text) => line(format!("{text:?}")),
            number => line(format!("{} {number}", number.kind())),
        },
        Value::List(items) => {
            line("list".into());
            items.iter().for_each(|item| describe(item, depth + 1, out));
        }
        Value::Map(entries) => {
            line("map".into());
            for (key, value) in entries {
                out.push_str(&format!("{}{:?}:\n", " ".repeat(depth + 1), key.as_text()));
                describe(value, depth + 2, out);
            }
        }
    }
}

/// How many values a tree has.
pub fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar { .. } => 0,
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|(key, value)| size(key) + size(value)).sum(),
    }
}

/// The documents of a text; none when it is refused.
pub fn parsed(text: &str) -> Option<Vec<Node>> {
    let mut sources = SourceMap::default();
    let file = sources.add("compose.yaml".into(), text.into());
    hoist::document::parse::parse(&sources, file).ok()
}

/// The tree, printed as YAML and read again.
pub fn through_yaml(node: &Node) -> Node {
    read_again(&write::yaml(node))
}

/// The tree, printed as JSON and read again.
pub fn through_json(node: &Node) -> Node {
    read_again(&json::pretty(node))
}

fn read_again(printed: &str) -> Node {
    let mut documents = parsed(printed).unwrap_or_else(|| panic!("what was printed is refused:\n{printed}"));
    assert_eq!(documents.len(), 1, "one document was printed:\n{printed}");
    documents.remove(0)
}

/// Fails unless every place of every diagnostic is in its file.
pub fn check_places(diagnostics: &Diagnostics, sources: &SourceMap) {
    diagnostics.sorted().into_iter().for_each(|one| check_place(one, sources));
}

/// Fails unless every place of a diagnostic is in its file, and its words are there.
pub fn check_place(diagnostic: &Diagnostic, sources: &SourceMap) {
    assert!(!diagnostic.message.is_empty() && !diagnostic.code.is_empty());
    for span in diagnostic.place.into_iter().chain(diagnostic.labels.iter().map(|label| label.span)) {
        check_span(span, sources);
    }
}

/// Fails unless a place is in its file, between characters.
pub fn check_span(span: Span, sources: &SourceMap) {
    let location = sources.locate(span).unwrap_or_else(|| panic!("{span:?} is in no file"));
    assert!(location.line > 0 && location.column > 0);
    let text = sources.text(span.file);
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is not in a text of {}", text.len());
}
