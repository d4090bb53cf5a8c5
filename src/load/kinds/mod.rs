//! What the table of the language accepts at each place of a document, as it is written: kinds, words, unknown keys.
//!
//! Null is let through here: a later file may fill it in. So is what is missing. The model asks for both at the end.

mod remedy;
mod unknown;
mod words;

use super::place::Place;
use super::rules::{Keys, Kind, Others, Table};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Tag, Value};
use crate::source::Span;
use remedy::{quoted, remedy};
use unknown::{is_service, unknown};
use words::{lower, subject, wanted};

/// Reports what a part of a document says that the language does not have.
pub(super) fn check(node: &Node, place: &Place<'_>, diagnostics: &mut Diagnostics) {
    Check { scalars: Scalars::Known, diagnostics }.value(node, place);
}

/// The same while variables are still in it: where a scalar may stand, any may.
pub(super) fn check_open(node: &Node, place: &Place<'_>, diagnostics: &mut Diagnostics) {
    Check { scalars: Scalars::Open, diagnostics }.value(node, place);
}

/// Reports what a whole tree lacks: values that were never given, attributes that a mapping needs.
pub(super) fn check_complete(tree: &Node, diagnostics: &mut Diagnostics) {
    Complete { tree, diagnostics }.value(tree, tree.span, &Place::ROOT);
}

struct Complete<'a> {
    tree: &'a Node,
    diagnostics: &'a mut Diagnostics,
}

impl Complete<'_> {
    /// Whether services that stand beside an empty `services` are reported as such.
    fn is_told(&self, place: &Place<'_>) -> bool {
        let known = Place::ROOT.attribute().table();
        let is_outside = |(key, value): &(Node, Node)| {
            let key = key.as_text().unwrap_or_default();
            is_service(value) && !key.starts_with("x-") && known.is_some_and(|table| table.row(key).is_none())
        };
        place.depth() == 1
            && place.name() == Some("services")
            && self.tree.as_map().unwrap_or_default().iter().any(is_outside)
    }

    fn value(&mut self, node: &Node, span: Span, place: &Place<'_>) {
        let attribute = place.attribute();
        match &node.value {
            _ if matches!(attribute.kinds, [Kind::Any]) => {}
            Value::Scalar { .. } if node.is_null() && !attribute.is_nullable && !self.is_told(place) => {
                let message = format!("{} has no value", subject(place));
                let help = match place.name() {
                    Some("services") if place.depth() == 1 => "describe at least one service under it".into(),
                    _ => format!("give it {}, or remove it", wanted(attribute.kinds)),
                };
                self.diagnostics.push(Diagnostic::error("wrong-type", message).at(span).help(help));
            }
            Value::Scalar { .. } => {}
            Value::List(items) => {
                items.iter().enumerate().for_each(|(at, item)| self.value(item, item.span, &place.index(at)));
            }
            Value::Map(entries) => {
                if let Some(table) = attribute.table() {
                    self.required(table, node, span);
                }
                for (key, value) in entries {
                    let name = key.as_text().unwrap_or_default();
                    self.value(value, key.span, &place.key(name));
                }
            }
        }
    }

    fn required(&mut self, table: &Table, node: &Node, span: Span) {
        for row in table.rows.iter().filter(|row| row.is_required && node.get(row.name).is_none()) {
            let message = format!("this {} has no '{}'", table.what, row.name);
            let first = node.as_map().and_then(|entries| entries.iter().map(|(key, _)| key.span).min());
            let fault = Diagnostic::error("missing-value", message).at(first.unwrap_or(span));
            let words = row.kinds.iter().find_map(|kind| if let Kind::Word(words) = kind { Some(words) } else { None });
            self.diagnostics.push(match words {
                Some(words) => fault.help(format!("add '{}:' with one of {}", row.name, quoted(words))),
                None => fault.help(format!("add '{}:', {}", row.name, lower(row.says.trim_end_matches('.')))),
            });
        }
    }
}

/// What scalars say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scalars {
    /// What they mean.
    Known,
    /// What a variable may change.
    Open,
}

struct Check<'a> {
    scalars: Scalars,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn value(&mut self, node: &Node, place: &Place<'_>) {
        let kinds = place.attribute().kinds;
        if node.tag == Tag::Reset || node.is_null() || matches!(kinds, [Kind::Any]) {
            return;
        }
        match &node.value {
            Value::Scalar { .. } => self.scalar(node, place),
            Value::List(items) => {
                if !kinds.iter().any(|kind| matches!(kind, Kind::List(_))) {
                    return self.wrong_kind(node, place);
                }
                items.iter().enumerate().for_each(|(index, item)| self.value(item, &place.index(index)));
            }
            Value::Map(entries) => {
                for kind in kinds {
                    match kind {
                        Kind::Map(keys, _) => return self.entries(entries, *keys, place),
                        Kind::Table(table) => return self.table(entries, table, place),
                        _ => {}
                    }
                }
                self.wrong_kind(node, place);
            }
        }
    }

    fn entries(&mut self, entries: &[(Node, Node)], keys: Keys, place: &Place<'_>) {
        for (key, value) in entries {
            if keys == Keys::Filled && key.as_text() == Some("") {
                let message = format!("an empty name under {}", subject(place));
                self.diagnostics.push(Diagnostic::error("invalid-value", message).at(key.span).help("give it a name"));
            }
            self.value(value, &place.key(key.as_text().unwrap_or_default()));
        }
    }

    fn table(&mut self, entries: &[(Node, Node)], table: &Table, place: &Place<'_>) {
        for (key, value) in entries {
            let name = key.as_text().unwrap_or_default();
            if table.row(name).is_some() {
                self.value(value, &place.key(name));
            } else if !name.starts_with("x-") || table.others == Others::Strict {
                self.diagnostics.push(unknown(table, key, value));
            }
        }
    }

    fn scalar(&mut self, node: &Node, place: &Place<'_>) {
        let Value::Scalar { text, plain } = &node.value else { return };
        let meaning = if *plain { scalar::resolve(text) } else { Scalar::Text(text) };
        let kinds = place.attribute().kinds;
        let is_open = self.scalars == Scalars::Open;
        if kinds.iter().any(|kind| accepts(kind, meaning) || (is_open && is_scalar(kind))) {
            return;
        }
        match (kinds.iter().find_map(|kind| choice(kind, meaning)), meaning) {
            (Some(Kind::Word(words)), Scalar::Text(text)) => self.diagnostics.push(
                Diagnostic::error("invalid-value", format!("'{text}' is not a value of {}", subject(place)))
                    .at(node.span)
                    .help(match did_you_mean(text, words.iter().copied()) {
                        Some(near) => format!("did you mean '{near}'?"),
                        None => format!("one of {}", quoted(words)),
                    }),
            ),
            (Some(Kind::Pattern(pattern, _)), Scalar::Text(text)) => self.diagnostics.push(
                Diagnostic::error("invalid-value", format!("'{text}' is not a value of {}", subject(place)))
                    .at(node.span)
                    .help(format!("it must match {pattern}")),
            ),
            (Some(Kind::Range(least, most)), Scalar::Int(_)) => self.diagnostics.push(
                Diagnostic::error("invalid-value", format!("{text} is out of range for {}", subject(place)))
                    .at(node.span)
                    .help(if *most == i64::MAX {
                        format!("it is {least} at least")
                    } else {
                        format!("it goes from {least} to {most}")
                    }),
            ),
            _ => self.wrong_kind(node, place),
        }
    }

    fn wrong_kind(&mut self, node: &Node, place: &Place<'_>) {
        let attribute = place.attribute();
        let message = format!("{} must be {}, this is {}", subject(place), wanted(attribute.kinds), node.kind());
        let fault = Diagnostic::error("wrong-type", message).at(node.span);
        self.diagnostics.push(match remedy(node, attribute, place) {
            Some(help) => fault.help(help),
            None => fault,
        });
    }
}

/// Whether this is a string.
pub(super) fn is_text(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { text, plain } => !plain || matches!(scalar::resolve(text), Scalar::Text(_)),
        _ => false,
    }
}

/// Whether scalars can be of a kind.
fn is_scalar(kind: &Kind) -> bool {
    !matches!(kind, Kind::List(_) | Kind::Map(..) | Kind::Table(_))
}

/// Whether a scalar is of a kind. Patterns are left to whoever reads the text: they know why it is wrong. A number whose
/// fraction is nothing is a whole one, as in JSON.
fn accepts(kind: &Kind, meaning: Scalar<'_>) -> bool {
    match (kind, meaning) {
        (Kind::Any | Kind::Text | Kind::Duration, Scalar::Text(_))
        | (Kind::Integer | Kind::Number, Scalar::Int(_))
        | (Kind::Number, Scalar::Float(_))
        | (Kind::Flag, Scalar::Bool(_)) => true,
        (Kind::Pattern(_, fits), Scalar::Text(text)) => fits(text),
        (Kind::Word(words), Scalar::Text(text)) => words.contains(&text),
        (Kind::Integer, Scalar::Float(value)) => value.fract() == 0.0,
        (Kind::Range(least, most), Scalar::Float(value)) if value.fract() == 0.0 => {
            #[expect(clippy::cast_precision_loss, reason = "the bounds are small or the largest number")]
            let (least, most) = (*least as f64, *most as f64);
            (least..=most).contains(&value)
        }
        (Kind::Range(least, most), Scalar::Int(value)) => (i128::from(*least)..=i128::from(*most)).contains(&value),
        _ => false,
    }
}

/// A kind that a scalar would be of, if it had another value.
fn choice<'a>(kind: &'a Kind, meaning: Scalar<'_>) -> Option<&'a Kind> {
    let is_near = matches!(
        (kind, meaning),
        (Kind::Word(_) | Kind::Pattern(..), Scalar::Text(_)) | (Kind::Range(..), Scalar::Int(_))
    );
    is_near.then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    fn faults(text: &str) -> Vec<(String, String)> {
        let mut sources = crate::source::SourceMap::default();
        let file = sources.add("compose.yaml".into(), text.into());
        let root = parse::parse(&sources, file).expect("valid YAML").remove(0);
        let mut diagnostics = Diagnostics::default();
        check(&root, &Place::ROOT, &mut diagnostics);
        let both = |one: &Diagnostic| (one.message.clone(), one.help.clone().unwrap_or_default());
        diagnostics.sorted().into_iter().map(both).collect()
    }

    fn of_service(text: &str) -> (String, String) {
        let mut all = faults(&format!("services: {{a: {{{text}}}}}"));
        assert!(all.len() < 2, "{all:?}");
        all.pop().unwrap_or_default()
    }

    #[test]
    fn a_wrong_kind_says_what_is_wanted_and_how_to_write_it() {
        let cases = [
            ("ports: '80:80'", "'ports' must be a list, this is a string", "write it as a list: [\"80:80\"]"),
            ("user: 1000", "'user' must be a string, this is a number", "put quotes around it: \"1000\""),
            (
                "expose: [80.5]",
                "an item of 'expose' must be a string or a whole number, this is a number",
                "put quotes around it: \"80.5\"",
            ),
            ("privileged: 1", "'privileged' must be true or false, this is a number", "write 'true'"),
            ("privileged: 5", "'privileged' must be true or false, this is a number", "write 'true' or 'false'"),
            ("gpus: 1", "'gpus' must be a string or a list, this is a number", "write 'all', or a list"),
            ("ports: -80:80", "'ports' must be a list, this is a string", "put a space behind each '-'"),
            (
                "healthcheck: {interval: 10}",
                "'interval' must be a duration, this is a number",
                "write '10s' for seconds; units are ns, us, ms, s, m, h, d, w",
            ),
            (
                "healthcheck: curl x",
                "'healthcheck' must be a mapping, this is a string",
                "put the command under 'test:'",
            ),
            (
                "environment: [A: b]",
                "an item of 'environment' must be a string, this is a mapping",
                "write 'A=b', or leave out the '-' in front of all",
            ),
            (
                "environment: [{name: A, value: b}]",
                "an item of 'environment' must be a string, this is a mapping",
                "write 'A=b'",
            ),
            ("command: 5", "'command' must be a string or a list, this is a number", "put quotes around it: \"5\""),
            (
                "environment: {A: {B: c}}",
                "'A' under 'environment' must be a string, a number or true or false, this is a mapping",
                "put quotes around a text that holds ': '",
            ),
            (
                "labels: {k: [x]}",
                "'k' under 'labels' must be a string, a number or true or false, this is a list",
                "write the value alone: x",
            ),
            (
                "sysctls: {k: [1, 2]}",
                "'k' under 'sysctls' must be a string, a number or true or false, this is a list",
                "one value goes here",
            ),
            ("cgroup: prvate", "'prvate' is not a value of 'cgroup'", "did you mean 'private'?"),
            ("oom_score_adj: 2000", "2000 is out of range for 'oom_score_adj'", "it goes from -1000 to 1000"),
        ];
        for (text, message, help) in cases {
            assert_eq!(of_service(text), (message.into(), help.into()), "{text}");
        }
    }

    #[test]
    fn an_unknown_key_finds_the_one_that_was_meant() {
        assert_eq!(of_service("prots: []").1, "did you mean 'ports'?");
        assert_eq!(of_service("net: host").1, "write 'network_mode'");
        assert_eq!(of_service("x-note: 1").0, "");
        assert_eq!(of_service("replicas: 3").1, "put it under 'deploy'");
        assert_eq!(of_service("context: .").1, "put it under 'build'");
        assert_eq!(of_service("env: []").1, "write 'environment'");
        let all = faults("web: {image: x}\nservice: {}\n");
        assert_eq!(all[0].1, "it looks like a service: put 'web:' under 'services:'");
        assert_eq!(all[1].1, "did you mean 'services'?");
    }

    #[test]
    fn what_stands_in_a_section_in_the_place_of_a_mapping_has_its_own_remedy() {
        let cases = [
            ("secrets: {s: ./s.txt}", "write 'file: ./s.txt' for a file"),
            ("networks: {n: bridge}", "write 'driver: bridge' or 'name: bridge'"),
            ("services: {a: {build: [.]}}", "write the value alone: ."),
            ("volumes: [data]", "write 'data:' instead of '- data'"),
            ("services: {a: x}", "give it an 'image' or a 'build'"),
            ("services: {image: x}", "indent 'image' deeper, under the name of its service"),
        ];
        for (text, help) in cases {
            assert_eq!(faults(text)[0].1, help, "{text}");
        }
    }

    #[test]
    fn services_beside_an_empty_section_are_one_fault() {
        let complete = |text: &str| {
            let mut diagnostics = Diagnostics::default();
            check_complete(&crate::testing::tree(text), &mut diagnostics);
            diagnostics.sorted().len()
        };
        assert_eq!(complete("services:\nweb: {image: x}\n"), 0);
        assert_eq!(complete("services:\nx-web: {image: x}\n"), 1);
        assert_eq!(complete("services:\n"), 1);
    }

    #[test]
    fn null_and_what_is_reset_are_let_through() {
        assert_eq!(faults("services: {a: {image: , ports: !reset x, environment: {A: }}}"), []);
    }
}
