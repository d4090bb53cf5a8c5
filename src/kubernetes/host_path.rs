//! Folders and devices of the machine that a pod runs on, where they are asked for: they are never those of this machine,
//! and the `privileged` level of Pod Security alone lets a pod have them.

use super::draft::Draft;
use super::kompose;
use super::pod_volume::{self, Mounted};
use super::security;
use super::storage::{Became, Wanted, taken};
use crate::model::Device;
use k8s_openapi::api::core::v1::{HostPathVolumeSource, Volume, VolumeMount};

/// What begins the paths of devices that are no character device, but a folder or a disk.
const OTHERS: [&str; 9] =
    ["/dev/bus", "/dev/dri", "/dev/input", "/dev/loop", "/dev/mapper", "/dev/net", "/dev/nvme", "/dev/sd", "/dev/snd"];

/// A folder or file of the system.
pub(super) fn folder(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, source: &str) -> Became {
    let (propagation, reason) = propagation(draft, wanted);
    let at = VolumeMount {
        mount_propagation: propagation.map(str::to_owned),
        sub_path: kompose::path_in(draft.service, None),
        ..wanted.at()
    };
    let Some(mounted) = pod_volume::mount(draft, volume(source, None), at) else { return taken() };
    options(draft, wanted, (mounted, reason));
    let reason =
        "it is that of the machine that a pod runs on, which the privileged level of Pod Security alone allows";
    Became::Like(mounted, reason.into(), None)
}

/// A device: only a privileged container may open one that no plugin hands out.
pub(super) fn device(draft: &mut Draft<'_, '_>, device: &Device, index: usize) {
    let Device { source, target, permissions: _ } = device;
    let is_character = !OTHERS.iter().any(|start| source.starts_with(start));
    let at = VolumeMount { mount_path: target.clone(), ..VolumeMount::default() };
    let volume = volume(source, is_character.then_some("CharDevice"));
    let Some(mounted) = pod_volume::mount(draft, volume, at) else {
        draft.claim_item("devices", index).dropped("something else is mounted there");
        return;
    };
    security::privilege(draft);
    let reason = "a privileged container has that of the machine that its pod runs on";
    let remedy = "let a device plugin hand it out; or name machines that have it under 'x-kubernetes.nodeSelector'";
    draft.claim_item("devices", index).approximated(reason, mounted.spot()).remedy(remedy);
}

fn volume(path: &str, kind: Option<&str>) -> Volume {
    let source = HostPathVolumeSource { path: path.to_owned(), type_: kind.map(str::to_owned) };
    Volume { name: format!("host{path}"), host_path: Some(source), ..Volume::default() }
}

/// How mounts below travel, and what is otherwise than the file says.
fn propagation(draft: &Draft<'_, '_>, wanted: &Wanted<'_>) -> (Option<&'static str>, Option<&'static str>) {
    let written = wanted.mount.bind.as_ref().and_then(|bind| bind.propagation.as_deref());
    match written {
        Some("rslave" | "slave") => (Some("HostToContainer"), None),
        Some("rshared" | "shared") if draft.service.privileged => (Some("Bidirectional"), None),
        Some("rshared" | "shared") => {
            (Some("HostToContainer"), Some("a privileged container alone passes mounts on to the machine"))
        }
        _ => (None, None),
    }
}

/// What the long spelling says of a bind mount.
fn options(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, (mounted, reason): (Mounted, Option<&str>)) {
    let path = wanted.path.key("bind");
    let [field] = mounted.field("mountPropagation");
    let is_set = draft
        .container
        .volume_mounts
        .iter()
        .flatten()
        .nth(mounted.index())
        .is_some_and(|mount| mount.mount_propagation.is_some());
    if draft.ledger.wrote(&path.key("propagation")) {
        let claim = draft.claim_at(path.key("propagation"));
        match reason {
            Some(reason) => claim.approximated(reason, [field]),
            None if is_set => claim.exact([field]),
            None => claim.same_without([]),
        };
    }
    for key in ["selinux", "create_host_path", "recursive"] {
        if draft.ledger.wrote(&path.key(key)) {
            draft.claim_at(path.key(key)).dropped("a kubelet mounts what is there as it is");
        }
    }
}
