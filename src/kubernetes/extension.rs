//! `x-kubernetes`: what the files say to Kubernetes alone, of the project, a service or a volume.

use crate::document::Node;
use crate::load::Loaded;
use crate::value::Name;

/// The key.
pub(super) const KEY: &str = "x-kubernetes";

/// What a service says.
pub(super) fn of_service<'a>(loaded: &'a Loaded, service: &Name) -> Option<&'a Node> {
    loaded.origins.tree().get("services")?.get(service.as_str())?.get(KEY)
}
