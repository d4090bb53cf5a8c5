//! Volumes that an image wants: empty folders, as for volumes without a name, where nothing is mounted.

use super::draft::Draft;
use super::{pod_volume, storage};
use crate::diagnostic::Diagnostic;
use k8s_openapi::api::core::v1::VolumeMount;
use std::path::Path;

/// Makes the folders, unless something is mounted there or above: then what is kept is kept in that.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    let Some(facts) = draft.scene.image_facts(draft.service) else { return };
    let mut made: Vec<String> = Vec::new();
    for path in &facts.volumes {
        let mut mounts = draft.container.volume_mounts.iter().flatten();
        if mounts.any(|mount| Path::new(path).starts_with(&mount.mount_path)) {
            continue;
        }
        let at = VolumeMount { mount_path: path.clone(), ..VolumeMount::default() };
        made.extend(pod_volume::mount(draft, storage::empty_folder(path), at).map(|_| format!("'{path}'")));
    }
    if !made.is_empty() && !draft.home.kind.ends() {
        let (name, paths) = (&draft.service.name, made.join(", "));
        let message = format!("the image of '{name}' keeps data in {paths}: it ends with the pod");
        let help = "mount a volume of the project there to keep it, such as 'volumes: [data:/path]'";
        let path = draft.path([]);
        draft.report(&path, Diagnostic::advice("image-volume", message).help(help));
    }
}
