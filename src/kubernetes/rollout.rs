//! How a new version comes in: `update_config`, and what a cluster does instead of `rollback_config`.

use super::draft::Draft;
use super::host_port;
use super::kind::Kind;
use super::ledger::object;
use super::process::whole_seconds;
use crate::model::{Rollout, RolloutOrder};

/// Seconds after which a rollout of a Deployment counts as failed, unless it says otherwise. A new pod must be ready for
/// less than that.
const DEADLINE: i32 = 600;

/// How the pods of a workload are replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Replacement {
    /// How many at a time; nothing is the cluster's way.
    pub batch: Option<u64>,
    /// Whether the new ones start first.
    pub order: Option<RolloutOrder>,
    /// Whether all old ones end first, since both cannot have what they need.
    pub is_recreated: bool,
    /// Whether an old one ends before a new one starts, since both cannot have the ports of one machine.
    pub is_in_place: bool,
    /// Seconds that a new pod must be ready before the next one is replaced.
    pub pause: Option<i32>,
    /// Seconds after which a rollout counts as failed.
    pub deadline: Option<i32>,
}

/// Pods that take ports of their machine give way to the new ones.
pub(super) fn give_way(draft: &mut Draft<'_, '_>) {
    draft.workload.replacement.is_in_place = host_port::is_bound(draft.scene, &draft.home.owner);
}

/// `update_config` and `rollback_config`.
pub(super) fn convert(draft: &mut Draft<'_, '_>, update: Option<&Rollout>, rollback: Option<&Rollout>) {
    if rollback.is_some() {
        let remedy = "use 'kubectl rollout undo'";
        draft.claim(["deploy", "rollback_config"]).dropped("a cluster does not go back by itself").remedy(remedy);
    }
    let Some(update) = update else { return };
    let Rollout { parallelism, delay, failure_action, monitor, max_failure_ratio, order } = update;
    draft.claim(["deploy", "update_config"]).dropped("it says nothing");
    if draft.home.ends() {
        draft.claim(["deploy", "update_config"]).dropped("jobs are not updated: each is a new one");
        return;
    }
    draft.workload.replacement.order = *order;
    batch(draft, *parallelism, *order);
    let seconds = |time: &crate::value::Timespan| i32::try_from(whole_seconds(*time)).unwrap_or(i32::MAX);
    if let Some(delay) = delay {
        let pause = seconds(delay);
        draft.workload.replacement.pause = Some(pause);
        if pause >= DEADLINE && draft.home.kind == Kind::Deployment {
            draft.workload.replacement.deadline = Some(pause.saturating_add(DEADLINE));
        }
        let reason = "the next pod is replaced when the new one has been ready for so long";
        draft.claim(["deploy", "update_config", "delay"]).approximated(reason, object("spec.minReadySeconds"));
    }
    if let Some(monitor) = monitor {
        let path = ["deploy", "update_config", "monitor"];
        if draft.home.kind == Kind::Deployment {
            let pause = draft.workload.replacement.pause.unwrap_or(0);
            draft.workload.replacement.deadline = Some(seconds(monitor).max(pause.saturating_add(1)));
            let reason = "a rollout without progress for so long counts as failed";
            draft.claim(path).approximated(reason, object("spec.progressDeadlineSeconds"));
        } else {
            draft.claim(path).dropped("only a Deployment has a deadline");
        }
    }
    if failure_action.is_some() {
        let reason = "a rollout that fails stays where it is: a cluster does not go back by itself";
        let remedy = "use 'kubectl rollout undo', or a controller for progressive delivery";
        draft.claim(["deploy", "update_config", "failure_action"]).dropped(reason).remedy(remedy);
    }
    if max_failure_ratio.is_some() {
        let reason = "a rollout waits until every pod is ready";
        draft.claim(["deploy", "update_config", "max_failure_ratio"]).dropped(reason);
    }
}

/// How many at a time, and which first.
fn batch(draft: &mut Draft<'_, '_>, parallelism: Option<u64>, order: Option<RolloutOrder>) {
    let (has_order, kind) = (order.is_some(), draft.home.kind);
    let (is_recreated, is_in_place) = (draft.workload.replacement.is_recreated, draft.workload.replacement.is_in_place);
    draft.workload.replacement.batch = parallelism.or(has_order.then_some(1));
    let place = match kind {
        Kind::Deployment => "spec.strategy",
        _ => "spec.updateStrategy",
    };
    if parallelism.is_some() {
        let claim = draft.claim(["deploy", "update_config", "parallelism"]);
        match kind {
            Kind::StatefulSet => {
                claim.dropped("a StatefulSet replaces one pod after the other");
            }

            _ if (has_order || is_in_place) && parallelism == Some(1) => {
                claim.same_without(object(place));
            }

            _ => {
                claim.exact(object(place));
            }
        }
    }
    if has_order {
        let claim = draft.claim(["deploy", "update_config", "order"]);
        match kind {
            Kind::Deployment if is_recreated => {
                claim.dropped("old pods end first, since both cannot have the volume");
            }

            Kind::Deployment if is_in_place && order == Some(RolloutOrder::StartFirst) => {
                claim.dropped("old pods end first, since both cannot have the ports of one machine");
            }

            Kind::Deployment if is_in_place || parallelism.is_some() && order == Some(RolloutOrder::StopFirst) => {
                claim.same_without(object(place));
            }

            Kind::Deployment => {
                claim.exact(object(place));
            }

            _ if order == Some(RolloutOrder::StopFirst) => {
                claim.same_without(object(place));
            }

            _ => {
                claim.dropped("only a Deployment can start the new pod first");
            }
        }
    }
}
