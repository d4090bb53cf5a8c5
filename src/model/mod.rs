//! The meaning of a compose file: typed, checked, without places.
//!
//! Each type reads itself from a canonical [`crate::document::Node`] and writes itself back in Compose's key order;
//! `config` and Compose's hash walk what `write` gives. Places live in `Origins`, never here. Nothing here touches a
//! file or an engine.

mod api_socket;
mod attachment;
mod block_io;
mod build;
pub mod check;
mod credential_spec;
mod dependency;
mod deploy;
mod develop;
mod device;
mod device_request;
mod dialect;
mod fields;
mod file_object;
mod file_reference;
mod healthcheck;
mod hook;
mod host_path;
mod image_facts;
mod language_model;
mod link;
mod logging;
mod memory;
mod model_binding;
mod mount;
mod namespace;
mod network;
mod port;
mod processor;
mod project;
mod provider;
mod pull_policy;
mod reload;
mod restart;
mod service;
mod service_file;
mod ulimit;
mod volume;
mod volumes_from;
mod writer;

pub use attachment::{Attachment, Networking};
pub use block_io::{BlockIo, DeviceRate, DeviceWeight};
pub use build::Build;
pub use credential_spec::CredentialSpec;
pub use dependency::{Dependency, DependencyCondition};
pub use deploy::{
    Deploy, DiscreteResource, GenericResource, Limits, Placement, Preference, Reservations, Resources, RestartPolicy,
    Rollout, RolloutOrder,
};
pub use develop::{Develop, Watch, WatchAction};
pub use device::Device;
pub use device_request::{DeviceRequest, Devices};
pub use dialect::Dialect;
pub(crate) use fields::unknown_key;
pub use file_object::FileObject;
pub use file_reference::FileReference;
pub use healthcheck::{HealthTest, Healthcheck};
pub use hook::Hook;
pub use host_path::cleaned;
pub use image_facts::ImageFacts;
pub use language_model::LanguageModel;
pub use link::Link;
pub use logging::Logging;
pub use memory::Memory;
pub use model_binding::ModelBinding;
pub use mount::{BindOptions, ImageOptions, Mount, MountKind, Recursive, Relabel, TmpfsOptions, VolumeOptions};
pub use namespace::{Cgroup, Namespace};
pub use network::{Ipam, Network, Subnet};
pub use port::{Port, Protocol};
pub use processor::Processor;
pub use project::{Identity, Project, Separator};
pub use provider::Provider;
pub use pull_policy::{Interval, PullPolicy};
pub use reload::{Reload, ReloadBy};
pub use restart::Restart;
pub use service::Service;
pub use service_file::{FileKind, ServiceFile};
pub use ulimit::{Ulimit, UlimitSpelling};
pub use volume::Volume;
pub use volumes_from::{MountsOf, VolumesFrom};
