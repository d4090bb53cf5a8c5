//! Folders and files of the host: what becomes of each, as its [`Verdict`] says.

use super::claim;
use super::colocation;
use super::draft::Draft;
use super::file_map::FileMap;
use super::host_path;
use super::kompose;
use super::ledger::container;
use super::options::Secrets;
use super::pod_volume;
use super::secrecy;
use super::storage::{Became, Wanted, taken};
use super::verdict::{self, BAKE, HostMount, Verdict, Why};
use crate::load::Content;
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EnvVar, PersistentVolumeClaim, SecretVolumeSource, Volume, VolumeMount,
};

/// A bind mount of a path of the host.
pub(super) fn convert(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, source: &str) -> Became {
    let name = source.rsplit('/').next().unwrap_or_default();
    let mount = HostMount { source, target: &wanted.mount.target, is_read_only: wanted.read_only };
    match verdict::of(draft.scene, draft.service, mount) {
        Verdict::Omitted(reason, remedy) => Became::Nothing(reason.into(), Some(remedy.into())),
        Verdict::Source(why) => omit_source(draft, &why),
        Verdict::TimeZone => time_zone(draft, wanted),
        Verdict::File(content) => {
            copy(draft, wanted, (&FileMap::new(name, [(name.to_owned(), content)]), Some(name.to_owned())))
        }
        Verdict::Files(files) => {
            let all = files.iter().map(|(path, content)| (path.clone(), content));
            copy(draft, wanted, (&FileMap::new(name, all), None))
        }
        Verdict::OfNode => host_path::folder(draft, wanted, source),
        Verdict::Claimed(reason) => claimed(draft, wanted, (source, reason)),
    }
}

/// What is being written here is in the image elsewhere. The key that tells so had a say.
fn omit_source(draft: &mut Draft<'_, '_>, why: &Why) -> Became {
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

/// A copy in an object of the cluster: of one file, or of a folder.
fn copy(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, (files, file): (&FileMap, Option<String>)) -> Became {
    let is_secret = |(path, content): (&str, &Content)| secrecy::is_secret(path, &wanted.mount.target, content);
    let is_secret = draft.scene.options.secrets != Secrets::Inline && files.files().any(is_secret);
    let volume = if is_secret { secret(draft, files) } else { config_map(draft, files) };
    let what = match &file {
        Some(_) => "it is a copy of the file as it is now",
        None => "it is a copy of the folder as it is now",
    };
    let at = VolumeMount { sub_path: file, ..wanted.at() };
    let Some(mounted) = pod_volume::mount(draft, volume, at) else { return taken() };
    let rights = if wanted.read_only { "" } else { ", and cannot be written" };
    Became::Like(mounted, format!("{what}{rights}"), None)
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
    let label = |label: &str| consumers.iter().find_map(|service| service.labels.get(label)).cloned();
    let wishes = claim::Wishes { size: label(claim::SIZE), class: label(claim::CLASS), ..claim::Wishes::default() };
    let spec = claim::spec(access, wishes);
    let metadata = scene.metadata_of_all(&folder.claim);
    draft.manifests.add(&PersistentVolumeClaim { metadata, spec: Some(spec), status: None });
    claim::settle(draft, wanted, access);
    let sub_path = kompose::path_in(draft.service, folder.path_in(source)).or(folder.start());
    let at = VolumeMount { sub_path, ..wanted.at() };
    let mounted = pod_volume::mount(draft, claim::volume(&folder.claim, &folder.claim), at);
    let Some(mounted) = mounted else { return taken() };
    let mut reason = match folder.below(source) {
        Some(below) => format!(
            "it is the folder '{below}' of the claim '{}', which is there for the folder around it: {reason}",
            folder.claim
        ),
        None => format!("a claim of its own is there: {reason}"),
    };
    let mut remedy = format!("'kubectl cp' brings data to '{}'", wanted.mount.target);
    if access == "ReadWriteMany" {
        reason = format!("{reason}; {}", claim::sharing(&consumers));
        let flag = colocation::advice(scene, &folder.claim, &consumers);
        remedy.extend(flag.map(|flag| format!("; {flag}")));
    }
    Became::Like(mounted, reason, Some(remedy))
}
