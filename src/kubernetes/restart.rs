//! What happens when a container ends: `restart`, `deploy.restart_policy`.

use super::demand;
use super::draft::Draft;
use super::kind::Kind;
use super::ledger::{Spot, template};
use crate::diagnostic::Diagnostic;
use crate::model::{Deploy, Restart, RestartPolicy};

/// The restart policy of a job and how often it tries again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Retries {
    /// `Never` or `OnFailure`.
    pub policy: &'static str,
    /// How often it tries again; nothing is the cluster's 6 times.
    pub limit: Option<i32>,
}

impl Default for Retries {
    fn default() -> Self {
        Self { policy: "Never", limit: Some(0) }
    }
}

/// `restart`, or else `deploy.restart_policy`.
pub(super) fn convert(draft: &mut Draft<'_, '_>, restart: Option<&Restart>, deploy: Option<&Deploy>) {
    let policy = deploy.and_then(|deploy| deploy.restart_policy.as_ref());
    if draft.service.name != draft.home.owner {
        let reason = "its container is in the pods of another service, and is restarted as they are";
        draft.claim(["restart"]).dropped(reason);
        draft.claim(["deploy", "restart_policy"]).dropped(reason);
        return;
    }
    if draft.home.kind.ends() {
        job(draft, restart, policy);
    } else {
        running(draft, restart, policy);
    }
    waits(draft, policy, restart.is_some());
}

/// What runs on is restarted whatever happens.
fn running(draft: &mut Draft<'_, '_>, restart: Option<&Restart>, policy: Option<&RestartPolicy>) {
    let reason = format!("a {} is always restarted", draft.home.kind);
    match restart {
        None => {}
        Some(Restart::Always | Restart::UnlessStopped) => {
            draft.claim(["restart"]).moot(reason.clone(), template("spec.restartPolicy"));
        }
        Some(Restart::No | Restart::OnFailure(_) | Restart::Unknown(_)) => {
            let remedy = "if it runs to an end, let a service wait for it with 'service_completed_successfully', \
                          or set 'x-kubernetes.kind: Job'";
            draft.claim(["restart"]).dropped(reason.clone()).remedy(remedy);
            let message = format!("service '{}' does not ask to be restarted, and {reason}", draft.service.name);
            let path = draft.path(["restart"]);
            draft.report(&path, Diagnostic::warning("always-restarted", message).help(remedy));
        }
    }
    if let Some(RestartPolicy { condition, max_attempts, .. }) = policy {
        if condition.is_some() {
            let is_ending = demand::ends_by_policy(draft.service);
            let claim = draft.claim(["deploy", "restart_policy", "condition"]);
            if condition.as_deref() == Some("any") {
                claim.moot(reason.clone(), template("spec.restartPolicy"));
            } else {
                let claimed = claim.approximated(reason.clone(), template("spec.restartPolicy"));
                if is_ending {
                    claimed.remedy("if it runs to an end, set 'x-kubernetes.kind: Job'");
                }
            }
        }
        if max_attempts.is_some() {
            draft.claim(["deploy", "restart_policy", "max_attempts"]).dropped(reason);
        }
    }
}

/// What runs to an end tries again as often as it is told.
fn job(draft: &mut Draft<'_, '_>, restart: Option<&Restart>, policy: Option<&RestartPolicy>) {
    let place = limit(draft);
    let retries = match restart {
        Some(restart) => as_restarted(draft, restart, &place),
        None => as_deployed(draft, policy),
    };
    let claim = draft.claim(["deploy", "restart_policy", "max_attempts"]);
    if restart.is_none() && retries.policy == "OnFailure" {
        claim.exact([Spot::Object(place)]);
    } else {
        claim.dropped("nothing is tried again");
    }
    draft.workload.retries = retries;
}

/// A job by the word of `restart`, which outweighs that of `deploy`.
fn as_restarted(draft: &mut Draft<'_, '_>, restart: &Restart, place: &str) -> Retries {
    let field = Spot::Template("spec.restartPolicy".into());
    let reason = "it may make a job of it; 'restart' says how often that tries again";
    draft.claim(["deploy", "restart_policy", "condition"]).approximated(reason, [field.clone()]);
    let claim = draft.claim(["restart"]);
    match restart {
        Restart::OnFailure(Some(most)) => {
            claim.exact([field, Spot::Object(place.to_owned())]);
            Retries { policy: "OnFailure", limit: Some(i32::try_from(*most).unwrap_or(i32::MAX)) }
        }
        Restart::OnFailure(None) => {
            let claimed = claim.approximated("a job gives up after 6 tries", [field]);
            claimed.remedy("write how often, such as 'on-failure:3'");
            Retries { policy: "OnFailure", limit: None }
        }
        Restart::Always | Restart::UnlessStopped => {
            claim.approximated("a job that has ended well is not started again", [field]);
            Retries { policy: "OnFailure", limit: None }
        }
        Restart::No | Restart::Unknown(_) => {
            claim.approximated("a job is not started again unless it is told to", [field]);
            Retries::default()
        }
    }
}

/// A job by the word of `deploy.restart_policy`.
fn as_deployed(draft: &mut Draft<'_, '_>, policy: Option<&RestartPolicy>) -> Retries {
    let condition = policy.and_then(|policy| policy.condition.as_deref());
    let attempts = policy.and_then(|policy| policy.max_attempts).map(|most| i32::try_from(most).unwrap_or(i32::MAX));
    let claim = draft.claim(["deploy", "restart_policy", "condition"]);
    let field = template("spec.restartPolicy");
    if matches!(condition, Some("on-failure" | "any")) {
        let claimed = claim.approximated("it makes a job of it, and tells when it tries again", field);
        claimed.remedy("if it runs on, set 'x-kubernetes.kind: Deployment'");
        Retries { policy: "OnFailure", limit: attempts }
    } else {
        let claimed = claim.approximated("it makes a job of it", field);
        claimed.remedy("if it runs on, set 'x-kubernetes.kind: Deployment'");
        Retries::default()
    }
}

/// Where a job says how often it tries again.
fn limit(draft: &Draft<'_, '_>) -> String {
    match draft.home.kind {
        Kind::CronJob => "spec.jobTemplate.spec.backoffLimit".into(),
        _ => "spec.backoffLimit".into(),
    }
}

/// How long it waits between two tries is for a kubelet to say.
fn waits(draft: &mut Draft<'_, '_>, policy: Option<&RestartPolicy>, is_outweighed: bool) {
    let Some(RestartPolicy { condition: _, delay, max_attempts: _, window }) = policy else { return };
    let reason =
        if is_outweighed { "'restart' wins" } else { "a kubelet waits longer after each try, up to 5 minutes" };
    for (key, _) in [("delay", delay), ("window", window)].into_iter().filter(|(_, time)| time.is_some()) {
        draft.claim(["deploy", "restart_policy", key]).dropped(reason);
    }
    draft.claim(["deploy", "restart_policy"]).dropped("it says nothing");
}
