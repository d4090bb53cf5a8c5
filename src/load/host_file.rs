//! [`HostFiles`]: what stands on this machine under the paths that a project mounts, or takes as configs and secrets.
//!
//! Only as much is read as fits into an object of a cluster. Folders of the system are not looked into at all.

use super::Loaded;
use crate::model::{FileObject, MountKind, Volume};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::path::Path;

/// The most bytes that are read of a file, or of all files in a folder: 1 MiB.
const MOST_BYTES: u64 = 1 << 20;
/// The most entries that a folder may have to be read.
const MOST_ENTRIES: usize = 256;
/// The most folders inside of each other that are looked into.
const DEEPEST: usize = 8;
/// Folders of the system, whose content belongs to this machine.
const SYSTEM: [&str; 14] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/docker",
    "/var/log",
    "/var/run",
];

/// What stands under the paths of a project, by path; nothing until somebody looked.
#[derive(Debug, Clone, Default)]
pub struct HostFiles(BTreeMap<String, HostFile>);

/// What stands under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostFile {
    /// Nothing.
    Missing,
    /// A file.
    File(Content),
    /// A folder.
    Folder(Folder),
    /// A file of more than 1 MiB.
    Large,
    /// A part of the system: it was not looked into.
    System,
    /// A pipe, socket or device, or what may not be read.
    Special,
}

/// A folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    /// What stands in it directly; of very many entries only the first ones.
    pub entries: BTreeSet<String>,
    /// All files in it and in the folders below, by their path from here with `/` between its parts; nothing when they
    /// are too many, too large, or not all plain.
    pub files: Option<BTreeMap<String, Content>>,
}

/// What is in a file. It does not print itself, since it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether it may be executed.
    pub is_executable: bool,
}

impl fmt::Debug for Content {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes", self.bytes.len())
    }
}

impl HostFiles {
    /// What stands under a path; nothing when nobody looked there.
    pub fn at(&self, path: &str) -> Option<&HostFile> {
        self.0.get(path)
    }
}

impl Loaded {
    /// Looks at what the services mount from this machine, and into the files of configs and secrets. What cannot be read
    /// is no fault: whoever needs it says so.
    pub fn read_host_files(&mut self) {
        let project = &self.project;
        let mounts = project.services.values().flat_map(|service| &service.volumes);
        let mounted = mounts.filter_map(|mount| match &mount.kind {
            MountKind::Bind { source } => Some(source.as_str()),
            _ => None,
        });
        let volumes = project.volumes.values().filter_map(Volume::folder);
        let objects = project.configs.values().chain(project.secrets.values());
        let files = objects.filter_map(|object: &FileObject| object.file.as_deref());
        let paths: BTreeSet<&str> = mounted.chain(volumes).chain(files).collect();
        let own = project.identity.working_dir.as_path();
        let found = paths.into_iter().map(|path| (path.to_owned(), look(Path::new(path), own)));
        self.host_files = HostFiles(found.collect());
    }
}

fn look(path: &Path, own: &Path) -> HostFile {
    let is_system = path == Path::new("/") || SYSTEM.iter().any(|folder| path.starts_with(folder));
    if is_system && !path.starts_with(own) {
        return HostFile::System;
    }
    let Ok(kind) = fs::metadata(path) else {
        return if path.symlink_metadata().is_ok() { HostFile::Special } else { HostFile::Missing };
    };
    if kind.is_dir() {
        return folder(path);
    }
    match content(path, &kind, MOST_BYTES) {
        _ if !kind.is_file() => HostFile::Special,
        _ if kind.len() > MOST_BYTES => HostFile::Large,
        Some(content) => HostFile::File(content),
        None => HostFile::Special,
    }
}

/// The bytes of a plain file that has no more than so many.
fn content(path: &Path, kind: &Metadata, room: u64) -> Option<Content> {
    if !kind.is_file() || kind.len() > room {
        return None;
    }
    let mut bytes = Vec::new();
    // The file may grow while it is read.
    File::open(path).ok()?.take(room + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= room).then(|| Content { bytes, is_executable: is_executable(kind) })
}

#[cfg(unix)]
fn is_executable(kind: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    kind.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

fn folder(path: &Path) -> HostFile {
    let Ok(entries) = fs::read_dir(path) else { return HostFile::Special };
    let names = entries.take(MOST_ENTRIES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut walk = Walk { files: BTreeMap::new(), room: MOST_BYTES, entries: 0 };
    let is_whole = walk.folder(path, "", 0).is_some();
    HostFile::Folder(Folder { entries: names.collect(), files: is_whole.then_some(walk.files) })
}

/// Reading a folder, as far as there is room for it.
struct Walk {
    files: BTreeMap<String, Content>,
    room: u64,
    entries: usize,
}

impl Walk {
    /// Nothing when it cannot be read as a whole.
    fn folder(&mut self, path: &Path, prefix: &str, depth: usize) -> Option<()> {
        for entry in fs::read_dir(path).ok()? {
            let entry = entry.ok()?;
            self.entries += 1;
            if self.entries > MOST_ENTRIES || depth > DEEPEST {
                return None;
            }
            let name = format!("{prefix}{}", entry.file_name().into_string().ok()?);
            // A link to a file counts as the file; one to a folder may lead anywhere.
            let is_link = entry.file_type().ok()?.is_symlink();
            let kind = fs::metadata(entry.path()).ok()?;
            if kind.is_dir() {
                if is_link {
                    return None;
                }
                self.folder(&entry.path(), &format!("{name}/"), depth + 1)?;
                continue;
            }
            let content = content(&entry.path(), &kind, self.room)?;
            self.room -= content.bytes.len() as u64;
            self.files.insert(name, content);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_read_with_what_is_below() {
        let root = tempfile::tempdir().expect("a folder");
        let path = |name: &str| root.path().join(name);
        fs::create_dir_all(path("conf/sites")).expect("folders");
        fs::write(path("conf/a.conf"), "a").expect("a file");
        fs::write(path("conf/sites/b.conf"), "bb").expect("a file");
        let HostFile::Folder(folder) = look(&path("conf"), root.path()) else { panic!("a folder") };
        let files = folder.files.expect("small");
        let sizes: Vec<_> = files.iter().map(|(name, content)| (name.as_str(), content.bytes.len())).collect();
        assert_eq!(sizes, [("a.conf", 1), ("sites/b.conf", 2)]);
        assert!(matches!(look(&path("conf/a.conf"), root.path()), HostFile::File(_)));
        assert_eq!(look(&path("none"), root.path()), HostFile::Missing);
    }

    #[test]
    fn nothing_over_a_mebibyte_and_nothing_of_the_system_is_read() {
        let root = tempfile::tempdir().expect("a folder");
        let large = root.path().join("large");
        File::create(&large).and_then(|file| file.set_len(MOST_BYTES + 1)).expect("a file");
        assert_eq!(look(&large, root.path()), HostFile::Large);
        let HostFile::Folder(folder) = look(root.path(), root.path()) else { panic!("a folder") };
        assert_eq!((folder.entries.len(), folder.files), (1, None));
        for path in ["/", "/etc/passwd", "/var/run/docker.sock", "/proc"] {
            assert_eq!(look(Path::new(path), root.path()), HostFile::System, "{path}");
        }
        assert!(matches!(look(&large, Path::new("/etc")), HostFile::Large), "what the project has is its own");
    }

    #[test]
    fn what_is_read_does_not_print_itself() {
        let content = Content { bytes: b"hunter2".to_vec(), is_executable: false };
        assert_eq!(format!("{content:?}"), "7 bytes");
    }
}
