//! Looks at the files under a root. Folders that are left out are not entered, so they cost nothing.

use super::WatchError;
use super::manifest::{Content, Stamp};
use super::rules::Root;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Files above this many bytes are not read: their size and time stand for what is in them.
const LARGE: u64 = 4 << 20;

/// The files and links at and below a path of a root. Each folder is told to `enter` before it is listed, so that what
/// comes into it later is told by an event and what came earlier is in the list. What goes meanwhile is no fault.
///
/// # Errors
/// Those of `enter`.
pub fn scan(
    root: &Root,
    under: &Path,
    enter: &mut dyn FnMut(&Path) -> Result<(), WatchError>,
) -> Result<BTreeMap<PathBuf, Stamp>, WatchError> {
    let mut files = BTreeMap::new();
    let mut left = vec![under.to_owned()];
    while let Some(path) = left.pop() {
        let Ok(seen) = fs::symlink_metadata(&path) else { continue };
        let kind = seen.file_type();
        if kind.is_dir() && !root.prunes(&path) {
            enter(&path)?;
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| entry.path()));
        } else if (kind.is_file() || kind.is_symlink()) && !root.ignores(&path) {
            files.insert(path, stamp(&seen));
        }
    }
    Ok(files)
}

fn stamp(seen: &fs::Metadata) -> Stamp {
    let modified = (seen.mtime(), seen.mtime_nsec());
    Stamp { inode: seen.ino(), size: seen.size(), modified, mode: seen.mode() }
}

/// What a file holds; nothing when it is gone. A link is not followed.
pub fn content(path: &Path, stamp: &Stamp) -> Option<Content> {
    let unread = Content::Unread(stamp.size, stamp.modified);
    if let Ok(to) = fs::read_link(path) {
        return Some(Content::Link(to));
    }
    if stamp.size > LARGE {
        return Some(unread);
    }
    match fs::read(path) {
        Ok(bytes) => Some(Content::Hash(Sha256::digest(bytes).into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(_) => Some(unread),
    }
}
