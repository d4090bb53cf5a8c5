//! Rules about where pods go.

use super::super::Faults;
use super::super::container::twice;
use super::super::field::misspelt;
use super::super::reach::{entry, items, number, text};
use super::{out_of_place, wrong};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::kubernetes::name::Form;

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

/// Fields of a node are asked for by its name alone.
pub(super) fn fields(node: &Node, faults: &mut Faults) {
    for demand in items(node, "matchFields") {
        if let Some((_, key)) = entry(demand, "key").filter(|(_, key)| key.as_text() != Some("metadata.name")) {
            let help = "write 'metadata.name', or ask for labels under 'matchExpressions'";
            faults.push(wrong(key, "is no field that a node is chosen by").help(help));
        }
        let is_one = items(demand, "values").len() == 1;
        if let Some((_, operator)) = entry(demand, "operator")
            && (!matches!(operator.as_text(), Some("In" | "NotIn")) || !is_one)
        {
            let fault = Diagnostic::error("invalid-value", "a field of a node is compared with one value");
            faults.push(fault.at(operator.span).help("write 'operator: In' or 'NotIn', and one of 'values'"));
        }
    }
}

/// A toleration holds together.
pub(super) fn toleration(node: &Node, faults: &mut Faults) {
    let (operator, value) = (text(node, "operator"), text(node, "value").and(entry(node, "value")));
    match (operator, value) {
        (Some("Exists"), Some(value)) => faults.push(out_of_place(value, "'operator: Exists'")),
        (Some(operator @ ("Gt" | "Lt")), value) => {
            let is_number = |(_, value): &(&Node, &Node)| value.as_text().is_some_and(is_whole);
            if value.is_none_or(|value| !is_number(&value)) {
                let message = format!("'operator: {operator}' compares with a whole number");
                let place = value.map_or(node.span, |(_, value)| value.span);
                faults.push(Diagnostic::error("invalid-value", message).at(place).help("write 'value: \"1\"', say"));
            }
        }
        (_, Some((_, value))) => faults.extend(misspelt(Form::LabelValue, "the value of a taint", value)),
        _ => {}
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

/// Whether a text is a whole number as a cluster writes it.
fn is_whole(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
}

/// Labels that pods have in common are looked for among pods that are chosen.
pub(super) fn common(node: &Node, faults: &mut Faults) {
    let keys = ["matchLabelKeys", "mismatchLabelKeys"].iter().filter(|key| !items(node, key).is_empty());
    for key in keys.filter(|_| entry(node, "labelSelector").is_none()).filter_map(|key| entry(node, key)) {
        faults.push(out_of_place(key, "no 'labelSelector'"));
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

/// A pod that waits for its gates is on no node yet.
pub(super) fn waiting(node: &Node, faults: &mut Faults) {
    let name = text(node, "nodeName").and(entry(node, "nodeName"));
    if let Some(name) = name.filter(|_| !items(node, "schedulingGates").is_empty()) {
        faults.push(out_of_place(name, "'schedulingGates'"));
    }
}
