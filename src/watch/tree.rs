//! [`Tree`]: what the files under a root were like when they were looked at last. Pure: contents come in through a
//! closure.
//!
//! Events only say where to look. Whether something changed is told by comparison, so that a `touch`, a save of the same
//! text or a checkout back and forth is no change, and an event that was lost does no lasting harm.

use super::relative::Relative;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What tells at a glance that a file was not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Which file it is: a rename over it gives another one.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written to: seconds and nanoseconds since 1970.
    pub modified: (i64, i64),
}

/// What is at a path, at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Whether it is a folder.
    pub is_folder: bool,
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
    /// The hash of what is in it.
    Hash([u8; 32]),
    /// It is a link; where it leads.
    Link(PathBuf),
    /// It was not read: its size and time stand for it.
    Unread(u64, (i64, i64)),
    /// Nobody knows what a container holds, or whether it holds anything: something that was put there may have arrived.
    Unsure,
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
}

#[derive(Debug, Clone)]
struct Node {
    held: Held,
    stamp: Stamp,
    is_fresh: bool,
    is_linked: bool,
}

impl Tree {
    /// What is at a path.
    pub fn get(&self, path: &Relative) -> Option<&Held> {
        self.nodes.get(path).map(|node| &node.held)
    }

    /// All that is there, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&Relative, &Held)> {
        self.nodes.iter().map(|(path, node)| (path, &node.held))
    }

    /// Takes over what is at and below a path now; gives what differs from before. Only files whose stamp changed are
    /// read; one that is gone by then is no longer there.
    pub fn update(
        &mut self,
        under: &Relative,
        found: BTreeMap<Relative, Seen>,
        read: &mut dyn FnMut(&Relative, &Seen) -> Option<Content>,
    ) -> Vec<Difference> {
        let mut differences: Vec<Difference> = Vec::new();
        let mut linked = BTreeSet::new();
        for path in self.gone(under, &found) {
            let before = self.nodes.remove(&path).map(|node| node.held);
            differences.push(Difference { path, before, now: None });
        }
        for (path, seen) in found {
            let known = self.nodes.get(&path);
            if known.is_some_and(|known| known.is_still(&seen)) {
                continue;
            }
            let before = known.map(|known| known.held.clone());
            let content = if seen.is_folder { Some(Content::Folder) } else { read(&path, &seen) };
            let now = content.map(|content| Held { content, mode: seen.mode });
            match &now {
                Some(held) => {
                    let Seen { stamp, is_fresh, is_linked, .. } = seen;
                    if is_linked {
                        linked.insert(stamp.inode);
                    }
                    let node = Node { held: held.clone(), stamp, is_fresh, is_linked };
                    self.nodes.insert(path.clone(), node);
                }
                None => drop(self.nodes.remove(&path)),
            }
            if before != now {
                differences.push(Difference { path, before, now });
            }
        }
        self.link(&linked);
        differences.sort_by(|left, right| left.path.cmp(&right.path));
        differences
    }

    /// Remembers that files with these inodes have more than one name: the first name was seen before there was another.
    fn link(&mut self, inodes: &BTreeSet<u64>) {
        if !inodes.is_empty() {
            let named = self.nodes.values_mut().filter(|node| inodes.contains(&node.stamp.inode));
            named.for_each(|node| node.is_linked = true);
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

    /// The files with more than one name.
    pub fn linked(&self) -> impl Iterator<Item = &Relative> {
        self.nodes.iter().filter(|(_, node)| node.is_linked).map(|(path, _)| path)
    }

    /// Whether a file has more than one name.
    pub fn is_linked(&self, path: &Relative) -> bool {
        self.nodes.get(path).is_some_and(|node| node.is_linked)
    }

    /// The files that were never read, and that no larger than `most` bytes.
    pub fn unread(&self, most: u64) -> Vec<Relative> {
        let unread = |node: &Node| matches!(node.held.content, Content::Unread(size, _) if size <= most);
        self.nodes.iter().filter(|(_, node)| unread(node)).map(|(path, _)| path.clone()).collect()
    }

    /// Takes what is in a file, if it is still the one that was seen and was never read before.
    pub fn learn(&mut self, path: &Relative, (seen, content): (&Seen, Content)) {
        let Some(node) = self.nodes.get_mut(path) else { return };
        let is_same = node.stamp == seen.stamp && node.held.mode == seen.mode && !seen.is_fresh;
        if is_same && matches!(node.held.content, Content::Unread(..)) {
            node.held.content = content;
        }
    }

    fn gone(&self, under: &Relative, found: &BTreeMap<Relative, Seen>) -> Vec<Relative> {
        let itself = self.nodes.get_key_value(under).map(|(path, _)| path);
        let below = self.nodes.range(under.first_below()..).map(|(path, _)| path).take_while(|path| path.is_in(under));
        let all = itself.into_iter().chain(below);
        let mut gone: Vec<Relative> = all.filter(|path| !found.contains_key(*path)).cloned().collect();
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
            Content::Folder => seen.is_folder && same_mode,
            _ => !seen.is_folder && same_mode && self.stamp == seen.stamp && !self.is_fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

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
                let stamp = Stamp { inode: *inode, size: text.len() as u64, modified: (*time, 0) };
                (path, Seen { is_folder: *text == "/", mode: 0o644, stamp, is_fresh: *time == 99, is_linked: false })
            });
            let mut read = |path: &Relative, _: &Seen| {
                let (_, _, text) = files.get(path.as_path().to_str().expect("text"))?;
                let mut hash = [0; 32];
                hash[..text.len()].copy_from_slice(text.as_bytes());
                Some(Content::Hash(hash))
            };
            let changed = tree.update(&under, seen.collect(), &mut read);
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
    fn a_file_that_gets_a_second_name_is_known_to_have_two() {
        let mut tree = Tree::default();
        let mut look = |name: &str, is_linked| {
            let stamp = Stamp { inode: 1, size: 3, modified: (1, 0) };
            let seen = Seen { is_folder: false, mode: 0o644, stamp, is_fresh: false, is_linked };
            let found = BTreeMap::from([(relative(name), seen)]);
            tree.update(&relative(name), found, &mut |_, _| Some(Content::Hash([1; 32])));
            tree.linked().cloned().collect::<Vec<_>>()
        };
        assert!(look("a", false).is_empty());
        assert_eq!(look("b", true), [relative("a"), relative("b")]);
    }

    #[test]
    fn what_is_in_a_file_is_learnt_only_of_the_one_that_was_seen() {
        let mut tree = Tree::default();
        let stamp = Stamp { inode: 1, size: 3, modified: (1, 0) };
        let seen = Seen { is_folder: false, mode: 0o644, stamp, is_fresh: false, is_linked: false };
        let found = BTreeMap::from([(relative("a"), seen.clone())]);
        tree.update(&Relative::default(), found, &mut |_, seen| {
            Some(Content::Unread(seen.stamp.size, seen.stamp.modified))
        });
        let later = Seen { stamp: Stamp { modified: (2, 0), ..stamp }, ..seen.clone() };
        tree.learn(&relative("a"), (&later, Content::Hash([2; 32])));
        assert_eq!(tree.unread(3), [relative("a")]);
        tree.learn(&relative("a"), (&seen, Content::Hash([1; 32])));
        assert_eq!(tree.get(&relative("a")).map(|held| &held.content), Some(&Content::Hash([1; 32])));
        assert!(tree.unread(3).is_empty());
    }
}
