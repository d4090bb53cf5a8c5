//! Folders and volumes of a container.

use super::draft::Draft;
use crate::model::{Mount, VolumesFrom};
use crate::value::ByteSize;

/// Volumes, folders of the host, and mounts of other services.
pub(super) fn convert(draft: &mut Draft<'_, '_>, mounts: &[Mount], from: &[VolumesFrom]) {
    for (index, _) in mounts.iter().enumerate() {
        draft.claim_item("volumes", index).approximated("volumes are not converted yet", []);
    }
    for (index, _) in from.iter().enumerate() {
        draft.claim_item("volumes_from", index).dropped("volumes are not converted yet");
    }
}

/// Folders in memory.
pub(super) fn memory(draft: &mut Draft<'_, '_>, folders: &[String], shared: Option<ByteSize>) {
    for (index, _) in folders.iter().enumerate() {
        draft.claim_item("tmpfs", index).dropped("folders in memory are not converted yet");
    }
    if shared.is_some() {
        draft.claim(["shm_size"]).dropped("shared memory is not converted yet");
    }
}
