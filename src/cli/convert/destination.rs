//! [`Destination`]: where manifests are written: a folder of files, one file, or what keeps nothing.

use super::folder::{Folder, replace, unreadable, unwritable};
use super::mask::masked;
use crate::cli::failure::Advised;
use crate::kubernetes::{Files, Manifest};
use crate::render::difference;
use anyhow::{Context as _, bail};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file that keeps secrets out of version control.
const IGNORED: &str = ".gitignore";
/// What it leaves out: what is not [`Secrecy::Open`], and what a run that was cut short left behind.
const PATTERNS: &str =
    "*-secret.yaml\n/base/secrets/\n/components/*/secrets/\n/overlays/*/secrets/\n/.hoist-convert.*\n";
/// What a single file that Hoist wrote begins with.
const HEADING: &str = "# Made by 'hoist convert'.\n";

/// What a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `-`, or what takes a stream and keeps nothing: a device, a pipe.
    Stream,
    /// A file that stands there, or one that ends in `.yaml` or `.yml`.
    File,
    /// All else.
    Folder,
}

/// Where files go.
pub(super) enum Destination {
    /// A folder, with files by their path in it.
    Folder(PathBuf, Files),
    /// One file, with its text.
    File(PathBuf, String),
    /// What keeps nothing, with the text.
    Device(PathBuf, String),
}

/// A file that is not what would be written now.
pub(super) struct Difference {
    pub path: PathBuf,
    /// What stands there; nothing when there is no file.
    pub known: Option<Vec<u8>>,
    /// What would be written; nothing for a file that would not be.
    pub wanted: Option<Vec<u8>>,
    pub secrecy: Secrecy,
}

/// What a file has of Secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Nothing, or among other objects: version control keeps it.
    Open,
    /// A Secret alone: version control is told to leave it out.
    Secret,
    /// One value of a Secret: the same.
    Value,
}

impl Place {
    /// What a path stands for.
    ///
    /// # Errors
    /// When it ends in `.json`: manifests are YAML. When something stands in the way of what would be made there.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let ends_in = |ends: &[&str]| path.extension().is_some_and(|end| ends.iter().any(|one| end == *one));
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => Ok(Self::Folder),
            Ok(found) if found.is_file() => Ok(Self::File),
            Ok(_) => Ok(Self::Stream),
            Err(_) if let Some(obstacle) = obstacle(path) => {
                Err(Advised::new(obstacle, Some("name another path, or remove it".to_owned())).into())
            }
            Err(_) if ends_in(&["yaml", "yml"]) => Ok(Self::File),
            Err(_) if ends_in(&["json"]) => {
                let help = "name a file that ends in '.yaml', or a folder".to_owned();
                Err(Advised::new("manifests are written as YAML, not as JSON", Some(help)).into())
            }
            Err(_) => Ok(Self::Folder),
        }
    }
}

/// What stands in the way of a path at which nothing is yet: a file above it, or a link that leads nowhere.
fn obstacle(path: &Path) -> Option<String> {
    let standing = path.ancestors().find(|one| fs::symlink_metadata(one).is_ok())?;
    match fs::metadata(standing) {
        Ok(found) if found.is_dir() => None,
        Ok(_) => Some(format!("'{}' is a file: nothing can be made below it", standing.display())),
        Err(_) => Some(format!("'{}' is a link that leads nowhere", standing.display())),
    }
}

impl Destination {
    /// A folder with one file for each object.
    pub fn of_manifests(path: PathBuf, manifests: &[Manifest]) -> anyhow::Result<Self> {
        Self::of_files(path, manifests.iter().map(|one| (one.file_name(), one.text().into_bytes())).collect())
    }

    /// A folder of files. Those of Secrets are kept out of version control, also when only earlier ones stand there.
    pub fn of_files(path: PathBuf, mut files: Files) -> anyhow::Result<Self> {
        let folder = Folder::open(&path)?;
        if files.keys().chain(folder.listed()).any(|name| name == IGNORED || Secrecy::of(name) != Secrecy::Open) {
            files.insert(IGNORED.to_owned(), PATTERNS.as_bytes().to_vec());
        }
        Ok(Self::Folder(path, files))
    }

    /// One file with all objects, or what keeps nothing.
    pub fn of_stream(path: PathBuf, place: Place, stream: &str) -> Self {
        match place {
            Place::Stream => Self::Device(path, stream.to_owned()),
            Place::File | Place::Folder => Self::File(path, format!("{HEADING}{stream}")),
        }
    }

    /// What stands there and is not what would be written.
    pub fn differences(&self) -> anyhow::Result<Vec<Difference>> {
        let mut all = Vec::new();
        match self {
            Self::Device(..) => {}
            Self::File(path, wanted) => {
                let wanted = Some(wanted.clone().into_bytes());
                all.push(Difference { path: path.clone(), known: known(path)?, wanted, secrecy: Secrecy::Open });
            }
            Self::Folder(path, files) => {
                let folder = Folder::open(path)?;
                for name in files.keys().chain(&folder.stale(files)) {
                    let (known, wanted) = (folder.read(name)?, files.get(name).cloned());
                    all.push(Difference { path: path.join(name), known, wanted, secrecy: Secrecy::of(name) });
                }
            }
        }
        all.retain(|one| one.known != one.wanted);
        Ok(all)
    }

    /// Refuses to write over what somebody else made.
    pub fn admit(&self) -> anyhow::Result<()> {
        match self {
            Self::Device(..) => Ok(()),
            Self::Folder(path, files) => Folder::open(path)?.admit(files),
            Self::File(path, _) => match known(path)? {
                Some(known) if !known.is_empty() && !known.starts_with(HEADING.as_bytes()) => {
                    bail!("'{}' was not made by 'hoist convert': name another file, or remove it", path.display())
                }
                _ => Ok(()),
            },
        }
    }

    /// Writes; gives the files of an earlier time that are stale now.
    pub fn write(&self) -> anyhow::Result<Vec<String>> {
        self.admit()?;
        match self {
            Self::Folder(path, files) => Folder::open(path)?.write(files),
            Self::Device(path, text) => {
                fs::write(path, text).with_context(|| unwritable(path))?;
                Ok(Vec::new())
            }
            Self::File(path, text) => {
                // Who gives a link means the file that it leads to.
                let file = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let part = file.with_file_name(format!(".{name}.{}", std::process::id()));
                let made = file.parent().map_or(Ok(()), fs::create_dir_all);
                made.and_then(|()| replace(&file, &part, text.as_bytes())).with_context(|| unwritable(path))?;
                Ok(Vec::new())
            }
        }
    }
}

/// What a file holds; nothing when there is none.
fn known(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => Ok(Some(read.with_context(|| unreadable(path))?)),
    }
}

impl Difference {
    /// The lines that differ, under a name; of Secrets it is told that they do, and no value.
    pub fn lines(&self, name: &str) -> String {
        let text = |bytes: &Option<Vec<u8>>| match bytes {
            Some(_) if self.secrecy == Secrecy::Value => String::new(),
            Some(bytes) => masked(&String::from_utf8_lossy(bytes)),
            None => String::new(),
        };
        match difference(name, &text(&self.known), &text(&self.wanted)) {
            same if same.is_empty() => format!("--- {name}\n+++ {name}\n# what differs is secret, and not shown\n"),
            lines => lines,
        }
    }
}

impl Secrecy {
    /// That of a file that we write into a folder; [`PATTERNS`] says the same.
    fn of(name: &str) -> Self {
        match name.split('/').collect::<Vec<_>>()[..] {
            ["base", "secrets", _, ..] | ["components" | "overlays", _, "secrets", _, ..] => Self::Value,
            _ if name.ends_with("-secret.yaml") => Self::Secret,
            _ => Self::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_values_of_secrets_are_left_out_and_no_others() {
        for name in ["web-secret.yaml", "base/web-secret.yaml"] {
            assert_eq!(Secrecy::of(name), Secrecy::Secret, "{name}");
        }
        for name in ["base/secrets/a/KEY", "overlays/secrets/secrets/a/b-secret.yaml"] {
            assert_eq!(Secrecy::of(name), Secrecy::Value, "{name}");
        }
        for name in ["web-deployment.yaml", "overlays/secrets/kustomization.yaml", "components/secrets/a.yaml"] {
            assert_eq!(Secrecy::of(name), Secrecy::Open, "{name}");
        }
    }
}
