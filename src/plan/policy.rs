//! [`Policy`]: what the user's flags ask of a plan.

use super::AnonymousVolumes;
use crate::value::Name;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

/// What the user asks of `up`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which containers of the targets are replaced.
    pub recreate: Recreate,
    /// Which containers are replaced of services that are only brought up because a target depends on them.
    pub recreate_dependencies: Recreate,
    /// What becomes of the anonymous volumes of a container that is replaced: its replacement takes them over, or they
    /// go and it gets new ones.
    pub anonymous: AnonymousVolumes,
    /// What becomes of containers whose service is gone.
    pub orphans: Orphans,
    /// The services to bring up; all when empty.
    pub targets: Vec<Name>,
    /// Whether what the targets depend on is brought up with them.
    pub dependencies: Dependencies,
    /// Time before a container that makes way is killed. Default: its own.
    pub grace: Option<Duration>,
    /// How far containers are brought.
    pub reach: Reach,
    /// A service of which one more container is made by hand: all that it needs is planned, and waited for, and its
    /// own containers are left alone. For `run`.
    pub one_off: Option<Name>,
    /// Whether the programs that provide services have been asked.
    pub providers: Providers,
    /// The volumes, by their name on the engine, that may be made anew and lose their data when their definition
    /// changed. Default: none.
    pub renew: BTreeSet<String>,
}

/// Whether the programs that provide services have been asked, so that their dependents have the variables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Providers {
    /// The project is as they made it.
    #[default]
    Asked,
    /// What a dependent's container has more of is taken to come from them. For plans that are not carried out.
    Unasked,
}

impl Policy {
    /// Which containers of a service are replaced.
    pub fn recreate_of(&self, service: &Name) -> Recreate {
        let asked = self.targets.is_empty() || self.targets.contains(service);
        if asked { self.recreate } else { self.recreate_dependencies }
    }
}

/// Whether what the targets depend on is brought up with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dependencies {
    /// It is brought up first, and waited for.
    #[default]
    Include,
    /// It is left alone, and nobody waits for it.
    Leave,
}

/// How far containers are brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// They are there; what runs goes on running.
    Created,
    /// They run.
    #[default]
    Started,
    /// They run and are healthy, or have ended well if somebody waits for that.
    Ready,
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

/// What becomes of containers whose service is gone from the compose files that they were made from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Orphans {
    /// They stay, and a note names them.
    #[default]
    Keep,
    /// They are removed; those that were made from other compose files stay all the same.
    Remove,
    /// They stay, and nothing is said of them.
    Ignore,
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
