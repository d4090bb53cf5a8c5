//! What is to be done, as data, and how it is decided.
//!
//! Plans are pure: this module never awaits, never reads a clock and never touches an engine or a file. `reconcile`
//! and `teardown` make plans; `execute` carries them out; a dry run prints them.

mod action;
pub mod adopt;
pub mod build;
pub mod condition;
pub mod fingerprint;
mod hook;
pub mod labels;
mod named;
mod observed;
mod one_off;
mod outcome;
mod outsider;
mod peer;
mod policy;
pub mod port;
mod provide;
mod reason;
pub mod reconcile;
pub mod registry;
mod simulate;
mod step;
pub mod teardown;

pub use action::{Action, AnonymousVolumes, Inherit, Purpose, Replica, Target};
pub use condition::{Condition, Facts, Judgement};
pub use hook::Occasion;
pub use named::{Named, named};
pub use observed::{
    Health, MountedVolume, Observed, PublishedPort, SeenContainer, SeenImage, SeenNetwork, SeenVolume, State,
    short_name,
};
pub use one_off::OneOff;
pub use outcome::Outcome;
pub use outsider::{Outsider, Role, outsiders};
pub use peer::{Peer, Peers};
pub use policy::{Dependencies, Images, Limit, Orphans, Policy, Providers, Reach, Recreate};
pub use provide::{Order, Variables};
pub use reason::Reason;
pub use simulate::{Impossible, simulate};
pub use step::{Kind, Note, Plan, Step, StepId, Subject};
