//! Looks at the files under a root. Folders that are left out are not entered, so they cost nothing.

use super::WatchError;
use super::relative::Relative;
use super::rules::Filter;
use super::tree::{Content, Kind, Seen, Stamp};
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Files above this many bytes are not read: their size and time stand for what is in them.
pub const LARGE: u64 = 4 << 20;
/// The kernel may give two writes the same time that follow each other faster than this.
const TICK: Duration = Duration::from_millis(20);

/// What a look found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files, folders and links, by path.
    pub all: Vec<(Relative, Seen)>,
    /// What could not be looked at, nor what is below it.
    pub blind: Vec<Relative>,
}

impl From<Vec<(Relative, Seen)>> for Found {
    fn from(all: Vec<(Relative, Seen)>) -> Self {
        Self { all, blind: Vec::new() }
    }
}

/// The files, folders and links at and below a path of a root, by path. Each folder is told to `enter` before it is
/// listed, so that what comes into it later is told by an event and what came earlier is in the list. What goes meanwhile
/// is no fault.
///
/// # Errors
/// Those of `enter`.
pub fn scan(
    (root, filter): (&Path, &Filter),
    under: &Relative,
    enter: &mut dyn FnMut(&Path) -> Result<(), WatchError>,
) -> Result<Found, WatchError> {
    let (mut found, mut folders, mut blind) = (Vec::new(), Vec::new(), Vec::new());
    let mut take = |relative: Relative, metadata: &fs::Metadata, folders: &mut Vec<Relative>| {
        let Some(kind) = kind(metadata) else { return };
        if kind == Kind::Folder && !filter.prunes(&relative) {
            folders.push(relative.clone());
        }
        if filter.takes(&relative) {
            found.push((relative, seen(kind, metadata)));
        }
    };
    if !leads_through_a_link(root, under)
        && let Ok(metadata) = fs::symlink_metadata(under.below(root))
    {
        take(under.clone(), &metadata, &mut folders);
    }
    while let Some(folder) = folders.pop() {
        let path = folder.below(root);
        enter(&path)?;
        // What became a link since it was listed is not followed; that it did is told by an event.
        if !fs::symlink_metadata(&path).is_ok_and(|seen| seen.is_dir()) {
            continue;
        }
        match fs::read_dir(&path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Err(fault) if is_gone(&fault) => {}
            Err(_) => blind.push(folder),
            Ok(entries) => {
                for entry in entries {
                    let relative = folder.join(&entry.file_name());
                    match entry.metadata() {
                        Ok(metadata) => take(relative, &metadata, &mut folders),
                        Err(fault) if is_gone(&fault) => {}
                        Err(_) => blind.push(relative),
                    }
                }
            }
        }
    }
    found.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    Ok(Found { all: found, blind })
}

/// Whether a fault says that there is nothing, and not that it cannot be looked at.
pub fn is_gone(fault: &io::Error) -> bool {
    matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a folder on the way to a path is none, or is one by a link: what is seen there belongs to another path.
fn leads_through_a_link(root: &Path, path: &Relative) -> bool {
    let folders = path.as_path().ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.map(|folder| root.join(folder)).any(|folder| !fs::symlink_metadata(folder).is_ok_and(|seen| seen.is_dir()))
}

/// What is at a path, at a glance.
pub fn glance(path: &Path) -> Option<Seen> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some(seen(kind(&metadata)?, &metadata))
}

/// Nothing for what nobody copies: sockets, pipes, devices.
pub fn kind(metadata: &fs::Metadata) -> Option<Kind> {
    let kind = metadata.file_type();
    let kinds = [(kind.is_file(), Kind::File), (kind.is_dir(), Kind::Folder), (kind.is_symlink(), Kind::Link)];
    kinds.into_iter().find_map(|(is, kind)| is.then_some(kind))
}

fn seen(kind: Kind, metadata: &fs::Metadata) -> Seen {
    let age = metadata.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
    Seen {
        kind,
        mode: metadata.mode() & 0o7777,
        stamp: Stamp { inode: metadata.ino(), size: metadata.size(), modified: modified(metadata) },
        // One from the future says nothing about when it was written.
        is_fresh: age.is_none_or(|age| age < TICK),
        is_linked: kind == Kind::File && metadata.nlink() > 1,
    }
}

/// When something was written to, in nanoseconds since 1970.
pub fn modified(metadata: &fs::Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

/// What is at a path that was seen there; nothing when that is gone. A link is not followed.
pub fn content(path: &Path, seen: &Seen) -> Option<Content> {
    if seen.kind != Kind::File || seen.stamp.size > LARGE {
        return Some(unread_content(path, seen));
    }
    match fs::read(path) {
        Ok(bytes) => Some(hashed(&bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(_) => Some(unread(seen)),
    }
}

/// The same, but no file is read.
pub fn unread_content(path: &Path, seen: &Seen) -> Content {
    match seen.kind {
        Kind::Folder => Content::Folder,
        Kind::File => unread(seen),
        Kind::Link => fs::read_link(path).map_or_else(|_| unread(seen), |to| Content::Link(to.into())),
    }
}

/// The content of a file with these bytes.
pub fn hashed(bytes: &[u8]) -> Content {
    Content::of_hash(Sha256::digest(bytes).into())
}

fn unread(seen: &Seen) -> Content {
    Content::Unread(seen.stamp.size, seen.stamp.modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_through_a_link_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::create_dir(root.join("real")).expect("made");
        fs::write(root.join("real/f"), "f").expect("written");
        std::os::unix::fs::symlink("real", root.join("link")).expect("linked");
        let count = |path: &str| {
            let under = Relative::of(&root.join(path), root).expect("below");
            scan((root, &Filter::default()), &under, &mut |_| Ok(())).expect("scanned").all.len()
        };
        assert_eq!([count("real/f"), count("link/f"), count("link"), count("none/f")], [1, 0, 1, 0]);
    }
}
