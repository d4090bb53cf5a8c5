//! Where manifests are written: a folder of files, or one file. What others made is left alone, and nothing is ever deleted.

use crate::kubernetes::{Files, Manifest};
use anyhow::{Context as _, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that lists what was written, one name a line. A folder with it is one that Hoist owns.
const MARKER: &str = ".hoist-convert";
/// The file that keeps secrets out of version control.
const IGNORED: &str = ".gitignore";
/// What a single file that Hoist wrote begins with.
const HEADING: &str = "# Made by 'hoist convert'.\n";

/// Where files go.
pub(super) enum Destination {
    /// A folder, with files by their path in it.
    Folder(PathBuf, Files),
    /// One file, with its text.
    File(PathBuf, String),
}

/// A file that is not what would be written now.
pub(super) struct Difference {
    pub path: PathBuf,
    /// What stands there.
    pub known: String,
    /// What would be written; nothing for a file that would not be.
    pub wanted: String,
}

impl Destination {
    /// A folder with one file for each object; those of Secrets are kept out of version control.
    pub fn of_manifests(folder: PathBuf, manifests: &[Manifest]) -> Self {
        let mut files: Files = manifests.iter().map(|one| (one.file_name(), one.text().into_bytes())).collect();
        let secrets = manifests.iter().filter(|manifest| manifest.kind == "Secret");
        let ignored: Vec<String> = secrets.map(|manifest| format!("/{}\n", manifest.file_name())).collect();
        if !ignored.is_empty() {
            files.insert(IGNORED.to_owned(), ignored.concat().into_bytes());
        }
        Self::Folder(folder, files)
    }

    /// One file with all objects.
    pub fn of_stream(file: PathBuf, stream: &str) -> Self {
        Self::File(file, format!("{HEADING}{stream}"))
    }

    /// What stands there and is not what would be written.
    pub fn differences(&self) -> anyhow::Result<Vec<Difference>> {
        let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let mut all: Vec<Difference> = match self {
            Self::File(path, wanted) => {
                vec![Difference { path: path.clone(), known: text(path), wanted: wanted.clone() }]
            }
            Self::Folder(folder, files) => files
                .iter()
                .map(|(name, bytes)| (folder.join(name), String::from_utf8_lossy(bytes).into_owned()))
                .map(|(path, wanted)| Difference { known: text(&path), path, wanted })
                .collect(),
        };
        all.retain(|one| one.known != one.wanted);
        if let Self::Folder(folder, files) = self {
            let stale = stale(folder, files)?.into_iter().map(|name| folder.join(name));
            all.extend(stale.map(|path| Difference { known: text(&path), path, wanted: String::new() }));
        }
        Ok(all)
    }

    /// Writes; gives the files of an earlier time that are stale now.
    pub fn write(&self) -> anyhow::Result<Vec<String>> {
        match self {
            Self::Folder(folder, files) => write(folder, files),
            Self::File(path, text) => {
                refuse_foreign(path)?;
                put(path, text.as_bytes())?;
                Ok(Vec::new())
            }
        }
    }
}

/// Writes files into a folder that is empty or ours.
fn write(folder: &Path, files: &Files) -> anyhow::Result<Vec<String>> {
    let shown = folder.display();
    fs::create_dir_all(folder).with_context(|| format!("folder '{shown}' cannot be made"))?;
    let ours = ours(folder)?;
    if let Some(foreign) = files.keys().find(|name| !ours.contains(*name) && folder.join(name).exists()) {
        let shown = folder.join(foreign);
        bail!("'{}' was not made by 'hoist convert': remove it, or name another folder", shown.display());
    }
    let stale = stale(folder, files)?;
    // The list comes first: what a run that is cut short has written is ours, too.
    let listed: BTreeSet<&String> = files.keys().chain(&stale).collect();
    let list: Vec<String> = listed.into_iter().map(|name| format!("{name}\n")).collect();
    put(&folder.join(MARKER), list.concat().as_bytes())?;
    for (name, bytes) in files {
        put(&folder.join(name), bytes)?;
    }
    Ok(stale)
}

/// The files that an earlier run wrote and this one would not.
fn stale(folder: &Path, files: &Files) -> anyhow::Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let is_stale = |name: &String| !files.contains_key(name) && folder.join(name).exists();
    Ok(ours(folder)?.into_iter().filter(is_stale).collect())
}

/// The files that an earlier run wrote; a folder with other files is refused.
fn ours(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let shown = folder.display();
    if let Ok(list) = fs::read_to_string(folder.join(MARKER)) {
        return Ok(list.lines().map(str::to_owned).collect());
    }
    let mut entries = fs::read_dir(folder).with_context(|| format!("folder '{shown}' cannot be read"))?;
    if entries.next().is_some() {
        bail!("folder '{shown}' is not empty, and not made by 'hoist convert': name an empty one");
    }
    Ok(BTreeSet::new())
}

/// A file that somebody else made is left alone.
fn refuse_foreign(path: &Path) -> anyhow::Result<()> {
    match fs::read_to_string(path) {
        Ok(known) if !known.is_empty() && !known.starts_with(HEADING) => {
            bail!("'{}' was not made by 'hoist convert': name another file, or remove it", path.display())
        }
        _ => Ok(()),
    }
}

fn put(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let made = file.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(file, bytes)).with_context(|| format!("'{}' cannot be written", file.display()))
}
