//! Configs and secrets that a file of the host has: mounted read-only, each at its place.

use super::Wanted;
use crate::model::{FileKind, ServiceFile};
use bollard::models::{Mount as Sent, MountBindOptions, MountType};

/// The mounts of a service's files, secrets first; what has no file is put in before each start instead.
pub(super) fn mounts(wanted: &Wanted<'_>) -> Vec<Sent> {
    ServiceFile::all(wanted.project, wanted.service).iter().filter_map(mount).collect()
}

fn mount(file: &ServiceFile<'_>) -> Option<Sent> {
    Some(Sent {
        source: Some(file.object.file.clone()?),
        target: Some(file.path()),
        typ: Some(MountType::BIND),
        read_only: Some(true),
        bind_options: (file.kind == FileKind::Secret).then(MountBindOptions::default),
        ..Sent::default()
    })
}
