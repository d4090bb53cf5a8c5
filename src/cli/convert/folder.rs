//! [`Folder`]: a folder of files that Hoist owns. What others made in it is left alone, nothing in it is ever deleted,
//! no link is followed, and a file is replaced in one step.

use crate::kubernetes::Files;
use anyhow::{Context as _, bail};
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};

/// The file that lists what was written, one name a line. A folder with it is one that Hoist owns.
const MARKER: &str = ".hoist-convert";
/// What files are called until they are whole; the number of the process follows.
const PART: &str = ".hoist-convert.";

/// A folder that is empty, ours, or not there yet.
pub(super) struct Folder<'a> {
    path: &'a Path,
    /// The files that an earlier run wrote.
    listed: BTreeSet<String>,
}

/// What stands at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Nothing,
    File,
    /// A link, a folder, or what is behind one of them.
    Other,
}

impl<'a> Folder<'a> {
    /// The folder at a path.
    ///
    /// # Errors
    /// When it has files and is not ours, or cannot be read.
    pub fn open(path: &'a Path) -> anyhow::Result<Self> {
        let mut folder = Self { path, listed: BTreeSet::new() };
        if let Some(list) = folder.read(MARKER)? {
            let list = String::from_utf8_lossy(&list).into_owned();
            folder.listed = list.lines().filter(|name| is_below(name)).map(str::to_owned).collect();
            return Ok(folder);
        }
        let shown = path.display();
        let entries = match fs::read_dir(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(folder),
            entries => entries.with_context(|| format!("folder '{shown}' cannot be read"))?,
        };
        for entry in entries {
            let name = entry.with_context(|| format!("folder '{shown}' cannot be read"))?.file_name();
            if !name.to_string_lossy().starts_with(PART) {
                bail!("folder '{shown}' is not empty, and not made by 'hoist convert': name an empty one");
            }
        }
        Ok(folder)
    }

    /// The files that an earlier run wrote.
    pub fn listed(&self) -> &BTreeSet<String> {
        &self.listed
    }

    /// The files that an earlier run wrote and this one would not.
    pub fn stale(&self, files: &Files) -> Vec<String> {
        let is_stale = |name: &&String| !files.contains_key(*name) && self.standing(name) == Standing::File;
        self.listed.iter().filter(is_stale).cloned().collect()
    }

    /// What a file of ours holds; nothing when it is not there.
    ///
    /// # Errors
    /// When something else stands at its name.
    pub fn read(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let path = self.path.join(name);
        match self.standing(name) {
            Standing::Nothing => Ok(None),
            Standing::File => Ok(Some(fs::read(&path).with_context(|| unreadable(&path))?)),
            Standing::Other => {
                bail!("'{}' is not a file of 'hoist convert': remove it, or name another folder", path.display())
            }
        }
    }

    /// Refuses files that stand where somebody else's do.
    ///
    /// # Errors
    /// Names the first of them.
    pub fn admit(&self, files: &Files) -> anyhow::Result<()> {
        for name in files.keys() {
            if self.read(name)?.is_some() && !self.listed.contains(name) {
                let shown = self.path.join(name);
                bail!("'{}' was not made by 'hoist convert': remove it, or name another folder", shown.display());
            }
        }
        Ok(())
    }

    /// Writes files; gives those of an earlier time that are stale now.
    pub fn write(&self, files: &Files) -> anyhow::Result<Vec<String>> {
        self.admit(files)?;
        let shown = self.path.display();
        fs::create_dir_all(self.path).with_context(|| format!("folder '{shown}' cannot be made"))?;
        let stale = self.stale(files);
        // The list comes first: what a run that is cut short has written is ours, too.
        let listed: BTreeSet<&String> = files.keys().chain(&stale).collect();
        let list: Vec<String> = listed.into_iter().map(|name| format!("{name}\n")).collect();
        self.put(MARKER, list.concat().as_bytes())?;
        for (name, bytes) in files {
            if self.read(name)?.as_ref() != Some(bytes) {
                self.put(name, bytes)?;
            }
        }
        Ok(stale)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let file = self.path.join(name);
        let made = file.parent().map_or(Ok(()), fs::create_dir_all);
        let part = self.path.join(format!("{PART}{}", std::process::id()));
        made.and_then(|()| replace(&file, &part, bytes)).with_context(|| unwritable(&file))
    }

    fn standing(&self, name: &str) -> Standing {
        let mut path = self.path.to_owned();
        let mut standing = Standing::Other;
        for part in name.split('/') {
            path.push(part);
            standing = match fs::symlink_metadata(&path) {
                Ok(found) if found.is_file() => Standing::File,
                Ok(found) if found.is_dir() => Standing::Other,
                Err(error) if error.kind() == ErrorKind::NotFound => return Standing::Nothing,
                _ => return Standing::Other,
            };
        }
        standing
    }
}

/// Whether a name leads to something below a folder.
fn is_below(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

pub(super) fn unreadable(file: &Path) -> String {
    format!("'{}' cannot be read", file.display())
}

pub(super) fn unwritable(file: &Path) -> String {
    format!("'{}' cannot be written", file.display())
}

/// Replaces a file in one step: a run that is cut short leaves what was there. It is written beside first.
pub(super) fn replace(file: &Path, beside: &PathBuf, bytes: &[u8]) -> io::Result<()> {
    let write = || {
        let mut part = OpenOptions::new().write(true).create_new(true).open(beside)?;
        part.write_all(bytes)?;
        if let Ok(known) = fs::metadata(file) {
            part.set_permissions(known.permissions())?;
        }
        fs::rename(beside, file)
    };
    write().inspect_err(|_| drop(fs::remove_file(beside)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_folder_is_ours() {
        for name in ["web-service.yaml", "base/web.yaml", ".gitignore"] {
            assert!(is_below(name), "{name}");
        }
        for name in ["", "/etc/passwd", "../x", "base/../../x", "."] {
            assert!(!is_below(name), "{name}");
        }
    }
}
