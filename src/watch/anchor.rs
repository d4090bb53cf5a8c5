//! [`Anchors`]: since when single files are the ones that they are.
//!
//! A container keeps the file that was mounted when it started. Editors save by putting another file in its place, which
//! the container does not see before it is started again.

use super::rules::Rule;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The single files that containers have by a mount.
#[derive(Debug, Default)]
pub struct Anchors(BTreeMap<PathBuf, Anchor>);

/// A file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    inode: Option<u64>,
    /// It has been this one since then, or longer.
    since: SystemTime,
}

impl Anchors {
    /// Those of rules, as they are now.
    pub fn of(rules: &[Rule]) -> Self {
        let files = rules.iter().flat_map(|rule| &rule.moored);
        Self(files.map(|file| (file.clone(), first(file))).collect())
    }

    /// Keeps what was known of files before.
    pub fn remember(&mut self, earlier: &Self) {
        for (file, anchor) in &mut self.0 {
            if let Some(known) = earlier.0.get(file).filter(|known| known.inode == anchor.inode) {
                anchor.since = known.since;
            }
        }
    }

    /// Looks whether they are others by now.
    pub fn look(&mut self) {
        for (file, anchor) in &mut self.0 {
            let inode = mounted(file);
            if anchor.inode != inode {
                *anchor = Anchor { inode, since: SystemTime::now() };
            }
        }
    }

    /// Since when a file is the one that it is; nothing when no container has it alone.
    pub fn since(&self, file: &Path) -> Option<SystemTime> {
        self.0.get(file).map(|anchor| anchor.since)
    }
}

/// Which file a mount of that path gives: links are followed.
fn mounted(file: &Path) -> Option<u64> {
    file.metadata().ok().map(|about| about.ino())
}

/// What nobody has watched yet came at the latest when something about it changed.
fn first(file: &Path) -> Anchor {
    let about = file.metadata().ok();
    let changed = |about: &std::fs::Metadata| {
        let (seconds, rest) = (u64::try_from(about.ctime()).ok()?, u32::try_from(about.ctime_nsec()).ok()?);
        Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, rest))
    };
    let since = about.as_ref().and_then(changed).unwrap_or_else(SystemTime::now);
    Anchor { inode: about.map(|about| about.ino()), since }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_to_stays_the_same_and_one_that_is_replaced_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&file, "one").unwrap();
        let mut anchors = Anchors(BTreeMap::from([(file.clone(), first(&file))]));
        let since = anchors.since(&file).unwrap();
        std::fs::write(&file, "two").unwrap();
        anchors.look();
        assert_eq!(anchors.since(&file), Some(since));
        std::fs::write(&other, "three").unwrap();
        std::fs::rename(&other, &file).unwrap();
        anchors.look();
        assert!(anchors.since(&file).unwrap() > since);
    }
}
