//! Labels of Kompose about the volumes of a service.

use super::super::claim::{CLASS, SIZE};
use super::super::draft::Draft;
use super::super::ledger::{container, pod};
use super::super::storage::sub_path;
use super::{Row, refuse};
use crate::model::{MountKind, Service};

/// What mounts become.
const TYPE: &str = "kompose.volume.type";
/// A path inside of each volume that a service mounts.
const SUBPATH: &str = "kompose.volume.subpath";

/// What the mounts of a service become by a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Volumes {
    /// Claims.
    Claims,
    /// Empty folders, which end with the pod.
    Empty,
    /// Folders of the machine that has the pod.
    OfHost,
    /// Copies.
    Copies,
}

/// What a label says of the mounts of a service.
pub(in super::super) fn volumes(service: &Service) -> Option<Volumes> {
    match service.labels.get(TYPE)?.to_ascii_lowercase().as_str() {
        "persistentvolumeclaim" => Some(Volumes::Claims),
        "emptydir" => Some(Volumes::Empty),
        "hostpath" => Some(Volumes::OfHost),
        "configmap" => Some(Volumes::Copies),
        _ => None,
    }
}

/// Whether volumes of the project are what the service mounts where its file says so.
pub(in super::super) fn mounts_volumes(service: &Service) -> bool {
    volumes(service) != Some(Volumes::Empty)
}

/// The path inside of a volume: that of the mount itself, or else that of the label, which is for all.
pub(in super::super) fn path_in(service: &Service, own: Option<String>) -> Option<String> {
    own.or_else(|| sub_path(service.labels.get(SUBPATH).map(String::as_str)))
}

/// What becomes of a label; nothing for one that is not about volumes.
pub(super) fn row(draft: &Draft<'_, '_>, label: &str, value: &str) -> Option<Row> {
    let pod_volumes = draft.workload.pod.volumes.iter().flatten();
    let has_claim =
        pod_volumes.into_iter().any(|one| one.persistent_volume_claim.is_some()) || !draft.workload.claims.is_empty();
    let has_path = draft.container.volume_mounts.iter().flatten().any(|mount| mount.sub_path == sub_path(Some(value)));
    let row = match label {
        SIZE | CLASS if has_claim => Row::kept("its claims have it", pod("volumes")),
        SIZE | CLASS => refuse("no claim is made for the service"),
        SUBPATH if sub_path(Some(value)).is_none() => refuse("it is no path inside of a volume"),
        SUBPATH if has_path => Row::kept("it is the path in each volume that is mounted", container("volumeMounts")),
        SUBPATH => refuse("no volume is mounted that has other paths"),
        TYPE => of_type(draft.service),
        _ => return None,
    };
    Some(row)
}

fn of_type(service: &Service) -> Row {
    let has = |is_meant: fn(&MountKind) -> bool| service.volumes.iter().any(|mount| is_meant(&mount.kind));
    let has_folder = has(|kind| matches!(kind, MountKind::Bind { .. }));
    let has_volume = has(|kind| matches!(kind, MountKind::Volume { source: Some(_) }));
    let is_borrower = !service.volumes_from.is_empty();
    match volumes(service) {
        None => refuse("Kompose knows persistentVolumeClaim, emptyDir, hostPath and configMap"),
        Some(Volumes::Empty) if has_folder || has_volume || is_borrower => {
            Row::kept("it says what mounts become", container("volumeMounts"))
        }
        Some(_) if has_folder || is_borrower => Row::kept("it says what mounts become", container("volumeMounts")),
        Some(Volumes::Claims) if has_volume => Row::kept("it is what volumes become anyway", Vec::new()),
        Some(_) if has_volume => refuse("it is for folders of the host: volumes of the project are claims"),
        Some(_) => refuse("nothing is mounted"),
    }
}
