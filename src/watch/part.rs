//! [`Part`]: a root, and what is under it.

use super::folders::Folders;
use super::relative::Relative;
use super::rules::Filter;
use super::tree::Tree;
use super::{scan, silent};
use std::path::{Path, PathBuf};

/// So many files with more than one name are not looked at without an event.
const MANY: usize = 2000;

/// A file or folder of the host that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// What of it is watched.
    pub filter: Filter,
}

/// A root, and what is under it.
pub struct Part {
    /// What is watched.
    pub root: Root,
    /// What was there at the last look.
    pub tree: Tree,
    inode: Option<u64>,
    /// What its file system is called, if that tells of no changes.
    pub silent: Option<&'static str>,
}

impl Part {
    /// A root of which nothing is known yet.
    pub fn of(root: &Root) -> Self {
        let silent = silent::file_system(&root.path);
        Self { root: root.clone(), tree: Tree::default(), inode: inode(&root.path), silent }
    }

    /// Whether its folder is another one than at the last look.
    pub fn has_moved(&mut self) -> bool {
        let inode = inode(&self.root.path);
        std::mem::replace(&mut self.inode, inode) != inode
    }

    /// Whether something of it may change without an event.
    pub fn changes_silently(&self, folders: &Folders) -> bool {
        // Where a whole tree is made of links, as package managers do it, none of them is written to.
        self.silent.is_some() || self.unheard(folders).next().is_some() || (1..MANY).contains(&self.tree.linked().len())
    }

    /// What of it may change without an event.
    pub fn quiet_places(&self, folders: &Folders) -> Vec<Relative> {
        if self.silent.is_some() {
            return vec![Relative::default()];
        }
        self.tree.linked().iter().cloned().chain(self.unheard(folders)).collect()
    }

    /// The folders of it that the kernel has no room for; the whole when it is a file in one of those.
    fn unheard<'a>(&'a self, folders: &'a Folders) -> impl Iterator<Item = Relative> + 'a {
        let root = &self.root.path;
        folders.refused().iter().filter_map(move |folder| {
            let holds_the_root = root.parent() == Some(folder);
            if holds_the_root { Some(Relative::default()) } else { Relative::of(folder, root) }
        })
    }

    /// The place to look at again when something happened at a path: the path, or the whole when that holds it; nothing
    /// when it is no matter of this root.
    pub fn concerned(&self, path: &Path) -> Option<Relative> {
        if self.root.path.starts_with(path) {
            return Some(Relative::default());
        }
        let relative = Relative::of(path, &self.root.path)?;
        self.root.filter.looks_at(&relative).then_some(relative)
    }
}

fn inode(path: &Path) -> Option<u64> {
    scan::glance(path).map(|seen| seen.stamp.inode)
}
