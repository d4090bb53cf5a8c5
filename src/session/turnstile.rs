//! [`Turnstile`]: so many pass at once, and of those who wait the first of the plan.
//!
//! So a container is started before the next one is created: an engine that does both at once does more in a second
//! than one that creates all and then starts all, and more than one that is asked for everything at once.

use crate::plan::StepId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::{Sender, channel};

/// Lets so many pass at once. Cheap to clone.
#[derive(Clone)]
pub(super) struct Turnstile(Arc<Mutex<Queue>>);

struct Queue {
    free: usize,
    waiting: BTreeMap<StepId, Sender<Place>>,
}

/// The right to be busy. The next one has it when it is dropped.
pub(super) struct Place(Turnstile);

impl Turnstile {
    pub(super) fn of(places: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue { free: places, waiting: BTreeMap::new() })))
    }

    /// Waits for a place.
    pub(super) async fn enter(&self, step: StepId) -> Place {
        let turn = {
            let mut queue = self.queue();
            if queue.free > 0 {
                queue.free -= 1;
                return Place(self.clone());
            }
            let (sender, turn) = channel();
            queue.waiting.insert(step, sender);
            turn
        };
        turn.await.expect("a place comes before its queue goes")
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let next = {
            let mut queue = self.0.queue();
            let next = queue.waiting.pop_first();
            queue.free += usize::from(next.is_none());
            next
        };
        if let Some((_, next)) = next {
            // A place that nobody takes any more is dropped here, and so goes to the one behind.
            drop(next.send(Self(self.0.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Kind, Plan, Reason, Step, Subject};
    use futures_util::FutureExt as _;

    fn ids(number: usize) -> Vec<StepId> {
        let mut plan = Plan::default();
        let step = |index: usize| Step {
            action: Action::RemoveVolume { name: index.to_string() },
            because: Reason::Asked,
            subject: Subject::new(Kind::Volume, index.to_string()),
            needs: vec![],
        };
        (0..number).map(|index| plan.add(step(index))).collect()
    }

    #[tokio::test]
    async fn who_waits_passes_in_the_order_of_the_plan() {
        let (turnstile, ids) = (Turnstile::of(1), ids(3));
        let first = turnstile.enter(ids[0]).await;
        let (mut last, mut next) = (Box::pin(turnstile.enter(ids[2])), Box::pin(turnstile.enter(ids[1])));
        assert!((&mut last).now_or_never().is_none() && (&mut next).now_or_never().is_none());
        drop(first);
        assert!((&mut last).now_or_never().is_none());
        drop(next.await);
        last.await;
    }

    #[tokio::test]
    async fn the_place_of_one_who_has_left_goes_to_the_one_behind() {
        let (turnstile, ids) = (Turnstile::of(1), ids(4));
        let first = turnstile.enter(ids[0]).await;
        let mut left = Box::pin(turnstile.enter(ids[1]));
        let mut called = Box::pin(turnstile.enter(ids[2]));
        let mut last = Box::pin(turnstile.enter(ids[3]));
        assert!((&mut left).now_or_never().is_none() && (&mut called).now_or_never().is_none());
        assert!((&mut last).now_or_never().is_none());
        drop(left);
        drop(first);
        drop(called);
        last.await;
    }
}
