//! [`Breaker`]: notices a service that is restarted for what it writes itself. Pure: moments come in.

use crate::value::Name;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A change so soon after a restart may be the service's own doing.
const SOON: Duration = Duration::from_secs(2);
/// So many of them in a row are.
const MANY: u32 = 5;

/// How often each service was restarted right after a restart.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    services: BTreeMap<Name, (Instant, u32)>,
}

impl Breaker {
    /// Takes that something changed for a service; gives whether it is to be left alone from now on.
    pub fn trips(&mut self, service: &Name, now: Instant) -> bool {
        let Some((restarted, row)) = self.services.get_mut(service) else { return false };
        *row = if now.saturating_duration_since(*restarted) < SOON { *row + 1 } else { 0 };
        *row >= MANY
    }

    /// Takes that a service was restarted.
    pub fn restarted(&mut self, service: &Name, now: Instant) {
        self.services.entry(service.clone()).or_insert((now, 0)).0 = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it trips at each change; every change is followed by a restart at once.
    fn trips(changes: &[u64]) -> Vec<bool> {
        let (start, service) = (Instant::now(), "web".parse().expect("valid"));
        let mut breaker = Breaker::default();
        let mut one = |seconds: &u64| {
            let now = start + Duration::from_secs(*seconds);
            let tripped = breaker.trips(&service, now);
            breaker.restarted(&service, now);
            tripped
        };
        changes.iter().map(&mut one).collect()
    }

    #[test]
    fn a_service_that_restarts_itself_is_noticed() {
        assert_eq!(trips(&[0, 1, 2, 3, 4, 5]), [false, false, false, false, false, true]);
    }

    #[test]
    fn a_person_who_saves_often_is_not() {
        assert!(!trips(&[0, 1, 2, 9, 10, 11, 12, 30, 31]).contains(&true));
    }
}
