//! Variables in a document: every text value is expanded once, before anyone asks what it means. Keys never are.
//!
//! A value that held a variable is text from then on, even if it looks like a number: so does Compose have it.

use super::allowance::Growth;
use super::environment::Environment;
use super::ledger::Ledger;
use super::template;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Tag, Value};
use crate::source::{SourceMap, Span};
use std::ops::Range;

/// Expands the variables of a whole tree; a faulty text stays as it is and is reported.
pub(super) fn interpolate(node: &mut Node, environment: &Environment, ledger: &mut Ledger) {
    if node.tag == Tag::Reset {
        return;
    }
    let span = node.span;
    match &mut node.value {
        Value::Scalar { text, plain } => {
            if let Some(expanded) = expand(text, span, environment, ledger) {
                *text = expanded.into();
                *plain = false;
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| interpolate(item, environment, ledger)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| interpolate(value, environment, ledger)),
    }
}

/// The expanded text, if it holds a `$` and is valid.
fn expand(text: &str, span: Span, environment: &Environment, ledger: &mut Ledger) -> Option<String> {
    if !text.contains('$') || !ledger.allow(Growth::Variables, 0, span) {
        return None;
    }
    match template::expand(text, &|name| environment.get(name)) {
        Ok(expanded) => {
            for name in expanded.used {
                ledger.origins.used(span, environment.origin(&name));
            }
            for (name, range) in expanded.unset {
                ledger.unset(&name, place(&ledger.sources, text, span, &range));
            }
            ledger.allow(Growth::Variables, expanded.text.len(), span).then_some(expanded.text)
        }
        Err(fault) => {
            let place = place(&ledger.sources, text, span, &fault.range);
            ledger.ruin(span, Diagnostic::error(fault.code, fault.message).at(place).help(fault.help));
            None
        }
    }
}

/// The exact place of a part that begins with a `$`; the whole value where its file writes dollar signs otherwise.
pub(super) fn place(sources: &SourceMap, text: &str, span: Span, range: &Range<usize>) -> Span {
    let written = sources.text(span.file).get(span.start as usize..span.end as usize).unwrap_or_default();
    let before = text.get(..range.start).unwrap_or_default().matches('$').count();
    let mut dollars = written.match_indices('$').map(|(at, _)| at);
    if dollars.clone().count() != text.matches('$').count() {
        return span;
    }
    let Some(start) = dollars.nth(before) else { return span };
    let part = text.get(range.clone()).unwrap_or_default();
    let is_as_written = written.get(start..).is_some_and(|rest| rest.starts_with(part));
    span.part(start, start + if is_as_written { part.len() } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    fn run(text: &str) -> (Node, Ledger) {
        let mut ledger = Ledger::default();
        let file = ledger.sources.add("compose.yaml".into(), text.into());
        let mut root = parse::parse(&ledger.sources, file).expect("valid YAML").remove(0);
        let environment = Environment::of_pairs([("SET", "5")]);
        interpolate(&mut root, &environment, &mut ledger);
        (root, ledger)
    }

    #[test]
    fn a_value_with_a_variable_becomes_text_and_keys_stay() {
        let (root, ledger) = run("$SET: ${SET}\nb: 5\n");
        let value = root.get("$SET").expect("the key stays");
        assert_eq!(value.value, Value::Scalar { text: "5".into(), plain: false });
        assert!(matches!(root.get("b").expect("is there").value, Value::Scalar { plain: true, .. }));
        assert_eq!(ledger.origins.variables(value.span)[0].name, "SET");
    }

    #[test]
    fn a_fault_points_into_the_text() {
        for (text, column, width) in
            [("a: x ${1} y\n", 6, 4), ("a: \"x ${1} y\"\n", 7, 4), ("a: \"\\x41 ${1}\"\n", 10, 4)]
        {
            let (_, ledger) = run(text);
            let place = ledger.diagnostics.sorted()[0].place.expect("has a place");
            let place = ledger.sources.locate(place).expect("in the map");
            assert_eq!((place.column, place.width), (column, width), "{text}");
        }
    }

    #[test]
    fn each_variable_without_a_value_has_its_own_place() {
        let (_, mut ledger) = run("a: x $B${C}\nd: $B\n");
        ledger.settle();
        let columns = ledger.diagnostics.sorted().into_iter().map(|one| {
            let place = ledger.sources.locate(one.place.expect("has a place")).expect("in the map");
            (place.column, place.width, one.labels.len())
        });
        assert_eq!(columns.collect::<Vec<_>>(), [(6, 2, 1), (8, 4, 0)]);
    }

    #[test]
    fn a_value_that_is_reset_is_not_looked_at() {
        let (_, ledger) = run("a: !reset ${1}\n");
        assert!(ledger.diagnostics.is_empty());
    }
}
