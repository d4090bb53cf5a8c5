//! Rules about what keeps pods running, and about numbers of them.

use super::Faults;
use super::object::Object;
use super::pod::Pod;
use super::reach::{entries, entry, integer, items, number, reach, text};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::source::Span;

/// A pod is restarted as its workload means it to be.
pub(super) fn restart_policy(object: &Object<'_>, faults: &mut Faults) {
    let Some(pod) = Pod::of(*object).filter(|_| !matches!(object.kind, "Pod" | "PodTemplate")) else { return };
    let said = entry(pod.spec, "restartPolicy").filter(|(_, value)| value.as_text() != Some(""));
    let policy = said.and_then(|(_, value)| value.as_text()).unwrap_or("Always");
    let place = said.map_or_else(|| begin(&pod), |(_, value)| value.span);
    let is_job = matches!(object.kind, "Job" | "CronJob");
    if is_job && policy == "Always" {
        let message = format!("a {} ends, so its pods cannot be restarted always", object.kind);
        let help = "write 'restartPolicy: OnFailure' or 'restartPolicy: Never'";
        faults.push(Diagnostic::error("restart-policy", message).at(place).help(help));
    } else if !is_job && policy != "Always" {
        let message = format!("a {} restarts its pods always, '{policy}' is refused", object.kind);
        let help = "remove it, or make a Job of what ends";
        faults.push(Diagnostic::error("restart-policy", message).at(place).help(help));
    }
}

/// Pods that are to run on are not given a time to end.
pub(super) fn deadline(object: &Object<'_>, faults: &mut Faults) {
    let is_job = matches!(object.kind, "Pod" | "PodTemplate" | "Job" | "CronJob");
    let deadline = Pod::of(*object).filter(|_| !is_job).and_then(|pod| entry(pod.spec, "activeDeadlineSeconds"));
    if let Some((key, _)) = deadline {
        let message = format!("a {} keeps its pods running, and 'activeDeadlineSeconds' ends them", object.kind);
        faults.push(Diagnostic::error("conflict", message).at(key.span).help("remove it, or make a Job of what ends"));
    }
}

/// The key of a pod's specification.
fn begin(pod: &Pod<'_>) -> Span {
    entry(pod.template, "spec").map_or(pod.spec.span, |(key, _)| key.span)
}

/// A workload finds the pods that it makes.
pub(super) fn selector(object: &Object<'_>, faults: &mut Faults) {
    if !matches!(object.kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") {
        return;
    }
    let Some((pod, (key, selector))) =
        Pod::of(*object).zip(object.get(&["spec"]).and_then(|spec| entry(spec, "selector")))
    else {
        return;
    };
    let (wanted, demands) = (entries(selector, &["matchLabels"]), items(selector, "matchExpressions"));
    if wanted.is_empty() && demands.is_empty() {
        let message = format!("the selector of {} is empty", object.title());
        let help = "write labels of its pods under 'matchLabels'";
        faults.push(Diagnostic::error("selector-mismatch", message).at(key.span).help(help));
    }
    let missed = wanted.iter().filter(|one| !pod.is_labelled(one)).map(|(key, _)| key.span);
    let refused = demands.iter().filter(|demand| !meets(&pod, demand)).map(|demand| demand.span);
    for place in missed.chain(refused) {
        let message = format!("{} selects what its own pods have not", object.title());
        let fault = Diagnostic::error("selector-mismatch", message).at(place);
        let labels = entry(pod.template, "metadata").map(|(key, _)| key.span);
        let fault = labels.into_iter().fold(fault, |fault, place| fault.label(place, "its pods are described here"));
        faults.push(fault.help("write the same label under 'template.metadata.labels'"));
    }
}

/// Whether a pod is what a demand asks for.
fn meets(pod: &Pod<'_>, demand: &Node) -> bool {
    let label = pod.labels().iter().find(|(key, _)| key.as_text() == text(demand, "key")).map(|(_, value)| value);
    let is_listed = || items(demand, "values").iter().any(|value| Some(value.as_text()) == label.map(Node::as_text));
    match text(demand, "operator") {
        Some("In") => label.is_some() && is_listed(),
        Some("NotIn") => label.is_none() || !is_listed(),
        Some("Exists") => label.is_some(),
        Some("DoesNotExist") => label.is_none(),
        _ => true,
    }
}

/// What is said of a way to update belongs to it.
pub(super) fn strategy(object: &Object<'_>, faults: &mut Faults) {
    let key = match object.kind {
        "Deployment" => "strategy",
        "StatefulSet" | "DaemonSet" => "updateStrategy",
        _ => return,
    };
    let Some(strategy) = object.get(&["spec", key]) else { return };
    let kind = text(strategy, "type").unwrap_or("RollingUpdate");
    if let Some((key, rolling)) = entry(strategy, "rollingUpdate") {
        if kind != "RollingUpdate" {
            let message = format!("'rollingUpdate' has no place with 'type: {kind}'");
            faults.push(Diagnostic::error("update-strategy", message).at(key.span).help("keep one of the two"));
        }
        let is_none =
            |key| reach(rolling, &[key]).and_then(Node::as_text).is_some_and(|text| matches!(text, "0" | "0%"));
        if is_none("maxSurge") && is_none("maxUnavailable") {
            let message = "nothing can be updated: 'maxSurge' and 'maxUnavailable' are both 0";
            faults.push(Diagnostic::error("update-strategy", message).at(key.span).help("raise one of the two"));
        }
    }
}

/// The highest priority that is not the cluster's own.
const PRIORITY: i128 = 1_000_000_000;

/// The priorities that a cluster has itself.
const SYSTEM: [&str; 2] = ["system-cluster-critical", "system-node-critical"];

/// Numbers of pods fit together, and priorities are those that anybody may give.
pub(super) fn limits(object: &Object<'_>, faults: &mut Faults) {
    if object.kind == "PriorityClass" && !SYSTEM.contains(&object.name) {
        if object.name.starts_with("system-") {
            let fault = Diagnostic::error("invalid-name", "priorities that begin with 'system-' are the cluster's own");
            faults.push(fault.at(object.place()).help("write another name"));
        }
        let value = object.get(&["value"]).and_then(|value| Some((value, integer(value)?)));
        if let Some((value, number)) = value.filter(|(_, number)| *number > PRIORITY) {
            let help = format!("write at most {PRIORITY}: higher ones are the cluster's own");
            faults.push(super::field::beyond("value", number, value.span).help(help));
        }
    }
    let Some(spec) = object.get(&["spec"]) else { return };
    match object.kind {
        "HorizontalPodAutoscaler" => {
            let (least, most) = (number(spec, "minReplicas").unwrap_or(1), number(spec, "maxReplicas"));
            if let Some((most, place)) = most.filter(|most| *most < least).zip(spec.get("maxReplicas")) {
                let fault = super::field::beyond("maxReplicas", most, place.span);
                faults.push(fault.help(format!("write at least {least}, which is 'minReplicas'")));
            }
        }
        "PodDisruptionBudget" => {
            if let (Some((first, _)), Some((second, _))) = (entry(spec, "minAvailable"), entry(spec, "maxUnavailable"))
            {
                let fault = Diagnostic::error("conflict", "'minAvailable' and 'maxUnavailable' exclude each other");
                faults.push(fault.at(second.span).label(first.span, "first here").help("keep one of the two"));
            }
        }
        _ => {}
    }
}
