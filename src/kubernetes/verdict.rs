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
pub(super) const SOURCES: [&str; 12] = [
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
/// The last parts of paths where programs keep what they have come to know.
const STATE: [&str; 7] = ["acme", "appdata", "downloads", "letsencrypt", "state", "work", "workspace"];
/// Folders of the system that programs write in.
const WRITTEN: [&str; 4] = ["/var/cache/", "/var/lib/", "/var/log/", "/var/spool/"];
/// What the files of databases end in.
const DATABASES: [&str; 8] = ["aof", "db", "db3", "ldb", "mdb", "rdb", "sqlite", "sqlite3"];
/// What the names of folders end in as those of files do: a domain, `conf.d`, a repository.
const FOLDERS: [&str; 7] = ["com", "d", "dev", "git", "local", "net", "org"];
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

/// What becomes of a mount of a service, since a folder that another mount of it makes a claim is one for all: what one
/// service writes there, the others see.
pub(super) fn settled<'a>(scene: &Scene<'a>, service: &Service, mount: HostMount<'_>) -> Verdict<'a> {
    match of(scene, service, mount) {
        Verdict::Files(_) if kompose::volumes(service).is_none() && scene.host_folders.has(mount.source) => {
            Verdict::Claimed("another mount of the folder makes it one, and what is in the folder here is not copied")
        }
        verdict => verdict,
    }
}

/// What becomes of a mount by itself. What is an empty folder by a label of Kompose does not come here.
pub(super) fn of<'a>(scene: &Scene<'a>, service: &Service, mount: HostMount<'_>) -> Verdict<'a> {
    let is_file = matches!(scene.loaded.host_files.at(mount.source), Some(HostFile::File(_) | HostFile::Large));
    if scene.host_sources.is_claim(mount.source) && !is_file {
        return Verdict::Claimed("'x-kubernetes' asks for it");
    }
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
        Some(HostFile::Missing) | None
            if is_named_like_a_file(source, mount.target) && !scene.host_sources.is_folder(source) =>
        {
            Verdict::Omitted(
                "there is no such file here, and Docker would make an empty folder of it",
                "create it, and convert again",
            )
        }
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
    if !mount.is_read_only && is_for_state(mount.target) {
        return Verdict::Claimed("programs write at such a place, and what is in the folder here is not copied");
    }
    if !mount.is_read_only && folder.files.iter().flat_map(BTreeMap::keys).any(|path| is_database(path)) {
        return Verdict::Claimed("it holds a database, which is written; what is in the folder here is not copied");
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
    let end = |path: &str| Path::new(path).extension().map(|end| end.to_string_lossy().into_owned());
    let is_of_file = |end: &String| !FOLDERS.contains(&end.as_str()) && end.chars().any(char::is_alphabetic);
    end(source).is_some_and(|end| is_of_file(&end)) && end(source) == end(target)
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Whether a path is for data that a container writes.
fn is_for_data(service: &Service, target: &str) -> bool {
    let is_store = service.image.as_ref().is_some_and(known_image::is_store);
    let is_configuration =
        target.starts_with("/etc") || target.starts_with("/docker-entrypoint") || target.contains("conf");
    let is_written = WRITTEN.iter().any(|folder| target.starts_with(folder));
    !is_configuration && (is_store || is_written || DATA.contains(&last(target)))
}

/// Whether programs write at a path, whatever else is there: many have all that they own below `/config`, and those that
/// fetch certificates keep them at `/etc/letsencrypt`.
fn is_for_state(target: &str) -> bool {
    target.trim_end_matches('/') == "/config" || STATE.contains(&last(target))
}

/// Whether a file is that of a database, by its name. One that Windows makes for pictures is not.
fn is_database(path: &str) -> bool {
    let name = last(path).to_ascii_lowercase();
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    // A database that is open has more files beside it: 'app.db-wal'.
    let end = end.split('-').next().unwrap_or_default();
    DATABASES.contains(&end) && name != "thumbs.db"
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
        let folders = [("/p/data", "/var/lib/data"), ("/p/conf.d", "/etc/x"), ("/p/conf.d", "/etc/x/conf.d")];
        let more = [("/p/v1.2", "/app/v1.2"), ("/p/shop.com", "/var/www/shop.com")];
        for (source, target) in folders.into_iter().chain(more) {
            assert!(!is_named_like_a_file(source, target), "{source}");
        }
    }

    #[test]
    fn what_programs_write_is_known_by_its_place_or_by_a_database() {
        assert!(["/config", "/config/", "/etc/letsencrypt", "/opt/adguardhome/work"].into_iter().all(is_for_state));
        assert!(!["/app/config", "/etc/nginx", "/workflows"].into_iter().any(is_for_state));
        assert!(["a/kuma.db", "x.sqlite3", "Y.DB-WAL", "dump.rdb"].into_iter().all(is_database));
        assert!(!["db", "Thumbs.db", "geo.mmdb", "a.db.md", "config.xml"].into_iter().any(is_database));
    }
}
