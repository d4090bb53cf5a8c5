//! [`Policy`]: what the user's flags ask of a plan.

use crate::value::Name;
use std::num::NonZeroUsize;
use std::time::Duration;

/// What the user asks of `up`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which containers are replaced.
    pub recreate: Recreate,
    /// What becomes of containers whose service is gone.
    pub orphans: Orphans,
    /// The services to bring up, with what they depend on; all when empty.
    pub targets: Vec<Name>,
    /// Time before a container that makes way is killed. Default: its own.
    pub grace: Option<Duration>,
    /// Whether containers are waited for at the end.
    pub wait: bool,
}

/// Which containers are replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Recreate {
    /// Those that differ from what is wanted.
    #[default]
    Diverged,
    /// All.
    Always,
    /// None.
    Never,
}

/// What becomes of containers whose service is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Orphans {
    /// They stay, and a note names them.
    #[default]
    Keep,
    /// They are removed.
    Remove,
}

/// Which images are made or fetched before `up`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Images {
    /// Those that are not there, as each service's `pull_policy` says.
    #[default]
    Missing,
    /// All that can be built are built.
    Build,
    /// Those that are still not there after others were fetched: what could not be fetched is built.
    Rest,
}

/// How many images are fetched, sent or built at once. Default: as many as there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limit(Option<NonZeroUsize>);

impl Limit {
    /// As users write it: -1 and 0 stand for no limit.
    pub fn of(number: i64) -> Self {
        Self(usize::try_from(number).ok().and_then(NonZeroUsize::new))
    }

    /// The number, when there is a limit.
    pub fn number(self) -> Option<usize> {
        self.0.map(NonZeroUsize::get)
    }
}
