//! Tells when files that services have as bind mounts changed in content.
//!
//! Theory of operation: each folder of a root that is not left out is watched, and so are the folders above it up to the
//! project's, since an editor saves by renaming over the file and a checkout makes whole folders anew. Events only make
//! paths dirty, in a set that never fills up. When a burst is over, the dirty places are looked at and compared with the
//! [`manifest`]; what differs in content is told. Lost events make everything dirty.
//!
//! It decides nothing about containers.

mod breaker;
mod manifest;
mod rules;
mod scan;
mod settle;

pub use breaker::Breaker;
pub use rules::{Root, Rules, Skipped, Writable};

use crate::value::Name;
use manifest::Manifest;
use notify::event::{AccessKind, AccessMode};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use settle::Settle;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// Why files cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The kernel has no place for more.
    #[error("there are more folders to watch than the kernel allows")]
    TooMany,
    /// Anything else.
    #[error("files cannot be watched: {0}")]
    Unavailable(notify::Error),
}

impl WatchError {
    /// What can be done about it.
    pub fn help(&self) -> Option<String> {
        matches!(self, Self::TooMany).then(|| {
            "raise the limit with 'sysctl fs.inotify.max_user_watches=524288', or leave folders out by '.dockerignore'"
                .to_owned()
        })
    }

    fn of(fault: notify::Error) -> Self {
        match &fault.kind {
            ErrorKind::MaxFilesWatch => Self::TooMany,
            _ => Self::Unavailable(fault),
        }
    }
}

/// Files that changed, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The services that have them.
    pub services: BTreeSet<Name>,
    /// The files, relative to the project's folder.
    pub paths: Vec<PathBuf>,
}

/// Files under watch.
pub struct Watch {
    folder: PathBuf,
    parts: Vec<Part>,
    folders: Folders,
    inbox: Arc<Inbox>,
    dirty: BTreeSet<PathBuf>,
    settle: Settle,
}

/// A root and what was in it.
struct Part {
    root: Root,
    manifest: Manifest,
}

impl Watch {
    /// Begins to watch the roots of a project; what they hold now is what later changes are told against.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn start(roots: &[Root], folder: &Path) -> Result<Self, WatchError> {
        let inbox = Arc::new(Inbox::default());
        let theirs = Arc::clone(&inbox);
        let watcher = notify::recommended_watcher(move |event| theirs.put(event)).map_err(WatchError::of)?;
        let resolve = |root: &Root| Root { path: resolved(&root.path), ..root.clone() };
        let parts = roots.iter().map(|root| Part { root: resolve(root), manifest: Manifest::default() }).collect();
        let mut watch = Self {
            folder: resolved(folder),
            parts,
            folders: Folders { watcher, known: BTreeSet::new() },
            inbox,
            dirty: BTreeSet::new(),
            settle: Settle::default(),
        };
        watch.dirty_all();
        watch.look()?;
        Ok(watch)
    }

    /// Waits until something changed in content. Cancel-safe.
    ///
    /// # Errors
    /// When the kernel refuses to watch a new folder.
    pub async fn next(&mut self) -> Result<Vec<Change>, WatchError> {
        loop {
            let due = self.settle.due();
            let over = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.inbox.arrived.notified() => self.receive(),
                () = over => {
                    self.settle.clear();
                    let changes = tokio::task::block_in_place(|| self.look())?;
                    if !changes.is_empty() {
                        return Ok(changes);
                    }
                }
            }
        }
    }

    /// Looks no longer for a service.
    pub fn leave(&mut self, service: &Name) {
        for part in &mut self.parts {
            part.root.services.remove(service);
        }
        self.parts.retain(|part| !part.root.services.is_empty());
    }

    /// Whether nothing is left to look for.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn receive(&mut self) {
        let news = self.inbox.take();
        if news.lost {
            self.dirty_all();
        }
        let concerned = |path: &PathBuf| self.parts.iter().any(|part| part.root.concerned(path).is_some());
        let mut paths: Vec<PathBuf> = news.paths.into_iter().filter(concerned).collect();
        if news.lost || !paths.is_empty() {
            self.settle.hit(Instant::now());
        }
        self.dirty.extend(paths.drain(..));
    }

    fn dirty_all(&mut self) {
        self.dirty.extend(self.parts.iter().map(|part| part.root.path.clone()));
    }

    /// Compares the dirty places with what was there.
    fn look(&mut self) -> Result<Vec<Change>, WatchError> {
        let Self { folder, parts, folders, dirty, .. } = self;
        let dirty = std::mem::take(dirty);
        let places =
            |part: &Part| -> BTreeSet<PathBuf> { dirty.iter().filter_map(|path| part.root.concerned(path)).collect() };
        // A folder that was moved is watched by its new name only when it is no longer watched by the old one.
        for place in parts.iter().flat_map(places) {
            folders.forget(&place);
        }
        let mut changes = Vec::new();
        for part in parts {
            for above in above(&part.root.path, folder) {
                folders.enter(above)?;
            }
            let mut paths = BTreeSet::new();
            for place in places(part) {
                let found = scan::scan(&part.root, &place, &mut |path| folders.enter(path))?;
                paths.extend(part.manifest.update(&place, found, &mut |path, stamp| scan::content(path, stamp)));
            }
            if !paths.is_empty() {
                let shown = |path: &PathBuf| path.strip_prefix(&*folder).unwrap_or(path).to_owned();
                let paths = paths.iter().map(shown).collect();
                changes.push(Change { services: part.root.services.clone(), paths });
            }
        }
        Ok(changes)
    }
}

/// The folders that the kernel is asked to tell about.
struct Folders {
    watcher: RecommendedWatcher,
    known: BTreeSet<PathBuf>,
}

impl Folders {
    /// Watches a folder that is not watched yet; one that is not there is no fault.
    fn enter(&mut self, folder: &Path) -> Result<(), WatchError> {
        if self.known.contains(folder) || !folder.is_dir() {
            return Ok(());
        }
        match self.watcher.watch(folder, RecursiveMode::NonRecursive).map_err(WatchError::of) {
            Ok(()) => {
                self.known.insert(folder.to_owned());
                Ok(())
            }
            Err(WatchError::Unavailable(_)) if !folder.is_dir() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Watches a folder and what is below it no longer; they may be others by now.
    fn forget(&mut self, folder: &Path) {
        let known = self.known.range(folder.to_owned()..).take_while(|path| path.starts_with(folder));
        for path in known.cloned().collect::<Vec<_>>() {
            // One that is gone is no longer watched.
            let _ = self.watcher.unwatch(&path);
            self.known.remove(&path);
        }
    }
}

/// The folders above a root, the project's folder being the last; for a root elsewhere only the nearest.
fn above<'a>(root: &'a Path, folder: &'a Path) -> Vec<&'a Path> {
    let inside: Vec<&Path> = root.ancestors().skip(1).take_while(|path| path.starts_with(folder)).collect();
    if inside.is_empty() && root != folder { root.parent().into_iter().collect() } else { inside }
}

/// A path without links, as far as it is there.
fn resolved(path: &Path) -> PathBuf {
    let real = path.ancestors().find_map(|one| Some((one, one.canonicalize().ok()?)));
    match real.and_then(|(one, real)| Some((path.strip_prefix(one).ok()?, real))) {
        Some((rest, real)) if rest.as_os_str().is_empty() => real,
        Some((rest, real)) => real.join(rest),
        None => path.to_owned(),
    }
}

/// Where events arrive: a set, so that it never fills up and whoever puts something in never waits.
#[derive(Default)]
struct Inbox {
    news: Mutex<News>,
    arrived: Notify,
}

#[derive(Default)]
struct News {
    paths: BTreeSet<PathBuf>,
    /// Whether events got lost.
    lost: bool,
}

impl Inbox {
    fn put(&self, event: notify::Result<notify::Event>) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Ok(event) if event.need_rescan() => news.lost = true,
            Ok(event) if is_change(event.kind) => news.paths.extend(event.paths),
            Ok(_) => return,
            Err(_) => news.lost = true,
        }
        drop(news);
        self.arrived.notify_one();
    }

    fn take(&self) -> News {
        std::mem::take(&mut *self.news.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether something may have been written: reading, ours above all, is no change.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
mod tests;
