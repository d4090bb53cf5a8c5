//! Rules about what keeps pods running.

use super::super::Faults;
use super::super::reach::{entries, entry, items, number, reach, text, truth};
use super::{one_of, out_of_place};
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

/// Keys of the labels that a cluster gives to the pods of a Job.
const GIVEN: [&str; 4] =
    ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"];

/// What is said of a Job holds together.
pub(super) fn job(node: &Node, faults: &mut Faults) {
    let is_indexed = text(node, "completionMode") == Some("Indexed");
    if is_indexed && entry(node, "completions").is_none() {
        let fault = Diagnostic::error("missing-value", "an indexed Job does not say how many 'completions' it has");
        faults.push(fault.at(node.span).help("add 'completions'"));
    }
    if let Some(limit) = entry(node, "backoffLimitPerIndex").filter(|_| !is_indexed) {
        faults.push(out_of_place(limit, "no 'completionMode: Indexed'"));
    }
    let restart = reach(node, &["template", "spec"]).and_then(|spec| text(spec, "restartPolicy"));
    if let Some(policy) = entry(node, "podFailurePolicy").filter(|_| restart.is_some_and(|restart| restart != "Never"))
    {
        faults.push(out_of_place(policy, "another 'restartPolicy' than 'Never'"));
    }
    let labels = entries(node, &["selector", "matchLabels"]).iter().filter_map(|(key, _)| key.as_text());
    let is_own = labels.into_iter().any(|key| !GIVEN.contains(&key));
    if let Some(selector) = entry(node, "selector").filter(|_| is_own && truth(node, "manualSelector") != Some(true)) {
        faults.push(out_of_place(selector, "no 'manualSelector: true'"));
    }
}

/// What is scaled to nothing is woken by something outside of it.
pub(super) fn scaled_to_nothing(node: &Node, faults: &mut Faults) {
    let is_outside = |metric: &Node| matches!(text(metric, "type"), Some("Object" | "External"));
    if let Some((_, value)) = entry(node, "minReplicas").filter(|_| number(node, "minReplicas") == Some(0))
        && !items(node, "metrics").iter().any(is_outside)
    {
        let fault = super::super::field::beyond("minReplicas", 0, value.span);
        faults.push(fault.help("write at least 1: only a metric of type Object or External wakes what is not there"));
    }
}

/// A metric is what its type says.
pub(super) fn metric(node: &Node, faults: &mut Faults) {
    let field = match text(node, "type") {
        Some("Resource") => "resource",
        Some("ContainerResource") => "containerResource",
        Some("Pods") => "pods",
        Some("Object") => "object",
        Some("External") => "external",
        _ => return,
    };
    if entry(node, field).is_none() {
        faults.extend(one_of(node, &[field]));
    }
}
