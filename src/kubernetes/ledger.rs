//! [`Ledger`]: who accounts for which key. Every part of a conversion claims the keys that it looks at; the rows of the
//! report are what was claimed, and a key that nobody claimed is a fault of ours.

use super::called::Called;
use super::draft::Home;
use super::row::{Fate, ObjectPath, Row};
use crate::document::{Path, Segment};
use crate::source::Span;
use std::collections::{BTreeMap, btree_map};

/// The reason of a key that no part of the conversion looked at. A test over all cases finds none.
pub const UNCLAIMED: &str = "no part of the conversion knows this key";

/// The reason of a key of an extension that nobody looked at.
const EXTENSION: &str = "an extension means nothing by itself";

/// Reasons of keys that do nothing in Compose either.
const IDLE: [&str; 4] = [EXTENSION, "it is empty", "it says nothing", "it does nothing in docker compose either"];

/// The keys, and what was said of them.
#[derive(Debug)]
pub(super) struct Ledger {
    keys: BTreeMap<Path, Span>,
    entries: BTreeMap<Path, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    fate: Fate,
    reasons: Vec<String>,
    becomes: Vec<ObjectPath>,
    remedy: Option<String>,
    is_moot: bool,
}

/// A key about which something is going to be said.
#[must_use = "a claim that says nothing claims nothing"]
pub(super) struct Claim<'l, 'h> {
    ledger: &'l mut Ledger,
    home: Option<&'h Home>,
    path: Path,
}

/// Where a key went.
#[derive(Debug, Clone)]
pub(super) enum Spot {
    /// A field of the service's workload.
    Object(String),
    /// A field of its pods.
    Pod(String),
    /// A field of its pod template, such as `metadata.labels`.
    Template(String),
    /// A field of its container.
    Container(String),
    /// A field of another object.
    Of(ObjectPath),
}

/// A claim that has been made; a remedy can follow.
pub(super) struct Claimed<'l> {
    entry: &'l mut Entry,
}

impl Ledger {
    pub fn of(keys: BTreeMap<Path, Span>) -> Self {
        Self { keys, entries: BTreeMap::new() }
    }

    /// Whether the user wrote this, or something in it.
    pub fn wrote(&self, path: &Path) -> bool {
        self.keys.range(path.clone()..).next().is_some_and(|(key, _)| key.starts_with(path))
    }

    /// Begins a claim that has no workload.
    pub fn claim(&mut self, path: Path) -> Claim<'_, 'static> {
        Claim { ledger: self, home: None, path }
    }

    /// Begins a claim of a service.
    pub fn claim_for<'l, 'h>(&'l mut self, path: Path, home: &'h Home) -> Claim<'l, 'h> {
        Claim { ledger: self, home: Some(home), path }
    }

    /// The keys that went to a place, or into it.
    pub fn keys_in(&self, place: &ObjectPath) -> impl Iterator<Item = &Path> {
        let is_there = |(_, entry): &(&Path, &Entry)| entry.becomes.iter().any(|one| one.is_in(place));
        self.entries.iter().filter(is_there).map(|(key, _)| key)
    }

    /// Gives an object the name that was not known when places in it were noted.
    pub fn rename(&mut self, kind: &str, from: &str, to: &str) {
        for place in self.entries.values_mut().flat_map(|entry| &mut entry.becomes) {
            if place.kind == kind && place.name == from {
                to.clone_into(&mut place.name);
            }
        }
    }

    /// Gives a container the place in its pod that was not known when places in it were noted.
    pub fn place(&mut self, home: &Home, container: &str) {
        let (before, after) = (home.in_container(""), format!("{}.spec.{container}.", home.template()));
        for place in self.entries.values_mut().flat_map(|entry| &mut entry.becomes) {
            if place.kind == before.kind && place.name == before.name && place.path.starts_with(&before.path) {
                place.path.replace_range(..before.path.len(), &after);
            }
        }
    }

    /// Forgets what was said of a key and of all below it: somebody knows better.
    pub fn withdraw(&mut self, path: &Path) {
        self.entries.retain(|known, _| !known.starts_with(path));
    }

    /// Says of the keys that nobody claimed, and that say nothing, that they do.
    pub fn claim_empty(&mut self, is_empty: impl Fn(&Path) -> bool) {
        let unclaimed = |key: &&Path| self.entry(key).reasons.iter().any(|reason| reason == UNCLAIMED);
        let empty: Vec<Path> = self.keys.keys().filter(unclaimed).filter(|key| is_empty(key)).cloned().collect();
        for key in empty {
            self.claim(key).dropped("it says nothing");
        }
    }

    /// One row for each key, in the order of the files, by what the keys are called in them.
    pub fn rows(self, called: &Called) -> Vec<Row> {
        let mut rows: BTreeMap<(Span, Path), (Path, Entry, Vec<Path>)> = BTreeMap::new();
        let users = self.users(called);
        for (key, span) in &self.keys {
            let (said_of, mut entry) = self.said(key);
            if let Some(user) = users.get(span).filter(|_| entry.is_of_extension()) {
                entry = Entry::used_at(user);
            }
            match rows.entry((*span, called.of(key))) {
                btree_map::Entry::Vacant(free) => drop(free.insert((called.of(&said_of), entry, vec![key.clone()]))),
                btree_map::Entry::Occupied(mut known) => {
                    let (_, one, stands_for) = known.get_mut();
                    *one = one.clone().with(entry);
                    stands_for.push(key.clone());
                }
            }
        }
        let row = |((place, key), (said_of, entry, stands_for))| {
            let Entry { fate, reasons, becomes, remedy, is_moot } = entry;
            let reason = (!reasons.is_empty()).then(|| reasons.join("; "));
            Row { key, stands_for, said_of, place: Some(place), fate, reason, becomes, is_moot, remedy }
        };
        rows.into_iter().map(row).collect()
    }

    /// The keys that mean something, by their places: what stands in an extension may be there by an alias.
    fn users(&self, called: &Called) -> BTreeMap<Span, Path> {
        let keys = self.keys.iter().filter(|(key, span)| span.is_somewhere() && !self.entry(key).is_of_extension());
        keys.rev().map(|(key, span)| (*span, called.of(key))).collect()
    }

    /// What was said of a key: what was said of it and of what it stands for, or else of the nearest of its parents.
    fn entry(&self, key: &Path) -> Entry {
        self.said(key).1
    }

    /// The same with the path that it was said of.
    fn said(&self, key: &Path) -> (Path, Entry) {
        let inside = self.entries.range(key.clone()..).take_while(|(path, _)| path.starts_with(key));
        if let Some(entry) = inside.map(|(_, entry)| entry.clone()).reduce(Entry::with) {
            return (key.clone(), entry);
        }
        let mut parent = key.parent();
        loop {
            match self.entries.get(&parent) {
                Some(entry) => return (parent, entry.clone()),
                None if parent.is_root() => return (key.clone(), Entry::unclaimed(key)),
                None => parent = parent.parent(),
            }
        }
    }
}

/// Whether a key stands in an extension.
fn is_extension(key: &Path) -> bool {
    key.segments().iter().any(|segment| matches!(segment, Segment::Key(key) if key.starts_with("x-")))
}

impl Entry {
    fn of(fate: Fate, reason: Option<String>) -> Self {
        let (reasons, becomes) = (reason.into_iter().collect(), Vec::new());
        Self { fate, reasons, becomes, remedy: None, is_moot: false }
    }

    fn unclaimed(key: &Path) -> Self {
        let reason = if is_extension(key) { EXTENSION } else { UNCLAIMED };
        Self::dropped(reason.to_owned())
    }

    /// That of a key of which nothing is left. Nothing is lost with one that says nothing.
    fn dropped(reason: String) -> Self {
        let is_moot = IDLE.contains(&reason.as_str());
        Self { is_moot, ..Self::of(Fate::Dropped, Some(reason)) }
    }

    /// Whether it is that of an extension that nobody claimed.
    fn is_of_extension(&self) -> bool {
        self.reasons.iter().any(|reason| reason == EXTENSION)
    }

    /// That of a key of an extension that another key has by an alias.
    fn used_at(user: &Path) -> Self {
        let reason = format!("it is used at '{user}', which has a row of its own");
        Self { is_moot: true, ..Self::of(Fate::Approximated, Some(reason)) }
    }

    /// What two parts say of the same key.
    fn with(mut self, other: Self) -> Self {
        self.fate = if self.fate == other.fate { self.fate } else { Fate::Approximated };
        for reason in other.reasons.into_iter().filter(|reason| !reason.is_empty()) {
            if !self.reasons.contains(&reason) {
                self.reasons.push(reason);
            }
        }
        self.is_moot &= other.is_moot;
        for place in other.becomes {
            if !self.becomes.contains(&place) {
                self.becomes.push(place);
            }
        }
        self.remedy = self.remedy.or(other.remedy);
        self
    }
}

impl<'l> Claim<'l, '_> {
    /// It means the same there.
    pub fn exact(self, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        self.enter(Entry::of(Fate::Exact, None), spots)
    }

    /// Something like it is there, for this reason.
    pub fn approximated(self, reason: impl Into<String>, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        self.enter(Entry::of(Fate::Approximated, Some(reason.into())), spots)
    }

    /// Nothing of it is left, for this reason.
    pub fn dropped(self, reason: impl Into<String>) -> Claimed<'l> {
        self.enter(Entry::dropped(reason.into()), [])
    }

    /// What it says is so without it, too.
    pub fn same_without(self, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        self.moot("it is so without this key, too", spots)
    }

    /// What it says is so anyway, for this reason: nothing is lost with it.
    pub fn moot(self, reason: impl Into<String>, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        let entry = Entry::of(Fate::Approximated, Some(reason.into()));
        self.enter(Entry { is_moot: true, ..entry }, spots)
    }

    fn enter(self, entry: Entry, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        let Self { ledger, home, path } = self;
        let mut new = Entry { becomes: spots.into_iter().filter_map(|spot| spot.path(home)).collect(), ..entry };
        if let Some(known) = ledger.entries.remove(&path) {
            new = known.with(new);
        }
        Claimed { entry: ledger.entries.entry(path).or_insert(new) }
    }
}

impl Claimed<'_> {
    /// What can be done about it.
    pub fn remedy(self, remedy: impl Into<String>) -> Self {
        self.entry.remedy.get_or_insert_with(|| remedy.into());
        self
    }

    /// What is worth knowing although it is exact.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.entry.reasons.push(note.into());
        self
    }
}

impl Spot {
    fn path(self, home: Option<&Home>) -> Option<ObjectPath> {
        match self {
            Self::Of(path) => Some(path),
            Self::Object(field) => home.map(|home| home.object(&field)),
            Self::Pod(field) => home.map(|home| home.object(&format!("{}.spec.{field}", home.template()))),
            Self::Template(field) => home.map(|home| home.object(&format!("{}.{field}", home.template()))),
            Self::Container(field) => home.map(|home| home.in_container(&field)),
        }
    }
}

/// A field of the workload.
pub(super) fn object(field: impl Into<String>) -> [Spot; 1] {
    [Spot::Object(field.into())]
}

/// A field of the pods.
pub(super) fn pod(field: impl Into<String>) -> [Spot; 1] {
    [Spot::Pod(field.into())]
}

/// A field of the pod template.
pub(super) fn template(field: impl Into<String>) -> [Spot; 1] {
    [Spot::Template(field.into())]
}

/// A field of the container.
pub(super) fn container(field: impl Into<String>) -> [Spot; 1] {
    [Spot::Container(field.into())]
}
