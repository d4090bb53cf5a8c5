//! [`Files`]: the files under the roots, and what changed in them.
//!
//! Theory of operation: each folder of a root that is not left out is watched, and so are the folders above it up to the
//! project's, since an editor saves by renaming over the file and a checkout makes whole folders anew. Events only make
//! paths dirty, in a set that never fills up. What is complete ([`Settle`]) is looked at and compared with the [`Tree`];
//! what differs in content is told. Lost events make everything dirty.
//!
//! It decides nothing about containers.

use super::WatchError;
use super::error::Limit;
use super::folders::{Folders, above};
use super::inbox::Inbox;
use super::part::{Part, Root};
use super::relative::Relative;
use super::rules::Filter;
use super::scan;
use super::settle::Settle;
use super::tree::{Content, Difference, Seen, Tree};
use std::collections::BTreeSet;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often it is looked whether the roots are still the folders that they were: a root whose parents went, too, may
/// come back without an event.
const ROUND: Duration = Duration::from_secs(2);
/// How often what arrives is taken while something is dirty.
const GLANCE: Duration = Duration::from_millis(3);
/// Bytes that are read in one go while nothing happens: some hundred small files, in some milliseconds.
const SIP: u64 = 128 << 10;
/// Bytes that could be read in the time that it takes to open a file.
const EFFORT: u64 = 512;
/// Bytes that are read before the watch begins: some thousand small files, in some ten milliseconds.
const FIRST_SIP: u64 = 1 << 20;

/// Which root, by its place among those that were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RootId(pub usize);

/// What changed under a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The root.
    pub root: RootId,
    /// What is no longer as it was; never empty.
    pub differences: Vec<Difference>,
    /// When the first of it happened.
    pub began: Instant,
}

/// Files under watch.
pub struct Files {
    /// Up to where folders above the roots are watched.
    folder: PathBuf,
    parts: Vec<Part>,
    folders: Folders,
    inbox: Arc<Inbox>,
    settle: Settle,
    /// Whether everything is to be looked at.
    lost: bool,
    /// Whether what changes without an event is to be looked at.
    round_due: bool,
    /// What could not be looked at lately, and what of it was told.
    unreadable: BTreeSet<PathBuf>,
    told_unreadable: BTreeSet<PathBuf>,
    began: Option<Instant>,
    /// Up to where files are read whose content is not known yet; nothing when all were.
    reading: Option<(RootId, Bound<Relative>)>,
    /// Whether some of them were passed over that had been written to just before.
    any_fresh: bool,
    round: tokio::time::Interval,
}

impl Files {
    /// Begins to watch roots; what they hold now is what later changes are told against.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn start(roots: &[Root], folder: &Path) -> Result<Self, WatchError> {
        let inbox = Arc::new(Inbox::default());
        let theirs = Arc::clone(&inbox);
        let watcher = notify::recommended_watcher(move |event| theirs.put(event));
        let mut files = Self {
            folder: resolved(folder),
            parts: roots.iter().map(Part::of).collect(),
            folders: Folders::new(watcher)?,
            inbox,
            settle: Settle::default(),
            lost: false,
            round_due: false,
            unreadable: BTreeSet::new(),
            told_unreadable: BTreeSet::new(),
            began: None,
            reading: Some((RootId(0), Bound::Unbounded)),
            any_fresh: false,
            round: tokio::time::interval(ROUND),
        };
        files.look_first()?;
        files.read_first();
        Ok(files)
    }

    /// What is under a root.
    pub fn tree(&self, id: RootId) -> Option<&Tree> {
        self.parts.get(id.0).map(|part| &part.tree)
    }

    /// What was last seen of a root of another watch, if the same of it was watched here.
    pub fn same_as(&self, id: RootId, other: &Self) -> Option<&Tree> {
        let theirs = &other.parts.get(id.0)?.root;
        self.parts.iter().find(|part| part.root == *theirs).map(|part| &part.tree)
    }

    /// Where a root is.
    pub fn path(&self, id: RootId) -> Option<&Path> {
        self.parts.get(id.0).map(|part| part.root.path.as_path())
    }

    /// What of a root is watched.
    pub fn filter(&self, id: RootId) -> Option<&Filter> {
        self.parts.get(id.0).map(|part| &part.root.filter)
    }

    /// What could not be looked at and was not told yet.
    pub fn unreadable(&mut self) -> Vec<PathBuf> {
        let new = std::mem::take(&mut self.unreadable);
        new.into_iter().filter(|path| self.told_unreadable.insert(path.clone())).collect()
    }

    /// Takes what is there; no file is read for it.
    fn look_first(&mut self) -> Result<(), WatchError> {
        let Self { folder, parts, folders, unreadable, .. } = self;
        for Part { root, tree, .. } in parts {
            for above in above(&root.path, folder) {
                folders.enter(above)?;
            }
            let found = scan::scan((&root.path, &root.filter), &Relative::default(), &mut |path| folders.enter(path))?;
            unreadable.extend(found.blind.iter().map(|path| path.below(&root.path)));
            *tree = Tree::of(found.all, |path, seen| scan::unread_content(&path.below(&root.path), seen));
        }
        Ok(())
    }

    /// Reads what was never read, if that is no more than some thousand small files: some ten milliseconds.
    pub fn read_first(&mut self) {
        let unread = self.parts.iter().flat_map(|part| part.tree.unread(Bound::Unbounded, scan::LARGE));
        if unread.map(|(_, size)| size + EFFORT).sum::<u64>() <= FIRST_SIP {
            self.read_again();
            self.read_some(FIRST_SIP);
        }
    }

    /// Begins anew to read what was passed over.
    fn read_again(&mut self) {
        if std::mem::take(&mut self.any_fresh) {
            self.reading = Some((RootId(0), Bound::Unbounded));
        }
    }

    /// The roots whose file systems tell of no changes, with the names of those.
    pub fn silent(&self) -> Vec<(&Path, &'static str)> {
        self.parts.iter().filter_map(|part| Some((part.root.path.as_path(), part.silent?))).collect()
    }

    /// Whether something is to be looked at in a moment; what is still written to is not.
    pub fn is_dirty(&mut self) -> bool {
        self.receive();
        self.lost || self.settle.has_complete()
    }

    /// Which limit of the kernel was reached, if one was, and how many folders it has no room for: they are looked at now
    /// and then.
    pub fn crowded(&self) -> Option<(Limit, usize)> {
        Some((self.folders.limit()?, self.folders.refused().len()))
    }

    /// Waits until something changed in content. Cancel-safe.
    ///
    /// # Errors
    /// When the kernel refuses to watch a new folder.
    pub async fn next(&mut self) -> Result<Vec<Change>, WatchError> {
        loop {
            self.receive();
            let now = Instant::now();
            let due = if self.lost || self.round_due { Some(now) } else { self.settle.due() };
            if due.is_some_and(|due| due <= now) {
                let changes = tokio::task::block_in_place(|| self.look())?;
                if !changes.is_empty() {
                    return Ok(changes);
                }
                continue;
            }
            // While something is dirty, what arrives is taken now and then, not one by one.
            let over = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due.min(now + GLANCE).into()).await,
                    None => std::future::pending().await,
                }
            };
            let is_clean = due.is_none();
            let idle = is_clean && self.reading.is_some();
            tokio::select! {
                biased;
                () = self.inbox.arrived.notified(), if is_clean => {}
                () = over => {}
                _ = self.round.tick() => {
                    self.read_again();
                    self.lost |= self.has_other_roots();
                    self.round_due = self.parts.iter().any(|part| part.changes_silently(&self.folders));
                }
                () = tokio::task::yield_now(), if idle => tokio::task::block_in_place(|| self.read_some(SIP)),
            }
        }
    }

    /// All roots.
    pub fn ids(&self) -> impl Iterator<Item = RootId> + use<> {
        (0..self.parts.len()).map(RootId)
    }

    fn receive(&mut self) {
        let news = self.inbox.take();
        self.lost |= news.lost;
        for (path, (sign, at)) in news.paths {
            if self.parts.iter().any(|part| part.concerned(&path).is_some()) {
                self.settle.hit(path, sign, at);
                self.began = Some(self.began.map_or(at, |began| began.min(at)));
            }
        }
    }

    /// Whether the folder of a root is another one by now.
    fn has_other_roots(&mut self) -> bool {
        self.parts.iter_mut().map(Part::has_moved).filter(|moved| *moved).count() > 0
    }

    /// Compares the places that are complete with what was there.
    fn look(&mut self) -> Result<Vec<Change>, WatchError> {
        let began = self.began.take().unwrap_or_else(Instant::now);
        let dirty = self.settle.take(Instant::now());
        let (all, round) = (std::mem::take(&mut self.lost), std::mem::take(&mut self.round_due));
        let places = |part: &Part| -> BTreeSet<Relative> {
            if all {
                return BTreeSet::from([Relative::default()]);
            }
            let mut places: BTreeSet<Relative> = dirty.iter().filter_map(|path| part.concerned(path)).collect();
            if round {
                places.extend(part.quiet_places(&self.folders));
            }
            // A file with two names changes under both, and one event is all there is.
            places.extend(part.tree.other_names(&places));
            places
        };
        let places: Vec<BTreeSet<Relative>> = self.parts.iter().map(places).collect();
        // A folder that was moved is watched by its new name only when it is no longer watched by the old one.
        for path in &dirty {
            self.folders.forget(path);
        }
        if all {
            self.folders.forget(Path::new("/"));
        }
        let mut changes = Vec::new();
        for (root, places) in self.ids().zip(places) {
            let differences = self.look_at(root, &places, &mut scan::content)?;
            if !differences.is_empty() {
                changes.push(Change { root, differences, began });
            }
        }
        if self.settle.due().is_some() {
            self.began = Some(Instant::now());
        }
        Ok(changes)
    }

    fn look_at(
        &mut self,
        id: RootId,
        places: &BTreeSet<Relative>,
        read: &mut dyn FnMut(&Path, &Seen) -> Option<Content>,
    ) -> Result<Vec<Difference>, WatchError> {
        let Self { folder, parts, folders, unreadable, .. } = self;
        let Some(Part { root, tree, .. }) = parts.get_mut(id.0) else { return Ok(Vec::new()) };
        if !places.is_empty() {
            for above in above(&root.path, folder) {
                folders.enter(above)?;
            }
        }
        let mut differences = Vec::new();
        let mut last: Option<&Relative> = None;
        for place in places {
            // What lies below a place that was looked at has been looked at.
            if last.is_some_and(|last| place.is_in(last)) {
                continue;
            }
            last = Some(place);
            let found = scan::scan((&root.path, &root.filter), place, &mut |path| folders.enter(path))?;
            unreadable.extend(found.blind.iter().map(|path| path.below(&root.path)));
            let mut read = |path: &Relative, seen: &Seen| read(&path.below(&root.path), seen);
            differences.extend(tree.update(place, found, &mut read));
        }
        Ok(differences)
    }

    /// Reads files that were never read, so that a later `touch` is known to be one.
    fn read_some(&mut self, most: u64) {
        let mut bytes = 0;
        while bytes < most
            && let Some((id, after)) = self.reading.take()
            && let Some(Part { root, tree, .. }) = self.parts.get_mut(id.0)
        {
            let next = tree.unread(after.as_ref(), scan::LARGE).next();
            let Some(relative) = next.map(|(path, _)| path.clone()) else {
                self.reading = Some((RootId(id.0 + 1), Bound::Unbounded));
                continue;
            };
            let path = relative.below(&root.path);
            if let Some(seen) = scan::glance(&path) {
                // One that was written to just now may be written to again with the same time: it is read later.
                self.any_fresh |= seen.is_fresh;
                if let Some(content) = (!seen.is_fresh).then(|| scan::content(&path, &seen)).flatten() {
                    bytes += seen.stamp.size + EFFORT;
                    // One that was written to while it was read is told by an event.
                    if scan::glance(&path).is_some_and(|again| again.stamp == seen.stamp) {
                        tree.learn(&relative, (&seen, content));
                    }
                }
            }
            self.reading = Some((id, Bound::Excluded(relative)));
        }
    }
}

/// A path without links, as far as it is there.
pub fn resolved(path: &Path) -> PathBuf {
    let real = path.ancestors().find_map(|one| Some((one, one.canonicalize().ok()?)));
    match real.and_then(|(one, real)| Some((path.strip_prefix(one).ok()?, real))) {
        Some((rest, real)) if rest.as_os_str().is_empty() => real,
        Some((rest, real)) => real.join(rest),
        None => path.to_owned(),
    }
}

#[cfg(test)]
#[path = "files/tests.rs"]
mod tests;
