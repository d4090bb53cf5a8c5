//! [`Condition`]: what is waited for, and [`Condition::judge`]: whether it holds, may still hold, or never will.

use super::{Health, SeenContainer, State};
use crate::model::DependencyCondition;
use std::fmt;
use std::time::Duration;

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
    /// How often the engine started it again after it had ended, as far as that tells of a crash loop.
    pub restarts: u32,
    /// The exit code of the last run that ended; 0 before the first.
    pub last_exit: i64,
    /// Whether the engine itself stops starting it again after a number of times.
    pub gives_up: bool,
    /// Whether it has run for long enough to be taken for running: see [`Facts::steady_after`].
    pub steady: bool,
}

/// So many restarts are a crash loop: with the engine's back-off the fifth comes three seconds after the first, runs not
/// counted, which is time enough for most of what a container may wait for by dying.
const CRASH_LOOP: u32 = 5;
/// A container that never died has to run so long to be taken for running.
const SETTLED: Duration = Duration::from_secs(1);
/// One that died has to run so long: after this time the engine forgets its back-off, too.
const RECOVERED: Duration = Duration::from_secs(10);

impl Facts {
    /// What a list of containers tells. A run of less than a minute is not called steady, and nothing is known of
    /// restarts.
    pub fn listed(container: &SeenContainer) -> Self {
        Self {
            state: container.state,
            health: container.health,
            probed: false,
            restarts: 0,
            last_exit: 0,
            gives_up: false,
            steady: !container.status.contains("second"),
        }
    }

    /// How long a container has to run to be taken for running.
    pub fn steady_after(&self) -> Duration {
        if self.restarts == 0 { SETTLED } else { RECOVERED }
    }

    /// After a run of this length, what happened before tells nothing about a crash loop.
    pub fn is_recovered(ran: Duration) -> bool {
        ran >= RECOVERED
    }
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
        if facts.state == State::Restarting && facts.restarts >= CRASH_LOOP && !facts.gives_up {
            return Judgement::Hopeless(format!("crash-looping: {}", told(facts)));
        }
        match self {
            Self::CompletedSuccessfully => completed(facts),
            Self::Healthy => healthy(facts),
            Self::RunningOrHealthy => match facts.state {
                State::Exited(0) => Judgement::Met,
                State::Running if facts.health.is_none() => running(facts),
                _ => healthy(facts),
            },
        }
    }
}

/// `5 restarts, last exit 1`.
fn told(facts: &Facts) -> String {
    let plural = if facts.restarts == 1 { "" } else { "s" };
    format!("{} restart{plural}, last exit {}", facts.restarts, facts.last_exit)
}

fn exited(code: i64, facts: &Facts) -> Judgement {
    Judgement::Hopeless(match facts.restarts {
        0 => format!("exited with code {code}"),
        1 => format!("exited with code {code} after 1 restart"),
        many => format!("exited with code {code} after {many} restarts"),
    })
}

fn running(facts: &Facts) -> Judgement {
    match facts.restarts {
        _ if facts.steady => Judgement::Met,
        0 => Judgement::Waiting("it has just started".into()),
        _ => Judgement::Waiting(format!("it has just been started again: {}", told(facts))),
    }
}

fn completed(facts: &Facts) -> Judgement {
    match facts.state {
        State::Exited(0) => Judgement::Met,
        State::Exited(code) => exited(code, facts),
        State::Dead | State::Removing => Judgement::Hopeless("it was removed".into()),
        State::Created => Judgement::Waiting("it is not started yet".into()),
        State::Restarting => Judgement::Waiting(format!("it is restarting: {}", told(facts))),
        State::Running | State::Paused => Judgement::Waiting("it has not ended yet".into()),
    }
}

fn healthy(facts: &Facts) -> Judgement {
    match facts.state {
        State::Exited(code) => return exited(code, facts),
        State::Dead | State::Removing => return Judgement::Hopeless("it was removed".into()),
        State::Paused => return Judgement::Hopeless("it is paused".into()),
        State::Created => return Judgement::Waiting("it is not started yet".into()),
        State::Restarting => return Judgement::Waiting(format!("it is restarting: {}", told(facts))),
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
        Facts { state, health, probed: false, restarts: 0, last_exit: 0, gives_up: false, steady: true }
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
        let facts = Facts { probed: true, ..facts(State::Running, Some(Health::Unhealthy)) };
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

    #[test]
    fn five_restarts_are_a_crash_loop_whatever_is_waited_for() {
        let after = |restarts| Facts { restarts, last_exit: 1, ..facts(State::Restarting, None) };
        let verdict = Judgement::Hopeless("crash-looping: 5 restarts, last exit 1".into());
        for condition in [Condition::Healthy, Condition::CompletedSuccessfully, Condition::RunningOrHealthy] {
            assert_eq!(condition.judge(&after(5)), verdict);
            assert!(matches!(condition.judge(&after(4)), Judgement::Waiting(_)));
        }
    }

    #[test]
    fn an_engine_that_gives_up_by_itself_has_the_last_word() {
        let facts = |state| Facts { restarts: 7, last_exit: 1, gives_up: true, ..facts(state, None) };
        let judge = |state| Condition::CompletedSuccessfully.judge(&facts(state));
        assert_eq!(judge(State::Restarting), Judgement::Waiting("it is restarting: 7 restarts, last exit 1".into()));
        assert_eq!(judge(State::Exited(1)), Judgement::Hopeless("exited with code 1 after 7 restarts".into()));
    }

    #[test]
    fn a_container_that_has_just_started_may_still_die() {
        let young = |restarts| Facts { restarts, last_exit: 1, steady: false, ..facts(State::Running, None) };
        for restarts in [0, 2] {
            assert!(matches!(Condition::RunningOrHealthy.judge(&young(restarts)), Judgement::Waiting(_)));
        }
        assert!(young(0).steady_after() < young(1).steady_after());
    }
}
