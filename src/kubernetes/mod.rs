//! Kubernetes: what a cluster takes, and what it would refuse.
//!
//! Pure: this module reads no file, asks no cluster and knows no clock. Only it names `k8s_openapi`.

pub mod name;
pub mod quantity;
pub mod validate;
pub mod version;

pub use validate::{Cluster, Existing, validate};
pub use version::KubeVersion;
