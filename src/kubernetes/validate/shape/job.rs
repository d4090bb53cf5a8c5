//! Rules about Jobs, and when they count as done or failed.

use super::super::Faults;
use super::super::field::beyond;
use super::super::reach::{entries, entry, integer, items, number, reach, text, truth};
use super::{containers, excluded, first, one_of, out_of_place, wrong};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;

/// Keys of the labels that a cluster gives to the pods of a Job.
const GIVEN: [&str; 4] =
    ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"];

/// Pods of an indexed Job that may run at once, and indexes of it that may fail.
const INDEXED: i128 = 100_000;

fn is_indexed(node: &Node) -> bool {
    text(node, "completionMode") == Some("Indexed")
}

/// What is said of a Job holds together.
pub(super) fn together(node: &Node, faults: &mut Faults) {
    let labels = entries(node, &["selector", "matchLabels"]).iter().filter_map(|(key, _)| key.as_text());
    let is_own = labels.into_iter().any(|key| !GIVEN.contains(&key));
    if let Some(selector) = entry(node, "selector").filter(|_| is_own && truth(node, "manualSelector") != Some(true)) {
        faults.push(out_of_place(selector, "no 'manualSelector: true'"));
    }
    let restart = reach(node, &["template", "spec"]).and_then(|spec| text(spec, "restartPolicy"));
    let policy = entry(node, "podFailurePolicy");
    if let Some(policy) = policy.filter(|_| restart.is_some_and(|restart| restart != "Never")) {
        faults.push(out_of_place(policy, "another 'restartPolicy' than 'Never'"));
    }
    if let Some((_, value)) = entry(node, "podReplacementPolicy").filter(|_| policy.is_some())
        && value.as_text() == Some("TerminatingOrFailed")
    {
        let message = "with 'podFailurePolicy' a pod is replaced when it has failed";
        faults.push(Diagnostic::error("conflict", message).at(value.span).help("write 'Failed', or remove it"));
    }
}

/// What needs indexes.
const OF_INDEXES: [&str; 3] = ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"];

/// What is said of indexes is said of a Job that has some.
pub(super) fn indexes(node: &Node, faults: &mut Faults) {
    if !is_indexed(node) {
        let said = OF_INDEXES.iter().filter_map(|key| entry(node, key));
        faults.extend(said.map(|one| out_of_place(one, "no 'completionMode: Indexed'")));
        return;
    }
    let completions = number(node, "completions");
    if entry(node, "completions").is_none() {
        let fault = Diagnostic::error("missing-value", "an indexed Job does not say how many 'completions' it has");
        faults.push(fault.at(node.span).help("add 'completions'"));
    }
    if let Some(most) = entry(node, "maxFailedIndexes").filter(|_| entry(node, "backoffLimitPerIndex").is_none()) {
        faults.push(out_of_place(most, "no 'backoffLimitPerIndex'"));
    }
    let limits = [
        ("parallelism", INDEXED),
        ("maxFailedIndexes", completions.map_or(INDEXED, |completions| completions.min(INDEXED))),
    ];
    for (key, limit) in limits {
        let said = entry(node, key).and_then(|(_, value)| Some((value, integer(value)?)));
        if let Some((value, number)) = said.filter(|(_, number)| *number > limit) {
            faults.push(beyond(key, number, value.span).help(format!("write at most {limit}")));
        }
    }
}

/// What is done about a failed pod is said of pods that the Job has.
pub(super) fn failures(node: &Node, faults: &mut Faults) {
    let spec = reach(node, &["template", "spec"]);
    let names: Vec<_> = spec.into_iter().flat_map(containers).filter_map(|container| text(container, "name")).collect();
    let rules = node.get("podFailurePolicy").map(|policy| items(policy, "rules")).unwrap_or_default();
    for rule in rules {
        let action = entry(rule, "action").filter(|(_, action)| action.as_text() == Some("FailIndex"));
        if let Some((_, action)) = action.filter(|_| entry(node, "backoffLimitPerIndex").is_none()) {
            faults.push(wrong(action, "needs 'backoffLimitPerIndex'").help("add it, or write 'FailJob'"));
        }
        let container = rule.get("onExitCodes").and_then(|codes| entry(codes, "containerName"));
        if let Some((name, value)) = container.and_then(|(_, value)| Some((value.as_text()?, value)))
            && !names.contains(&name)
        {
            let message = format!("the Job has no container '{name}'");
            let fault = Diagnostic::error("dangling-reference", message).at(value.span);
            faults.push(match did_you_mean(name, names.iter().copied()) {
                Some(meant) => fault.help(format!("did you mean '{meant}'?")),
                None => fault.help("name one of its containers, or none for all of them"),
            });
        }
    }
}

/// A rule is about codes or about conditions.
pub(super) fn failure(node: &Node, faults: &mut Faults) {
    let conditions = entry(node, "onPodConditions").filter(|_| !items(node, "onPodConditions").is_empty());
    match (entry(node, "onExitCodes"), conditions) {
        (Some(codes), Some(conditions)) => faults.push(excluded(codes, conditions)),
        (None, None) => {
            let message = "none of 'onExitCodes', 'onPodConditions' is here";
            faults.push(Diagnostic::error("missing-value", message).at(node.span).help("add one of them"));
        }
        _ => {}
    }
}

/// Codes with which a container ends are in order, each once, and 0 is no failure.
pub(super) fn codes(node: &Node, faults: &mut Faults) {
    let codes: Vec<_> = items(node, "values").iter().filter_map(|value| Some((value, integer(value)?))).collect();
    for (value, _) in codes.iter().filter(|(_, code)| *code == 0 && text(node, "operator") == Some("In")) {
        faults.push(wrong(value, "is no code of a failure").help("remove it"));
    }
    let pairs = codes.iter().zip(codes.iter().skip(1));
    for ((_, before), (value, code)) in pairs.filter(|((_, before), (_, code))| before >= code) {
        let why = if before == code { "is there twice" } else { "is less than the code before it" };
        faults.push(wrong(value, why).help("write each code once, the least first"));
    }
}

/// A Job is done when some of its indexes are.
pub(super) fn successes(node: &Node, faults: &mut Faults) {
    let (Some(policy), Some(all)) = (node.get("successPolicy"), number(node, "completions")) else { return };
    for rule in items(policy, "rules").iter().filter(|_| is_indexed(node)) {
        if first(rule, &["succeededIndexes", "succeededCount"]).is_none() {
            faults.extend(one_of(rule, &["succeededIndexes", "succeededCount"]));
        }
        let indexes = entry(rule, "succeededIndexes").map(|(_, value)| value);
        let count = indexes.and_then(|value| counted(value.as_text()?, all));
        if let Some(value) = indexes.filter(|_| count.is_none()) {
            let help = format!("write indexes from 0 to {}, the least first, such as '0,2-3'", all - 1);
            faults.push(wrong(value, "names no indexes of this Job").help(help));
        }
        let said = entry(rule, "succeededCount").and_then(|(_, value)| Some((value, integer(value)?)));
        if let Some((value, number)) = said.filter(|(_, number)| *number > count.unwrap_or(all).min(all)) {
            let help = "write at most as many as there are indexes";
            faults.push(beyond("succeededCount", number, value.span).help(help));
        }
    }
}

/// How many indexes a text such as `0,2-3` names, each below a limit and above the one before.
fn counted(text: &str, limit: i128) -> Option<i128> {
    let (mut next, mut count) = (0, 0);
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to): (i128, i128) = (from.parse().ok()?, to.parse().ok()?);
        if from < next || to < from || to >= limit || part.contains('-') && from == to {
            return None;
        }
        count += to - from + 1;
        next = to + 1;
    }
    Some(count)
}
