//! Merging a document over those before it. Both are in the long spelling, so the rules are few.
//!
//! `!reset` removes what earlier documents say, `!override` replaces it as a whole; neither reaches later ones.

use super::ledger::Ledger;
use super::place::Place;
use super::rules::Merge;
use super::unique;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Setting, Tag, Value};
use std::collections::HashMap;

/// What becomes of the merge instructions of the later document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    /// They are carried out and gone.
    Obeyed,
    /// They are carried out and stay, since they mean the documents before this one too.
    Kept,
}

/// The earlier documents with a later one over them; `base` is nothing for the first document. What a variable, a label
/// or an argument was before it was replaced goes to the origins.
pub(super) fn merge(base: Option<Node>, over: Node, tags: Tags, ledger: &mut Ledger) -> Option<Node> {
    merge_at(base, over, (&Place::ROOT, tags), ledger)
}

/// The same for a part of a document.
pub(super) fn merge_at(
    base: Option<Node>,
    over: Node,
    (place, tags): (&Place<'_>, Tags),
    ledger: &mut Ledger,
) -> Option<Node> {
    Merger { ledger, tags }.value(base, over, place)
}

struct Merger<'a> {
    ledger: &'a mut Ledger,
    tags: Tags,
}

type Entries = Vec<(Node, Node)>;

impl Merger<'_> {
    fn value(&mut self, base: Option<Node>, over: Node, place: &Place<'_>) -> Option<Node> {
        let base = match over.tag {
            Tag::Reset => return (self.tags == Tags::Kept).then_some(over),
            Tag::Override => None,
            Tag::None => base,
        };
        let rule = place.attribute().merge;
        let Some(base) = base else { return Some(self.join(None, over, rule, place)) };
        match rule {
            Merge::Replace if over.is_null() => None,
            Merge::Replace => Some(self.join(None, over, rule, place)),
            Merge::Driver if is_other_driver(&base, &over) => Some(self.join(None, over, rule, place)),
            _ if over.is_null() => Some(base),
            _ if base.is_null() => Some(self.join(None, over, rule, place)),
            Merge::Widen if base.as_map().is_none() => Some(self.join(None, over, rule, place)),
            _ if !is_same_shape(&base, &over) || rule == Merge::Requests && is_of_a_word(&over) => {
                self.mismatch(&base, &over, place);
                Some(base)
            }
            _ => Some(self.join(Some(base), over, rule, place)),
        }
    }

    /// Both have the same shape, if there are two.
    fn join(&mut self, base: Option<Node>, over: Node, rule: Merge, place: &Place<'_>) -> Node {
        let span = base.as_ref().map_or(over.span, |base| base.span);
        let tag = if self.tags == Tags::Kept { over.tag } else { Tag::None };
        let (value, span) = match over.value {
            Value::Map(entries) => {
                let base = base.map(|base| base.value);
                let known = if let Some(Value::Map(known)) = base { known } else { Vec::new() };
                (Value::Map(self.map(known, entries, rule, place)), span)
            }
            Value::List(items) => {
                let base = base.map(|base| base.value);
                let known = if let Some(Value::List(known)) = base { known } else { Vec::new() };
                (Value::List(self.list(known, items, rule, place)), span)
            }
            scalar @ Value::Scalar { .. } => (scalar, over.span),
        };
        Node { value, span, tag }
    }

    fn map(&mut self, known: Entries, over: Entries, rule: Merge, place: &Place<'_>) -> Entries {
        let mut at: HashMap<Box<str>, usize> = HashMap::with_capacity(known.len());
        for (index, (key, _)) in known.iter().enumerate() {
            at.insert(key.as_text().unwrap_or_default().into(), index);
        }
        let mut merged: Vec<Option<(Node, Node)>> = known.into_iter().map(Some).collect();
        merged.reserve(over.len());
        for (key, value) in over {
            let name = key.as_text().unwrap_or_default();
            let mut slot = at.get(name).and_then(|&index| merged.get_mut(index));
            let earlier = slot.as_mut().and_then(|slot| slot.take()).map(|(_, value)| value);
            if rule == Merge::Pairs {
                self.trace(earlier.as_ref(), &value, &place.key(name));
            }
            let earlier = earlier.filter(|_| rule != Merge::Pairs || value.tag == Tag::Reset);
            let result = self.value(earlier, value, &place.key(name)).map(|value| (key, value));
            match slot {
                Some(slot) => *slot = result,
                None => merged.push(result),
            }
        }
        merged.into_iter().flatten().collect()
    }

    /// Keeps what a pair was, and that it has no value of its own.
    fn trace(&mut self, earlier: Option<&Node>, value: &Node, place: &Place<'_>) {
        if value.is_null() {
            self.ledger.origins.named_alone(value.span);
        }
        if let Some(earlier) = earlier {
            let written = unique::text(earlier).filter(|_| !earlier.is_null());
            self.ledger.origins.replaced(place.path(), Setting { span: earlier.span, value: written });
        }
    }

    fn list(&mut self, known: Vec<Node>, over: Vec<Node>, rule: Merge, place: &Place<'_>) -> Vec<Node> {
        if rule == Merge::Subnets {
            return self.subnets(&known, over, place);
        }
        let start = known.len();
        let mut items = known;
        for (index, item) in over.into_iter().enumerate() {
            let item = self.value(None, item, &place.index(start + index));
            items.extend(item.filter(|item| item.tag != Tag::Reset));
        }
        match rule {
            Merge::Unique(identity) => unique::keep_last(items, identity),
            Merge::Distinct => unique::refuse_twice(items, place, &mut self.ledger.diagnostics),
            _ => items,
        }
    }

    fn subnets(&mut self, known: &[Node], over: Vec<Node>, place: &Place<'_>) -> Vec<Node> {
        let subnet = |node: &Node| node.get("subnet").and_then(Node::as_text).map(str::to_owned);
        let mut items = Vec::with_capacity(over.len());
        for (index, item) in over.into_iter().enumerate() {
            let wanted = subnet(&item);
            let earlier = known.iter().find(|known| wanted.is_some() && subnet(known) == wanted).cloned();
            items.extend(self.value(earlier, item, &place.index(index)));
        }
        items
    }

    fn mismatch(&mut self, base: &Node, over: &Node, place: &Place<'_>) {
        let (path, kind, earlier) = (place.path(), over.kind(), base.kind());
        self.ledger.diagnostics.push(
            Diagnostic::error("cannot-override", format!("cannot override '{path}': {kind} over {earlier}"))
                .at(over.span)
                .label(base.span, format!("{earlier} here"))
                .help("write both the same way, or put '!override' in front of the later one"),
        );
    }
}

/// Whether a list was made of a word: its only item stands at its own place.
fn is_of_a_word(list: &Node) -> bool {
    matches!(list.as_list(), Some([only]) if only.span == list.span)
}

fn is_same_shape(base: &Node, over: &Node) -> bool {
    std::mem::discriminant(&base.value) == std::mem::discriminant(&over.value)
}

fn is_other_driver(base: &Node, over: &Node) -> bool {
    let driver = |node: &Node| node.get("driver").and_then(Node::as_text).map(str::to_owned);
    matches!((driver(base), driver(over)), (Some(earlier), Some(later)) if earlier != later)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::document::parse;
    use crate::load::tests::compact;
    use crate::source::SourceMap;

    fn run(texts: &[&str]) -> (String, Diagnostics) {
        let (mut sources, mut ledger, mut root) = (SourceMap::default(), Ledger::default(), None);
        for text in texts {
            let file = sources.add("compose.yaml".into(), (*text).into());
            let document = parse::parse(&sources, file).expect("valid YAML").remove(0);
            let document = super::super::shape::shape(document, &Place::ROOT, &mut ledger);
            root = merge(root, document, Tags::Obeyed, &mut ledger);
        }
        let service = root.as_ref().and_then(|root| root.get("services")?.get("a")).map(compact);
        (service.unwrap_or_default(), ledger.diagnostics)
    }

    fn service(texts: &[&str]) -> String {
        let texts: Vec<_> = texts.iter().map(|text| format!("services: {{a: {text}}}")).collect();
        run(&texts.iter().map(String::as_str).collect::<Vec<_>>()).0
    }

    #[test]
    fn each_attribute_merges_by_its_rule() {
        let cases: &[(&[&str], &str)] = &[
            (&["{image: a}", "{image: b}"], r#"{"image":"b"}"#),
            (&["{hostname: a}", "{hostname: }"], r#"{"hostname":"a"}"#),
            (&["{command: a b}", "{command: [c]}"], r#"{"command":["c"]}"#),
            (&["{command: a b}", "{command: }"], "{}"),
            (&["{command: }"], r#"{"command":null}"#),
            (
                &["{environment: {A: b, C: d}}", "{environment: [A, E=f]}"],
                r#"{"environment":{"A":null,"C":"d","E":"f"}}"#,
            ),
            (&["{dns: a}", "{dns: [b, a]}"], r#"{"dns":["a","b"]}"#),
            (&["{cap_add: [A, B]}", "{cap_add: [B, C]}"], r#"{"cap_add":["A","B","C"]}"#),
            (
                &["{healthcheck: {test: [CMD, a]}}", "{healthcheck: {test: [CMD, b]}}"],
                r#"{"healthcheck":{"test":["CMD","b"]}}"#,
            ),
            (&["{logging: {driver: a, options: {x: y}}}", "{logging: {driver: b}}"], r#"{"logging":{"driver":"b"}}"#),
            (
                &["{logging: {driver: a, options: {x: y}}}", "{logging: {options: {z: w}}}"],
                r#"{"logging":{"driver":"a","options":{"x":"y","z":"w"}}}"#,
            ),
            (&["{build: .}", "{build: {target: x}}"], r#"{"build":{"context":".","target":"x"}}"#),
            (&["{ulimits: {n: {soft: 1, hard: 2}}}", "{ulimits: {n: 5}}"], r#"{"ulimits":{"n":5}}"#),
            (&["{x-a: [1]}", "{x-a: [2]}"], r#"{"x-a":[1,2]}"#),
            (&["{extra_hosts: {a: '1'}}", "{extra_hosts: {a: '2'}}"], r#"{"extra_hosts":["a=1","a=2"]}"#),
        ];
        for (texts, wanted) in cases {
            assert_eq!(service(texts), *wanted, "{texts:?}");
        }
    }

    #[test]
    fn a_list_of_dependencies_resets_the_condition_and_keeps_the_restart() {
        let merged = service(&["{depends_on: {b: {condition: service_healthy, restart: true}}}", "{depends_on: [b]}"]);
        assert_eq!(merged, r#"{"depends_on":{"b":{"condition":"service_started","restart":true,"required":true}}}"#);
    }

    #[test]
    fn ports_and_volumes_are_replaced_by_their_identity() {
        let ports = service(&["{ports: ['80:80', '81:81']}", "{ports: ['0.0.0.0:80:80', '82:80']}"]);
        assert_eq!(ports.matches("\"target\"").count(), 3);
        let volumes = service(&["{volumes: ['./a:/x']}", "{volumes: ['./b:/x/']}"]);
        assert!(volumes.contains("./b") && !volumes.contains("./a"));
    }

    #[test]
    fn reset_removes_and_override_replaces() {
        assert_eq!(service(&["{image: a, ports: ['80']}", "{ports: !reset []}"]), r#"{"image":"a"}"#);
        assert_eq!(
            service(&["{environment: {A: b, C: d}}", "{environment: {A: !reset null}}"]),
            r#"{"environment":{"C":"d"}}"#
        );
        assert_eq!(service(&["{dns: [a]}", "{dns: !override [b]}"]), r#"{"dns":["b"]}"#);
        assert_eq!(service(&["{image: !reset a, dns: [a, !reset b]}"]), r#"{"dns":["a"]}"#);
        assert_eq!(service(&["{image: a}", "!reset {}"]), "");
    }

    #[test]
    fn another_shape_is_a_fault_that_names_both_places() {
        let (_, faults) = run(&["services: {a: {x-y: [1]}}", "services: {a: {x-y: {b: 1}}}"]);
        let fault = faults.sorted()[0];
        assert_eq!(fault.message, "cannot override 'services.a.x-y': a mapping over a list");
        assert_eq!(fault.labels.len(), 1);
    }

    #[test]
    fn what_must_be_distinct_may_not_come_twice() {
        let (_, faults) = run(&["services: {a: {security_opt: [x]}}", "services: {a: {security_opt: [x]}}"]);
        assert_eq!(faults.sorted()[0].code, "duplicate-item");
    }
}
