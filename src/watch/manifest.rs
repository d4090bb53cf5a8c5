//! [`Manifest`]: what the files under a root were like when they were looked at last. Pure: contents come in through a
//! closure.
//!
//! Events only say where to look. Whether something changed is told by comparison, so that a `touch`, a save of the same
//! text or a checkout back and forth is no change, and an event that was lost does no lasting harm.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What tells at a glance that a file was not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Which file it is: a rename over it gives another one.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written to: seconds and nanoseconds since 1970.
    pub modified: (i64, i64),
    /// Who may do what with it.
    pub mode: u32,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The hash of what is in it.
    Hash([u8; 32]),
    /// It is a link; where it leads.
    Link(PathBuf),
    /// It is too large to be read, or cannot be read: its size and time stand for it.
    Unread(u64, (i64, i64)),
}

/// The files under a root.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    files: BTreeMap<PathBuf, (Stamp, Content)>,
}

impl Manifest {
    /// Takes over what is at and below a path now; gives what differs from before. Only files whose stamp changed are
    /// read; one that is gone by then is no longer there.
    pub fn update(
        &mut self,
        under: &Path,
        found: BTreeMap<PathBuf, Stamp>,
        read: &mut dyn FnMut(&Path, &Stamp) -> Option<Content>,
    ) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        let is_under = |path: &PathBuf| path.starts_with(under);
        let gone = self.files.keys().filter(|path| is_under(path) && !found.contains_key(*path));
        for path in gone.cloned().collect::<Vec<_>>() {
            self.files.remove(&path);
            changed.push(path);
        }
        for (path, stamp) in found {
            let known = self.files.get(&path);
            if known.is_some_and(|(then, _)| *then == stamp) {
                continue;
            }
            let same_rights = known.is_some_and(|(then, _)| then.mode == stamp.mode);
            let before = known.map(|(_, content)| content.clone());
            let now = read(&path, &stamp);
            if before != now || (now.is_some() && !same_rights) {
                changed.push(path.clone());
            }
            match now {
                Some(content) => self.files.insert(path, (stamp, content)),
                None => self.files.remove(&path),
            };
        }
        changed.sort();
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest of one root, and the files of a made-up disk: path to (inode, time, text).
    struct Disk(Manifest, BTreeMap<&'static str, (u64, i64, &'static str)>);

    impl Disk {
        fn new(files: &[(&'static str, &'static str)]) -> Self {
            let mut disk = Self(Manifest::default(), BTreeMap::new());
            for (path, text) in files {
                disk.1.insert(path, (1, 1, text));
            }
            disk.look("/p");
            disk
        }

        fn look(&mut self, under: &str) -> Vec<String> {
            let Self(manifest, files) = self;
            let stamps = files.iter().filter(|(path, _)| Path::new(path).starts_with(under)).map(|(path, file)| {
                let (inode, time, text) = file;
                let stamp = Stamp { inode: *inode, size: text.len() as u64, modified: (*time, 0), mode: 0o644 };
                (PathBuf::from(path), stamp)
            });
            let found = stamps.collect();
            let mut read = |path: &Path, _: &Stamp| {
                let (_, _, text) = files.get(path.to_str().expect("text"))?;
                let mut hash = [0; 32];
                hash[..text.len()].copy_from_slice(text.as_bytes());
                Some(Content::Hash(hash))
            };
            let changed = manifest.update(Path::new(under), found, &mut read);
            changed.iter().map(|path| path.display().to_string()).collect()
        }
    }

    #[test]
    fn a_touch_is_no_change() {
        let mut disk = Disk::new(&[("/p/a", "one")]);
        disk.1.insert("/p/a", (1, 2, "one"));
        assert!(disk.look("/p/a").is_empty());
    }

    #[test]
    fn the_same_text_in_another_file_is_no_change() {
        let mut disk = Disk::new(&[("/p/a", "one")]);
        disk.1.insert("/p/a", (2, 2, "one"));
        assert!(disk.look("/p/a").is_empty());
    }

    #[test]
    fn another_text_of_the_same_length_is_a_change_once() {
        let mut disk = Disk::new(&[("/p/a", "one"), ("/p/b", "b")]);
        disk.1.insert("/p/a", (1, 2, "two"));
        assert_eq!(disk.look("/p"), ["/p/a"]);
        assert!(disk.look("/p").is_empty());
    }

    #[test]
    fn what_comes_and_what_goes_is_a_change() {
        let mut disk = Disk::new(&[("/p/d/a", "a"), ("/p/e", "e")]);
        disk.1.remove("/p/d/a");
        disk.1.insert("/p/f", (3, 3, "f"));
        assert_eq!(disk.look("/p/d"), ["/p/d/a"], "only where it was looked");
        assert_eq!(disk.look("/p"), ["/p/f"]);
    }

    #[test]
    fn other_rights_are_a_change() {
        let mut manifest = Manifest::default();
        let mut look = |mode| {
            let stamp = Stamp { inode: 1, size: 0, modified: (0, 0), mode };
            let found = BTreeMap::from([(PathBuf::from("/p/a"), stamp)]);
            manifest.update(Path::new("/p"), found, &mut |_, _| Some(Content::Hash([0; 32]))).len()
        };
        assert_eq!([look(0o644), look(0o755), look(0o755)], [1, 1, 0]);
    }
}
