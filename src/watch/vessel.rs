//! [`Vessel`]: a container that files are copied into.

use super::batch::Batch;
use super::behind::Behind;
use super::compare::{Compared, Sides};
use super::copy::{Copied, DOES_NOT_RUN, Job};
use super::files::Files;
use super::fleet::RuleIndex;
use super::relative::Relative;
use super::rules::Rule;
use super::tree::{Content, Difference, Held, Tree};
use crate::engine::{Engine, Interior, Licence, Owners};
use crate::value::{ContainerId, Name};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, oneshot};

/// How soon what failed is tried again, and at the longest.
const AGAIN: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// Where a rule copies from and to.
struct Ground<'a> {
    /// Where the root is on the host.
    root: &'a Path,
    /// Where it is in containers.
    target: &'a Path,
    /// What is under it on the host.
    tree: &'a Tree,
}

impl<'a> Ground<'a> {
    /// That of a rule that copies.
    fn of(index: RuleIndex, (files, rules): (&'a Files, &'a [Rule])) -> Option<Self> {
        let rule = rules.get(index)?;
        Some(Self { root: files.path(rule.root)?, target: rule.reaction.target()?, tree: files.tree(rule.root)? })
    }
}

/// How soon a change of the host is seen at the latest.
const LOOK: Duration = Duration::from_secs(1);

/// A container.
pub struct Vessel {
    /// Its service.
    pub service: Name,
    /// Its name.
    pub name: String,
    /// What of it matters; nothing until somebody looked.
    pub interior: Option<Interior>,
    /// Whose the files in it are, by target, once that is known.
    pub owners: BTreeMap<PathBuf, Arc<OnceCell<Owners>>>,
    /// How far behind it is, by rule.
    pub copies: BTreeMap<RuleIndex, Behind>,
    /// When its process was started, as far as that was seen.
    started: String,
    /// The rules of which it is not known what it holds.
    pub unknown: BTreeSet<RuleIndex>,
    /// What could not be copied, and why.
    pub failed: BTreeMap<(RuleIndex, Relative), String>,
    /// Whether something is on its way.
    pub is_busy: bool,
    /// When something is tried again.
    pub again: Option<Instant>,
    /// How often in a row something failed.
    attempts: u32,
    /// Where it holds something newer than the last look at the host has seen, and until when that is waited for: a file
    /// that is written to all the time is copied now and then, and nobody waits for it.
    newer: BTreeMap<(RuleIndex, Relative), Instant>,
    /// Who waits until it holds what the host holds.
    pub waiting: Vec<oneshot::Sender<()>>,
}

impl Vessel {
    /// One of which nothing is known but how far behind the image is.
    pub fn new(service: &Name, name: &str, copies: BTreeMap<RuleIndex, Behind>) -> Self {
        Self {
            service: service.clone(),
            name: name.to_owned(),
            interior: None,
            started: String::new(),
            owners: BTreeMap::new(),
            copies,
            unknown: BTreeSet::new(),
            failed: BTreeMap::new(),
            is_busy: false,
            again: None,
            attempts: 0,
            newer: BTreeMap::new(),
            waiting: Vec::new(),
        }
    }

    /// Whether it does not hold what the host holds, and holds nothing newer either.
    pub fn is_behind(&self) -> bool {
        let lacks = |index: &RuleIndex, path: &Relative| !self.newer.contains_key(&(*index, path.clone()));
        self.copies.iter().any(|(index, behind)| behind.iter().any(|(path, _)| lacks(index, path)))
    }

    /// Whether something is to be done for it before all that changed has arrived, or cannot for now.
    pub fn is_unsettled(&self) -> bool {
        self.is_busy || self.again.is_none() && (!self.unknown.is_empty() || self.is_behind())
    }

    /// When it is to be looked after next.
    pub fn next(&self) -> Option<Instant> {
        self.again.into_iter().chain(self.newer.values().copied()).min()
    }

    /// Forgets what went wrong, and what is on its way: other rules hold.
    pub fn start_over(&mut self) {
        self.failed.clear();
        self.newer.clear();
        (self.is_busy, self.again, self.attempts) = (false, None, 0);
    }

    /// Takes that a path of the host is another one than at the look before.
    pub fn changed(&mut self, index: RuleIndex, differences: &[Difference]) {
        let Some(behind) = self.copies.get_mut(&index) else { return };
        behind.all_changed(differences);
        if !self.newer.is_empty() {
            self.newer.retain(|(one, path), _| *one != index || !differences.iter().any(|change| change.path == *path));
        }
        (self.again, self.attempts) = (None, 0);
    }

    /// Forgets what was waited for long enough.
    pub fn wait_no_longer(&mut self, now: Instant) {
        self.newer.retain(|_, until| *until > now);
    }

    /// Whether it was looked at, and all is known that it holds.
    pub fn is_known(&self) -> bool {
        self.interior.is_some() && self.unknown.is_empty()
    }

    /// Takes what was seen of it; gives what it lacks by that: what is in memory is empty at each start.
    pub fn look(&mut self, interior: Interior, (files, rules): (&Files, &[Rule])) -> BTreeSet<Relative> {
        let mut lost = BTreeSet::new();
        if interior.is_running && self.started != interior.started && interior.has_memory() {
            for (index, behind) in &mut self.copies {
                let Some(Ground { target, tree, .. }) = Ground::of(*index, (files, rules)) else { continue };
                for (path, held) in tree.iter().filter(|(path, _)| interior.is_memory(&path.below(target))) {
                    behind.holds(path, None, Some(held));
                    lost.insert(path.clone());
                }
            }
        }
        self.started.clone_from(&interior.started);
        self.interior = Some(interior);
        self.again = None;
        lost
    }

    /// The next rule of which it is not known what it holds, and with what it is compared: all but what the archive API
    /// does not see. Of memory the record stays, and what the host has mounted is the host's own.
    pub fn sides(&self, files: &Files, rules: &[Rule]) -> Option<(RuleIndex, Sides)> {
        let interior = self.interior.as_ref()?;
        let index = self.unknown.first().copied().or_else(|| self.doubtful(files, rules))?;
        let Ground { root, target, tree } = Ground::of(index, (files, rules))?;
        let is_seen = |path: &Relative| interior.is_seen(&path.below(target));
        let (mut host, mut in_memory) = (Vec::new(), 0);
        for (path, held) in tree.iter() {
            if is_seen(path) {
                host.push((path.clone(), held.clone()));
            } else if interior.is_memory(&path.below(target)) {
                in_memory += 1;
            }
        }
        let behind = self.copies.get(&index)?.iter().map(|(path, _)| path).filter(|path| is_seen(path));
        let behind = behind.cloned().collect();
        let (root, target) = (root.to_owned(), target.to_owned());
        Some((index, Sides { root, target, host, behind, in_memory }))
    }

    /// A rule that something is to go for of which it is not known whether it is there.
    fn doubtful(&self, files: &Files, rules: &[Rule]) -> Option<RuleIndex> {
        let interior = self.interior.as_ref()?;
        let unsure = |held: Option<&Held>| held.is_some_and(|held| held.content == Content::Unsure);
        let doubtful = |(index, behind): &(&RuleIndex, &Behind)| {
            let Some(Ground { target, tree, .. }) = Ground::of(**index, (files, rules)) else { return false };
            let mut unsure = behind.iter().filter(|(_, held)| unsure(*held)).map(|(path, _)| path);
            unsure.any(|path| tree.get(path).is_none() && interior.is_seen(&path.below(target)))
        };
        self.copies.iter().find(doubtful).map(|(index, _)| *index)
    }

    /// Takes what it was found to hold.
    pub fn learn(&mut self, index: RuleIndex, compared: &Compared, (files, rules): (&Files, &[Rule])) {
        self.unknown.remove(&index);
        self.again = None;
        let tree = rules.get(index).and_then(|rule| files.tree(rule.root));
        let (Some(behind), Some(tree)) = (self.copies.get_mut(&index), tree) else { return };
        for (path, held) in compared.differing.iter().chain(&compared.behind) {
            behind.holds(path, held.clone(), tree.get(path));
        }
    }

    /// The next batch for it.
    pub fn job(
        &mut self,
        id: &ContainerId,
        (engine, licence): (&Engine, Licence),
        files: &Files,
        rules: &[Rule],
    ) -> Option<(RuleIndex, Job)> {
        let interior = self.interior.clone()?;
        for (index, behind) in self.copies.iter().filter(|(_, behind)| !behind.is_empty()) {
            let Ground { root, target, tree } = Ground::of(*index, (files, rules))?;
            let waits = |path: &Relative| self.newer.contains_key(&(*index, path.clone()));
            let batch = Batch::of(behind, tree, (root, target), waits);
            if batch.is_empty() {
                continue;
            }
            let job = Job {
                engine: engine.clone(),
                licence,
                id: id.clone(),
                interior,
                owners: Arc::clone(self.owners.entry(target.to_owned()).or_default()),
                places: Arc::new((root.to_owned(), target.to_owned())),
                batch,
            };
            return Some((*index, job));
        }
        // What is behind is gone from the host by now: the next look says so.
        if self.is_behind() {
            self.try_again();
        } else {
            self.waiting.clear();
            self.again = None;
        }
        None
    }

    /// Takes what came of a batch. Where something failed, what the container holds is looked at, and it is tried again at
    /// once: a container that was just stopped is no news. What goes on to fail is tried again later, without a look.
    pub fn take(&mut self, index: RuleIndex, copied: Copied, (files, rules): (&Files, &[Rule])) {
        let (Some(behind), Some(rule)) = (self.copies.get_mut(&index), rules.get(index)) else { return };
        let Some(tree) = files.tree(rule.root) else { return };
        let Copied { done, newer, failed, unsure, fault } = copied;
        let is_new = |(path, why): &(Relative, String)| {
            *why != DOES_NOT_RUN && !self.failed.contains_key(&(index, path.clone()))
        };
        let is_doubtful = fault.is_some() || failed.iter().any(is_new);
        if is_doubtful {
            self.unknown.insert(index);
        }
        for (path, held) in done {
            // What the host held then is what it held at the last look: no look has seen what was read.
            let is_newer = newer.get(&path).is_some_and(|then| tree.get(&path) == Some(then));
            behind.holds(&path, held, tree.get(&path));
            let place = (index, path);
            self.failed.remove(&place);
            if is_newer {
                self.newer.insert(place, Instant::now() + LOOK);
            }
        }
        for path in unsure {
            behind.holds(&path, Some(Held::unsure()), tree.get(&path));
            if let Some(fault) = fault.as_ref().filter(|_| self.attempts > 0) {
                self.failed.insert((index, path), fault.to_string());
            }
        }
        let any_failed = fault.is_some() || !failed.is_empty();
        for (path, why) in failed {
            if why == DOES_NOT_RUN {
                // It may run by now: that is looked at before it is tried again.
                self.interior = None;
            }
            self.failed.insert((index, path), why);
        }
        self.failed.retain(|(index, path), _| self.copies.get(index).is_some_and(|behind| behind.contains(path)));
        match any_failed {
            // The first time it is looked at once.
            true if self.attempts > 0 || !is_doubtful => self.try_again(),
            true => (self.again, self.attempts) = (None, 1),
            false => (self.again, self.attempts) = (None, 0),
        }
        if !self.is_behind() {
            self.waiting.clear();
        }
    }

    /// Waits before the next attempt, longer each time.
    pub fn try_again(&mut self) {
        let [first, last] = AGAIN;
        let pause = first.saturating_mul(1 << self.attempts.min(10)).min(last);
        self.attempts += 1;
        self.again = Some(Instant::now() + pause);
        // Who waits for it waits no longer than for what can be done.
        self.waiting.clear();
    }

    /// What it lacks; what waits for its start is no fault.
    pub fn faults(&self) -> impl Iterator<Item = (String, String, String)> {
        let is_behind =
            |(index, path): &(RuleIndex, Relative)| self.copies.get(index).is_some_and(|behind| behind.contains(path));
        let told = self.failed.iter().filter(move |(place, why)| *why != DOES_NOT_RUN && is_behind(place));
        told.map(|((_, path), why)| (self.name.clone(), path.to_string(), why.clone()))
    }
}
