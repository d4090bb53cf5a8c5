//! Wanted and seen to a [`Plan`]: what `up` does, and why.
//!
//! `up` is two plans: [`images`], then, on a fresh observation, [`reconcile`] for all the rest.

mod container;
mod gate;
mod home;
mod hooks;
mod image;
mod image_mount;
mod network;
mod peer;
mod port;
mod replica;
mod roster;
mod start;
#[cfg(test)]
mod tests;
mod volume;

pub use image::images;
pub use start::{restart, start};
pub use volume::changed as changed_volumes;

use super::{
    Action, AnonymousVolumes, Dependencies, Kind, Note, Observed, Orphans, Plan, Policy, Reach, Reason, SeenContainer,
    State, Step, StepId, Subject, Target, labels,
};
use crate::graph::Services;
use crate::model::{Project, Service};
use crate::value::{ContainerId, Name};
use roster::Roster;
use std::collections::{BTreeMap, BTreeSet};

/// Why there is no plan: what somebody else must make first, or has taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Blocked {
    /// What is in the way.
    pub faults: Vec<Note>,
}

/// The steps that turn what is seen into what is wanted.
///
/// # Errors
/// When an external network or volume is not there, or the name of a container is taken.
pub fn reconcile(wanted: &Project, seen: &Observed, policy: &Policy) -> Result<Plan, Blocked> {
    let services = Services::of(wanted);
    let selected = selection(wanted, &services, policy);
    let mut draft = Draft::new(wanted, seen, policy, &selected);
    let made = |service: &&Service| selected.contains(&service.name) && service.provider.is_none();
    let used: Vec<&Service> = wanted.services.values().filter(made).collect();
    network::plan(&mut draft, &used);
    volume::plan(&mut draft, &used);
    orphans(&mut draft);
    for name in services.start_order().iter().filter(|name| selected.contains(*name)) {
        match wanted.services.get(name) {
            Some(service) if policy.one_off.as_ref() == Some(name) => drop(gate::before(&mut draft, service)),
            Some(service) if service.provider.is_none() => container::plan(&mut draft, service),
            _ => {}
        }
    }
    volume::forget_renewed(&mut draft);
    if policy.reach == Reach::Ready {
        gate::wait_for_all(&mut draft, &selected);
    }
    draft.finish()
}

/// The services that a policy asks for, with what they depend on unless that is to be left alone.
pub fn selection(wanted: &Project, services: &Services, policy: &Policy) -> BTreeSet<Name> {
    if policy.targets.is_empty() {
        return wanted.services.keys().cloned().collect();
    }
    match policy.dependencies {
        Dependencies::Include => services.closure(&policy.targets),
        Dependencies::Leave => {
            policy.targets.iter().filter(|name| wanted.services.contains_key(*name)).cloned().collect()
        }
    }
}

/// A plan while it is made.
struct Draft<'a> {
    wanted: &'a Project,
    seen: &'a Observed,
    roster: Roster<'a>,
    policy: &'a Policy,
    /// The services that the plan is about.
    selected: &'a BTreeSet<Name>,
    plan: Plan,
    faults: Vec<Note>,
    /// The step that makes a network, by key.
    networks: BTreeMap<Name, StepId>,
    /// The networks that are made anew because their definition changed.
    changed_networks: BTreeSet<Name>,
    /// The step that makes a volume, by key.
    volumes: BTreeMap<Name, StepId>,
    /// The containers that go first, since a volume of theirs is made anew: the key of that volume.
    making_way: BTreeMap<ContainerId, Name>,
    /// What became of each service's containers.
    ready: BTreeMap<Name, Vec<Ready>>,
    /// The steps after which a container of this plan has its name.
    named: BTreeMap<String, StepId>,
    /// The steps that remove containers: they free a name.
    removed: BTreeMap<ContainerId, StepId>,
    /// The containers whose anonymous volumes go with them, and the steps that remove them.
    renewed: Vec<(ContainerId, StepId)>,
    /// Services of which a container runs and stays.
    staying: BTreeSet<Name>,
    /// The hooks that run once before a service starts.
    prepared: BTreeMap<Name, Vec<StepId>>,
    /// The steps that stop containers because of one that they share with, and why.
    stopped: BTreeMap<ContainerId, (StepId, Reason)>,
    /// Steps that wait, by what they wait for, so that two dependents share them.
    gates: BTreeMap<(Target, super::Condition, bool), StepId>,
}

/// A container as the rest of the plan sees it.
#[derive(Debug, Clone)]
struct Ready {
    target: Target,
    subject: Subject,
    /// The step that starts it; nothing when it runs already.
    started: Option<StepId>,
    /// Whether this plan replaces it.
    replaced: bool,
}

/// A network or volume as the project declares it.
struct Declared<'a> {
    kind: Kind,
    name: &'a str,
    external: bool,
    hash: String,
}

/// How a declared network or volume stands to what the engine has.
enum Standing {
    /// It is to be made.
    Missing,
    /// It is used as it is.
    Fine,
    /// It was made from another definition.
    Changed,
}

impl<'a> Draft<'a> {
    fn new(wanted: &'a Project, seen: &'a Observed, policy: &'a Policy, selected: &'a BTreeSet<Name>) -> Self {
        Self {
            wanted,
            seen,
            roster: Roster::of(seen),
            policy,
            selected,
            plan: Plan::default(),
            faults: Vec::new(),
            networks: BTreeMap::new(),
            changed_networks: BTreeSet::new(),
            volumes: BTreeMap::new(),
            making_way: BTreeMap::new(),
            ready: BTreeMap::new(),
            named: BTreeMap::new(),
            removed: BTreeMap::new(),
            renewed: Vec::new(),
            staying: BTreeSet::new(),
            prepared: BTreeMap::new(),
            stopped: BTreeMap::new(),
            gates: BTreeMap::new(),
        }
    }

    /// The plan, if nothing is in the way of it.
    fn finish(self) -> Result<Plan, Blocked> {
        if self.faults.is_empty() { Ok(self.plan) } else { Err(Blocked { faults: self.faults }) }
    }

    /// How a declared network or volume stands to what the engine has of that name. What blocks and what is used as it
    /// is are told here.
    fn standing(&mut self, declared: &Declared<'_>, seen: Option<&BTreeMap<String, String>>) -> Standing {
        let Declared { kind, name, external, hash } = declared;
        let kind = kind.as_str();
        match seen {
            Some(_) if *external => Standing::Fine,
            None if *external => {
                self.faults.push(Note::new(
                    format!("{kind} '{name}' is external and not there"),
                    format!("create it with 'docker {kind} create {name}', or remove 'external'"),
                ));
                Standing::Fine
            }
            None => Standing::Missing,
            Some(marks) if marks.get(labels::PROJECT).is_none_or(|project| project != self.wanted.name().as_str()) => {
                self.plan.note(Note::new(
                    format!("{kind} '{name}' was not made for this project, it is used as it is"),
                    format!("say 'external: true', or give the {kind} another 'name'"),
                ));
                Standing::Fine
            }
            Some(marks) if marks.get(labels::CONFIG_HASH).is_some_and(|made_from| made_from != hash) => {
                Standing::Changed
            }
            Some(_) => Standing::Fine,
        }
    }

    /// Whether a container is of a service that the project no longer has, or a finished one-off.
    fn is_orphan(&self, container: &SeenContainer) -> bool {
        let known = |name: &Name| self.wanted.services.contains_key(name) || self.wanted.inactive.contains_key(name);
        let finished = matches!(container.state, State::Exited(_) | State::Dead);
        !known(&container.service) || (container.oneoff && finished)
    }

    /// Whether this plan removes an orphan: only when that is asked for, and never one of other compose files.
    fn is_removable(&self, container: &SeenContainer) -> bool {
        let asked = self.policy.orphans == Orphans::Remove && self.is_orphan(container);
        asked && self.seen.is_recorded_from(&self.wanted.identity, container)
    }

    /// The step that frees a name for a container, when another one has it.
    fn name_freed(&mut self, name: &str, own: Option<&ContainerId>) -> Option<StepId> {
        let holder = self.roster.named(name).filter(|container| Some(&container.id) != own)?;
        let freed = self.removed.get(&holder.id).copied();
        if freed.is_none() {
            self.faults.push(Note::new(
                format!("the name '{name}' is taken by a container of service '{}'", holder.service),
                format!("remove it with 'docker rm --force {name}', or rename it, and up again"),
            ));
        }
        freed
    }

    fn add(&mut self, action: Action, because: Reason, subject: &Subject, needs: Vec<StepId>) -> StepId {
        self.plan.add(Step { action, because, subject: subject.clone(), needs })
    }
}

/// Containers of services that the project no longer has, and finished one-offs.
fn orphans(draft: &mut Draft<'_>) {
    let seen = draft.seen;
    for container in seen.containers.iter().filter(|container| draft.is_removable(container)).collect::<Vec<_>>() {
        if draft.removed.contains_key(&container.id) {
            continue;
        }
        let subject = Subject::of(Kind::Container, &container.name, &container.service);
        let target = Target::Existing(container.id.clone());
        let stopped = draft.stop(container, Reason::Orphan, &subject, vec![]);
        let remove = Action::Remove { target, volumes: AnonymousVolumes::Keep };
        let removed = draft.add(remove, Reason::Orphan, &subject, vec![stopped]);
        draft.removed.insert(container.id.clone(), removed);
    }
    if draft.policy.orphans == Orphans::Ignore {
        return;
    }
    let stays = |container: &&SeenContainer| draft.is_orphan(container) && !draft.is_removable(container);
    let (gone, elsewhere): (Vec<_>, Vec<_>) = seen
        .containers
        .iter()
        .filter(|container| !container.oneoff && stays(container))
        .partition(|container| seen.is_recorded_from(&draft.wanted.identity, container));
    let names = |all: &[&SeenContainer]| all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
    if !gone.is_empty() {
        draft.plan.note(Note::new(
            format!("not in the compose file any more, left alone: {}", names(&gone)),
            "remove them with '--remove-orphans'",
        ));
    }
    if !elsewhere.is_empty() {
        let message = format!("made from other compose files of this project, left alone: {}", names(&elsewhere));
        draft.plan.note(Note { message, help: None });
    }
}
