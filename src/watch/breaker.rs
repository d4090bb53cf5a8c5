//! [`Breaker`]: notices a service that is restarted, and a command that runs, for what it writes itself. Pure: moments
//! come in.

use super::lane::{Deed, Due};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A change so soon after a restart may be the service's own doing.
const SOON: Duration = Duration::from_secs(2);
/// A change of the same file so soon after a command may be the command's.
const AT_ONCE: Duration = Duration::from_millis(500);
/// So many of them in a row are.
const MANY: u32 = 5;

/// How often each thing was done right after it had been done.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    rows: BTreeMap<(Name, Deed), Row>,
}

#[derive(Debug, Clone)]
struct Row {
    last: Instant,
    length: u32,
    /// The files that it was done for, where that matters.
    because: BTreeSet<PathBuf>,
}

impl Breaker {
    /// Takes that something is to be done; gives whether it is to be left alone from now on.
    pub fn trips(&mut self, due: &Due, now: Instant) -> bool {
        let Some(row) = self.rows.get_mut(&(due.service.clone(), due.deed)) else { return false };
        let is_own = match due.deed {
            // One that others write many files for runs often, too.
            Deed::Tell(_) => {
                due.began.saturating_duration_since(row.last) < AT_ONCE && !due.because.is_disjoint(&row.because)
            }
            Deed::Restart | Deed::Rebuild => now.saturating_duration_since(row.last) < SOON,
        };
        row.length = if is_own { row.length + 1 } else { 0 };
        row.length >= MANY
    }

    /// Takes that a service was started again, with the same image or another one.
    pub fn restarted(&mut self, service: &Name, now: Instant) {
        for deed in [Deed::Restart, Deed::Rebuild] {
            self.done((service.clone(), deed), BTreeSet::new(), now);
        }
    }

    /// Takes that something is done, or over.
    pub fn did(&mut self, due: &Due, now: Instant) {
        self.done((due.service.clone(), due.deed), due.because.clone(), now);
    }

    fn done(&mut self, what: (Name, Deed), because: BTreeSet<PathBuf>, now: Instant) {
        let row = self.rows.entry(what).or_insert_with(|| Row { last: now, length: 0, because: BTreeSet::new() });
        (row.last, row.because) = (now, because);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(deed: Deed, file: &str, now: Instant) -> Due {
        let (service, because) = ("web".parse().expect("valid"), BTreeSet::from([file.into()]));
        Due { service, deed, because, began: now, ready: now }
    }

    /// Whether it ever trips; every so many milliseconds a file changes, which a command is told of at once.
    fn command_trips(every: u64, file: impl Fn(u64) -> String) -> bool {
        let (start, mut breaker) = (Instant::now(), Breaker::default());
        let mut one = |number: u64| {
            let now = start + Duration::from_millis(every * number);
            let due = due(Deed::Tell(0), &file(number), now);
            let tripped = breaker.trips(&due, now);
            breaker.did(&due, now);
            tripped
        };
        (0..30).any(&mut one)
    }

    #[test]
    fn a_command_that_writes_what_it_is_run_for_is_noticed() {
        assert!(command_trips(50, |_| "f".to_owned()));
    }

    #[test]
    fn files_that_come_one_after_another_and_a_person_are_no_command_that_does() {
        assert!(!command_trips(50, |number| number.to_string()));
        assert!(!command_trips(1000, |_| "f".to_owned()));
    }

    /// Whether it trips at each change; every change is followed by a restart at once.
    fn trips(changes: &[u64]) -> Vec<bool> {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        let mut one = |seconds: &u64| {
            let now = start + Duration::from_secs(*seconds);
            let due = due(Deed::Restart, "f", now);
            let tripped = breaker.trips(&due, now);
            breaker.restarted(&due.service, now);
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
