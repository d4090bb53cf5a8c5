//! [`Starts`]: when this run started its containers, and how long after that one that dies at once is noticed.

use crate::event::{Event, What};
use crate::plan::{Action, Plan};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a container that dies at once may take for it after its start, at least and at most.
const AT_ONCE: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(300)];

/// When this run started its containers.
#[derive(Debug, Default)]
pub struct Starts(Mutex<Option<Known>>);

#[derive(Debug, Clone, Copy)]
struct Known {
    /// When the first start began.
    first: Instant,
    /// When the last one to do so ended.
    last: Instant,
    /// How many ended.
    number: u32,
}

impl Starts {
    /// Takes what happened to a plan.
    pub fn hear(&self, plan: &Plan, event: &Event) {
        if !plan.get(event.step).is_some_and(|step| matches!(step.action, Action::Start { .. })) {
            return;
        }
        let now = Instant::now();
        let mut known = self.known();
        let known = known.get_or_insert(Known { first: now, last: now, number: 0 });
        if matches!(event.what, What::Done) {
            (known.last, known.number) = (now, known.number + 1);
        }
    }

    /// Waits until the container that was started last would be dead if it died at once. All others had longer.
    pub async fn settle(&self) {
        let known = *self.known();
        if let Some(known) = known {
            tokio::time::sleep_until((known.last + known.patience()).into()).await;
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// As long as a start took on average: a slow machine gets more time, and of many containers, of which only the last
    /// can be missed, none costs more than one more would.
    fn patience(&self) -> Duration {
        let [least, most] = AT_ONCE;
        (self.last.duration_since(self.first) / self.number.max(1)).clamp(least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience(milliseconds: u64, number: u32) -> u128 {
        let first = Instant::now();
        Known { first, last: first + Duration::from_millis(milliseconds), number }.patience().as_millis()
    }

    #[test]
    fn a_start_on_a_slow_machine_is_given_more_time_within_bounds() {
        assert_eq!([patience(20, 1), patience(200, 1), patience(2000, 1)], [50, 200, 300]);
    }

    #[test]
    fn many_containers_cost_no_more_than_one_more() {
        assert_eq!([patience(2400, 30), patience(2400, 10)], [80, 240]);
    }
}
