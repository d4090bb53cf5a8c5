//! [`Verb`]: the words for an action before, while and after it is carried out.

use crate::plan::{Action, Condition, Occasion, Order, Purpose};

/// The words for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// `create`: stable, machines read it.
    pub name: &'static str,
    /// `creating`.
    pub doing: &'static str,
    /// `created`.
    pub done: &'static str,
}

impl Verb {
    /// The words for an action.
    pub fn of(action: &Action) -> Self {
        let (name, doing, done) = match action {
            Action::Pull { .. } => ("pull", "pulling", "pulled"),
            Action::Build { purpose: Purpose::Check, .. } => ("check", "checking", "checked"),
            Action::Build { .. } => ("build", "building", "built"),
            Action::Push { .. } => ("push", "pushing", "pushed"),
            Action::CreateNetwork { .. } | Action::CreateVolume { .. } | Action::Create { .. } => {
                ("create", "creating", "created")
            }
            Action::RemoveImage { .. }
            | Action::RemoveNetwork { .. }
            | Action::RemoveVolume { .. }
            | Action::Remove { .. }
            | Action::Provide { order: Order::Down, .. } => ("remove", "removing", "removed"),
            Action::Upload { .. } => ("upload", "filling", "filled"),
            Action::RenewNetwork { .. } => ("replace", "replacing", "replaced"),
            Action::Start { .. } => ("start", "starting", "started"),
            Action::Stop { .. } | Action::Provide { order: Order::Stop, .. } => ("stop", "stopping", "stopped"),
            Action::Kill { signal, .. } if signal.is_final() => ("kill", "killing", "killed"),
            Action::Kill { .. } => ("kill", "signalling", "signalled"),
            Action::Pause { .. } => ("pause", "pausing", "paused"),
            Action::Unpause { .. } => ("unpause", "unpausing", "unpaused"),
            Action::Rename { .. } => ("rename", "renaming", "renamed"),
            Action::Provide { order: Order::Up, .. } => ("provide", "providing", "provided"),
            Action::ServeModel { .. } => ("serve", "preparing", "ready"),
            Action::Hook { occasion, .. } => match occasion {
                Occasion::PreStart => ("pre_start", "running pre_start", "pre_start done"),
                Occasion::PostStart => ("post_start", "running post_start", "post_start done"),
                Occasion::PreStop => ("pre_stop", "running pre_stop", "pre_stop done"),
            },
            Action::Await { until, .. } => ("await", "waiting", met(*until)),
        };
        Self { name, doing, done }
    }
}

/// The word for a container of which a condition holds.
fn met(condition: Condition) -> &'static str {
    match condition {
        Condition::Healthy => "healthy",
        Condition::CompletedSuccessfully => "completed",
        Condition::RunningOrHealthy => "running",
    }
}

/// What is still to come: `to be healthy`.
pub fn wish(condition: Condition) -> &'static str {
    match condition {
        Condition::Healthy => "to be healthy",
        Condition::CompletedSuccessfully => "to complete",
        Condition::RunningOrHealthy => "to run",
    }
}
