//! [`Vessel`]: a container that files are copied into.

use super::batch::Batch;
use super::behind::Behind;
use super::compare::{Compared, Sides};
use super::copy::{Copied, DOES_NOT_RUN, Job};
use super::files::Files;
use super::fleet::RuleIndex;
use super::relative::Relative;
use super::rules::{Reaction, Rule};
use super::tree::Held;
use crate::engine::{Engine, Interior, Licence, Owners};
use crate::value::{ContainerId, Name};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, oneshot};

/// How soon what failed is tried again, and at the longest.
const AGAIN: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(5)];

/// A container.
pub struct Vessel {
    /// Its service.
    pub service: Name,
    /// Its name.
    pub name: String,
    /// What of it matters; nothing until somebody looked.
    pub interior: Option<Interior>,
    /// Whose the files in it are, once that is known.
    pub owners: Arc<OnceCell<Owners>>,
    /// How far behind it is, by rule.
    pub copies: BTreeMap<RuleIndex, Behind>,
    /// The rules of which it is not known what it holds.
    pub unknown: BTreeSet<RuleIndex>,
    /// What could not be copied, and why.
    pub failed: BTreeMap<(RuleIndex, Relative), String>,
    /// Whether something is on its way.
    pub is_busy: bool,
    /// When something is tried again, and how long the last pause was.
    pub again: Option<(Instant, Duration)>,
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
            owners: Arc::default(),
            copies,
            unknown: BTreeSet::new(),
            failed: BTreeMap::new(),
            is_busy: false,
            again: None,
            waiting: Vec::new(),
        }
    }

    /// Whether it does not hold what the host holds.
    pub fn is_behind(&self) -> bool {
        self.copies.values().any(|behind| !behind.is_empty())
    }

    /// Whether it was looked at, and all is known that it holds.
    pub fn is_known(&self) -> bool {
        self.interior.is_some() && self.unknown.is_empty()
    }

    /// The next rule of which it is not known what it holds, and with what it is compared.
    pub fn sides(&self, files: &Files, rules: &[Rule]) -> Option<(RuleIndex, Sides)> {
        let index = *self.unknown.first()?;
        let rule = rules.get(index)?;
        let Reaction::Sync { target, .. } = &rule.reaction else { return None };
        let host = files.tree(rule.root)?.iter().map(|(path, held)| (path.clone(), held.clone())).collect();
        Some((index, Sides { root: files.path(rule.root)?.to_owned(), target: target.clone(), host }))
    }

    /// Takes what it was found to hold.
    pub fn learn(&mut self, index: RuleIndex, compared: &Compared, (files, rules): (&Files, &[Rule])) {
        self.unknown.remove(&index);
        let tree = rules.get(index).and_then(|rule| files.tree(rule.root));
        let (Some(behind), Some(tree)) = (self.copies.get_mut(&index), tree) else { return };
        for (path, held) in &compared.differing {
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
            let rule = rules.get(*index)?;
            let Reaction::Sync { target, .. } = &rule.reaction else { continue };
            let (root, tree) = (files.path(rule.root)?, files.tree(rule.root)?);
            let batch = Batch::of(behind, tree, (root, target));
            if batch.is_empty() {
                continue;
            }
            let job = Job {
                engine: engine.clone(),
                licence,
                id: id.clone(),
                interior,
                owners: Arc::clone(&self.owners),
                target: target.clone(),
                batch,
            };
            return Some((*index, job));
        }
        // What is behind is gone from the host by now: the next look says so.
        if self.is_behind() {
            self.try_again();
        } else {
            self.waiting.clear();
        }
        None
    }

    /// Takes what came of a batch.
    pub fn take(&mut self, index: RuleIndex, copied: Copied, (files, rules): (&Files, &[Rule])) {
        let (Some(behind), Some(rule)) = (self.copies.get_mut(&index), rules.get(index)) else { return };
        let Some(tree) = files.tree(rule.root) else { return };
        let Copied { done, failed, unsure, .. } = copied;
        for (path, held) in done {
            behind.holds(&path, held, tree.get(&path));
            self.failed.remove(&(index, path));
        }
        for path in unsure {
            behind.holds(&path, Some(Held::unsure()), tree.get(&path));
        }
        let any_failed = !failed.is_empty();
        for (path, why) in failed {
            self.failed.insert((index, path), why);
        }
        if any_failed {
            self.try_again();
        } else {
            self.again = None;
        }
        if !self.is_behind() {
            self.waiting.clear();
            self.failed.clear();
        }
    }

    /// Waits before the next attempt, longer each time.
    pub fn try_again(&mut self) {
        let [first, last] = AGAIN;
        let pause = self.again.map_or(first, |(_, pause)| (pause * 2).min(last));
        self.again = Some((Instant::now() + pause, pause));
        // Who waits for it waits no longer than for what can be done.
        self.waiting.clear();
    }

    /// What it lacks; what waits for its start is no fault.
    pub fn faults(&self) -> impl Iterator<Item = (String, String, String)> {
        let told = self.failed.iter().filter(|(_, why)| *why != DOES_NOT_RUN);
        told.map(|((_, path), why)| (self.name.clone(), path.to_string(), why.clone()))
    }
}
