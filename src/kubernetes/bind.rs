//! Folders and files of the host, judged one by one: what they are for decides what they become.

use super::claim;
use super::draft::Draft;
use super::file_map::FileMap;
use super::host_path;
use super::known_image;
use super::kompose::{self, Volumes};
use super::ledger::container;
use super::object_name;
use super::options::{Bind, Secrets};
use super::pod_volume;
use super::scene::Scene;
use super::secrecy;
use super::storage::{Became, Wanted, taken};
use crate::load::{Content, Folder, HostFile};
use crate::model::{MountKind, cleaned};
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EnvVar, PersistentVolumeClaim, SecretVolumeSource, Volume, VolumeMount,
};
use std::path::Path;

/// What a folder has that people write programs in.
const SOURCES: [&str; 12] = [
    ".git",
    "Cargo.toml",
    "Dockerfile",
    "Gemfile",
    "composer.json",
    "go.mod",
    "mix.exs",
    "node_modules",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
];
/// The last parts of paths that data is kept in.
const DATA: [&str; 14] = [
    "backup",
    "backups",
    "cache",
    "data",
    "database",
    "db",
    "files",
    "log",
    "logs",
    "media",
    "repositories",
    "storage",
    "uploads",
    "volumes",
];
/// What can be done about files that are not copied.
const BAKE: &str = "copy it into the image";

/// What a bind mount becomes.
enum Verdict {
    /// Nothing.
    Omitted(&'static str, &'static str),
    /// Nothing: it holds a program that is being written.
    Source(Why),
    /// The time zone as a variable.
    TimeZone,
    /// An object with a copy.
    Copied(FileMap, Shape),
    /// That of the machine that a pod runs on.
    OfNode,
    /// A claim, for a reason.
    Claimed(&'static str),
}

/// What tells that a program is being written in a folder.
enum Why {
    /// What is in it, or that the project is.
    Content,
    /// Images are built from it.
    Context,
    /// A rule of `develop.watch`, by its index.
    Watched(usize),
}

/// Whether one file or a folder is mounted.
enum Shape {
    File(String),
    Folder,
}

/// A bind mount of a path of the host.
pub(super) fn convert(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, source: &str) -> Became {
    let verdict = match kompose::volumes(draft.service) {
        Some(volumes) => labelled(draft, source, volumes),
        None => judge(draft, wanted, source),
    };
    match verdict {
        Verdict::Omitted(reason, remedy) => Became::Nothing(reason.into(), Some(remedy.into())),
        Verdict::Source(why) => omit_source(draft, &why),
        Verdict::TimeZone => time_zone(draft, wanted),
        Verdict::Copied(files, shape) => copy(draft, wanted, (&files, &shape)),
        Verdict::OfNode => host_path::folder(draft, wanted, source),
        Verdict::Claimed(reason) => claimed(draft, wanted, (source, reason)),
    }
}

/// What a label of Kompose makes of it. What is an empty folder does not come here.
fn labelled(draft: &Draft<'_, '_>, source: &str, volumes: Volumes) -> Verdict {
    let name = source.rsplit('/').next().unwrap_or_default();
    match (volumes, draft.scene.loaded.host_files.at(source)) {
        (Volumes::OfHost, _) => Verdict::OfNode,
        (Volumes::Claims | Volumes::Empty, _) => Verdict::Claimed("a label of Kompose asks for it"),
        (Volumes::Copies, Some(HostFile::File(content))) => {
            Verdict::Copied(FileMap::new(name, [(name.to_owned(), content)]), Shape::File(name.to_owned()))
        }
        (Volumes::Copies, Some(HostFile::Folder(Folder { files: Some(files), .. }))) => {
            let all = files.iter().map(|(path, content)| (path.clone(), content));
            Verdict::Copied(FileMap::new(name, all), Shape::Folder)
        }
        (Volumes::Copies, _) => Verdict::Omitted("a ConfigMap cannot hold it, as a label of Kompose asks for", BAKE),
    }
}

fn judge(draft: &Draft<'_, '_>, wanted: &Wanted<'_>, source: &str) -> Verdict {
    if source.ends_with("docker.sock") || source.ends_with("podman.sock") {
        return Verdict::Omitted(
            "it is the API of the engine of this machine, which a pod has no use for",
            "use the API of the cluster, with a ServiceAccount that may do what is needed",
        );
    }
    if source == "/etc/localtime" || source == "/etc/timezone" {
        return Verdict::TimeZone;
    }
    let name = source.rsplit('/').next().unwrap_or_default();
    match draft.scene.loaded.host_files.at(source) {
        Some(HostFile::System) if draft.scene.options.bind == Bind::HostPath => Verdict::OfNode,
        Some(HostFile::System) => Verdict::Omitted(
            "it is a part of this machine's system",
            "if nodes must show theirs, use '--bind hostpath': pods with such a volume are below the baseline level",
        ),
        Some(HostFile::Special) => Verdict::Omitted("it is a socket or device, or cannot be read", BAKE),
        Some(HostFile::Large) => Verdict::Omitted("it has more than 1 MiB, which is what a ConfigMap holds", BAKE),
        Some(HostFile::File(content)) => {
            if let Some(rule) = watched(draft, source) {
                return Verdict::Source(Why::Watched(rule));
            }
            let files = FileMap::new(name, [(name.to_owned(), content)]);
            Verdict::Copied(files, Shape::File(name.to_owned()))
        }
        Some(HostFile::Folder(folder)) => of_folder(draft, wanted, (source, folder)),
        Some(HostFile::Missing) | None if is_named_like_a_file(source, &wanted.mount.target) => Verdict::Omitted(
            "there is no such file here, and Docker would make an empty folder of it",
            "create it, and convert again",
        ),
        Some(HostFile::Missing) | None => Verdict::Claimed("there is no such folder here yet"),
    }
}

fn of_folder(draft: &Draft<'_, '_>, wanted: &Wanted<'_>, (source, folder): (&str, &Folder)) -> Verdict {
    let is_empty = folder.entries.iter().all(|name| name == ".gitkeep" || name == ".gitignore" || name == ".keep");
    if is_empty {
        return Verdict::Claimed("the folder is empty here");
    }
    if !wanted.read_only && is_for_data(draft, &wanted.mount.target) {
        return Verdict::Claimed("what is in the folder here is not copied");
    }
    if let Some(why) = why_source(draft, wanted, (source, folder)) {
        return Verdict::Source(why);
    }
    match &folder.files {
        Some(files) => {
            let name = source.rsplit('/').next().unwrap_or_default();
            let all = files.iter().map(|(path, content)| (path.clone(), content));
            Verdict::Copied(FileMap::new(name, all), Shape::Folder)
        }
        None if wanted.read_only => {
            Verdict::Omitted("it holds more than a ConfigMap (256 files, 1 MiB), or what cannot be read", BAKE)
        }
        None => Verdict::Claimed("it holds more than a ConfigMap (256 files, 1 MiB), and what is in it is not copied"),
    }
}

/// Whether both sides end in a file name with an ending.
fn is_named_like_a_file(source: &str, target: &str) -> bool {
    let end = |path: &str| Path::new(path).extension().map(std::ffi::OsStr::to_owned);
    end(source).is_some() && end(source) == end(target)
}

/// Whether a path is for data that a container writes.
fn is_for_data(draft: &Draft<'_, '_>, target: &str) -> bool {
    let is_store = draft.service.image.as_ref().is_some_and(known_image::is_store);
    let last = target.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_configuration =
        target.starts_with("/etc") || target.starts_with("/docker-entrypoint") || target.contains("conf");
    !is_configuration && (is_store || target.starts_with("/var/lib/") || DATA.contains(&last))
}

/// What tells that a folder holds the program that is being written.
fn why_source(draft: &Draft<'_, '_>, wanted: &Wanted<'_>, (source, folder): (&str, &Folder)) -> Option<Why> {
    let (path, own) = (Path::new(source), draft.scene.project().identity.working_dir.as_path());
    if own.starts_with(path) || SOURCES.iter().any(|name| folder.entries.contains(*name)) {
        return Some(Why::Content);
    }
    let context = draft.service.build.as_ref().map(|build| cleaned(Path::new(&build.context)));
    if context.is_some_and(|context| path == context || path.starts_with(context) && !wanted.read_only) {
        return Some(Why::Context);
    }
    watched(draft, source).map(Why::Watched)
}

/// The rule that watches a file or folder while it is written.
fn watched(draft: &Draft<'_, '_>, source: &str) -> Option<usize> {
    let mut rules = draft.service.develop.iter().flat_map(|develop| &develop.watch);
    rules.position(|rule| Path::new(source).starts_with(cleaned(Path::new(&rule.path))))
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

/// A copy in an object of the cluster.
fn copy(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, (files, shape): (&FileMap, &Shape)) -> Became {
    let is_secret = |(path, content): (&str, &Content)| secrecy::is_secret(path, &wanted.mount.target, content);
    let is_secret = draft.scene.options.secrets != Secrets::Inline && files.files().any(is_secret);
    let volume = if is_secret { secret(draft, files) } else { config_map(draft, files) };
    let mut at = VolumeMount { read_only: wanted.read_only.then_some(true), ..wanted.at() };
    if let Shape::File(name) = shape {
        at.sub_path = Some(name.clone());
    }
    let Some(mounted) = pod_volume::mount(draft, volume, at) else { return taken() };
    let what = match shape {
        Shape::File(_) => "it is a copy of the file as it is now",
        Shape::Folder => "it is a copy of the folder as it is now",
    };
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

/// A claim in the place of a folder that is written.
fn claimed(draft: &mut Draft<'_, '_>, wanted: &Wanted<'_>, (source, reason): (&str, &str)) -> Became {
    let name = claim_name(draft.scene, source);
    let consumers = claim::of_mounts(draft.scene.project(), |kind| is_same(draft.scene, kind, source));
    let access = claim::access(draft.scene, &consumers);
    let label = |label: &str| consumers.iter().find_map(|service| service.labels.get(label)).cloned();
    let wishes = claim::Wishes { size: label(claim::SIZE), class: label(claim::CLASS), ..claim::Wishes::default() };
    let spec = claim::spec(access, wishes);
    let metadata = draft.scene.metadata_of_all(&name);
    draft.manifests.add(&PersistentVolumeClaim { metadata, spec: Some(spec), status: None });
    claim::settle(draft, wanted, access);
    let target = &wanted.mount.target;
    let is_store = draft.service.image.as_ref().is_some_and(known_image::is_store);
    // The root of a disk has a folder 'lost+found', and databases begin in an empty folder only.
    let usual = is_store.then(|| "data".to_owned());
    let at = VolumeMount { sub_path: kompose::path_in(draft.service, None).or(usual), ..wanted.at() };
    let mounted = pod_volume::mount(draft, claim::volume(&name, &name), at);
    let Some(mounted) = mounted else { return taken() };
    let remedy = format!("'kubectl cp' brings data to '{target}'");
    Became::Like(mounted, format!("a claim of its own is there: {reason}"), Some(remedy))
}

/// Whether a mount is that of the same folder.
fn is_same(scene: &Scene<'_>, kind: &MountKind, source: &str) -> bool {
    match kind {
        MountKind::Bind { source: other } => other == source,
        MountKind::Volume { source: Some(key) } => {
            scene.project().volumes.get(key).and_then(crate::model::Volume::folder) == Some(source)
        }
        _ => false,
    }
}

/// The name of the claim for a folder: its path in the project, unless a volume has that name.
fn claim_name(scene: &Scene<'_>, source: &str) -> String {
    let own = &scene.project().identity.working_dir;
    let path = Path::new(source).strip_prefix(own).unwrap_or(Path::new(source)).to_string_lossy().into_owned();
    let name = object_name::label(&path);
    let volumes = &scene.project().volumes;
    let is_taken = volumes.iter().any(|(key, volume)| claim::name(scene, key, volume) == name);
    if is_taken { object_name::label(&format!("{name}-folder")) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_told_from_a_missing_folder_by_its_name() {
        assert!(is_named_like_a_file("/p/a.conf", "/etc/b.conf"));
        assert!(!is_named_like_a_file("/p/data", "/var/lib/data") && !is_named_like_a_file("/p/conf.d", "/etc/x"));
    }
}
