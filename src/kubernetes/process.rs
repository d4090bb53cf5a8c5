//! How a process begins, what it holds on to, and how long it may take to end.

use super::draft::Draft;
use super::ledger::{container, pod};
use crate::model::Namespace;
use crate::value::Timespan;

/// The working directory.
pub(super) fn convert(draft: &mut Draft<'_, '_>, folder: Option<&str>) {
    if let Some(folder) = folder {
        draft.container.working_dir = Some(folder.to_owned());
        draft.claim(["working_dir"]).exact(container("workingDir"));
    }
}

/// The terminal, and standard input.
pub(super) fn terminal(draft: &mut Draft<'_, '_>, tty: bool, stdin: bool) {
    draft.container.tty = tty.then_some(true);
    draft.container.stdin = stdin.then_some(true);
    for (key, field, is_set) in [("tty", "tty", tty), ("stdin_open", "stdin", stdin)] {
        let claim = draft.claim([key]);
        if is_set {
            claim.exact(container(field))
        } else {
            claim.same_without(container(field))
        };
    }
}

/// How long pods may take to end; a pod waits for the slowest of its containers.
pub(super) fn grace(draft: &mut Draft<'_, '_>, grace: Option<Timespan>) {
    let Some(grace) = grace else { return };
    let seconds = whole_seconds(grace);
    let known = draft.workload.pod.termination_grace_period_seconds;
    let field = "terminationGracePeriodSeconds";
    draft.workload.pod.termination_grace_period_seconds = known.max(Some(seconds));
    let claim = draft.claim(["stop_grace_period"]);
    if known.is_some() {
        claim.approximated("a pod waits for the slowest of its containers", pod(field));
    } else if grace.nanoseconds() % 1_000_000_000 != 0 {
        claim.approximated("pods wait whole seconds: it is rounded up", pod(field));
    } else if seconds == 30 {
        claim.exact(pod(field)).note("30 s is what a cluster does anyway");
    } else {
        claim.exact(pod(field));
    }
}

/// A time in seconds, rounded up.
pub(super) fn whole_seconds(time: Timespan) -> i64 {
    (time.nanoseconds().max(0) + 999_999_999) / 1_000_000_000
}

/// A small init; the one of a pod reaps what is left over.
pub(super) fn init(draft: &mut Draft<'_, '_>, init: Option<bool>) {
    let Some(init) = init else { return };
    let is_of_host = draft.service.pid.as_ref().is_some_and(Namespace::is_host);
    if init && is_of_host {
        draft.claim(["init"]).dropped("the first process of the machine reaps what is left over");
    } else if init {
        draft.workload.pod.share_process_namespace = Some(true);
        let reason = "the process that holds the pod reaps what is left over; it does not pass signals on";
        draft.claim(["init"]).approximated(reason, pod("shareProcessNamespace"));
    } else {
        draft.claim(["init"]).same_without([]);
    }
}
