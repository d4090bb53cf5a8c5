//! [`Verdict`]: what a mount of the host is for, by what stands there and where it is mounted.

use super::known_image;
use super::kompose::{self, Volumes};
use super::options::Bind;
use super::scene::Scene;
use crate::load::{Content, Folder, HostFile};
use crate::model::{Service, cleaned};
use std::collections::BTreeMap;
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
pub(super) const BAKE: &str = "copy it into the image";

/// A path of the host that a service mounts.
#[derive(Clone, Copy)]
pub(super) struct HostMount<'m> {
    /// The path on the host.
    pub source: &'m str,
    /// Where in the container.
    pub target: &'m str,
    /// Whether the container may only read.
    pub is_read_only: bool,
}

/// What a mount of the host becomes.
pub(super) enum Verdict<'a> {
    /// Nothing, for a reason, and with a remedy.
    Omitted(&'static str, &'static str),
    /// Nothing: it holds a program that is being written.
    Source(Why),
    /// The time zone as a variable.
    TimeZone,
    /// An object with a copy of one file.
    File(&'a Content),
    /// An object with a copy of all files in a folder.
    Files(&'a BTreeMap<String, Content>),
    /// That of the machine that a pod runs on.
    OfNode,
    /// A claim, for a reason.
    Claimed(&'static str),
}

/// What tells that a program is being written in a folder.
pub(super) enum Why {
    /// What is in it, or that the project is.
    Content,
    /// Images are built from it.
    Context,
    /// A rule of `develop.watch`, by its index.
    Watched(usize),
}

/// What becomes of a mount of a service. What is an empty folder by a label of Kompose does not come here.
pub(super) fn of<'a>(scene: &Scene<'a>, service: &Service, mount: HostMount<'_>) -> Verdict<'a> {
    match kompose::volumes(service) {
        Some(volumes) => labelled(scene, mount.source, volumes),
        None => judge(scene, service, mount),
    }
}

/// What a label of Kompose makes of it.
fn labelled<'a>(scene: &Scene<'a>, source: &str, volumes: Volumes) -> Verdict<'a> {
    match (volumes, scene.loaded.host_files.at(source)) {
        (Volumes::OfHost, _) => Verdict::OfNode,
        (Volumes::Claims | Volumes::Empty, _) => Verdict::Claimed("a label of Kompose asks for it"),
        (Volumes::Copies, Some(HostFile::File(content))) => Verdict::File(content),
        (Volumes::Copies, Some(HostFile::Folder(Folder { files: Some(files), .. }))) => Verdict::Files(files),
        (Volumes::Copies, _) => Verdict::Omitted("a ConfigMap cannot hold it, as a label of Kompose asks for", BAKE),
    }
}

fn judge<'a>(scene: &Scene<'a>, service: &Service, mount: HostMount<'_>) -> Verdict<'a> {
    let source = mount.source;
    if source.ends_with("docker.sock") || source.ends_with("podman.sock") {
        return Verdict::Omitted(
            "it is the API of the engine of this machine, which a pod has no use for",
            "use the API of the cluster, with a ServiceAccount that may do what is needed",
        );
    }
    if source == "/etc/localtime" || source == "/etc/timezone" {
        return Verdict::TimeZone;
    }
    match scene.loaded.host_files.at(source) {
        Some(HostFile::System) if scene.options.bind == Bind::HostPath => Verdict::OfNode,
        Some(HostFile::System) => Verdict::Omitted(
            "it is a part of this machine's system",
            "if nodes must show theirs, use '--bind hostpath': pods with such a volume are below the baseline level",
        ),
        Some(HostFile::Special) => Verdict::Omitted("it is a socket or device, or cannot be read", BAKE),
        Some(HostFile::Large) => Verdict::Omitted("it has more than 1 MiB, which is what a ConfigMap holds", BAKE),
        Some(HostFile::File(content)) => {
            watched(service, source).map_or(Verdict::File(content), |rule| Verdict::Source(Why::Watched(rule)))
        }
        Some(HostFile::Folder(folder)) => of_folder(scene, service, (mount, folder)),
        Some(HostFile::Missing) | None if is_named_like_a_file(source, mount.target) => Verdict::Omitted(
            "there is no such file here, and Docker would make an empty folder of it",
            "create it, and convert again",
        ),
        Some(HostFile::Missing) | None => Verdict::Claimed("there is no such folder here yet"),
    }
}

fn of_folder<'a>(scene: &Scene<'_>, service: &Service, (mount, folder): (HostMount<'_>, &'a Folder)) -> Verdict<'a> {
    let is_empty = folder.entries.iter().all(|name| name == ".gitkeep" || name == ".gitignore" || name == ".keep");
    if is_empty {
        return Verdict::Claimed("the folder is empty here");
    }
    if !mount.is_read_only && is_for_data(service, mount.target) {
        return Verdict::Claimed("what is in the folder here is not copied");
    }
    if let Some(why) = why_source(scene, service, (mount, folder)) {
        return Verdict::Source(why);
    }
    match &folder.files {
        Some(files) => Verdict::Files(files),
        None if mount.is_read_only => {
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
fn is_for_data(service: &Service, target: &str) -> bool {
    let is_store = service.image.as_ref().is_some_and(known_image::is_store);
    let last = target.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let is_configuration =
        target.starts_with("/etc") || target.starts_with("/docker-entrypoint") || target.contains("conf");
    !is_configuration && (is_store || target.starts_with("/var/lib/") || DATA.contains(&last))
}

/// What tells that a folder holds the program that is being written.
fn why_source(scene: &Scene<'_>, service: &Service, (mount, folder): (HostMount<'_>, &Folder)) -> Option<Why> {
    let (path, own) = (Path::new(mount.source), scene.project().identity.working_dir.as_path());
    if own.starts_with(path) || SOURCES.iter().any(|name| folder.entries.contains(*name)) {
        return Some(Why::Content);
    }
    let context = service.build.as_ref().map(|build| cleaned(Path::new(&build.context)));
    if context.is_some_and(|context| path == context || path.starts_with(context) && !mount.is_read_only) {
        return Some(Why::Context);
    }
    watched(service, mount.source).map(Why::Watched)
}

/// The rule that watches a file or folder while it is written.
fn watched(service: &Service, source: &str) -> Option<usize> {
    let mut rules = service.develop.iter().flat_map(|develop| &develop.watch);
    rules.position(|rule| Path::new(source).starts_with(cleaned(Path::new(&rule.path))))
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
