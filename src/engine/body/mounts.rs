//! What is mounted into a container, and by which of the engine's two ways of saying it.
//!
//! `Binds` make a missing folder of the host and relabel for `SELinux`; `Mounts` know all other options.

use super::Wanted;
use crate::model::{
    BindOptions, ImageOptions, Mount, MountKind, Recursive, Relabel, Service, TmpfsOptions, VolumeOptions,
};
use crate::plan::MountedVolume;
use crate::value::{ByteSize, Name};
use bollard::models::{
    Mount as Sent, MountBindOptions, MountBindOptionsPropagationEnum as Propagation, MountImageOptions,
    MountTmpfsOptions, MountType, MountVolumeOptions,
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
    all.mounts.extend(super::files::mounts(wanted));
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
    let Mount {
        kind,
        target,
        read_only,
        consistency,
        bind: on_bind,
        volume: on_volume,
        tmpfs: on_tmpfs,
        image,
        reload: _,
    } = mount;
    let access = if *read_only { "ro" } else { "rw" };
    let sent = Sent {
        target: Some(target.clone()),
        read_only: read_only.then_some(true),
        consistency: consistency.clone(),
        ..Sent::default()
    };
    match kind {
        MountKind::Bind { source } => match as_bind(on_bind.as_ref()) {
            Some(flags) => all.binds.push(format!("{source}:{target}:{access}{flags}")),
            None => all.mounts.push(bind(sent, source, on_bind.as_ref())),
        },
        MountKind::Volume { source: Some(key) } if is_plain(on_volume.as_ref()) => {
            let label = on_bind.as_ref().and_then(|options| options.selinux).map(Relabel::as_str);
            let flags = label.map(|label| format!(",{label}")).unwrap_or_default();
            all.binds.push(format!("{}:{target}:{access}{flags}", volume_name(wanted, key)));
        }
        MountKind::Volume { source } => {
            let source = source.as_ref().map(|key| volume_name(wanted, key));
            all.mounts.push(volume(sent, source, on_volume.as_ref()));
        }
        MountKind::Tmpfs { source: _ } => all.mounts.push(tmpfs(sent, on_tmpfs.as_ref())),
        MountKind::Image { source } => {
            let subpath = image.as_ref().map(|ImageOptions { subpath }| MountImageOptions { subpath: subpath.clone() });
            let sent = Sent { image_options: subpath, ..sent };
            let source = source.as_deref().map(|source| image_name(wanted, source));
            all.mounts.push(Sent { source, typ: Some(MountType::IMAGE), ..sent });
        }
        MountKind::NamedPipe { source } => {
            all.mounts.push(Sent { source: source.clone(), typ: Some(MountType::NPIPE), ..sent });
        }
        MountKind::Cluster { source } => {
            all.mounts.push(Sent { source: source.clone(), typ: Some(MountType::CLUSTER), ..sent });
        }
    }
}

/// The flags of a bind mount that goes into `Binds`; nothing when it must not. The label for `SELinux` is known there
/// only, and so it goes before a missing source that is not to be made: that was looked for already.
fn as_bind(options: Option<&BindOptions>) -> Option<String> {
    let Some(BindOptions { selinux, propagation, create_host_path, recursive }) = options else {
        return Some(String::new());
    };
    if recursive.is_some() {
        return None;
    }
    match (selinux.map(Relabel::as_str), propagation) {
        (Some(label), Some(propagation)) => Some(format!(",{label},{propagation}")),
        (Some(label), None) => Some(format!(",{label}")),
        (None, None) if *create_host_path == Some(true) => Some(String::new()),
        (None, _) => None,
    }
}

fn bind(sent: Sent, source: &str, options: Option<&BindOptions>) -> Sent {
    let propagation = options.and_then(|options| options.propagation.as_deref()).and_then(|word| word.parse().ok());
    let create = options.and_then(|options| options.create_host_path).filter(|create| *create);
    let recursive = options.and_then(|options| options.recursive);
    let says = |word: Recursive| (recursive == Some(word)).then_some(true);
    let bind_options = MountBindOptions {
        propagation,
        create_mountpoint: create,
        non_recursive: says(Recursive::Disabled),
        read_only_non_recursive: says(Recursive::Writable),
        read_only_force_recursive: says(Recursive::ReadOnly),
    };
    Sent { source: Some(source.to_owned()), typ: Some(MountType::BIND), bind_options: Some(bind_options), ..sent }
}

/// Whether an engine knows the word.
pub(in crate::engine) fn is_propagation(word: &str) -> bool {
    word.parse::<Propagation>().is_ok()
}

fn is_plain(options: Option<&VolumeOptions>) -> bool {
    options.is_none_or(|options| *options == VolumeOptions::default())
}

fn volume(sent: Sent, source: Option<String>, options: Option<&VolumeOptions>) -> Sent {
    let volume_options = options.map(|VolumeOptions { labels, nocopy, subpath }| MountVolumeOptions {
        labels: (!labels.is_empty()).then(|| labels.clone().into_iter().collect()),
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

/// What is no name of an image is left to the engine to refuse.
fn image_name(wanted: &Wanted<'_>, source: &str) -> String {
    wanted.project.mounted_image(source).map_or_else(|_| source.to_owned(), |image| image.to_string())
}

fn volume_name(wanted: &Wanted<'_>, key: &Name) -> String {
    let project = wanted.project;
    // A volume that the file does not declare is named on the command line, by its name on the engine.
    project.volumes.get(key).map_or_else(|| key.to_string(), |volume| volume.name.clone())
}
