//! `stop`: what runs ends, dependents first, and nothing goes.

use super::{Draft, Teardown};
use crate::model::Project;
use crate::plan::{Action, Kind, Observed, Order, Plan, Subject, Target};
use crate::value::ProjectName;
use std::time::Duration;

/// The steps that stop the running containers of a project, dependents first, and remove nothing.
pub fn stop(name: &ProjectName, wanted: Option<&Project>, seen: &Observed, teardown: &Teardown) -> Plan {
    let mut draft = Draft::new((name, wanted), seen, teardown);
    draft.stop_all();
    draft.providers(Order::Stop);
    draft.plan
}

/// The steps that kill all that [`stop`] would stop, and what prepares services, at once and in no order: no hook is run,
/// and no program that provides a service is asked, since the user does not want to wait for them.
pub fn cut_short(name: &ProjectName, wanted: Option<&Project>, seen: &Observed, teardown: &Teardown) -> Plan {
    let mut draft = Draft::new((name, wanted), seen, teardown);
    let goes: Vec<_> = seen.containers.iter().chain(&seen.helpers).filter(|one| draft.goes(one)).collect();
    for container in goes.into_iter().filter(|one| one.is_up()) {
        let subject = Subject::of(Kind::Container, &container.name, &container.service);
        let target = Target::Existing(container.id.clone());
        // Unlike a kill, a stop without a grace is not done before the container has ended.
        draft.add(Action::Stop { target, grace: Some(Duration::ZERO) }, &subject, vec![]);
    }
    draft.plan
}

impl Draft<'_> {
    /// Stops what runs, each service after those that depend on it.
    pub(super) fn stop_all(&mut self) {
        let running: Vec<_> = self.seen.containers.iter().filter(|one| one.is_up() && self.goes(one)).collect();
        for (service, containers) in self.stop_order(&running) {
            let waits = self.after_dependents(&service);
            let steps = containers.into_iter().map(|container| self.stop(container, waits.clone())).collect();
            self.removed.insert(service, steps);
        }
    }
}
