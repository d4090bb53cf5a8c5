//! [`Fleet::follow`]: other rules over the same containers, after the project was read anew.

use super::behind::Behind;
use super::files::Files;
use super::fleet::{Fleet, RuleIndex};
use super::rules::{Reaction, Rule};
use super::tree::Difference;
use std::collections::BTreeMap;

/// Rules, and the files that they are about.
type Side<'a> = (&'a [Rule], &'a Files);

/// The old rule that a new one goes on for, and what the host changed between the two looks.
struct Source {
    rule: RuleIndex,
    differences: Vec<Difference>,
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
            let Some(Source { rule, differences }) = source else { return Behind::default() };
            let mut behind = old.get(rule).cloned().unwrap_or_default();
            behind.all_changed(differences);
            behind
        };
        self.0.iter().map(|(index, source)| (*index, carry(source))).collect()
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
        Some(Self { rule: from, differences: before.differences(now) })
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
            vessel.failed.clear();
            vessel.unknown.clear();
            (vessel.is_busy, vessel.again) = (false, None);
        }
        self.vessels.retain(|_, vessel| !vessel.copies.is_empty());
    }
}
