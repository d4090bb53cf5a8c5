//! [`Fate`]: what a plan does to one thing, all its steps taken together.

use crate::plan::{Action, Order};

/// What becomes of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Its image is fetched.
    Pulled,
    /// Its image is built.
    Built,
    /// It is sent to its registry.
    Pushed,
    /// Somebody is asked for it, who may find that it is as it should be.
    Provided,
    /// It comes into being.
    Created,
    /// It comes into being and runs.
    CreatedAndStarted,
    /// It was there and runs again.
    Started,
    /// It stops and runs again.
    Restarted,
    /// Another one takes its place.
    Replaced,
    /// It gets another name.
    Renamed,
    /// It stops.
    Stopped,
    /// It is ended at once.
    Killed,
    /// It is sent a signal.
    Signalled,
    /// It is frozen.
    Paused,
    /// It was frozen and goes on.
    Unpaused,
    /// It goes.
    Removed,
    /// It is only waited for.
    Awaited,
}

impl Fate {
    /// All of them, in the order in which a summary counts them.
    pub const ALL: [Self; 17] = [
        Self::Pulled,
        Self::Built,
        Self::Pushed,
        Self::Provided,
        Self::Created,
        Self::CreatedAndStarted,
        Self::Started,
        Self::Restarted,
        Self::Replaced,
        Self::Renamed,
        Self::Stopped,
        Self::Killed,
        Self::Signalled,
        Self::Paused,
        Self::Unpaused,
        Self::Removed,
        Self::Awaited,
    ];

    /// What these actions on one thing amount to.
    pub fn of(actions: &[&Action]) -> Self {
        let any = |holds: fn(&Action) -> bool| actions.iter().any(|action| holds(action));
        let starts = any(|action| matches!(action, Action::Start { .. }));
        let stops = any(|action| matches!(action, Action::Stop { .. } | Action::Provide { order: Order::Stop, .. }));
        match (any(creates), any(removes)) {
            (true, true) => Self::Replaced,
            (true, false) if starts => Self::CreatedAndStarted,
            (true, false) => Self::Created,
            (false, true) => Self::Removed,
            (false, false) if starts && stops => Self::Restarted,
            (false, false) if starts => Self::Started,
            (false, false) if stops => Self::Stopped,
            (false, false) if any(kills) => Self::Killed,
            (false, false) if any(|action| matches!(action, Action::Kill { .. })) => Self::Signalled,
            (false, false) if any(|action| matches!(action, Action::Pause { .. })) => Self::Paused,
            (false, false) if any(|action| matches!(action, Action::Unpause { .. })) => Self::Unpaused,
            (false, false) if any(|action| matches!(action, Action::Pull { .. })) => Self::Pulled,
            (false, false) if any(|action| matches!(action, Action::Build { .. })) => Self::Built,
            (false, false) if any(|action| matches!(action, Action::Push { .. })) => Self::Pushed,
            (false, false) if any(Action::is_enquiry) => Self::Provided,
            (false, false) if any(|action| matches!(action, Action::Rename { .. })) => Self::Renamed,
            (false, false) => Self::Awaited,
        }
    }

    /// The word for it when it is done.
    pub fn done(self) -> &'static str {
        match self {
            Self::Pulled => "pulled",
            Self::Built => "built",
            Self::Pushed => "pushed",
            Self::Provided => "provided",
            Self::Created => "created",
            Self::CreatedAndStarted => "created and started",
            Self::Started => "started",
            Self::Restarted => "restarted",
            Self::Replaced => "replaced",
            Self::Renamed => "renamed",
            Self::Stopped => "stopped",
            Self::Killed => "killed",
            Self::Signalled => "signalled",
            Self::Paused => "paused",
            Self::Unpaused => "unpaused",
            Self::Removed => "removed",
            Self::Awaited => "waited for",
        }
    }

    /// The word for it when it did not come about.
    pub fn undone(self) -> &'static str {
        match self {
            Self::Pulled => "not pulled",
            Self::Built => "not built",
            Self::Pushed => "not pushed",
            Self::Provided => "not provided",
            Self::Created => "not created",
            Self::CreatedAndStarted | Self::Started => "not started",
            Self::Restarted => "not restarted",
            Self::Replaced => "not replaced",
            Self::Renamed => "not renamed",
            Self::Stopped => "not stopped",
            Self::Killed => "not killed",
            Self::Signalled => "not signalled",
            Self::Paused => "not paused",
            Self::Unpaused => "not unpaused",
            Self::Removed => "not removed",
            Self::Awaited => "skipped",
        }
    }

    /// The word for what a plan is about to do.
    pub fn infinitive(self) -> &'static str {
        match self {
            Self::Pulled => "pull",
            Self::Built => "build",
            Self::Pushed => "push",
            Self::Provided => "provide",
            Self::Created | Self::CreatedAndStarted => "create",
            Self::Started => "start",
            Self::Restarted => "restart",
            Self::Replaced => "replace",
            Self::Renamed => "rename",
            Self::Stopped => "stop",
            Self::Killed => "kill",
            Self::Signalled => "signal",
            Self::Paused => "pause",
            Self::Unpaused => "unpause",
            Self::Removed => "remove",
            Self::Awaited => "wait for",
        }
    }

    /// Whether something comes, changes or goes.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Pulled | Self::Built | Self::Pushed | Self::Created | Self::CreatedAndStarted | Self::Started => "+",
            Self::Restarted | Self::Replaced | Self::Renamed | Self::Signalled | Self::Unpaused => "~",
            Self::Stopped | Self::Killed | Self::Paused | Self::Removed => "-",
            Self::Provided => "?",
            Self::Awaited => ".",
        }
    }
}

fn creates(action: &Action) -> bool {
    matches!(
        action,
        Action::Create { .. }
            | Action::CreateNetwork { .. }
            | Action::CreateVolume { .. }
            | Action::RenewNetwork { .. }
    )
}

fn kills(action: &Action) -> bool {
    matches!(action, Action::Kill { signal, .. } if signal.is_final())
}

fn removes(action: &Action) -> bool {
    match action {
        Action::Provide { order, .. } => *order == Order::Down,
        Action::RemoveImage { .. } | Action::Remove { .. } | Action::RenewNetwork { .. } => true,
        other => matches!(other, Action::RemoveNetwork { .. } | Action::RemoveVolume { .. }),
    }
}
