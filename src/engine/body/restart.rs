//! What happens when a container ends: `restart`, or `deploy.restart_policy` in its place.

use crate::document::Path;
use crate::model::{Restart, RestartPolicy, Service};
use bollard::models::{RestartPolicy as Sent, RestartPolicyNameEnum as Name};

/// Why a policy cannot be had, and where it is written within its service.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) struct NoPolicy {
    pub place: Path,
    pub message: String,
    pub help: &'static str,
}

const WORDS: &str = "one of no, always, unless-stopped, on-failure, on-failure:3";

/// The policy; nothing when the service gives none.
///
/// # Errors
/// When no engine would take it.
pub(in crate::engine) fn policy(service: &Service) -> Result<Option<Sent>, NoPolicy> {
    if let Some(policy) = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref()) {
        return deployed(policy).map(Some);
    }
    let Some(restart) = &service.restart else { return Ok(None) };
    let (name, attempts) = match restart {
        Restart::No => (Name::NO, None),
        Restart::Always => (Name::ALWAYS, None),
        Restart::UnlessStopped => (Name::UNLESS_STOPPED, None),
        Restart::OnFailure(attempts) => (Name::ON_FAILURE, *attempts),
        Restart::Unknown(text) => {
            let message = format!("'{text}' is not a restart policy");
            (named(text).ok_or(NoPolicy { place: Path::of(["restart"]), message, help: WORDS })?, None)
        }
    };
    Ok(Some(Sent { name: Some(name), maximum_retry_count: attempts.map(i64::from) }))
}

/// `delay` and `window` are for a cluster: the engine has a delay of its own.
fn deployed(policy: &RestartPolicy) -> Result<Sent, NoPolicy> {
    let RestartPolicy { condition, delay: _, max_attempts, window: _ } = policy;
    let place = |key: &str| Path::of(["deploy", "restart_policy", key]);
    let condition = condition.as_deref().unwrap_or_default();
    let name = named(condition).ok_or_else(|| NoPolicy {
        place: place("condition"),
        message: format!("'{condition}' is not a condition of a restart policy"),
        help: "one of none, on-failure, any",
    })?;
    let attempts = max_attempts.map(|attempts| i64::try_from(attempts).unwrap_or(i64::MAX));
    let is_limited = attempts.is_some_and(|attempts| attempts != 0);
    if is_limited && name != Name::ON_FAILURE {
        return Err(NoPolicy {
            place: place("max_attempts"),
            message: "'max_attempts' goes with 'condition: on-failure' only: an engine counts failures".into(),
            help: "add 'condition: on-failure', or remove 'max_attempts'",
        });
    }
    Ok(Sent { name: Some(name), maximum_retry_count: attempts })
}

/// Compose takes the words of either attribute for both.
fn named(word: &str) -> Option<Name> {
    Some(match word {
        "" => Name::EMPTY,
        "none" | "no" => Name::NO,
        "any" | "always" => Name::ALWAYS,
        "unless-stopped" => Name::UNLESS_STOPPED,
        "on-failure" => Name::ON_FAILURE,
        _ => return None,
    })
}
