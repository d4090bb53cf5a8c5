//! What an image has at the place of a new volume, copied into it as Docker does, where the file asks for it.

use super::draft::Draft;
use super::object_name;
use crate::document::{Node, Path};
use crate::value::Name;
use k8s_openapi::api::core::v1::{Container, SecurityContext, VolumeMount};

/// Where the container that copies has the volume.
const PLACE: &str = "/seed";

/// The key that asks for it.
pub(super) fn path(key: &Name) -> Path {
    Path::of(["volumes", key.as_str(), "x-kubernetes", "storage", "seed"])
}

/// Whether a volume is filled from the image that it is mounted in.
pub(super) fn is_wanted(draft: &Draft<'_, '_>, key: &Name) -> bool {
    draft.scene.origins().node(&path(key)).and_then(Node::as_text) == Some("true")
}

/// Adds a container that runs first, and fills the volume of a mount unless something is in it.
pub(super) fn fill(draft: &mut Draft<'_, '_>, mount: usize) {
    let mounts = draft.container.volume_mounts.as_ref();
    let Some(mount) = mounts.and_then(|mounts| mounts.get(mount)).cloned() else { return };
    let source = mount.mount_path.trim_end_matches('/').replace('\'', "'\\''");
    let script = format!("ls -A {PLACE} | grep -q . || cp -a '{source}/.' {PLACE}/");
    let security = draft.container.security_context.clone().unwrap_or_default();
    let name = object_name::label(&format!("{}-seed-{}", draft.container.name, mount.name));
    draft.workload.wait(Container {
        name,
        image: draft.container.image.clone(),
        image_pull_policy: draft.container.image_pull_policy.clone(),
        command: Some(["sh", "-c", &script].map(str::to_owned).into()),
        security_context: Some(security).filter(|security| *security != SecurityContext::default()),
        volume_mounts: Some(vec![VolumeMount { mount_path: PLACE.to_owned(), read_only: None, ..mount }]),
        ..Container::default()
    });
}
