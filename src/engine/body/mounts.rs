//! What is mounted into a container, and by which of the engine's two ways of saying it.
//!
//! `Binds` make a missing folder of the host and relabel for `SELinux`; `Mounts` know all other options.

use super::Wanted;
use crate::model::{BindOptions, Mount, MountKind, Service, TmpfsOptions, VolumeOptions};
use crate::plan::MountedVolume;
use crate::value::{ByteSize, Name};
use bollard::models::{
    Mount as Sent, MountBindOptions, MountBindOptionsPropagationEnum as Propagation, MountTmpfsOptions, MountType,
    MountVolumeOptions,
};

/// Both ways, each in the order of the file.
#[derive(Default)]
pub(super) struct Mounts {
    pub binds: Vec<String>,
    pub mounts: Vec<Sent>,
}

/// Whether a service has an anonymous volume at a path, or nothing at all; then what the old container has there may
/// be taken over.
pub(in crate::engine) enum Place {
    /// The service declares an anonymous volume there.
    Anonymous,
    /// The service declares something else there.
    Taken,
    /// The service declares nothing there.
    Free,
}

/// What a service declares at a path of the container.
pub(in crate::engine) fn wants_anonymous(service: &Service, target: &str) -> Place {
    match service.volumes.iter().find(|mount| mount.target == target) {
        None => Place::Free,
        Some(Mount { kind: MountKind::Volume { source: None, .. }, .. }) => Place::Anonymous,
        Some(_) => Place::Taken,
    }
}

/// The mounts of a container; a volume that is taken over stands in the place of an anonymous one.
pub(super) fn mounts(wanted: &Wanted<'_>, inherited: &[MountedVolume]) -> Mounts {
    let mut all = Mounts::default();
    for mount in &wanted.service.volumes {
        match inherited.iter().find(|volume| volume.target == mount.target) {
            Some(volume) => all.mounts.push(taken_over(volume, mount.read_only)),
            None => add(&mut all, wanted, mount),
        }
    }
    let declared = |volume: &&MountedVolume| wanted.service.volumes.iter().any(|mount| mount.target == volume.target);
    let others = inherited.iter().filter(|volume| !declared(volume));
    all.mounts.extend(others.map(|volume| taken_over(volume, false)));
    all
}

fn taken_over(volume: &MountedVolume, read_only: bool) -> Sent {
    Sent {
        target: Some(volume.target.clone()),
        source: Some(volume.name.clone()),
        typ: Some(MountType::VOLUME),
        read_only: read_only.then_some(true),
        ..Sent::default()
    }
}

fn add(all: &mut Mounts, wanted: &Wanted<'_>, mount: &Mount) {
    let Mount { kind, target, read_only, consistency } = mount;
    let access = if *read_only { "ro" } else { "rw" };
    let sent = Sent {
        target: Some(target.clone()),
        read_only: read_only.then_some(true),
        consistency: consistency.clone(),
        ..Sent::default()
    };
    match kind {
        MountKind::Bind { source, options } => match as_bind(options.as_ref()) {
            Some(flags) => all.binds.push(format!("{source}:{target}:{access}{flags}")),
            None => all.mounts.push(bind(sent, source, options.as_ref())),
        },
        MountKind::Volume { source: Some(key), options } if is_plain(options.as_ref()) => {
            all.binds.push(format!("{}:{target}:{access}", volume_name(wanted, key)));
        }
        MountKind::Volume { source, options } => {
            let source = source.as_ref().map(|key| volume_name(wanted, key));
            all.mounts.push(volume(sent, source, options.as_ref()));
        }
        MountKind::Tmpfs { options } => all.mounts.push(tmpfs(sent, options.as_ref())),
    }
}

/// The flags of a bind mount that goes into `Binds`; nothing when it must not.
fn as_bind(options: Option<&BindOptions>) -> Option<String> {
    let Some(BindOptions { selinux, propagation, create_host_path }) = options else { return Some(String::new()) };
    match (selinux, propagation) {
        (Some(label), Some(propagation)) => Some(format!(",{propagation},{label}")),
        (Some(label), None) => Some(format!(",{label}")),
        (None, None) if *create_host_path == Some(true) => Some(String::new()),
        (None, _) => None,
    }
}

fn bind(sent: Sent, source: &str, options: Option<&BindOptions>) -> Sent {
    let propagation = options.and_then(|options| options.propagation.as_deref()).and_then(|word| match word {
        "private" => Some(Propagation::PRIVATE),
        "rprivate" => Some(Propagation::RPRIVATE),
        "shared" => Some(Propagation::SHARED),
        "rshared" => Some(Propagation::RSHARED),
        "slave" => Some(Propagation::SLAVE),
        "rslave" => Some(Propagation::RSLAVE),
        _ => None,
    });
    let create = options.and_then(|options| options.create_host_path).filter(|create| *create);
    let given = propagation.is_some() || create.is_some();
    let bind_options =
        given.then(|| MountBindOptions { propagation, create_mountpoint: create, ..MountBindOptions::default() });
    Sent { source: Some(source.to_owned()), typ: Some(MountType::BIND), bind_options, ..sent }
}

fn is_plain(options: Option<&VolumeOptions>) -> bool {
    options.is_none_or(|options| *options == VolumeOptions::default())
}

fn volume(sent: Sent, source: Option<String>, options: Option<&VolumeOptions>) -> Sent {
    let volume_options = options.map(|VolumeOptions { nocopy, subpath }| MountVolumeOptions {
        no_copy: nocopy.then_some(true),
        subpath: subpath.clone(),
        ..MountVolumeOptions::default()
    });
    Sent { source, typ: Some(MountType::VOLUME), volume_options, ..sent }
}

fn tmpfs(sent: Sent, options: Option<&TmpfsOptions>) -> Sent {
    let tmpfs_options = options.map(|TmpfsOptions { size, mode }| MountTmpfsOptions {
        size_bytes: size.map(ByteSize::bytes),
        mode: mode.map(i64::from),
        ..MountTmpfsOptions::default()
    });
    Sent { typ: Some(MountType::TMPFS), tmpfs_options, ..sent }
}

fn volume_name(wanted: &Wanted<'_>, key: &Name) -> String {
    let project = wanted.project;
    project.volumes.get(key).map_or_else(|| format!("{}_{key}", project.name()), |volume| volume.name.clone())
}
