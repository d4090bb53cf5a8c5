//! [`Tree`]: what the files under a root were like when they were looked at last. Pure: contents come in through a
//! closure.
//!
//! Events only say where to look. Whether something changed is told by comparison, so that a `touch`, a save of the same
//! text or a checkout back and forth is no change, and an event that was lost does no lasting harm.

use super::relative::Relative;
use super::scan::Found;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;

/// What tells at a glance that a file was not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Which file it is: a rename over it gives another one.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written to: nanoseconds since 1970.
    pub modified: i64,
}

/// What something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A link, wherever it leads.
    Link,
}

/// What is at a path, at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it is.
    pub kind: Kind,
    /// Who may do what with it.
    pub mode: u32,
    /// What tells that it was not written to.
    pub stamp: Stamp,
    /// It was written to so shortly before it was looked at that a later write can have the same time.
    pub is_fresh: bool,
    /// Whether it is a file with more than one name: it can change without an event at this one.
    pub is_linked: bool,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// It is a folder.
    Folder,
    /// Half of the hash of what is in it: there may be very many.
    Hash([u8; 16]),
    /// It is a link; where it leads.
    Link(Box<Path>),
    /// It was not read: its size and time stand for it.
    Unread(u64, i64),
    /// Nobody knows what a container holds, or whether it holds anything: something that was put there may have arrived.
    Unsure,
}

impl Content {
    /// That of a file with this hash.
    pub fn of_hash(hash: [u8; 32]) -> Self {
        Self::Hash(hash.first_chunk().copied().unwrap_or_default())
    }
}

/// What is at a path, on the host or in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it holds.
    pub content: Content,
    /// Who may do what with it.
    pub mode: u32,
}

impl Held {
    /// What a container may hold that was being put there when something failed.
    pub fn unsure() -> Self {
        Self { content: Content::Unsure, mode: 0 }
    }
}

/// What is no longer as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: Relative,
    /// What was there; nothing when nothing was.
    pub before: Option<Held>,
    /// What is there now; nothing when nothing is.
    pub now: Option<Held>,
}

impl Difference {
    /// Whether the root is a file by now.
    pub fn is_root_file(&self) -> bool {
        self.path.is_root() && self.now.as_ref().is_some_and(|now| now.content != Content::Folder)
    }

    /// Whether more than a folder came or went: a service does not notice folders.
    pub fn is_of_files(&self) -> bool {
        let is_file = |held: &Option<Held>| held.as_ref().is_some_and(|held| held.content != Content::Folder);
        is_file(&self.before) || is_file(&self.now)
    }
}

/// What is under a root.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: BTreeMap<Relative, Node>,
    /// The files with more than one name.
    linked: BTreeSet<Relative>,
}

#[derive(Debug, Clone)]
struct Node {
    held: Held,
    stamp: Stamp,
    is_fresh: bool,
}

impl Tree {
    /// What was found at the first look, with what it holds: sorted by path, as packed as can be.
    pub fn of(found: Vec<(Relative, Seen)>, mut content: impl FnMut(&Relative, &Seen) -> Content) -> Self {
        let linked = found.iter().filter(|(_, seen)| seen.is_linked).map(|(path, _)| path.clone()).collect();
        let node = |(path, seen): (Relative, Seen)| {
            let held = Held { content: content(&path, &seen), mode: seen.mode };
            (path, Node { held, stamp: seen.stamp, is_fresh: seen.is_fresh })
        };
        Self { nodes: found.into_iter().map(node).collect(), linked }
    }

    /// What is at a path.
    pub fn get(&self, path: &Relative) -> Option<&Held> {
        self.nodes.get(path).map(|node| &node.held)
    }

    /// All that is there, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&Relative, &Held)> {
        self.nodes.iter().map(|(path, node)| (path, &node.held))
    }

    /// Takes over what is at and below a path now, sorted by path; gives what differs from before. Only files whose stamp
    /// changed are read; one that is gone by then is no longer there.
    pub fn update(
        &mut self,
        under: &Relative,
        found: Found,
        read: &mut dyn FnMut(&Relative, &Seen) -> Option<Content>,
    ) -> Vec<Difference> {
        let mut differences: Vec<Difference> = Vec::new();
        let mut linked = BTreeSet::new();
        for path in self.gone(under, &found) {
            let before = self.remove(&path);
            differences.push(Difference { path, before, now: None });
        }
        for (path, seen) in found.all {
            let known = self.nodes.get(&path);
            if known.is_some_and(|known| known.is_still(&seen)) {
                continue;
            }
            let before = known.map(|known| known.held.clone());
            let now = read(&path, &seen).map(|content| Held { content, mode: seen.mode });
            match &now {
                Some(held) => {
                    let Seen { stamp, is_fresh, is_linked, .. } = seen;
                    if is_linked {
                        linked.insert(stamp.inode);
                        self.linked.insert(path.clone());
                    } else {
                        self.linked.remove(&path);
                    }
                    self.nodes.insert(path.clone(), Node { held: held.clone(), stamp, is_fresh });
                }
                None => drop(self.remove(&path)),
            }
            if before != now {
                differences.push(Difference { path, before, now });
            }
        }
        self.link(&linked);
        differences.sort_by(|left, right| left.path.cmp(&right.path));
        differences
    }

    fn remove(&mut self, path: &Relative) -> Option<Held> {
        self.linked.remove(path);
        self.nodes.remove(path).map(|node| node.held)
    }

    /// Remembers that files with these inodes have more than one name: the first name was seen before there was another.
    fn link(&mut self, inodes: &BTreeSet<u64>) {
        if !inodes.is_empty() {
            let named = self.nodes.iter().filter(|(_, node)| inodes.contains(&node.stamp.inode));
            self.linked.extend(named.map(|(path, _)| path.clone()));
        }
    }

    /// In what a later look at the same place differs. What only one of them has read counts by size and time.
    pub fn differences(&self, later: &Self) -> Vec<Difference> {
        let paths: BTreeSet<&Relative> = self.nodes.keys().chain(later.nodes.keys()).collect();
        let difference = |path: &Relative| {
            let (before, now) = (self.nodes.get(path), later.nodes.get(path));
            let is_same = match (before, now) {
                (Some(before), Some(now)) => before.held == now.held || before.is_alike(now),
                _ => false,
            };
            let held = |node: Option<&Node>| node.map(|node| node.held.clone());
            (!is_same).then(|| Difference { path: path.clone(), before: held(before), now: held(now) })
        };
        paths.into_iter().filter_map(difference).collect()
    }

    /// The other names of the files at these paths.
    pub fn other_names(&self, paths: &BTreeSet<Relative>) -> Vec<Relative> {
        let inode = |path: &Relative| self.nodes.get(path).map(|node| node.stamp.inode);
        let inodes: BTreeSet<u64> = paths.iter().filter(|path| self.linked.contains(*path)).filter_map(inode).collect();
        if inodes.is_empty() {
            return Vec::new();
        }
        let named = |path: &&Relative| inode(path).is_some_and(|inode| inodes.contains(&inode));
        self.linked.iter().filter(named).cloned().collect()
    }

    /// The files with more than one name.
    pub fn linked(&self) -> &BTreeSet<Relative> {
        &self.linked
    }

    /// The files after a path that were never read and are no larger than `most` bytes, with their sizes.
    pub fn unread(&self, after: Bound<&Relative>, most: u64) -> impl Iterator<Item = (&Relative, u64)> {
        let unread = move |(path, node): (_, &Node)| match node.held.content {
            Content::Unread(size, _) if size <= most => Some((path, size)),
            _ => None,
        };
        self.nodes.range::<Relative, _>((after, Bound::Unbounded)).filter_map(unread)
    }

    /// Takes what is in a file, if it is still the one that was seen and was never read before.
    pub fn learn(&mut self, path: &Relative, (seen, content): (&Seen, Content)) {
        let Some(node) = self.nodes.get_mut(path) else { return };
        let is_same = node.stamp == seen.stamp && node.held.mode == seen.mode && !seen.is_fresh;
        if is_same && matches!(node.held.content, Content::Unread(..)) {
            node.held.content = content;
        }
    }

    fn gone(&self, under: &Relative, Found { all: found, blind }: &Found) -> Vec<Relative> {
        let may_be_there = |path: &Relative| {
            found.binary_search_by(|(found, _)| found.cmp(path)).is_ok() || blind.iter().any(|blind| path.is_in(blind))
        };
        let itself = self.nodes.get_key_value(under).map(|(path, _)| path);
        let below = self.nodes.range(under.first_below()..).map(|(path, _)| path).take_while(|path| path.is_in(under));
        let all = itself.into_iter().chain(below);
        let mut gone: Vec<Relative> = all.filter(|path| !may_be_there(path)).cloned().collect();
        gone.dedup();
        gone
    }
}

impl Node {
    /// Whether nothing shows that it was written to since another look.
    fn is_alike(&self, other: &Self) -> bool {
        let is_unread = |node: &Self| matches!(node.held.content, Content::Unread(..));
        let same = self.stamp == other.stamp && self.held.mode == other.held.mode && !self.is_fresh;
        same && (is_unread(self) || is_unread(other))
    }

    fn is_still(&self, seen: &Seen) -> bool {
        let same_mode = self.held.mode == seen.mode;
        match self.held.content {
            Content::Folder => seen.kind == Kind::Folder && same_mode,
            _ => seen.kind != Kind::Folder && same_mode && self.stamp == seen.stamp && !self.is_fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of one root, and the files of a made-up disk: path to (inode, time, text).
    struct Disk(Tree, BTreeMap<&'static str, (u64, i64, &'static str)>);

    fn relative(path: &str) -> Relative {
        Relative::of(&Path::new("/r").join(path), Path::new("/r")).expect("below")
    }

    impl Disk {
        fn new(files: &[(&'static str, &'static str)]) -> Self {
            let mut disk = Self(Tree::default(), BTreeMap::new());
            for (path, text) in files {
                disk.1.insert(path, (1, 1, text));
            }
            disk.look("");
            disk
        }

        fn look(&mut self, under: &str) -> Vec<String> {
            let Self(tree, files) = self;
            let under = relative(under);
            let all = files.iter().map(|(path, file)| (relative(path), file));
            let seen = all.filter(|(path, _)| path.is_in(&under)).map(|(path, (inode, time, text))| {
                let stamp = Stamp { inode: *inode, size: text.len() as u64, modified: *time };
                let kind = if *text == "/" { Kind::Folder } else { Kind::File };
                (path, Seen { kind, mode: 0o644, stamp, is_fresh: *time == 99, is_linked: false })
            });
            let mut read = |path: &Relative, seen: &Seen| {
                if seen.kind == Kind::Folder {
                    return Some(Content::Folder);
                }
                let (_, _, text) = files.get(path.as_path().to_str().expect("text"))?;
                let mut hash = [0; 16];
                hash[..text.len()].copy_from_slice(text.as_bytes());
                Some(Content::Hash(hash))
            };
            let changed = tree.update(&under, seen.collect::<Vec<_>>().into(), &mut read);
            changed.iter().map(|one| one.path.to_string()).collect()
        }
    }

    #[test]
    fn a_touch_is_no_change() {
        let mut disk = Disk::new(&[("a", "one")]);
        disk.1.insert("a", (1, 2, "one"));
        assert!(disk.look("a").is_empty());
    }

    #[test]
    fn the_same_text_in_another_file_is_no_change() {
        let mut disk = Disk::new(&[("a", "one")]);
        disk.1.insert("a", (2, 2, "one"));
        assert!(disk.look("a").is_empty());
    }

    #[test]
    fn another_text_of_the_same_length_is_a_change_once() {
        let mut disk = Disk::new(&[("a", "one"), ("b", "b")]);
        disk.1.insert("a", (1, 2, "two"));
        assert_eq!(disk.look(""), ["a"]);
        assert!(disk.look("").is_empty());
    }

    #[test]
    fn a_second_write_within_the_same_tick_is_seen() {
        let mut disk = Disk::new(&[("a", "one")]);
        disk.1.insert("a", (1, 99, "two"));
        assert_eq!(disk.look("a"), ["a"]);
        disk.1.insert("a", (1, 99, "six"));
        assert_eq!(disk.look("a"), ["a"], "though inode, size and time are the same");
    }

    #[test]
    fn what_comes_and_what_goes_is_a_change() {
        let mut disk = Disk::new(&[("d", "/"), ("d/a", "a"), ("d-e", "e")]);
        disk.1.remove("d/a");
        disk.1.insert("f", (3, 3, "f"));
        assert_eq!(disk.look("d"), ["d/a"], "only where it was looked");
        assert_eq!(disk.look(""), ["f"]);
        disk.1.clear();
        assert_eq!(disk.look("d"), ["d"]);
        assert_eq!(disk.look(""), ["d-e", "f"]);
    }

    #[test]
    fn a_folder_in_place_of_a_file_is_a_change() {
        let mut disk = Disk::new(&[("a", "one")]);
        disk.1.insert("a", (1, 1, "/"));
        disk.1.insert("a/b", (1, 1, "b"));
        assert_eq!(disk.look("a"), ["a", "a/b"]);
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_gone() {
        let mut disk = Disk::new(&[("d", "/"), ("d/x", "one"), ("e", "two")]);
        let found = Found { all: Vec::new(), blind: vec![relative("d")] };
        let changed = disk.0.update(&Relative::default(), found, &mut |_, _| None);
        assert_eq!(changed.iter().map(|one| one.path.to_string()).collect::<Vec<_>>(), ["e"]);
    }

    #[test]
    fn a_file_that_gets_a_second_name_is_known_to_have_two() {
        let mut tree = Tree::default();
        let mut look = |name: &str, is_linked| {
            let stamp = Stamp { inode: 1, size: 3, modified: 1 };
            let seen = Seen { kind: Kind::File, mode: 0o644, stamp, is_fresh: false, is_linked };
            let found = vec![(relative(name), seen)].into();
            tree.update(&relative(name), found, &mut |_, _| Some(Content::Hash([1; 16])));
            tree.linked().iter().cloned().collect::<Vec<_>>()
        };
        assert!(look("a", false).is_empty());
        assert_eq!(look("b", true), [relative("a"), relative("b")]);
        assert_eq!(tree.other_names(&BTreeSet::from([relative("a")])), [relative("a"), relative("b")]);
        assert!(tree.other_names(&BTreeSet::from([relative("c")])).is_empty());
    }

    #[test]
    fn what_is_in_a_file_is_learnt_only_of_the_one_that_was_seen() {
        let stamp = Stamp { inode: 1, size: 3, modified: 1 };
        let seen = Seen { kind: Kind::File, mode: 0o644, stamp, is_fresh: false, is_linked: false };
        let mut tree = Tree::of(vec![(relative("a"), seen.clone())], |_, seen| {
            Content::Unread(seen.stamp.size, seen.stamp.modified)
        });
        let next = |tree: &Tree| tree.unread(Bound::Unbounded, 3).next().map(|(path, _)| path.clone());
        let later = Seen { stamp: Stamp { modified: 2, ..stamp }, ..seen.clone() };
        tree.learn(&relative("a"), (&later, Content::Hash([2; 16])));
        assert_eq!(next(&tree), Some(relative("a")));
        tree.learn(&relative("a"), (&seen, Content::Hash([1; 16])));
        assert_eq!(tree.get(&relative("a")).map(|held| &held.content), Some(&Content::Hash([1; 16])));
        assert_eq!(next(&tree), None);
    }
}
