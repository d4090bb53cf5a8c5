//! Rules about what scales workloads.

use super::super::Faults;
use super::super::field::beyond;
use super::super::reach::{entry, items, number, text};
use super::{excluded, one_of, out_of_place};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// What is scaled to nothing is woken by something outside of it.
pub(super) fn to_nothing(node: &Node, faults: &mut Faults) {
    let is_outside = |metric: &Node| matches!(text(metric, "type"), Some("Object" | "External"));
    if let Some((_, value)) = entry(node, "minReplicas").filter(|_| number(node, "minReplicas") == Some(0))
        && !items(node, "metrics").iter().any(is_outside)
    {
        let fault = beyond("minReplicas", 0, value.span);
        faults.push(fault.help("write at least 1: only a metric of type Object or External wakes what is not there"));
    }
}

/// How many of some values a target says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    One,
    Some,
}

/// A type of metrics.
struct Source {
    name: &'static str,
    field: &'static str,
    /// Values of its target, of which it takes one, or some.
    values: (Takes, &'static [&'static str]),
}

const fn source(name: &'static str, field: &'static str, values: (Takes, &'static [&'static str])) -> Source {
    Source { name, field, values }
}

/// All of them.
const SOURCES: [Source; 5] = [
    source("ContainerResource", "containerResource", (Takes::One, &["averageUtilization", "averageValue"])),
    source("External", "external", (Takes::One, &["value", "averageValue"])),
    source("Object", "object", (Takes::Some, &["value", "averageValue"])),
    source("Pods", "pods", (Takes::Some, &["averageValue"])),
    source("Resource", "resource", (Takes::One, &["averageUtilization", "averageValue"])),
];

/// A metric is what its type says, and says which value it is to have.
pub(super) fn metric(node: &Node, faults: &mut Faults) {
    let kind = text(node, "type");
    let Some(source) = SOURCES.iter().find(|source| kind == Some(source.name)) else { return };
    let others = SOURCES.iter().filter(|other| other.field != source.field);
    let others = others.filter_map(|other| entry(node, other.field));
    faults.extend(others.map(|other| out_of_place(other, &format!("'type: {}'", source.name))));
    let Some((_, said)) = entry(node, source.field) else {
        return faults.extend(one_of(node, &[source.field]));
    };
    let Some((key, target)) = entry(said, "target") else { return };
    let (takes, names) = source.values;
    let mut values = names.iter().filter_map(|name| entry(target, name));
    match (values.next(), values.next()) {
        (None, _) => {
            let names = names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(" or ");
            let message = format!("the target of a metric of type {} says no {names}", source.name);
            faults.push(Diagnostic::error("missing-value", message).at(key.span).help("add what it is to be"));
        }
        (Some(first), Some(second)) if takes == Takes::One => faults.push(excluded(first, second)),
        _ => {}
    }
}
