//! [`Occasion`]: when a hook of a service runs; and the steps that run its hooks.

use super::{Action, Plan, Reason, SeenContainer, State, Step, StepId, Subject, Target};
use crate::model::{Hook, Service};
use std::fmt;

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// Before the first of the service's containers starts, in a container of its own.
    PreStart,
    /// In a container that has just started.
    PostStart,
    /// In a container that is about to be stopped.
    PreStop,
}

impl Occasion {
    /// The hooks of a service for this occasion, in the order in which they run.
    pub fn hooks(self, service: &Service) -> &[Hook] {
        match self {
            Self::PreStart => &service.pre_start,
            Self::PostStart => &service.post_start,
            Self::PreStop => &service.pre_stop,
        }
    }

    /// The attribute of the compose file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreStart => "pre_start",
            Self::PostStart => "post_start",
            Self::PreStop => "pre_stop",
        }
    }
}

impl fmt::Display for Occasion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// The container that hooks are about.
pub(super) struct About<'a> {
    /// Its service.
    pub service: &'a Service,
    /// The container.
    pub target: &'a Target,
    /// The container, in the words of people.
    pub subject: &'a Subject,
    /// Why it starts or stops.
    pub because: &'a Reason,
}

/// Whether a container can run a hook now.
pub(super) fn hears(container: &SeenContainer) -> bool {
    container.state == State::Running && !container.oneoff
}

/// Adds the hooks of an occasion, one after the other, behind what they need; gives what comes after them needs.
pub(super) fn add(plan: &mut Plan, occasion: Occasion, about: &About<'_>, needs: Vec<StepId>) -> Vec<StepId> {
    let About { service, target, subject, because } = *about;
    (0..occasion.hooks(service).len()).fold(needs, |needs, index| {
        let action = Action::Hook { service: service.name.clone(), occasion, index, target: target.clone() };
        vec![plan.add(Step { action, because: because.clone(), subject: subject.clone(), needs })]
    })
}
