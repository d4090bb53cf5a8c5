//! The meaning of a compose file: typed, checked, without places.
//!
//! Each type reads itself from a canonical [`crate::document::Node`] and writes itself back in Compose's key order;
//! `config` and Compose's hash walk what `write` gives. Places live in `Origins`, never here. Nothing here touches a
//! file or an engine.

mod attachment;
mod build;
pub mod check;
mod dependency;
mod deploy;
mod develop;
mod device_request;
mod dialect;
mod fields;
mod file_object;
mod file_reference;
mod healthcheck;
mod hook;
mod language_model;
mod logging;
mod mount;
mod network;
mod port;
mod project;
mod restart;
mod service;
mod ulimit;
mod volume;
mod writer;

pub use attachment::{Attachment, Networking};
pub use build::Build;
pub use dependency::{Dependency, DependencyCondition};
pub use deploy::{
    Deploy, DiscreteResource, GenericResource, Limits, Placement, Preference, Reservations, Resources, RestartPolicy,
    Rollout, RolloutOrder,
};
pub use develop::{Develop, Watch, WatchAction};
pub use device_request::{DeviceRequest, Devices};
pub use dialect::Dialect;
pub use file_object::FileObject;
pub use file_reference::FileReference;
pub use healthcheck::{HealthTest, Healthcheck};
pub use hook::Hook;
pub use language_model::LanguageModel;
pub use logging::Logging;
pub use mount::{BindOptions, ImageOptions, Mount, MountKind, Recursive, Relabel, TmpfsOptions, VolumeOptions};
pub use network::{Ipam, Network, Subnet};
pub use port::{Port, Protocol};
pub use project::{Identity, Project};
pub use restart::{PullPolicy, Restart};
pub use service::Service;
pub use ulimit::{Ulimit, UlimitSpelling};
pub use volume::Volume;
