//! [`Condition`]: what is waited for, and [`Condition::judge`]: whether it holds, may still hold, or never will.

use super::{Health, State};
use crate::model::DependencyCondition;
use std::fmt;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The health check succeeds.
    Healthy,
    /// It ended with exit code 0.
    CompletedSuccessfully,
    /// It runs, and is healthy if it has a health check; a container that ended with 0 is fine too.
    RunningOrHealthy,
}

/// What is known about a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What it does.
    pub state: State,
    /// The engine's verdict; nothing when the container has no health check.
    pub health: Option<Health>,
    /// Whether a probe of our own succeeded since the container started.
    pub probed: bool,
}

/// Whether a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It holds.
    Met,
    /// It does not hold yet.
    Waiting(String),
    /// It can no longer hold.
    Hopeless(String),
}

impl Condition {
    /// The condition a dependency asks for; `service_started` needs no wait.
    pub fn of(condition: DependencyCondition) -> Option<Self> {
        match condition {
            DependencyCondition::Started => None,
            DependencyCondition::Healthy => Some(Self::Healthy),
            DependencyCondition::CompletedSuccessfully => Some(Self::CompletedSuccessfully),
        }
    }

    /// Whether the condition holds, may still hold, or never will.
    pub fn judge(self, facts: &Facts) -> Judgement {
        match self {
            Self::CompletedSuccessfully => completed(&facts.state),
            Self::Healthy => healthy(facts),
            Self::RunningOrHealthy => match facts.state {
                State::Exited(0) => Judgement::Met,
                State::Running if facts.health.is_none() => Judgement::Met,
                _ => healthy(facts),
            },
        }
    }
}

fn completed(state: &State) -> Judgement {
    match state {
        State::Exited(0) => Judgement::Met,
        State::Exited(code) => Judgement::Hopeless(format!("exited with code {code}")),
        State::Dead | State::Removing => Judgement::Hopeless("it was removed".into()),
        State::Created => Judgement::Waiting("it is not started yet".into()),
        State::Running | State::Restarting | State::Paused => Judgement::Waiting("it has not ended yet".into()),
    }
}

fn healthy(facts: &Facts) -> Judgement {
    match facts.state {
        State::Exited(code) => return Judgement::Hopeless(format!("exited with code {code}")),
        State::Dead | State::Removing => return Judgement::Hopeless("it was removed".into()),
        State::Paused => return Judgement::Hopeless("it is paused".into()),
        State::Created => return Judgement::Waiting("it is not started yet".into()),
        State::Restarting => return Judgement::Waiting("it is restarting".into()),
        State::Running => {}
    }
    match facts.health {
        None => Judgement::Hopeless("it has no health check".into()),
        Some(Health::Healthy) => Judgement::Met,
        Some(Health::Unhealthy) => Judgement::Hopeless("unhealthy".into()),
        Some(Health::Starting) if facts.probed => Judgement::Met,
        Some(Health::Starting) => Judgement::Waiting("its health check has not succeeded yet".into()),
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Healthy => "healthy",
            Self::CompletedSuccessfully => "completed",
            Self::RunningOrHealthy => "running",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(state: State, health: Option<Health>) -> Facts {
        Facts { state, health, probed: false }
    }

    #[test]
    fn a_first_success_of_our_own_probe_counts() {
        let mut facts = facts(State::Running, Some(Health::Starting));
        assert!(matches!(Condition::Healthy.judge(&facts), Judgement::Waiting(_)));
        facts.probed = true;
        assert_eq!(Condition::Healthy.judge(&facts), Judgement::Met);
    }

    #[test]
    fn the_engine_decides_unhealthy_whatever_was_probed() {
        let facts = Facts { state: State::Running, health: Some(Health::Unhealthy), probed: true };
        assert!(matches!(Condition::Healthy.judge(&facts), Judgement::Hopeless(_)));
    }

    #[test]
    fn no_health_check_never_becomes_healthy() {
        assert!(matches!(Condition::Healthy.judge(&facts(State::Running, None)), Judgement::Hopeless(_)));
        assert_eq!(Condition::RunningOrHealthy.judge(&facts(State::Running, None)), Judgement::Met);
    }

    #[test]
    fn completion_asks_for_exit_code_zero() {
        let judge = |state| Condition::CompletedSuccessfully.judge(&facts(state, None));
        assert_eq!(judge(State::Exited(0)), Judgement::Met);
        assert_eq!(judge(State::Exited(3)), Judgement::Hopeless("exited with code 3".into()));
        assert!(matches!(judge(State::Running), Judgement::Waiting(_)));
    }
}
