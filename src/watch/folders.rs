//! [`Folders`]: the folders that the kernel is asked to tell about, and those that it has no room for.

use super::error::Limit;
use super::{WatchError, scan};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The folders that the kernel is asked to tell about.
pub struct Folders {
    /// Nothing when the kernel has no room for any.
    watcher: Option<RecommendedWatcher>,
    known: BTreeSet<PathBuf>,
    refused: BTreeSet<PathBuf>,
}

impl Folders {
    /// None yet. A kernel that has no room for another watcher is no fault.
    ///
    /// # Errors
    /// When it refuses for another reason.
    pub fn new(watcher: notify::Result<RecommendedWatcher>) -> Result<Self, WatchError> {
        let watcher = match watcher {
            Ok(watcher) => Some(watcher),
            Err(fault) if Limit::of(&fault).is_some() => None,
            Err(fault) => return Err(WatchError::Unavailable(fault)),
        };
        Ok(Self { watcher, known: BTreeSet::new(), refused: BTreeSet::new() })
    }

    /// Those that the kernel has no room for.
    pub fn refused(&self) -> &BTreeSet<PathBuf> {
        &self.refused
    }

    /// Which limit was reached, if one was.
    pub fn limit(&self) -> Option<Limit> {
        match &self.watcher {
            None => Some(Limit::Instances),
            Some(_) if self.refused.is_empty() => None,
            Some(_) => Some(Limit::Watches),
        }
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
        let Some(watcher) = &mut self.watcher else {
            self.refused.insert(folder.to_owned());
            return Ok(());
        };
        match watcher.watch(folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.known.insert(folder.to_owned());
                self.refused.remove(folder);
            }
            // It was gone for a moment at least; one that is there again made an event in the folder above. One that may not
            // be read is told by who lists it.
            Err(fault) if is_no_fault(&fault.kind) || !folder.is_dir() => {}
            Err(fault) if Limit::of(&fault).is_some() => drop(self.refused.insert(folder.to_owned())),
            Err(fault) => return Err(WatchError::Unavailable(fault)),
        }
        Ok(())
    }

    /// Watches a folder and what is below it no longer; they may be others by now.
    pub fn forget(&mut self, folder: &Path) {
        self.refused.retain(|path| !path.starts_with(folder));
        if !self.known.contains(folder) && folder != Path::new("/") {
            return;
        }
        let known = self.known.range(folder.to_owned()..).take_while(|path| path.starts_with(folder));
        for path in known.cloned().collect::<Vec<_>>() {
            // One that is gone is no longer watched.
            let _ = self.watcher.as_mut().map(|watcher| watcher.unwatch(&path));
            self.known.remove(&path);
        }
    }
}

fn is_no_fault(fault: &ErrorKind) -> bool {
    match fault {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(fault) => scan::is_gone(fault) || fault.kind() == io::ErrorKind::PermissionDenied,
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
