//! [`Course`]: a change of the stack that is under way, for which files, and what it has started by now.

use crate::value::Name;
use crate::watch::Due;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

/// A change of the stack that is under way.
#[derive(Debug, Default)]
pub struct Course {
    /// What it is to start, and since when the first container of each is about to start.
    services: BTreeMap<Name, Option<Instant>>,
    /// The files that it is for.
    because: BTreeSet<PathBuf>,
}

/// Who carries it out and who takes what comes meanwhile know of the same.
pub type SharedCourse = Rc<RefCell<Course>>;

impl Course {
    /// It is for what is due.
    pub fn of(dues: &[Due]) -> SharedCourse {
        let because = dues.iter().flat_map(|due| due.because.clone()).collect();
        Rc::new(RefCell::new(Self { services: BTreeMap::new(), because }))
    }

    /// It is sure to start these.
    pub fn will_start(&mut self, services: impl IntoIterator<Item = Name>) {
        for service in services {
            self.services.entry(service).or_default();
        }
    }

    /// A container of a service is about to start.
    pub fn starts(&mut self, service: &Name, now: Instant) {
        self.services.entry(service.clone()).or_default().get_or_insert(now);
    }

    /// Takes the restart of a service too, if that starts late enough to have what it is for.
    pub fn includes(&mut self, due: &Due) -> bool {
        let is_in_time = |started: &Option<Instant>| started.is_none_or(|started| due.ready <= started);
        let includes = self.services.get(&due.service).is_some_and(is_in_time);
        if includes {
            self.because.extend(due.because.iter().cloned());
        }
        includes
    }

    /// Whether a service was started late enough to have what a restart of it is for.
    pub fn has_had(&self, due: &Due) -> bool {
        let started = self.services.get(&due.service).copied().flatten();
        started.is_some_and(|started| due.ready <= started)
    }

    /// The files that it is for.
    pub fn because(&self) -> &BTreeSet<PathBuf> {
        &self.because
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Deed;
    use std::time::Duration;

    fn due(service: &str, file: &str, ready: Instant) -> Due {
        let (service, because) = (service.parse().expect("valid"), BTreeSet::from([file.into()]));
        Due { service, deed: Deed::Restart, because, began: ready, ready }
    }

    #[test]
    fn a_restart_is_also_for_what_was_there_before_the_containers_start() {
        let now = Instant::now();
        let course = Course::of(&[]);
        let mut course = course.borrow_mut();
        course.will_start(["stopping", "started"].map(|name| name.parse().expect("valid")));
        course.starts(&"started".parse().expect("valid"), now);
        let later = now + Duration::from_millis(1);
        assert!(course.includes(&due("stopping", "a", later)) && course.includes(&due("started", "b", now)));
        assert!(!course.includes(&due("started", "c", later)) && !course.includes(&due("other", "d", now)));
        assert_eq!(*course.because(), BTreeSet::from(["a".into(), "b".into()]));
    }

    #[test]
    fn only_a_service_that_was_started_needs_no_restart_any_more() {
        let now = Instant::now();
        let course = Course::of(&[]);
        let mut course = course.borrow_mut();
        course.will_start(["unchanged".parse().expect("valid")]);
        course.starts(&"replaced".parse().expect("valid"), now);
        assert!(course.has_had(&due("replaced", "a", now)));
        assert!(!course.has_had(&due("replaced", "a", now + Duration::from_millis(1))));
        assert!(!course.has_had(&due("unchanged", "a", now)) && !course.has_had(&due("other", "a", now)));
    }
}
