//! Looks at the files under a root. Folders that are left out are not entered, so they cost nothing.

use super::WatchError;
use super::relative::Relative;
use super::rules::Filter;
use super::tree::{Content, Seen, Stamp};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Files above this many bytes are not read: their size and time stand for what is in them.
pub const LARGE: u64 = 4 << 20;
/// The kernel may give two writes the same time that follow each other faster than this.
const TICK: Duration = Duration::from_millis(20);

/// The files, folders and links at and below a path of a root. Each folder is told to `enter` before it is listed, so
/// that what comes into it later is told by an event and what came earlier is in the list. What goes meanwhile is no
/// fault.
///
/// # Errors
/// Those of `enter`.
pub fn scan(
    (root, filter): (&Path, &Filter),
    under: &Relative,
    enter: &mut dyn FnMut(&Path) -> Result<(), WatchError>,
) -> Result<BTreeMap<Relative, Seen>, WatchError> {
    let mut found = BTreeMap::new();
    if leads_through_a_link(root, under) {
        return Ok(found);
    }
    let mut left = vec![(under.clone(), under.below(root))];
    while let Some((relative, path)) = left.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let kind = metadata.file_type();
        let is_folder = kind.is_dir();
        if is_folder && !filter.prunes(&relative) {
            enter(&path)?;
            let entries = fs::read_dir(&path).into_iter().flatten().flatten();
            left.extend(entries.map(|entry| (relative.join(&entry.file_name()), entry.path())));
        }
        if (is_folder || kind.is_file() || kind.is_symlink()) && filter.takes(&relative) {
            found.insert(relative, seen(&metadata));
        }
    }
    Ok(found)
}

/// Whether a folder on the way to a path is none, or is one by a link: what is seen there belongs to another path.
fn leads_through_a_link(root: &Path, path: &Relative) -> bool {
    let folders = path.as_path().ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    folders.map(|folder| root.join(folder)).any(|folder| !fs::symlink_metadata(folder).is_ok_and(|seen| seen.is_dir()))
}

/// What is at a path, at a glance.
pub fn glance(path: &Path) -> Option<Seen> {
    fs::symlink_metadata(path).ok().map(|metadata| seen(&metadata))
}

fn seen(metadata: &fs::Metadata) -> Seen {
    let modified = (metadata.mtime(), metadata.mtime_nsec());
    let age = metadata.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
    Seen {
        is_folder: metadata.is_dir(),
        mode: metadata.mode() & 0o7777,
        stamp: Stamp { inode: metadata.ino(), size: metadata.size(), modified },
        // One from the future says nothing about when it was written.
        is_fresh: age.is_none_or(|age| age < TICK),
        is_linked: metadata.is_file() && metadata.nlink() > 1,
    }
}

/// What a file holds; nothing when it is gone. A link is not followed.
pub fn content(path: &Path, seen: &Seen) -> Option<Content> {
    let unread = unread(seen);
    if let Ok(to) = fs::read_link(path) {
        return Some(Content::Link(to));
    }
    if seen.stamp.size > LARGE {
        return Some(unread);
    }
    match fs::read(path) {
        Ok(bytes) => Some(hashed(&bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(_) => Some(unread),
    }
}

/// What a file holds that is not read; of a link, where it leads.
pub fn unread_content(path: &Path, seen: &Seen) -> Content {
    fs::read_link(path).map_or_else(|_| unread(seen), Content::Link)
}

/// The content of a file with these bytes.
pub fn hashed(bytes: &[u8]) -> Content {
    Content::Hash(Sha256::digest(bytes).into())
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
            scan((root, &Filter::default()), &under, &mut |_| Ok(())).expect("scanned").len()
        };
        assert_eq!([count("real/f"), count("link/f"), count("link"), count("none/f")], [1, 0, 1, 0]);
    }
}
