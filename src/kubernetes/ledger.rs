//! [`Ledger`]: who accounts for which key. Every part of a conversion claims the keys that it looks at; the rows of the
//! report are what was claimed, and a key that nobody claimed is a fault of ours.

use super::draft::Home;
use super::row::{Fate, ObjectPath, Row};
use crate::document::{Path, Segment};
use crate::source::Span;
use std::collections::BTreeMap;

/// The reason of a key that no part of the conversion looked at. A test over all cases finds none.
pub const UNCLAIMED: &str = "no part of the conversion knows this key";

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

    /// Gives an object the name that was not known when places in it were noted.
    pub fn rename(&mut self, kind: &str, from: &str, to: &str) {
        for place in self.entries.values_mut().flat_map(|entry| &mut entry.becomes) {
            if place.kind == kind && place.name == from {
                to.clone_into(&mut place.name);
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

    /// One row for each key, in the order of the files.
    pub fn rows(self) -> Vec<Row> {
        let row = |(key, span): (&Path, &Span)| {
            let Entry { fate, reasons, becomes, remedy } = self.entry(key);
            let reason = (!reasons.is_empty()).then(|| reasons.join("; "));
            Row { key: key.clone(), place: Some(*span), fate, reason, becomes, remedy }
        };
        let mut rows: Vec<Row> = self.keys.iter().map(row).collect();
        rows.sort_by_key(|row| row.place);
        number_hosts(&mut rows);
        rows
    }

    /// What was said of a key: what was said of it and of what it stands for, or else of the nearest of its parents.
    fn entry(&self, key: &Path) -> Entry {
        let inside = self.entries.range(key.clone()..).take_while(|(path, _)| path.starts_with(key));
        if let Some(entry) = inside.map(|(_, entry)| entry.clone()).reduce(Entry::with) {
            return entry;
        }
        let mut parent = key.parent();
        loop {
            match self.entries.get(&parent) {
                Some(entry) => return entry.clone(),
                None if parent.is_root() => return Entry::unclaimed(key),
                None => parent = parent.parent(),
            }
        }
    }
}

/// The loader sorts hosts, as Compose does; in the report they have the numbers of the lines that people wrote.
fn number_hosts(rows: &mut [Row]) {
    let mut counts: BTreeMap<Path, usize> = BTreeMap::new();
    for row in rows {
        let parent = row.key.parent();
        let is_host = matches!(parent.segments().last(), Some(Segment::Key(key)) if &**key == "extra_hosts");
        if is_host && matches!(row.key.segments().last(), Some(Segment::Index(_))) {
            let count = counts.entry(parent.clone()).or_default();
            row.key = parent.index(*count);
            *count += 1;
        }
    }
}

impl Entry {
    fn unclaimed(key: &Path) -> Self {
        let is_extension = |segment: &Segment| matches!(segment, Segment::Key(key) if key.starts_with("x-"));
        let reason = if key.segments().iter().any(is_extension) {
            "an extension means nothing by itself".to_owned()
        } else {
            UNCLAIMED.to_owned()
        };
        Self { fate: Fate::Dropped, reasons: vec![reason], becomes: Vec::new(), remedy: None }
    }

    /// What two parts say of the same key.
    fn with(mut self, other: Self) -> Self {
        self.fate = if self.fate == other.fate { self.fate } else { Fate::Approximated };
        self.reasons.extend(other.reasons.into_iter().filter(|reason| !reason.is_empty()));
        self.reasons.dedup();
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
        self.enter(Fate::Exact, None, spots)
    }

    /// Something like it is there, for this reason.
    pub fn approximated(self, reason: impl Into<String>, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        self.enter(Fate::Approximated, Some(reason.into()), spots)
    }

    /// Nothing of it is left, for this reason.
    pub fn dropped(self, reason: impl Into<String>) -> Claimed<'l> {
        self.enter(Fate::Dropped, Some(reason.into()), [])
    }

    /// What it says is so without it, too.
    pub fn same_without(self, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        self.approximated("it is so without this key, too", spots)
    }

    fn enter(self, fate: Fate, reason: Option<String>, spots: impl IntoIterator<Item = Spot>) -> Claimed<'l> {
        let Self { ledger, home, path } = self;
        let becomes = spots.into_iter().filter_map(|spot| spot.path(home)).collect();
        let mut new = Entry { fate, reasons: reason.into_iter().collect(), becomes, remedy: None };
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
