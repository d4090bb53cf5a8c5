//! Folders and files of the host: what becomes of each, as its [`Verdict`] says.

use super::borrowed_mount;
use super::claim;
use super::colocation;
use super::draft::Draft;
use super::file_map::FileMap;
use super::host_path;
use super::host_source;
use super::known_image;
use super::kompose;
use super::ledger::container;
use super::mount_point;
use super::options::Secrets;
use super::pod_volume;
use super::secrecy;
use super::storage::{Became, Wanted, taken};
use super::verdict::{self, BAKE, HostMount, Verdict, Why};
use super::volume;
use crate::load::Content;
use crate::model::{Mount, MountKind};
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EnvVar, PersistentVolumeClaim, SecretVolumeSource, Volume, VolumeMount,
};
use std::collections::BTreeMap;

/// What can be done where a file that a service may write became a copy.
const ONE: &str = "write ':ro' if it is only read; what is written needs a folder: mount the one around it";
/// What can be done where a folder that a service may write became a copy.
const MANY: &str =
    "write ':ro' if it is only read; 'x-kubernetes: {storage: {}}' in the long form of the mount makes it a claim";

/// What is copied.
enum Copied<'a> {
    File(&'a Content),
    Folder(&'a BTreeMap<String, Content>),
}

/// A bind mount of a path of the host.
pub(super) fn convert(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, source: &str) -> Became {
    let mount = HostMount { source, target: &wanted.mount.target, is_read_only: wanted.read_only };
    match verdict::settled(draft.scene, draft.service, mount) {
        Verdict::Omitted(reason, remedy) => Became::Nothing(reason.into(), Some(remedy.into())),
        Verdict::Source(why) => omit_source(draft, wanted, &why),
        Verdict::TimeZone => time_zone(draft, wanted),
        Verdict::File(content) => copy(draft, wanted, (source, Copied::File(content))),
        Verdict::Files(files) => copy(draft, wanted, (source, Copied::Folder(files))),
        Verdict::OfNode => host_path::folder(draft, wanted, source),
        Verdict::Claimed(reason) => claimed(draft, wanted, (source, reason)),
    }
}

/// What is being written here is in the image elsewhere. The key that tells so had a say.
fn omit_source(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, why: &Why) -> Became {
    let told = "it tells that a mount holds sources, which is left out";
    match why {
        Why::Content => {}
        Why::Context => {
            draft.claim(["build", "context"]).approximated(told, []);
        }
        Why::Watched(rule) => {
            let path = draft.path(["develop", "watch"]).index(*rule).key("path");
            draft.claim_at(path).approximated(told, []);
        }
    }
    let reason = "it holds sources, which are mounted while they are written";
    let is_in_it = |mount: &Mount| {
        matches!(mount.kind, MountKind::Volume { source: None }) && below(&wanted.mount.target, &mount.target).is_some()
    };
    let mounts = borrowed_mount::all(draft.scene.project(), draft.service);
    if mounts.into_iter().any(|(mount, _)| is_in_it(mount)) {
        let reason = format!("{reason}; volumes without a name in it are left out as well");
        draft.claim_at(wanted.path.clone()).approximated(reason, []).remedy(BAKE);
        return Became::Elsewhere;
    }
    Became::Nothing(reason.into(), Some(BAKE.into()))
}

/// The time zone of this machine, which a variable tells as well.
fn time_zone(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>) -> Became {
    let has_own = draft.service.environment.contains_key("TZ");
    let variables = draft.container.env.get_or_insert_default();
    if has_own || variables.iter().any(|variable| variable.name == "TZ") {
        return Became::Nothing("the variable 'TZ' says it".into(), None);
    }
    let Some(zone) = draft.scene.loaded.environment.get("TZ") else {
        draft.container.env.take_if(|variables| variables.is_empty());
        let remedy = "set 'TZ' in 'environment', such as 'TZ: Europe/Berlin'";
        return Became::Nothing("machines of a cluster have a time zone of their own".into(), Some(remedy.into()));
    };
    variables.push(EnvVar { name: "TZ".into(), value: Some(zone.clone()), value_from: None });
    let place = container(format!("env[{}]", variables.len() - 1));
    let reason = "the variable 'TZ' tells the time zone of the project's environment";
    draft.claim_at(wanted.path.clone()).approximated(reason, place);
    Became::Elsewhere
}

/// A path as seen from a folder that it is in.
pub(super) fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let below = path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?;
    Some(below.trim_end_matches('/')).filter(|below| !below.is_empty())
}

/// A copy in an object of the cluster: of one file, or of a folder.
fn copy(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, (source, copied): (&str, Copied<'_>)) -> Became {
    let (target, name) = (&wanted.mount.target, source.rsplit('/').next().unwrap_or_default());
    let mut files = match copied {
        Copied::File(content) => FileMap::new(name, [(name.to_owned(), content)]),
        Copied::Folder(files) => FileMap::new(name, files.iter().map(|(path, content)| (path.clone(), content))),
    };
    let is_secret = |(path, content): (&str, &Content)| secrecy::is_secret(path, target, content);
    let is_secret = draft.scene.options.secrets != Secrets::Inline && files.files().any(is_secret);
    let (sub_path, mut reason, remedy) = match copied {
        Copied::File(_) => (Some(name.to_owned()), "it is a copy of the file as it is now".to_owned(), ONE),
        Copied::Folder(all) => {
            let empty = mount_point::missing(draft, target, all);
            for path in &empty {
                files.add_empty(path);
            }
            (None, as_it_is(&empty), MANY)
        }
    };
    let volume = if is_secret { secret(draft, &files) } else { config_map(draft, &files) };
    let at = VolumeMount { sub_path, ..wanted.at() };
    let Some(mounted) = pod_volume::mount(draft, volume, at) else { return taken() };
    let asked = host_source::storage(&wanted.path);
    if draft.ledger.wrote(&asked) {
        draft.claim_at(asked).dropped("a claim is a folder, and this is a file");
    }
    if !wanted.read_only {
        reason.push_str(", and cannot be written");
    }
    Became::Like(mounted, reason, (!wanted.read_only).then(|| remedy.to_owned()))
}

/// What is said of the copy of a folder, with the files that were added to it.
fn as_it_is(empty: &[String]) -> String {
    let copy = "it is a copy of the folder as it is now";
    if empty.is_empty() {
        return copy.to_owned();
    }
    format!("{copy}, with an empty file where something else is mounted in it: '{}'", empty.join("', '"))
}

fn config_map(draft: &mut Draft<'_, '_>, files: &FileMap) -> Volume {
    let object = files.config_map(draft.scene);
    let name = object.metadata.name.clone().unwrap_or_default();
    draft.manifests.add(&object);
    let source = ConfigMapVolumeSource { items: files.items(), name, ..ConfigMapVolumeSource::default() };
    Volume { name: files.base().to_owned(), config_map: Some(source), ..Volume::default() }
}

/// Files that look like secrets are kept as such.
fn secret(draft: &mut Draft<'_, '_>, files: &FileMap) -> Volume {
    let name = if draft.scene.options.secrets == Secrets::External {
        draft.manifests.expect("Secret", files.base());
        files.base().to_owned()
    } else {
        let object = files.secret(draft.scene);
        draft.manifests.add(&object);
        object.metadata.name.unwrap_or_default()
    };
    let source = SecretVolumeSource { items: files.items(), secret_name: Some(name), ..SecretVolumeSource::default() };
    Volume { name: files.base().to_owned(), secret: Some(source), ..Volume::default() }
}

/// A claim in the place of a folder that is written; that of the folder around it, where there is one.
fn claimed(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, (source, reason): (&str, &str)) -> Became {
    let scene = draft.scene;
    let Some(folder) = scene.host_folders.around(source) else { return Became::Nothing(reason.into(), None) };
    let consumers = folder.consumers(scene.project());
    let access = claim::access(scene, &folder.claim, &consumers);
    let said = |field: &str| scene.host_sources.said(scene.loaded, folder.path(), field);
    let wishes = claim::Wishes {
        size: said("size").or_else(|| claim::label_of(&consumers, claim::SIZE)),
        class: said("class").or_else(|| claim::label_of(&consumers, claim::CLASS)),
        access: said("access"),
        selector: None,
    };
    let spec = claim::spec(access, wishes);
    let metadata = scene.metadata_of_all(&folder.claim);
    draft.manifests.add(&PersistentVolumeClaim { metadata, spec: Some(spec), status: None });
    claim::settle(draft, wanted, access);
    let sub_path = kompose::path_in(draft.service, folder.path_in(source)).or(folder.start());
    let at = VolumeMount { sub_path, ..wanted.at() };
    let mounted = pod_volume::mount(draft, claim::volume(&folder.claim, &folder.claim), at);
    let Some(mounted) = mounted else { return taken() };
    volume::claim_storage(scene, draft.ledger, (source, &wanted.path));
    let mut reason = match folder.below(source) {
        Some(below) => format!(
            "it is the folder '{below}' of the claim '{}', which is there for the folder around it: {reason}",
            folder.claim
        ),
        None => format!("a claim of its own is there: {reason}"),
    };
    let mut remedy = format!("'kubectl cp' brings data to '{}'", wanted.mount.target);
    let is_store = draft.service.image.as_ref().is_some_and(known_image::is_store);
    if !is_store && !wanted.read_only && draft.pod_security().fs_group.is_none() {
        reason.push_str("; it is root's");
        remedy.push_str("; a 'user' that is a number gets its group");
    }
    if access == "ReadWriteMany" {
        reason = format!("{reason}; {}", claim::sharing(&consumers));
        let flag = colocation::advice(scene, &folder.claim, &consumers);
        remedy.extend(flag.map(|flag| format!("; {flag}")));
    }
    Became::Like(mounted, reason, Some(remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_seen_from_the_folder_that_it_is_in() {
        assert_eq!(
            [below("/a", "/a/b/c"), below("/a/", "/a/b/"), below("/", "/b")],
            [Some("b/c"), Some("b"), Some("b")]
        );
        assert_eq!([below("/a", "/ab"), below("/a", "/a"), below("/a", "/a/")], [None; 3]);
    }
}
