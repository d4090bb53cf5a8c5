//! Kubernetes: a project as manifests, what a cluster takes, and what it would refuse.
//!
//! Pure: this module reads no file, asks no cluster and knows no clock. Only it names `k8s_openapi`. [`convert`] takes
//! each service apart once (`service`) and hands its attributes to the modules that are named after what they make; each
//! says of every key what became of it (`ledger`).

mod alias;
mod bind;
mod borrowed_mount;
mod called;
mod claim;
mod colocation;
mod command;
mod conversion;
mod declared_file;
mod device;
mod dialling;
mod draft;
mod environment;
mod extension;
mod feature;
mod file;
mod file_map;
mod generic_resource;
mod health;
mod hook;
mod host;
mod host_folder;
mod host_path;
mod host_port;
mod host_source;
mod image;
mod image_volume;
mod ingress;
mod inline;
mod inspected;
mod key;
mod kind;
mod known_image;
mod kompose;
mod kustomize;
mod language_model;
mod ledger;
mod listening;
mod manifest;
mod memory;
mod mention;
mod metadata;
mod mount_point;
pub mod name;
mod namespace;
mod network;
mod network_policy;
mod node;
mod object_name;
mod options;
mod patch;
mod peer;
mod placement;
mod pod_security;
mod pod_volume;
mod probe;
mod process;
mod project;
mod publication;
pub mod quantity;
mod registry;
mod replica;
mod resources;
mod restart;
mod rollout;
mod row;
mod scene;
mod secrecy;
mod security;
mod security_level;
mod seed;
mod service;
mod storage;
mod trace;
mod traefik;
mod traefik_rule;
mod ulimit;
pub mod validate;
mod verdict;
pub mod version;
mod volume;
mod wait;
mod wait_policy;
mod waiter;
mod without;
mod workload;

pub use conversion::{Converted, convert};
pub use feature::{Feature, UnknownFeature};
pub use inspected::Images;
pub use kustomize::{Clash, Files, Layer, Layers, Subject, Tree, kustomize};
pub use ledger::UNCLAIMED;
pub use manifest::Manifest;
pub use options::{
    Bind, DeployLabels, Expose, Jobs, Liveness, NetworkPolicies, Options, Requests, Secrets, Security, Selector,
    Ulimits, Wait,
};
pub use registry::Registry;
pub use row::{Fate, ObjectPath, Row};
pub use trace::{Traced, trace};
pub use validate::{Cluster, Existing, validate};
pub use version::KubeVersion;
