//! [`Thing`]: what people see as one: a network, a volume, an image, or a container with all that is done to it.
//!
//! The steps of a replacement (create, stop, remove, rename, start, wait) are one thing, whatever their order.

use super::fate::Fate;
use crate::plan::{Action, Kind, Occasion, Plan, Reason, Step, StepId, Target};
use crate::value::{ContainerId, Name};
use std::collections::{BTreeMap, BTreeSet};

/// Something that steps of a plan are about.
#[derive(Debug, Clone)]
pub struct Thing {
    /// What kind.
    pub kind: Kind,
    /// What it is called in the end, on the engine.
    pub name: String,
    /// What people call it: the service, when this is the service's only container here.
    pub label: String,
    /// The service it belongs to.
    pub service: Option<Name>,
    /// What becomes of it.
    pub fate: Fate,
    /// Why.
    pub because: Option<Reason>,
    /// The hooks that run around that.
    pub hooks: BTreeSet<Occasion>,
    /// Its steps, in order.
    pub steps: Vec<StepId>,
}

impl Thing {
    /// The things of a plan, by their first step.
    pub fn all(plan: &Plan) -> Vec<Self> {
        let mut members: BTreeMap<usize, Vec<StepId>> = BTreeMap::new();
        for ((id, _), group) in plan.steps().zip(groups(plan)) {
            members.entry(group).or_default().push(id);
        }
        let mut all: Vec<Self> = members.into_values().filter_map(|steps| Self::of(plan, steps)).collect();
        let mut replicas: BTreeMap<Name, usize> = BTreeMap::new();
        for service in
            all.iter().filter(|thing| thing.kind == Kind::Container).filter_map(|thing| thing.service.as_ref())
        {
            *replicas.entry(service.clone()).or_default() += 1;
        }
        for thing in all.iter_mut().filter(|thing| thing.kind == Kind::Container) {
            thing.label = label(thing, &replicas);
        }
        all
    }

    /// The kind and the name, or only the label of a container.
    pub fn title(&self) -> String {
        if self.kind == Kind::Container { self.label.clone() } else { format!("{} {}", self.kind.as_str(), self.name) }
    }

    fn of(plan: &Plan, steps: Vec<StepId>) -> Option<Self> {
        let all: Vec<&Step> = steps.iter().filter_map(|id| plan.get(*id)).collect();
        let first = all.first()?;
        let renamed = all.iter().rev().find_map(|step| match &step.action {
            Action::Rename { to, .. } => Some(to.clone()),
            _ => None,
        });
        let actions: Vec<&Action> = all.iter().map(|step| &step.action).collect();
        // What is made or started says best why; what only makes way for it comes after.
        let made = |step: &&&Step| matches!(step.action, Action::Create { .. } | Action::Start { .. });
        let reasons = all.iter().filter(made).chain(&all).map(|step| &step.because);
        let because = reasons.into_iter().find(|because| **because != Reason::Replaced);
        Some(Self {
            kind: first.subject.kind,
            name: readable(renamed.unwrap_or_else(|| first.subject.name.clone())),
            label: first.subject.kind.as_str().to_owned(),
            service: all.iter().find_map(|step| step.subject.service.clone()),
            fate: Fate::of(&actions),
            because: because.or(Some(&first.because)).cloned(),
            hooks: actions.iter().filter_map(|action| occasion(action)).collect(),
            steps,
        })
    }
}

fn occasion(action: &Action) -> Option<Occasion> {
    match action {
        Action::Hook { occasion, .. } => Some(*occasion),
        _ => None,
    }
}

fn label(thing: &Thing, replicas: &BTreeMap<Name, usize>) -> String {
    let Some(service) = &thing.service else { return thing.name.clone() };
    if replicas.get(service) == Some(&1) {
        return service.to_string();
    }
    let ends = ['-', '_'].map(|separator| {
        let (_, number) = thing.name.rsplit_once(separator)?;
        Some(format!("{service}{separator}{number}")).filter(|short| thing.name.ends_with(short.as_str()))
    });
    ends.into_iter().flatten().next().unwrap_or_else(|| thing.name.clone())
}

/// What tells that two steps are about the same thing.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'plan> {
    Step(StepId),
    Container(&'plan ContainerId),
    Named(Kind, &'plan str),
}

impl<'plan> Key<'plan> {
    fn of(target: &'plan Target) -> Self {
        match target {
            Target::Existing(id) => Self::Container(id),
            Target::MadeBy(id) => Self::Step(*id),
        }
    }
}

/// For each step, the number of its group.
fn groups(plan: &Plan) -> Vec<usize> {
    let mut group: Vec<usize> = (0..plan.len()).collect();
    let mut known: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for (id, step) in plan.steps() {
        for key in keys(id, step) {
            let first = *known.entry(key).or_insert(id.index());
            let of = |index: usize| group.get(index).copied().unwrap_or(index);
            let (from, to) = (of(id.index()).max(of(first)), of(id.index()).min(of(first)));
            for one in group.iter_mut().filter(|one| **one == from) {
                *one = to;
            }
        }
    }
    group
}

fn keys(id: StepId, step: &Step) -> Vec<Key<'_>> {
    let mut keys = vec![Key::Step(id)];
    match &step.action {
        // Whoever waits may be the subject; the container that is waited for is the thing.
        Action::Await { target, .. } => {
            keys.push(Key::of(target));
            return keys;
        }
        Action::Create { name, inherit, .. } => {
            keys.push(Key::Named(Kind::Container, name));
            keys.extend(inherit.iter().map(|old| Key::Container(&old.from)));
        }
        Action::Rename { target, to } => keys.extend([Key::of(target), Key::Named(Kind::Container, to)]),
        Action::Upload { target, .. }
        | Action::Start { target }
        | Action::Stop { target, .. }
        | Action::Kill { target, .. }
        | Action::Pause { target }
        | Action::Unpause { target }
        | Action::Remove { target, .. }
        | Action::Hook { target, .. } => {
            keys.push(Key::of(target));
        }
        Action::Pull { .. }
        | Action::Build { .. }
        | Action::Push { .. }
        | Action::RemoveImage { .. }
        | Action::Provide { .. }
        | Action::ServeModel { .. }
        | Action::CreateNetwork { .. }
        | Action::RemoveNetwork { .. }
        | Action::RenewNetwork { .. }
        | Action::CreateVolume { .. }
        | Action::RemoveVolume { .. } => {}
    }
    keys.push(Key::Named(step.subject.kind, &step.subject.name));
    keys
}

/// A name that an engine made up, 64 digits, by its beginning, as the engine's own tools have it.
fn readable(name: String) -> String {
    let is_made_up = name.len() == 64 && name.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_made_up { name.chars().take(12).collect() } else { name }
}
