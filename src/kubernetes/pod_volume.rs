//! Volumes of a pod, and where its containers have them.

use super::draft::Draft;
use super::ledger::{Spot, container};
use super::object_name;
use k8s_openapi::api::core::v1::{Volume, VolumeMount};

/// A place in a container where a volume is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mounted(usize);

impl Mounted {
    /// Its place among the mounts of the container.
    pub fn index(self) -> usize {
        self.0
    }

    /// The mount.
    pub fn spot(self) -> [Spot; 1] {
        container(format!("volumeMounts[{}]", self.0))
    }

    /// A field of it.
    pub fn field(self, field: &str) -> [Spot; 1] {
        container(format!("volumeMounts[{}].{field}", self.0))
    }
}

/// Mounts a volume, which the pod gets unless it has it: its name is a wish. Nothing when something else is mounted there.
pub(super) fn mount(draft: &mut Draft<'_, '_>, volume: Volume, at: VolumeMount) -> Option<Mounted> {
    if is_taken(draft, &absolute(&at.mount_path)) {
        return None;
    }
    let name = put(draft, volume);
    mount_named(draft, VolumeMount { name, ..at })
}

/// Mounts a volume that the pod has by this name.
pub(super) fn mount_named(draft: &mut Draft<'_, '_>, at: VolumeMount) -> Option<Mounted> {
    let at = VolumeMount { mount_path: absolute(&at.mount_path), ..at };
    if is_taken(draft, &at.mount_path) {
        return None;
    }
    let mounts = draft.container.volume_mounts.get_or_insert_default();
    mounts.push(at);
    Some(Mounted(mounts.len() - 1))
}

/// The path from the root; a drive of Windows is a root, too.
fn absolute(path: &str) -> String {
    let is_absolute = path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':');
    if is_absolute { path.to_owned() } else { format!("/{}", path.trim_start_matches("./")) }
}

/// Whether something is mounted at a path of the container already.
fn is_taken(draft: &Draft<'_, '_>, path: &str) -> bool {
    let bare = |path: &str| path.trim_end_matches('/').to_owned();
    draft.container.volume_mounts.iter().flatten().any(|known| bare(&known.mount_path) == bare(path))
}

/// Puts a volume into the pod and gives its name there; containers of one pod share what is the same.
pub(super) fn put(draft: &mut Draft<'_, '_>, mut volume: Volume) -> String {
    let wish = object_name::label(&volume.name);
    let claims = draft.workload.claims.iter().filter_map(|claim| claim.metadata.name.clone()).collect::<Vec<_>>();
    let known = draft.workload.pod.volumes.get_or_insert_default();
    let is_private = volume.empty_dir.is_some();
    for number in 1.. {
        volume.name = if number == 1 { wish.clone() } else { object_name::label(&format!("{wish}-{number}")) };
        if known.iter().any(|one| *one == volume && !is_private) {
            return volume.name;
        }
        if known.iter().all(|one| one.name != volume.name) && !claims.contains(&volume.name) {
            break;
        }
    }
    known.push(volume.clone());
    volume.name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_at_the_root() {
        let paths = ["/a", "a", "./a", "C:\\a", "\\\\.\\pipe\\a"].map(absolute);
        assert_eq!(paths, ["/a", "/a", "/a", "C:\\a", "\\\\.\\pipe\\a"]);
    }
}
