//! [`Lanes`]: what is to be done once no more changes come for it, by service. Pure: moments come in.

use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How a build ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Built {
    /// With an image.
    Image,
    /// Without.
    Nothing,
}

/// What follows a change, later than the copying of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// The command or the signal of a rule, by its place among the rules.
    Tell(usize),
    /// A restart.
    Restart,
    /// A build, and a replacement.
    Rebuild,
}

impl Deed {
    /// How long nothing comes before it is done, and after how long it is done though more comes. Who changes many files
    /// is more likely to go on; what comes before the containers of a restart start again is no reason for another one.
    fn patience(self, files: usize) -> (Duration, Duration) {
        let milliseconds = |quiet, limit| (Duration::from_millis(quiet), Duration::from_millis(limit));
        let more = u64::try_from(files).unwrap_or(u64::MAX).clamp(1, 100) - 1;
        match self {
            Self::Tell(_) => milliseconds(10, 500),
            Self::Restart => milliseconds(5 + more, 1000),
            Self::Rebuild => milliseconds(300, 2000),
        }
    }
}

/// What is to be done, and for which files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The service.
    pub service: Name,
    /// What.
    pub deed: Deed,
    /// The files that changed, relative to the project's folder.
    pub because: BTreeSet<PathBuf>,
    /// When the first of them changed.
    pub began: Instant,
    /// When the last of them was where it belongs: what starts later has them all.
    pub ready: Instant,
}

/// What is to be done later.
#[derive(Debug, Clone, Default)]
pub struct Lanes(BTreeMap<(Name, Deed), Waiting>);

#[derive(Debug, Clone)]
struct Waiting {
    began: Instant,
    ready: Instant,
    first: Instant,
    last: Instant,
    because: BTreeSet<PathBuf>,
}

impl Waiting {
    fn due(&self, deed: Deed) -> Instant {
        let (quiet, limit) = deed.patience(self.because.len());
        (self.last + quiet).min(self.first + limit)
    }
}

impl Lanes {
    /// Takes that something is to be done.
    pub fn add(&mut self, due: Due, now: Instant) {
        let Due { service, deed, because, began, ready } = due;
        let new = || Waiting { began, ready, first: now, last: now, because: BTreeSet::new() };
        let waiting = self.0.entry((service, deed)).or_insert_with(new);
        (waiting.last, waiting.ready) = (now, waiting.ready.max(ready));
        waiting.because.extend(because);
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes that more is on its way for some services.
    pub fn put_off(&mut self, now: Instant, is_meant: impl Fn(&Name) -> bool) {
        let meant = self.0.iter_mut().filter(|((service, _), _)| is_meant(service));
        meant.for_each(|(_, waiting)| waiting.last = now);
    }

    /// Takes that what is to be done has not begun to be due: all of it is counted from now.
    pub fn hold(&mut self, now: Instant) {
        self.0.values_mut().for_each(|waiting| (waiting.first, waiting.last) = (now, now));
    }

    /// When there is something to do next.
    pub fn next(&self) -> Option<Instant> {
        self.0.iter().map(|((_, deed), waiting)| waiting.due(*deed)).min()
    }

    /// Gives what is to be done by now.
    pub fn take(&mut self, now: Instant) -> Vec<Due> {
        let ready = |((_, deed), waiting): &(&(Name, Deed), &Waiting)| waiting.due(*deed) <= now;
        let keys: Vec<(Name, Deed)> = self.0.iter().filter(ready).map(|(key, _)| key.clone()).collect();
        let due = |(service, deed): (Name, Deed)| {
            let Waiting { began, ready, because, .. } = self.0.remove(&(service.clone(), deed))?;
            Some(Due { service, deed, because, began, ready })
        };
        keys.into_iter().filter_map(due).collect()
    }

    /// Gives all that is to be done, due or not.
    pub fn take_all(&mut self) -> Vec<Due> {
        let due =
            |((service, deed), Waiting { began, ready, because, .. })| Due { service, deed, because, began, ready };
        std::mem::take(&mut self.0).into_iter().map(due).collect()
    }

    /// Forgets that a service is to be restarted.
    pub fn forget_restart(&mut self, service: &Name) {
        self.0.remove(&(service.clone(), Deed::Restart));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(deed: Deed, file: &str, began: Instant) -> Due {
        Due {
            service: "web".parse().expect("valid"),
            deed,
            because: BTreeSet::from([file.into()]),
            began,
            ready: began,
        }
    }

    #[test]
    fn what_follows_each_other_quickly_is_done_once() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut lanes = Lanes::default();
        lanes.add(due(Deed::Restart, "a", start), start);
        lanes.add(due(Deed::Restart, "b", at(10)), at(10));
        assert_eq!((lanes.next(), lanes.take(at(15)).len()), (Some(at(16)), 0));
        let done = lanes.take(at(16));
        assert_eq!((done.len(), done[0].because.len(), done[0].began), (1, 2, start));
        assert_eq!(lanes.next(), None);
    }

    #[test]
    fn nothing_is_done_while_more_is_on_its_way() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut lanes = Lanes::default();
        lanes.add(due(Deed::Restart, "a", start), start);
        lanes.put_off(at(3), |service| service.as_str() != "web");
        assert_eq!(lanes.next(), Some(at(5)));
        lanes.put_off(at(4), |_| true);
        assert_eq!(lanes.next(), Some(at(9)));
        lanes.put_off(at(998), |_| true);
        assert_eq!(lanes.next(), Some(at(1000)), "but not without end");
        lanes.hold(at(999));
        assert_eq!(lanes.next(), Some(at(1004)), "unless it is held");
    }

    #[test]
    fn steady_changes_do_not_put_it_off_without_end() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut lanes = Lanes::default();
        for step in 0..30 {
            lanes.add(due(Deed::Restart, "a", start), at(step * 40));
        }
        assert_eq!(lanes.next(), Some(at(1000)));
    }

    #[test]
    fn a_command_does_not_wait_for_a_build() {
        let start = Instant::now();
        let mut lanes = Lanes::default();
        lanes.add(due(Deed::Rebuild, "a", start), start);
        lanes.add(due(Deed::Tell(0), "a", start), start);
        let done = lanes.take(start + Duration::from_millis(10));
        assert_eq!(done.iter().map(|due| due.deed).collect::<Vec<_>>(), [Deed::Tell(0)]);
    }
}
