//! [`Settle`]: when a burst of events counts as over. Pure: moments come in.
//!
//! A save is several events, a checkout thousands. It is over when nothing came for a while; who writes without end is
//! not waited for beyond a limit.

use std::time::{Duration, Instant};

/// Nothing came for so long.
const QUIET: Duration = Duration::from_millis(100);
/// It is over at the latest so long after it began.
const LIMIT: Duration = Duration::from_secs(1);

/// A burst of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settle {
    burst: Option<(Instant, Instant)>,
}

impl Settle {
    /// Takes that something came.
    pub fn hit(&mut self, now: Instant) {
        let (first, _) = self.burst.unwrap_or((now, now));
        self.burst = Some((first, now));
    }

    /// When the burst is over if nothing more comes; nothing when there is none.
    pub fn due(&self) -> Option<Instant> {
        self.burst.map(|(first, last)| (last + QUIET).min(first + LIMIT))
    }

    /// Forgets the burst.
    pub fn clear(&mut self) {
        self.burst = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(hits: &[u64]) -> Option<u64> {
        let start = Instant::now();
        let mut settle = Settle::default();
        for hit in hits {
            settle.hit(start + Duration::from_millis(*hit));
        }
        settle.due().map(|due| u64::try_from((due - start).as_millis()).expect("small"))
    }

    #[test]
    fn a_burst_is_over_when_it_is_quiet() {
        assert_eq!(due(&[]), None);
        assert_eq!(due(&[0]), Some(100));
        assert_eq!(due(&[0, 30, 90]), Some(190));
    }

    #[test]
    fn a_steady_writer_is_not_waited_for_without_end() {
        assert_eq!(due(&[0, 90, 180, 270, 360, 450, 540, 630, 720, 810, 900, 990]), Some(1000));
    }
}
