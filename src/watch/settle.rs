//! [`Settle`]: which of the paths that something happened at are to be looked at, and when. Pure: moments come in.
//!
//! A file whose writer closed it is complete: it is looked at after a few quiet milliseconds. One that is still written
//! to waits for its writer, but neither it nor the others wait without end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Nothing came for so long after something complete.
const QUIET: Duration = Duration::from_millis(3);
/// So much longer for each file of a burst: it takes several times as long to copy one.
const EACH: Duration = Duration::from_micros(20);
/// A writer that did nothing for so long has paused.
const PAUSE: Duration = Duration::from_millis(50);
/// After so long all that is complete is looked at, whatever still comes.
const LIMIT: Duration = Duration::from_millis(100);
/// After so long a file is looked at though its writer goes on.
const PATIENCE: Duration = Duration::from_secs(1);

/// How complete what happened at a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Something is being written.
    Writing,
    /// It was closed, moved, removed or made as a whole.
    Complete,
}

/// Paths that something happened at.
#[derive(Debug, Clone, Default)]
pub struct Settle {
    paths: BTreeMap<PathBuf, Dirt>,
    since: Option<Instant>,
    /// When some were taken last, and how many.
    taken: Option<(Instant, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Dirt {
    first: Instant,
    last: Instant,
    sign: Sign,
}

impl Dirt {
    fn ready(self) -> Instant {
        match self.sign {
            Sign::Complete => self.last + QUIET,
            Sign::Writing => (self.last + PAUSE).min(self.first + PATIENCE),
        }
    }
}

impl Settle {
    /// Takes that something happened at a path.
    pub fn hit(&mut self, path: PathBuf, sign: Sign, now: Instant) {
        let dirt = self.paths.entry(path).or_insert(Dirt { first: now, last: now, sign });
        (dirt.last, dirt.sign) = (now, sign);
        self.since.get_or_insert(now);
    }

    /// When there is something to look at; nothing when nothing happened.
    pub fn due(&self) -> Option<Instant> {
        let ready = |dirt: &Dirt| dirt.ready();
        let last = self.paths.values().map(ready).max()?;
        let first = self.paths.values().map(ready).min()?;
        // At the limit what is ready goes, if anything is.
        let limit = self.since.map_or(last, |since| since + LIMIT).max(first);
        Some((last + self.more_quiet()).min(limit))
    }

    /// Whether something complete is to be looked at in a moment.
    pub fn has_complete(&self) -> bool {
        self.paths.values().any(|dirt| dirt.sign == Sign::Complete)
    }

    /// Gives the paths that are complete by now; the others stay.
    pub fn take(&mut self, now: Instant) -> Vec<PathBuf> {
        let ready: Vec<PathBuf> =
            self.paths.extract_if(.., |_, dirt| dirt.ready() <= now).map(|(path, _)| path).collect();
        self.since = (!self.paths.is_empty()).then_some(now);
        self.taken = Some((now, ready.len()));
        ready
    }

    /// How much longer nothing comes in the middle of a burst before it is looked at.
    fn more_quiet(&self) -> Duration {
        let is_recent = |at: Instant| self.since.is_some_and(|since| since.saturating_duration_since(at) < LIMIT);
        let before = self.taken.filter(|(at, _)| is_recent(*at)).map_or(0, |(_, many)| many);
        EACH * u32::try_from((self.paths.len() + before).saturating_sub(1)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Sign::{Complete, Writing};

    /// What is taken when it is due, after hits at these milliseconds: moment and paths.
    fn taken(hits: &[(&str, Sign, u64)]) -> Vec<(u64, Vec<String>)> {
        let start = Instant::now();
        let mut settle = Settle::default();
        let mut taken = Vec::new();
        let mut look = |settle: &mut Settle, until: Option<Instant>| {
            while let Some(due) = settle.due().filter(|due| until.is_none_or(|until| *due < until)) {
                let paths = settle.take(due).iter().map(|path| path.display().to_string()).collect();
                taken.push((u64::try_from((due - start).as_millis()).expect("small"), paths));
            }
        };
        for (path, sign, at) in hits {
            let at = start + Duration::from_millis(*at);
            look(&mut settle, Some(at));
            settle.hit(path.into(), *sign, at);
        }
        look(&mut settle, None);
        taken
    }

    fn at(moment: u64, paths: &[&str]) -> (u64, Vec<String>) {
        (moment, paths.iter().map(|path| (*path).to_owned()).collect())
    }

    #[test]
    fn what_is_complete_goes_after_a_few_quiet_milliseconds() {
        assert_eq!(taken(&[("a", Writing, 0), ("a", Complete, 1)]), [at(4, &["a"])]);
        assert_eq!(taken(&[("a", Complete, 0), ("b", Complete, 2)]), [at(5, &["a", "b"])]);
    }

    #[test]
    fn a_writer_that_pauses_is_not_waited_for_longer() {
        assert_eq!(taken(&[("a", Writing, 0), ("a", Writing, 40)]), [at(90, &["a"])]);
    }

    #[test]
    fn a_writer_that_goes_on_holds_up_nobody_and_is_looked_at_in_the_end() {
        let mut hits: Vec<(&str, Sign, u64)> = (0..60).map(|step| ("log", Writing, step * 20)).collect();
        hits.insert(1, ("a", Complete, 1));
        let taken = taken(&hits);
        assert_eq!(taken[0], at(100, &["a"]));
        assert_eq!(taken[1], at(1000, &["log"]));
    }

    #[test]
    fn what_is_still_written_to_is_not_complete() {
        let (mut settle, now) = (Settle::default(), Instant::now());
        settle.hit("log".into(), Writing, now);
        assert!(!settle.has_complete());
        settle.hit("a".into(), Complete, now);
        assert!(settle.has_complete());
    }

    #[test]
    fn a_steady_stream_of_complete_files_goes_in_pieces() {
        let hits: Vec<(String, u64)> = (0..150).map(|step| (format!("f{step:03}"), step * 2)).collect();
        let hits: Vec<(&str, Sign, u64)> = hits.iter().map(|(path, at)| (path.as_str(), Complete, *at)).collect();
        let taken = taken(&hits);
        assert_eq!(taken.iter().map(|(moment, _)| *moment).collect::<Vec<_>>(), [100, 200, 300, 302]);
        assert_eq!(taken.iter().map(|(_, paths)| paths.len()).sum::<usize>(), 150);
    }
}
