//! [`Order`]: what the program that provides a service is asked; [`Variables`]: what it sets.

use super::{Action, Kind, Plan, Reason, Step, StepId, Subject};
use crate::model::{Project, Service};
use crate::value::Name;
use std::collections::BTreeMap;

/// What the program that provides a service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// To provide it.
    Up,
    /// To provide it no longer.
    Down,
    /// To let it rest.
    Stop,
}

impl Order {
    /// The word of the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Stop => "stop",
        }
    }
}

/// Variables that a program sets for the services that depend on what it provides.
pub type Variables = BTreeMap<String, String>;

/// Adds the steps in which programs provide services, each after those that it depends on.
pub(super) fn all<'a>(plan: &mut Plan, wanted: &Project, order: impl IntoIterator<Item = &'a Name>) {
    let mut done: BTreeMap<Name, StepId> = BTreeMap::new();
    for service in order.into_iter().filter_map(|name| wanted.services.get(name)) {
        if service.provider.is_some() {
            let needs = service.depends_on.keys().filter_map(|name| done.get(name)).copied().collect();
            done.insert(service.name.clone(), plan.add(step(&service.name, Order::Up, needs)));
        }
    }
}

/// Adds the steps in which the models of these services are served.
pub(super) fn models<'a>(plan: &mut Plan, services: impl Iterator<Item = &'a Service>) {
    let mut keys: Vec<&Name> = services.flat_map(|service| service.models.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let subject = Subject::new(Kind::Model, key.as_str());
        let action = Action::ServeModel { key: key.clone() };
        plan.add(Step { action, because: Reason::Asked, subject, needs: vec![] });
    }
}

/// The step in which the program of a service is asked.
pub(super) fn step(service: &Name, order: Order, needs: Vec<StepId>) -> Step {
    let subject = Subject::of(Kind::Provider, service.as_str(), service);
    Step { action: Action::Provide { service: service.clone(), order }, because: Reason::Asked, subject, needs }
}
