//! Configs and secrets: files that a container finds.
//!
//! What is in a secret goes into its Secret and nowhere else: no reason, note or name of a key has any of it.

use super::claim;
use super::declared_file::{self, Held};
use super::draft::Draft;
use super::ledger::{Spot, pod};
use super::pod_volume;
use crate::document::Path;
use crate::model::{FileKind, FileReference, ServiceFile};
use crate::value::FileMode;
use k8s_openapi::api::core::v1::{
    ConfigMapProjection, ConfigMapVolumeSource, KeyToPath, ProjectedVolumeSource, SecretProjection, SecretVolumeSource,
    Volume, VolumeMount, VolumeProjection,
};

/// The folder of secrets.
const SECRETS: &str = "/run/secrets/";
/// Everybody may read, which is what a secret has in Compose.
const READABLE: i32 = 0o444;

/// Where a file went in the pod.
struct Placed {
    /// The place as a whole.
    whole: Vec<Spot>,
    /// The items with the keys, in the pod.
    items: String,
}

/// The configs and secrets of a service.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    for key in ["configs", "secrets"] {
        draft.claim([key]).dropped("it is empty");
    }
    let (scene, service) = (draft.scene, draft.service);
    let files = ServiceFile::all(scene.project(), service);
    let (together, alone): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.path().starts_with(SECRETS));
    in_folder(draft, &together);
    for file in &alone {
        by_itself(draft, file);
    }
}

/// All files below `/run/secrets` are in one volume: the folder has them all, and only once.
fn in_folder(draft: &mut Draft<'_, '_>, files: &[ServiceFile<'_>]) {
    let mut sources = Vec::new();
    let mut paths: Vec<String> = Vec::new();
    let mut placed = Vec::new();
    for file in files {
        let target = file.path().trim_start_matches(SECRETS).to_owned();
        if paths.contains(&target) {
            draft.claim_at(path_of(draft, file)).dropped("another one has the same target");
            continue;
        }
        let held = declared_file::held(draft.scene, draft.manifests, (file.kind, &file.reference.source));
        let items = items(&held, &target, file.reference.mode);
        sources.push(projection(file.kind, held.name.clone(), items));
        placed.push((file, held, sources.len() - 1));
        paths.push(target);
    }
    if sources.is_empty() {
        return;
    }
    let projected = ProjectedVolumeSource {
        default_mode: Some(READABLE),
        sources: Some(sources),
        ..ProjectedVolumeSource::default()
    };
    let volume = Volume { name: "run-secrets".into(), projected: Some(projected), ..Volume::default() };
    let at = VolumeMount {
        mount_path: SECRETS.trim_end_matches('/').to_owned(),
        read_only: Some(true),
        ..VolumeMount::default()
    };
    let name = pod_volume::mount(draft, volume, at).and_then(|mounted| mounted_volume(draft, mounted));
    for (file, held, source) in placed {
        let Some(volume) = name else {
            draft.claim_at(path_of(draft, file)).dropped("something else is mounted at '/run/secrets'");
            continue;
        };
        let place = format!("volumes[{volume}].projected.sources[{source}]");
        let kind = if file.kind == FileKind::Secret { "secret" } else { "configMap" };
        let placed = Placed { whole: pod(place.clone()).into(), items: format!("{place}.{kind}.items") };
        tell(draft, file, (&held, &placed));
    }
}

/// The volume of the pod that was mounted.
fn mounted_volume(draft: &Draft<'_, '_>, mounted: pod_volume::Mounted) -> Option<usize> {
    let name = &draft.container.volume_mounts.as_ref()?.get(mounted.index())?.name;
    draft.workload.pod.volumes.as_ref()?.iter().position(|volume| volume.name == *name)
}

fn projection(kind: FileKind, name: String, items: Vec<KeyToPath>) -> VolumeProjection {
    let items = Some(items).filter(|items| !items.is_empty());
    match kind {
        FileKind::Secret => VolumeProjection {
            secret: Some(SecretProjection { items, name, optional: None }),
            ..VolumeProjection::default()
        },
        FileKind::Config => VolumeProjection {
            config_map: Some(ConfigMapProjection { items, name, optional: None }),
            ..VolumeProjection::default()
        },
    }
}

/// The keys of an object, with their paths from a target on.
fn items(held: &Held, target: &str, mode: Option<FileMode>) -> Vec<KeyToPath> {
    let mode = mode.map(bits).filter(|mode| *mode != READABLE);
    let path = |path: &str| if held.is_folder { format!("{target}/{path}") } else { target.to_owned() };
    let item = |item: KeyToPath| KeyToPath { path: path(&item.path), mode: mode.or(item.mode), ..item };
    held.files.all_items().into_iter().map(item).collect()
}

/// The bits of a mode; a volume knows no others than these.
fn bits(mode: FileMode) -> i32 {
    i32::try_from(mode.bits() & 0o777).unwrap_or(READABLE)
}

/// A file in a place of its own.
fn by_itself(draft: &mut Draft<'_, '_>, file: &ServiceFile<'_>) {
    let held = declared_file::held(draft.scene, draft.manifests, (file.kind, &file.reference.source));
    let target = file.path();
    let name = target.rsplit('/').next().unwrap_or_default().to_owned();
    let wish = if held.is_folder { "." } else { &name };
    let mut items = items(&held, wish, file.reference.mode);
    for item in &mut items {
        item.path = item.path.trim_start_matches("./").to_owned();
    }
    let volume = Volume { name: held.base(), ..volume(file.kind, (held.name.clone(), items)) };
    let at = VolumeMount {
        mount_path: target,
        read_only: Some(true),
        sub_path: (!held.is_folder).then_some(name),
        ..VolumeMount::default()
    };
    let mounted = pod_volume::mount(draft, volume, at);
    let index = mounted.and_then(|mounted| mounted_volume(draft, mounted));
    match mounted.zip(index) {
        None => {
            draft.claim_at(path_of(draft, file)).dropped("something else is mounted there");
        }
        Some((mounted, index)) => {
            let kind = if file.kind == FileKind::Secret { "secret" } else { "configMap" };
            let placed = Placed { whole: mounted.spot().into(), items: format!("volumes[{index}].{kind}.items") };
            tell(draft, file, (&held, &placed));
        }
    }
}

fn volume(kind: FileKind, (name, items): (String, Vec<KeyToPath>)) -> Volume {
    let (items, default_mode) = (Some(items).filter(|items| !items.is_empty()), Some(READABLE));
    match kind {
        FileKind::Secret => {
            let source =
                SecretVolumeSource { default_mode, items, secret_name: Some(name), ..SecretVolumeSource::default() };
            Volume { secret: Some(source), ..Volume::default() }
        }
        FileKind::Config => {
            let source = ConfigMapVolumeSource { default_mode, items, name, ..ConfigMapVolumeSource::default() };
            Volume { config_map: Some(source), ..Volume::default() }
        }
    }
}

/// The path of the key of a file.
fn path_of(draft: &Draft<'_, '_>, file: &ServiceFile<'_>) -> Path {
    draft.path([file.kind.section()]).index(file.index)
}

/// Says where a file went.
fn tell(draft: &mut Draft<'_, '_>, file: &ServiceFile<'_>, (held, placed): (&Held, &Placed)) {
    let path = path_of(draft, file);
    match &held.lack {
        None => exact(draft, path.clone(), placed.whole.clone()),
        Some(reason) => {
            let kind = if file.kind == FileKind::Secret { "Secret" } else { "ConfigMap" };
            let key = held.files.all_items().first().map(|item| item.key.clone()).unwrap_or_default();
            let remedy = format!("make the {kind} '{}' first, with the key '{key}'", held.name);
            let whole = draft.claim_at(path.clone());
            whole.approximated(reason.clone(), placed.whole.clone()).remedy(remedy);
        }
    }
    let FileReference { source: _, target: _, uid: _, gid: _, mode } = file.reference;
    for key in ["uid", "gid"] {
        if draft.ledger.wrote(&path.key(key)) {
            let reason = "files of a volume belong to root, and are for all who may read them";
            draft.claim_at(path.key(key)).dropped(reason);
        }
    }
    if draft.ledger.wrote(&path.key("target")) {
        if file.path() == ServiceFile::default_path(file.kind, &file.reference.source) {
            draft.claim_at(path.key("target")).dropped("it is there without this key, too");
        } else {
            exact(draft, path.key("target"), placed.whole.clone());
        }
    }
    if mode.map(bits).is_some_and(|mode| mode & 0o004 == 0) {
        claim::share_group(draft);
    }
    if draft.ledger.wrote(&path.key("mode")) {
        match mode.map(bits) {
            Some(mode) if mode != READABLE => {
                exact(draft, path.key("mode"), pod(format!("{}[0].mode", placed.items)).into());
            }
            _ => {
                draft.claim_at(path.key("mode")).dropped("it is so without this key, too");
            }
        }
    }
}

/// Says that a key is exact; where a job runs first in the pod, it may have the same volume.
fn exact(draft: &mut Draft<'_, '_>, path: Path, places: Vec<Spot>) {
    let is_shared = draft.has_first();
    let claim = draft.claim_at(path);
    if is_shared {
        claim.moot("a volume of the pod has it, which may be there for another of its containers, too", places);
    } else {
        claim.exact(places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::file_map::FileMap;
    use crate::load::Content;

    #[test]
    fn a_folder_is_put_below_its_target_and_a_file_becomes_it() {
        let content = Content { bytes: b"x".to_vec(), is_executable: false };
        let mut held = Held {
            name: "n".into(),
            files: FileMap::new("n", [("a/b".to_owned(), &content)]),
            is_folder: true,
            lack: None,
        };
        let paths = |held: &Held| items(held, "t", None).into_iter().map(|item| item.path).collect::<Vec<_>>();
        assert_eq!(paths(&held), ["t/a/b"]);
        held.is_folder = false;
        assert_eq!(paths(&held), ["t"]);
    }

    #[test]
    fn a_mode_has_no_more_than_nine_bits() {
        let mode = |bits| FileMode::from_bits(bits);
        assert_eq!((bits(mode(0o4400)), bits(mode(0o440))), (256, 288));
    }
}
