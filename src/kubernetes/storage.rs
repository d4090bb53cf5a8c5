//! Folders and volumes of a container.

use super::claim::{self, Backing};
use super::draft::Draft;
use super::pod_volume::{self, Mounted};
use super::{bind, borrowed_mount, known_image, kompose, memory, mount_point, seed};
use crate::document::Path;
use crate::model::{ImageOptions, Mount, MountKind, MountsOf, Service, TmpfsOptions, VolumeOptions, VolumesFrom};
use crate::value::Name;
use k8s_openapi::api::core::v1::{EmptyDirVolumeSource, ImageVolumeSource, PersistentVolumeClaim, Volume, VolumeMount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// What became of a mount as a whole.
pub(super) enum Became {
    /// It means the same.
    Exact(Mounted),
    /// The same, with something worth knowing.
    Noted(Mounted, String),
    /// Something like it, for a reason, and with a remedy.
    Like(Mounted, String, Option<String>),
    /// Nothing, for a reason, and with a remedy.
    Nothing(String, Option<String>),
    /// Something that is not mounted: who made it has said so.
    Elsewhere,
}

/// A mount that is made, with the path of the key that says so.
#[derive(Clone)]
pub(super) struct Wanted<'m> {
    /// What the file says.
    pub mount: &'m Mount,
    /// Whether the container may only read: a service that takes the mounts of another one may say so for all.
    pub read_only: bool,
    /// The key.
    pub path: Path,
}

impl Wanted<'_> {
    /// The mount of a volume whose name is still open.
    pub fn at(&self) -> VolumeMount {
        VolumeMount {
            mount_path: self.mount.target.clone(),
            read_only: self.read_only.then_some(true),
            ..VolumeMount::default()
        }
    }
}

/// Volumes, folders of the host, and mounts of other services.
pub(super) fn convert(draft: &mut Draft<'_, '_>, mounts: &[Mount], from: &[VolumesFrom]) {
    if mounts.is_empty() {
        draft.claim(["volumes"]).dropped("it is empty");
    }
    for (index, mount) in mounts.iter().enumerate() {
        let path = draft.path(["volumes"]).index(index);
        one(draft, &Wanted { mount, read_only: mount.read_only, path });
    }
    if from.is_empty() {
        draft.claim(["volumes_from"]).dropped("it is empty");
    }
    for (index, from) in from.iter().enumerate() {
        borrow(draft, from, &draft.path(["volumes_from"]).index(index));
    }
}

/// The mounts of another service.
fn borrow(draft: &mut Draft<'_, '_>, from: &VolumesFrom, path: &Path) {
    let MountsOf::Service(name) = &from.source else {
        let reason = "containers of other projects are not in the cluster";
        draft.claim_at(path.clone()).dropped(reason).remedy("name the volumes in 'volumes'");
        return;
    };
    let mounts = borrowed_mount::of(draft.scene.project(), from);
    if mounts.is_empty() {
        let reason = format!("'{name}' has no volumes in its file");
        draft.claim_at(path.clone()).approximated(reason, []);
    }
    for (index, (mount, read_only)) in mounts.into_iter().enumerate() {
        one(draft, &Wanted { mount, read_only, path: path.index(index) });
    }
}

/// One mount.
fn one(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>) {
    let Mount { kind, target: _, read_only: _, consistency: _, bind: _, volume, tmpfs, image, reload: _ } =
        wanted.mount;
    let became = match kind {
        MountKind::Bind { .. } | MountKind::Volume { source: Some(_) } if !kompose::mounts_volumes(draft.service) => {
            empty(draft, wanted)
        }
        MountKind::Bind { source } => bind::convert(draft, wanted, source),
        MountKind::Volume { source: Some(key) } => named(draft, wanted, (key, volume.as_ref())),
        MountKind::Volume { source: None } => anonymous(draft, wanted),
        MountKind::Tmpfs { .. } => of_memory(draft, wanted, tmpfs.as_ref()),
        MountKind::Image { source } => of_image(draft, wanted, (source.as_deref(), image.as_ref())),
        MountKind::NamedPipe { .. } => Became::Nothing("pods get no named pipes of a Windows host".into(), None),
        MountKind::Cluster { .. } => {
            let remedy = "use a volume of the project, with the StorageClass that its driver has";
            Became::Nothing("volumes of a Swarm are not in the cluster".into(), Some(remedy.into()))
        }
    };
    tell(draft, wanted, became);
}

/// Says what became of a mount, and of what it says besides.
fn tell(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, became: Became) {
    let claim = draft.claim_at(wanted.path.clone());
    let mounted = match became {
        Became::Exact(mounted) => {
            claim.exact(mounted.spot());
            mounted
        }
        Became::Noted(mounted, note) => {
            claim.exact(mounted.spot()).note(note);
            mounted
        }
        Became::Like(mounted, reason, remedy) => {
            let claimed = claim.approximated(reason, mounted.spot());
            remedy.map(|remedy| claimed.remedy(remedy));
            mounted
        }
        Became::Nothing(reason, remedy) => {
            let claimed = claim.dropped(reason);
            remedy.map(|remedy| claimed.remedy(remedy));
            return;
        }
        Became::Elsewhere => return,
    };
    attributes(draft, wanted, mounted);
}

/// The attributes that mean the same for every kind of mount, or nothing.
fn attributes(draft: &mut Draft<'_, '_>, Wanted { path, read_only, .. }: &Wanted<'_>, mounted: Mounted) {
    // What is written the short way is one key, which the whole has claimed.
    let wrote = |draft: &Draft<'_, '_>, key: &str| draft.ledger.wrote(&path.key(key));
    if wrote(draft, "target") {
        draft.claim_at(path.key("target")).exact(mounted.field("mountPath"));
    }
    if wrote(draft, "read_only") {
        let claim = draft.claim_at(path.key("read_only"));
        if *read_only {
            claim.exact(mounted.field("readOnly"));
        } else {
            claim.dropped("it is so without this key, too");
        }
    }
    let idle = [
        ("consistency", "it is a hint for old desktop engines"),
        ("x-reload", "it is for a machine of one's own"),
        ("volume", "it says nothing"),
        ("tmpfs", "it says nothing"),
        ("image", "it says nothing"),
        ("bind", "no folder of a host is mounted: the cluster decides how"),
    ];
    for (key, reason) in idle {
        if wrote(draft, key) {
            draft.claim_at(path.key(key)).dropped(reason);
        }
    }
}

/// A volume of the project.
fn named(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, (key, options): (&Name, Option<&VolumeOptions>)) -> Became {
    let Some(volume) = draft.scene.project().volumes.get(key) else {
        return Became::Nothing("nobody declares this volume".into(), None);
    };
    let name = claim::name(draft.scene, key, volume);
    let mut at = wanted.at();
    let own = sub_path(options.and_then(|options| options.subpath.as_deref()));
    at.sub_path = kompose::path_in(draft.service, own);
    let access = match claim::backing(volume) {
        Backing::Folder(folder) => return bind::convert(draft, wanted, folder),
        Backing::Memory(size) => {
            let mounted = pod_volume::mount(draft, memory::volume(&name, size), at);
            return like(mounted, "each pod has memory of its own");
        }
        Backing::Existing | Backing::Claim | Backing::Server { .. } => claim::access_of(draft.scene, key, volume),
    };
    if volume.external {
        draft.manifests.expect("PersistentVolumeClaim", &name);
    }
    let is_a_store = |service: &Service| service.image.as_ref().is_some_and(known_image::is_store);
    let has_store = !volume.external && claim::consumers(draft.scene.project(), key).into_iter().any(is_a_store);
    if has_store && at.sub_path.is_none() {
        // The root of a disk has a folder 'lost+found', and databases begin in an empty folder only.
        at.sub_path = Some("data".into());
    }
    let is_store = is_a_store(draft.service);
    let mounted = if claim::is_template(draft.scene, draft.service, key) {
        template(draft, key, &name);
        claim::share_group(draft);
        pod_volume::mount_named(draft, VolumeMount { name, ..at })
    } else {
        claim::settle(draft, wanted, access);
        pod_volume::mount(draft, claim::volume(key.as_str(), &name), at)
    };
    options_of_volume(draft, wanted, mounted);
    let keeps_empty = options.is_some_and(|options| options.nocopy);
    // What is in a claim of the cluster, or on a file server, is there already.
    let is_new = claim::backing(volume) == Backing::Claim;
    match mounted {
        None => taken(),
        Some(mounted) if is_store || keeps_empty => Became::Exact(mounted),
        Some(mounted) if seed::is_wanted(draft, key) => {
            seed::fill(draft, mounted.index());
            Became::Noted(mounted, "a container that runs first copies what the image has there".into())
        }
        Some(mounted) if !is_new => Became::Exact(mounted),
        Some(mounted) => {
            let reason = if draft.pod_security().fs_group.is_some() {
                "a new volume is empty: Docker would copy what the image has there"
            } else {
                "a new volume is empty and root's: Docker would copy what the image has there, with its owner"
            };
            let remedy = "'x-kubernetes: {storage: {seed: true}}' of the volume copies it";
            Became::Like(mounted, reason.into(), Some(remedy.into()))
        }
    }
}

/// `volume.subpath` and its neighbours.
fn options_of_volume(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, mounted: Option<Mounted>) {
    let (path, Some(mounted)) = (wanted.path.key("volume"), mounted) else { return };
    let wrote = |draft: &Draft<'_, '_>, key: &str| draft.ledger.wrote(&path.key(key));
    if wrote(draft, "subpath") {
        draft.claim_at(path.key("subpath")).exact(mounted.field("subPath"));
    }
    if wrote(draft, "nocopy") {
        draft.claim_at(path.key("nocopy")).dropped("nothing is copied from the image anyway");
    }
    if wrote(draft, "labels") {
        draft.claim_at(path.key("labels")).dropped("no volume is made for this mount alone");
    }
}

/// A path inside of a volume, as Kubernetes takes it.
pub(super) fn sub_path(path: Option<&str>) -> Option<String> {
    let path = path?.trim_matches('/');
    (!path.is_empty() && path != "." && path.split('/').all(|part| part != "..")).then(|| path.to_owned())
}

/// The claim that each pod of a `StatefulSet` has.
fn template(draft: &mut Draft<'_, '_>, key: &Name, name: &str) {
    let is_known = |claim: &PersistentVolumeClaim| claim.metadata.name.as_deref() == Some(name);
    if draft.workload.claims.iter().any(is_known) {
        return;
    }
    let Some(volume) = draft.scene.project().volumes.get(key) else { return };
    let PersistentVolumeClaim { metadata, spec, .. } = claim::claim(draft.scene, key, volume);
    let mut spec = spec.unwrap_or_default();
    // Each pod has its own.
    let is_said = claim::Wishes::of(draft.scene, key, volume).access.is_some();
    spec.access_modes = spec.access_modes.filter(|_| is_said).or_else(|| Some(vec!["ReadWriteOnce".into()]));
    let metadata = ObjectMeta { namespace: None, ..metadata };
    draft.workload.claims.push(PersistentVolumeClaim { metadata, spec: Some(spec), status: None });
}

/// A volume without a name.
fn anonymous(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>) -> Became {
    if mount_point::is_in_sources(draft, &wanted.mount.target) {
        let reason = "it keeps what the image has from being hidden by sources that are mounted, and they are not";
        return Became::Nothing(reason.into(), None);
    }
    let is_borrowed = wanted.path.starts_with(&draft.path(["volumes_from"]));
    let reason = if is_borrowed {
        "each pod has one of its own, which is empty at first and ends with it"
    } else {
        "it is empty at first, and what is in it ends with the pod"
    };
    match folder(draft, wanted) {
        None => taken(),
        Some(mounted) => Became::Like(mounted, reason.into(), Some("name a volume to keep it".into())),
    }
}

/// An empty folder in the place of another mount, since a label of Kompose says so.
fn empty(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>) -> Became {
    let reason = "a label of Kompose makes an empty folder of it: what is in it ends with the pod";
    match folder(draft, wanted) {
        None => taken(),
        Some(mounted) => Became::Like(mounted, reason.into(), Some("remove 'kompose.volume.type' to keep it".into())),
    }
}

/// A folder of the pod, which is empty at first.
fn folder(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>) -> Option<Mounted> {
    let volume = empty_folder(&wanted.mount.target);
    let at = VolumeMount { sub_path: kompose::path_in(draft.service, None), ..wanted.at() };
    pod_volume::mount(draft, volume, at)
}

/// A folder of a pod that is empty at first, for a path of a container.
pub(super) fn empty_folder(path: &str) -> Volume {
    let name = format!("folder-{}", path.trim_matches('/'));
    Volume { name, empty_dir: Some(EmptyDirVolumeSource::default()), ..Volume::default() }
}

/// A folder in memory.
fn of_memory(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, options: Option<&TmpfsOptions>) -> Became {
    let size = options.and_then(|options| options.size);
    let name = format!("memory-{}", wanted.mount.target.trim_matches('/'));
    let mounted = pod_volume::mount(draft, memory::volume(&name, size), wanted.at());
    let path = wanted.path.key("tmpfs");
    if let Some(mounted) = mounted {
        let place = mounted.spot();
        let volume = draft.workload.pod.volumes.iter().flatten().count().saturating_sub(1);
        if draft.ledger.wrote(&path.key("size")) {
            let claim = draft.claim_at(path.key("size"));
            let limit = super::ledger::pod(format!("volumes[{volume}].emptyDir.sizeLimit"));
            if size.is_some_and(|size| size.bytes() > 0) {
                claim.exact(limit)
            } else {
                claim.dropped("0 is no limit")
            };
        }
        if draft.ledger.wrote(&path.key("mode")) {
            let claim = draft.claim_at(path.key("mode"));
            let is_usual = options.and_then(|options| options.mode).is_none_or(|mode| mode == 0o1777);
            if is_usual {
                claim.same_without(place)
            } else {
                claim.dropped("everybody may write there in a pod")
            };
        }
    }
    match mounted {
        None => taken(),
        Some(mounted) => Became::Noted(mounted, memory::COUNTS.into()),
    }
}

/// The files of an image.
fn of_image(
    draft: &mut Draft<'_, '_>,
    wanted: &Wanted<'_>,
    (source, wishes): (Option<&str>, Option<&ImageOptions>),
) -> Became {
    let options = draft.scene.options;
    if !options.enables("Volume", "image") {
        let version = options.version;
        let reason = format!("Kubernetes {version} mounts no images unless its administrator lets it");
        return Became::Nothing(
            reason,
            Some(
                "copy the files in a container of 'pre_start', or use 1.35 or later, or '--feature ImageVolume'".into(),
            ),
        );
    }
    let Some(Ok(image)) = source.map(|source| draft.scene.mounted_image(source)) else {
        return Became::Nothing("it names no image".into(), None);
    };
    let name = format!("image-{}", wanted.mount.target.trim_matches('/'));
    let files = ImageVolumeSource { reference: Some(image.as_str().to_owned()), pull_policy: None };
    let volume = Volume { name, image: Some(files), ..Volume::default() };
    let mut at = wanted.at();
    at.sub_path = sub_path(wishes.and_then(|wishes| wishes.subpath.as_deref()));
    let mounted = pod_volume::mount(draft, volume, at);
    let path = wanted.path.key("image").key("subpath");
    match mounted {
        None => taken(),
        Some(mounted) => {
            if draft.ledger.wrote(&path) {
                draft.claim_at(path).exact(mounted.field("subPath"));
            }
            if wanted.read_only {
                Became::Exact(mounted)
            } else {
                Became::Noted(mounted, "the files of an image cannot be written".into())
            }
        }
    }
}

/// A mount that means something else in a cluster.
pub(super) fn like(mounted: Option<Mounted>, reason: &str) -> Became {
    mounted.map_or_else(taken, |mounted| Became::Like(mounted, reason.into(), None))
}

/// A mount at a path that has one.
pub(super) fn taken() -> Became {
    Became::Nothing("something else is mounted there".into(), None)
}
