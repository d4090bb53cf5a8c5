//! [`Folders`]: the folders that the kernel is asked to tell about.

use super::WatchError;
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The folders that the kernel is asked to tell about.
pub struct Folders {
    watcher: RecommendedWatcher,
    known: BTreeSet<PathBuf>,
}

impl Folders {
    /// None yet.
    pub fn new(watcher: RecommendedWatcher) -> Self {
        Self { watcher, known: BTreeSet::new() }
    }

    /// Those that are watched.
    #[cfg(test)]
    pub fn known(&self) -> &BTreeSet<PathBuf> {
        &self.known
    }

    /// Watches a folder that is not watched yet; one that is not there is no fault.
    pub fn enter(&mut self, folder: &Path) -> Result<(), WatchError> {
        if self.known.contains(folder) || !folder.is_dir() {
            return Ok(());
        }
        match self.watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.known.insert(folder.to_owned());
                Ok(())
            }
            // It was gone for a moment at least; one that is there again made an event in the folder above.
            Err(fault) if says_gone(&fault.kind) || !folder.is_dir() => Ok(()),
            Err(fault) => Err(WatchError::of(fault)),
        }
    }

    /// Watches a folder and what is below it no longer; they may be others by now.
    pub fn forget(&mut self, folder: &Path) {
        if !self.known.contains(folder) && folder != Path::new("/") {
            return;
        }
        let known = self.known.range(folder.to_owned()..).take_while(|path| path.starts_with(folder));
        for path in known.cloned().collect::<Vec<_>>() {
            // One that is gone is no longer watched.
            let _ = self.watcher.unwatch(&path);
            self.known.remove(&path);
        }
    }
}

fn says_gone(fault: &ErrorKind) -> bool {
    match fault {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(fault) => matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
        _ => false,
    }
}

/// The folders above a root, the project's folder being the last; for a root elsewhere, or one that is not there, up to
/// the nearest that is.
pub fn above<'a>(root: &'a Path, folder: &'a Path) -> Vec<&'a Path> {
    let inside: Vec<&Path> = root.ancestors().skip(1).take_while(|path| path.starts_with(folder)).collect();
    if !inside.is_empty() || root == folder {
        return inside;
    }
    let mut above = Vec::new();
    for path in root.ancestors().skip(1) {
        above.push(path);
        if path.is_dir() {
            break;
        }
    }
    above
}
