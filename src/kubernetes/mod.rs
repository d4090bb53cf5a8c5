//! Kubernetes: a project as manifests, what a cluster takes, and what it would refuse.
//!
//! Pure: this module reads no file, asks no cluster and knows no clock. Only it names `k8s_openapi`. [`convert`] takes
//! each service apart once (`service`) and hands its attributes to the modules that are named after what they make; each
//! says of every key what became of it (`ledger`).

mod alias;
mod bind;
mod claim;
mod command;
mod conversion;
mod declared_file;
mod device;
mod dialling;
mod draft;
mod environment;
mod extension;
mod file;
mod file_map;
mod health;
mod hook;
mod host;
mod image;
mod key;
mod kind;
mod known_image;
mod kompose;
mod kustomize;
mod ledger;
mod listening;
mod manifest;
mod memory;
mod mention;
mod metadata;
pub mod name;
mod namespace;
mod network;
mod network_policy;
mod node;
mod object_name;
mod options;
mod patch;
mod placement;
mod pod_security;
mod pod_volume;
mod probe;
mod process;
mod project;
mod publication;
pub mod quantity;
mod replica;
mod resources;
mod restart;
mod rollout;
mod row;
mod scene;
mod secrecy;
mod security;
mod seed;
mod service;
mod storage;
pub mod validate;
pub mod version;
mod volume;
mod wait;
mod wait_policy;
mod waiter;
mod without;
mod workload;

pub use conversion::{Converted, convert};
pub use kustomize::{Clash, Files, Layer, Tree, kustomize};
pub use ledger::UNCLAIMED;
pub use manifest::Manifest;
pub use options::{Expose, Options, Secrets, Security};
pub use row::{Fate, ObjectPath, Row};
pub use validate::{Cluster, Existing, validate};
pub use version::KubeVersion;
