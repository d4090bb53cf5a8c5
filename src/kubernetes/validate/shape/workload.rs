//! Rules about what keeps pods running.

use super::super::Faults;
use super::super::reach::{entry, number};
use super::out_of_place;
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// Seconds that a Deployment has for its progress, when it does not say how many.
const DEADLINE: i128 = 600;

/// Pods are ready before their Deployment counts as stuck.
pub(super) fn readiness(node: &Node, faults: &mut Faults) {
    let deadline = number(node, "progressDeadlineSeconds").unwrap_or(DEADLINE);
    let place = entry(node, "progressDeadlineSeconds").or_else(|| entry(node, "minReadySeconds"));
    if let Some((least, (_, place))) = number(node, "minReadySeconds").zip(place)
        && least > 0
        && least >= deadline
    {
        let message = format!("pods are ready after {least} s, and the Deployment counts as stuck after {deadline} s");
        let help = "write more for 'progressDeadlineSeconds' than for 'minReadySeconds'";
        faults.push(Diagnostic::error("out-of-range", message).at(place.span).help(help));
    }
}

/// A set with one pod for each node makes new ones first or ends old ones first.
pub(super) fn surge(node: &Node, faults: &mut Faults) {
    let is_some = |key: &str| {
        entry(node, key).is_some_and(|(_, value)| value.as_text().is_some_and(|text| !matches!(text, "0" | "0%")))
    };
    if let Some(surge) = entry(node, "maxSurge").filter(|_| is_some("maxSurge") && is_some("maxUnavailable")) {
        faults.push(out_of_place(surge, "a 'maxUnavailable' that is not 0"));
    }
}
