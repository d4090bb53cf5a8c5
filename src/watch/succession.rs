//! [`Watch::give_way`]: other rules over the same containers, after the project was read anew. Nothing that happened
//! under the old ones is lost.

use super::behind::Behind;
use super::files::{Change, Files, RootId};
use super::fleet::{Fleet, RuleIndex};
use super::rules::{Filter, Reaction, Rule};
use super::tree::Difference;
use super::{Deed, Due, News, Watch};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Rules, and the files that they are about.
type Side<'a> = (&'a [Rule], &'a Files);

/// The old rule that a new one goes on for, and what the host changed between the two looks.
struct Source {
    rule: RuleIndex,
    differences: Vec<Difference>,
    filter: Filter,
}

/// Where each new rule that copies goes on from; nothing where it is new.
struct Succession(BTreeMap<RuleIndex, Option<Source>>);

impl Succession {
    fn of(old: Side<'_>, new: Side<'_>) -> Self {
        let copying = new.0.iter().enumerate().filter(|(_, rule)| matches!(rule.reaction, Reaction::Sync { .. }));
        Self(copying.map(|(index, rule)| (index, Source::of(rule, old, new.1))).collect())
    }

    /// How far behind somebody is by the new rules who was so far behind by the old ones.
    fn carried(&self, old: &BTreeMap<RuleIndex, Behind>) -> BTreeMap<RuleIndex, Behind> {
        let carry = |source: &Option<Source>| {
            let Some(Source { rule, differences, filter }) = source else { return Behind::default() };
            let mut behind = old.get(rule).cloned().unwrap_or_default();
            behind.all_changed(differences);
            // What is left out by now is no longer ours to remove.
            behind.retain(|path| filter.takes(path));
            behind
        };
        self.0.iter().map(|(index, source)| (*index, carry(source))).collect()
    }

    /// The new rules that go on for some of the old ones.
    fn renamed(&self, old: &BTreeSet<RuleIndex>) -> BTreeSet<RuleIndex> {
        let goes_on = |source: &Option<Source>| source.as_ref().is_some_and(|source| old.contains(&source.rule));
        self.0.iter().filter(|(_, source)| goes_on(source)).map(|(index, _)| *index).collect()
    }
}

impl Source {
    fn of(rule: &Rule, (old, old_files): Side<'_>, new_files: &Files) -> Option<Self> {
        let is_same = |one: &Rule| {
            let same_place = old_files.path(one.root) == new_files.path(rule.root);
            one.service == rule.service && one.reaction.target() == rule.reaction.target() && same_place
        };
        let from = old.iter().position(is_same)?;
        let (before, now) = (old_files.tree(old.get(from)?.root)?, new_files.tree(rule.root)?);
        let filter = new_files.filter(rule.root)?.clone();
        Some(Self { rule: from, differences: before.differences(now), filter })
    }
}

impl Fleet {
    /// Goes on by other rules over the files as another look found them, once nothing is on its way. A container that a
    /// rule is new for counts as made from what the host holds now; of the others it stays known in what they are behind.
    pub fn follow(&mut self, old: Side<'_>, new: Side<'_>) {
        let succession = Succession::of(old, new);
        self.bases = succession.carried(&self.bases);
        self.next_bases.clear();
        for vessel in self.vessels.values_mut() {
            let is_own = |index: &RuleIndex| new.0.get(*index).is_some_and(|rule| rule.service == vessel.service);
            vessel.copies = succession.carried(&vessel.copies);
            vessel.copies.retain(|index, _| is_own(index));
            vessel.unknown = succession.renamed(&vessel.unknown);
            vessel.unknown.retain(is_own);
            vessel.start_over();
        }
        self.vessels.retain(|_, vessel| !vessel.copies.is_empty());
    }
}

impl Watch {
    /// Goes on by other rules, which another look at the files was made for: what containers are known to hold stays known,
    /// and what was to be done is done by the new rules.
    pub fn give_way(&mut self, next: Self) {
        let old = std::mem::replace(self, next);
        let changes = self.missed(&old);
        let Self { rules, files, anchors, mut fleet, events, mut lanes, after, news, .. } = old;
        self.anchors.remember(&anchors);
        fleet.follow((&rules, &files), (&self.rules, &self.files));
        (self.fleet, self.events) = (fleet, events);
        let now = Instant::now();
        let mut dues: Vec<Due> = lanes.take_all();
        dues.extend(after.into_values().flatten());
        for one in news {
            match one {
                News::Due(due) => dues.push(due),
                other => self.news.push_back(other),
            }
        }
        let dues: Vec<Due> = dues.into_iter().filter_map(|due| self.translated(&rules, due)).collect();
        for due in dues {
            self.lanes.add(due, now);
        }
        self.take(changes);
        // What happened between the two looks is seen by another one.
        self.census_due = Some(now);
    }

    /// What changed between the last look by the old rules and the first by the new ones, where both look.
    fn missed(&self, old: &Self) -> Vec<Change> {
        let began = Instant::now();
        let change = |root: RootId| {
            let before = old.files.same_as(root, &self.files)?;
            let differences = before.differences(self.files.tree(root)?);
            (!differences.is_empty()).then_some(Change { root, differences, began })
        };
        self.files.ids().filter_map(change).collect()
    }

    /// Something to be done by an old rule as it is by the new ones; nothing when no rule says it any more.
    fn translated(&self, old: &[Rule], due: Due) -> Option<Due> {
        let Deed::Tell(index) = due.deed else { return Some(due) };
        let told = old.get(index)?;
        let is_same = |one: &Rule| one.service == told.service && one.reaction == told.reaction;
        Some(Due { deed: Deed::Tell(self.rules.iter().position(is_same)?), ..due })
    }
}
