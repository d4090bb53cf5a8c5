//! Rules about where pods go.

use super::super::Faults;
use super::super::container::twice;
use super::super::reach::{entry, items, number, text};
use super::out_of_place;
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// A requirement has the values that its operator compares with.
pub(super) fn requirement(node: &Node, faults: &mut Faults) {
    let values = items(node, "values");
    let Some(operator) = text(node, "operator") else { return };
    let key = entry(node, "values");
    match (operator, values) {
        ("In" | "NotIn", []) => {
            let message = format!("'operator: {operator}' compares with 'values', and there are none");
            faults.push(Diagnostic::error("missing-value", message).at(node.span).help("add 'values'"));
        }
        ("Exists" | "DoesNotExist", [_, ..]) => {
            faults.extend(key.map(|key| out_of_place(key, &format!("'operator: {operator}'"))));
        }
        ("Gt" | "Lt", values) => {
            let is_number = |value: &Node| value.as_text().is_some_and(|text| text.parse::<i64>().is_ok());
            if values.len() != 1 || !values.iter().all(is_number) {
                let message = format!("'operator: {operator}' compares with one whole number");
                let place = key.map_or(node.span, |(key, _)| key.span);
                faults.push(Diagnostic::error("invalid-value", message).at(place).help("write '[\"1\"]', say"));
            }
        }
        _ => {}
    }
}

/// A toleration holds together.
pub(super) fn toleration(node: &Node, faults: &mut Faults) {
    let (operator, value) = (text(node, "operator"), text(node, "value").and(entry(node, "value")));
    if let (Some("Exists"), Some(value)) = (operator, value) {
        faults.push(out_of_place(value, "'operator: Exists'"));
    }
    if text(node, "key").is_none() && operator != Some("Exists") {
        let fault = Diagnostic::error("missing-value", "a toleration without a key is one of everything");
        faults.push(fault.at(node.span).help("add 'key', or write 'operator: Exists'"));
    }
    if let Some(seconds) = entry(node, "tolerationSeconds")
        && text(node, "effect") != Some("NoExecute")
    {
        faults.push(out_of_place(seconds, "another effect than 'NoExecute'"));
    }
}

/// A least number of domains is one that is kept to.
pub(super) fn domains(node: &Node, faults: &mut Faults) {
    if let Some(least) = entry(node, "minDomains")
        && text(node, "whenUnsatisfiable") != Some("DoNotSchedule")
        && number(node, "minDomains").is_some()
    {
        faults.push(out_of_place(least, "another 'whenUnsatisfiable' than 'DoNotSchedule'"));
    }
}

/// Pods are spread over domains of a kind in one way.
pub(super) fn spread(node: &Node, faults: &mut Faults) {
    let mut seen: Vec<(_, &Node)> = Vec::new();
    for constraint in items(node, "topologySpreadConstraints") {
        let key = (text(constraint, "topologyKey"), text(constraint, "whenUnsatisfiable"));
        match seen.iter().find(|(other, _)| *other == key) {
            Some((_, first)) => {
                let message = "pods are spread twice by the same 'topologyKey' and 'whenUnsatisfiable'";
                let fault = Diagnostic::error("duplicate-item", message).at(constraint.span);
                faults.push(fault.label(first.span, "first here").help("keep one of the two"));
            }
            None => seen.push((key, constraint)),
        }
    }
}

/// No two gates have one name.
pub(super) fn gates(node: &Node, faults: &mut Faults) {
    faults.extend(twice(items(node, "schedulingGates").iter().filter_map(|gate| gate.get("name")), "gate"));
}
