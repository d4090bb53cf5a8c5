//! `stop`: what runs ends, dependents first, and nothing goes.

use super::{Draft, Teardown};
use crate::model::Project;
use crate::plan::{Observed, Order, Plan};
use crate::value::ProjectName;

/// The steps that stop the running containers of a project, dependents first, and remove nothing.
pub fn stop(name: &ProjectName, wanted: Option<&Project>, seen: &Observed, teardown: &Teardown) -> Plan {
    let mut draft = Draft::new((name, wanted), seen, teardown);
    draft.stop_all();
    draft.providers(Order::Stop);
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
