//! The containers of one service: made, replaced, started, removed.

use super::replica::{self, Kept, Replicas};
use super::{Draft, Ready, gate, home, peer, port};
use crate::model::Service;
use crate::plan::{
    Action, AnonymousVolumes, Inherit, Kind, Peer, Reach, Reason, Replica, SeenContainer, State, StepId, Subject,
    Target,
};
use std::collections::BTreeSet;

/// Plans the containers of a service whose dependencies are planned already.
pub(super) fn plan(draft: &mut Draft<'_>, service: &Service) {
    let peers = peer::of(draft, service);
    let Replicas { keep, excess, leftover, new } = replica::sort(draft, service, &peers);
    for container in leftover {
        remove(draft, container, Reason::Interrupted, AnonymousVolumes::Remove);
    }
    for container in excess {
        remove(draft, container, Reason::ScaledDown, AnonymousVolumes::Keep);
    }
    let stays = |kept: &Kept<'_>| kept.container.is_up() && !draft.stopped.contains_key(&kept.container.id);
    if keep.iter().any(|kept| kept.reason.is_none() && stays(kept)) {
        draft.staying.insert(service.name.clone());
    }
    let planner = Planner { service, needs: resources(draft, service, &peers), peers };
    let mut ready = Vec::new();
    for kept in keep {
        ready.push(match &kept.reason {
            Some(reason @ Reason::VolumeChanged(_)) => planner.make_again(draft, &kept, reason),
            Some(reason) => planner.replace(draft, &kept, reason),
            None => planner.keep(draft, &kept),
        });
    }
    for number in new {
        ready.push(planner.create(draft, number));
    }
    draft.ready.insert(service.name.clone(), ready);
}

/// The steps that make what the containers of a service need to exist.
fn resources(draft: &Draft<'_>, service: &Service, peers: &[Peer]) -> Vec<StepId> {
    let networks = service.networking.in_order().into_iter().filter_map(|(key, _)| draft.networks.get(key));
    let volumes = service.volume_keys().filter_map(|key| draft.volumes.get(key));
    let peers = peers.iter().filter_map(|peer| match &peer.target {
        Target::MadeBy(step) => Some(step),
        Target::Existing(_) => None,
    });
    let named: BTreeSet<_> = service.named_containers().filter_map(|name| draft.named.get(name)).collect();
    networks.chain(volumes).chain(peers).chain(named).copied().collect()
}

fn remove(draft: &mut Draft<'_>, container: &SeenContainer, because: Reason, volumes: AnonymousVolumes) {
    if draft.removed.contains_key(&container.id) {
        return;
    }
    let subject = Subject::of(Kind::Container, &container.name, &container.service);
    let target = Target::Existing(container.id.clone());
    let mut needs = Vec::new();
    if let Some((stopped, _)) = draft.stopped.get(&container.id) {
        needs.push(*stopped);
    } else if container.is_up() {
        needs.push(draft.stop(container, because.clone(), &subject, vec![]));
    }
    let removed = draft.add(Action::Remove { target, volumes }, because, &subject, needs);
    draft.removed.insert(container.id.clone(), removed);
}

/// Stops and removes a container for another that has its anonymous volumes, or gets new ones. It is stopped even if it was not seen
/// running: only what has stopped is removed, so that what an engine lists as running is never on its way out.
fn make_way(draft: &mut Draft<'_>, old: &SeenContainer, subject: &Subject, mut needs: Vec<StepId>) -> StepId {
    let target = Target::Existing(old.id.clone());
    if let Some(removed) = draft.removed.get(&old.id) {
        return *removed;
    }
    if let Some((stopped, _)) = draft.stopped.get(&old.id) {
        needs.push(*stopped);
    } else {
        needs = vec![draft.stop(old, Reason::Replaced, subject, needs)];
    }
    let volumes = draft.policy.anonymous;
    let removed = draft.add(Action::Remove { target, volumes }, Reason::Replaced, subject, needs);
    if volumes == AnonymousVolumes::Remove {
        draft.renewed.push((old.id.clone(), removed));
    }
    draft.removed.insert(old.id.clone(), removed);
    removed
}

/// Starts a container that does not run, or that was stopped because of one that it shares with.
pub(super) fn revive(
    draft: &mut Draft<'_>,
    service: &Service,
    (container, subject): (&SeenContainer, Subject),
    mut needs: Vec<StepId>,
) -> Ready {
    let target = Target::Existing(container.id.clone());
    needs.extend(gate::before(draft, service));
    let stopped = draft.stopped.get(&container.id).cloned();
    if container.state != State::Paused || stopped.is_some() {
        needs.extend(home::before(draft, service, container));
        needs.extend(home::clear(draft, container, &needs));
    }
    needs.extend(stopped.as_ref().map(|(stopped, _)| *stopped));
    let because = stopped.map_or_else(|| Reason::NotRunning(container.state.to_string()), |(_, because)| because);
    let started = draft.start(target.clone(), because, &subject, needs);
    Ready { target, subject, started: Some(started), replaced: false }
}

/// Stops and starts a container, when all that its start waits for holds.
pub(super) fn again(
    draft: &mut Draft<'_>,
    service: &Service,
    (container, subject): (&SeenContainer, Subject),
    (because, mut needs): (Reason, Vec<StepId>),
) -> Ready {
    let target = Target::Existing(container.id.clone());
    needs.extend(gate::before(draft, service));
    needs.extend(home::before(draft, service, container));
    needs.extend(home::clear(draft, container, &needs));
    if let Some((stopped, _)) = draft.stopped.get(&container.id) {
        needs.push(*stopped);
    } else {
        needs = vec![draft.stop(container, because.clone(), &subject, needs)];
    }
    let started = draft.start(target.clone(), because, &subject, needs);
    Ready { target, subject, started: Some(started), replaced: false }
}

fn inherit(old: &SeenContainer) -> Inherit {
    Inherit { from: old.id.clone(), volumes: old.volumes.clone() }
}

struct Planner<'a> {
    service: &'a Service,
    needs: Vec<StepId>,
    peers: Vec<Peer>,
}

impl Planner<'_> {
    /// What is waited for before a new container of the service starts; nothing when none is started.
    fn before_start(&self, draft: &mut Draft<'_>) -> Vec<StepId> {
        if draft.policy.reach == Reach::Created {
            return Vec::new();
        }
        let mut needs = gate::before(draft, self.service);
        needs.extend(home::before_new(draft, self.service, &self.peers));
        needs
    }

    /// Starts a container that is made, when containers are to run.
    fn start(
        &self,
        draft: &mut Draft<'_>,
        (target, subject): (&Target, &Subject),
        because: &Reason,
        mut needs: Vec<StepId>,
    ) -> Option<StepId> {
        if draft.policy.reach == Reach::Created {
            return None;
        }
        needs.extend(port::freed(draft, self.service, &needs));
        Some(draft.start(target.clone(), because.clone(), subject, needs))
    }

    /// Starts a container that is there and does not run.
    fn revive(&self, draft: &mut Draft<'_>, container: (&SeenContainer, Subject), mut needs: Vec<StepId>) -> Ready {
        needs.extend(port::freed(draft, self.service, &needs));
        revive(draft, self.service, container, needs)
    }

    fn create(&self, draft: &mut Draft<'_>, number: u32) -> Ready {
        let name = draft.wanted.container_name(self.service, number);
        let subject = Subject::of(Kind::Container, &name, &self.service.name);
        let created = self.add_create(draft, (number, name.clone()), None, &Reason::Missing);
        draft.named.insert(name, created);
        let target = Target::MadeBy(created);
        let mut needs = self.before_start(draft);
        needs.push(created);
        let started = self.start(draft, (&target, &subject), &Reason::Missing, needs);
        Ready { target, subject, started, replaced: false }
    }

    /// The container is what is wanted: its name is mended, it is started if it does not run, and restarted if it
    /// asked to be restarted with a dependency that is replaced.
    fn keep(&self, draft: &mut Draft<'_>, Kept { container, overtaken, .. }: &Kept<'_>) -> Ready {
        let name = draft.wanted.container_name(self.service, container.number);
        let subject = Subject::of(Kind::Container, &name, &self.service.name);
        let target = Target::Existing(container.id.clone());
        let mut needs = Vec::new();
        if replica::is_temporary(draft, self.service, container) {
            for old in overtaken {
                let gates = self.before_start(draft);
                needs.push(make_way(draft, old, &subject, gates));
            }
            needs.extend(draft.name_freed(&name, Some(&container.id)));
            needs.dedup();
            let rename = Action::Rename { target: target.clone(), to: name.clone() };
            let renamed = draft.add(rename, Reason::Interrupted, &subject, needs);
            draft.named.insert(name, renamed);
            needs = vec![renamed];
        }
        if draft.policy.reach == Reach::Created {
            return Ready { target, subject, started: None, replaced: false };
        }
        if draft.stopped.contains_key(&container.id) {
            return self.revive(draft, (container, subject), needs);
        }
        let restart = self.service.depends_on.iter().find(|(dependency, how)| {
            how.restart && draft.ready.get(*dependency).is_some_and(|all| all.iter().any(|one| one.replaced))
        });
        match (container.state, restart) {
            (State::Running | State::Restarting, None) => {
                gate::on_what_starts(draft, self.service);
                Ready { target, subject, started: None, replaced: false }
            }
            (State::Running | State::Restarting, Some((dependency, _))) => {
                let because = Reason::DependencyReplaced(dependency.clone());
                again(draft, self.service, (container, subject), (because, needs))
            }
            _ => self.revive(draft, (container, subject), needs),
        }
    }

    /// The replacement is made next to the old container, and the old one goes only when all that the new one waits
    /// for holds: the time in which neither runs is short.
    fn replace(&self, draft: &mut Draft<'_>, kept: &Kept<'_>, because: &Reason) -> Ready {
        let old = kept.container;
        let name = draft.wanted.container_name(self.service, old.number);
        let subject = Subject::of(Kind::Container, &name, &self.service.name);
        let temporary = format!("{}_{name}", old.id.short());
        let inherit = (draft.policy.anonymous == AnonymousVolumes::Keep).then(|| inherit(old));
        let created = self.add_create(draft, (old.number, temporary), inherit, because);
        let target = Target::MadeBy(created);
        let mut needs = self.before_start(draft);
        needs.push(created);
        needs.extend(home::clear(draft, old, &needs));
        let going = kept.overtaken.iter().copied().chain([old]);
        let mut gone: Vec<StepId> = going.map(|old| make_way(draft, old, &subject, needs.clone())).collect();
        gone.extend(draft.name_freed(&name, Some(&old.id)));
        gone.sort();
        gone.dedup();
        let rename = Action::Rename { target: target.clone(), to: name.clone() };
        let renamed = draft.add(rename, Reason::Replaced, &subject, gone);
        draft.named.insert(name, renamed);
        let started = self.start(draft, (&target, &subject), because, vec![renamed]);
        Ready { target, subject, started, replaced: true }
    }

    /// The old container is gone when its volume is: the new one takes its number, its name and its other volumes.
    fn make_again(&self, draft: &mut Draft<'_>, kept: &Kept<'_>, because: &Reason) -> Ready {
        let old = kept.container;
        let name = draft.wanted.container_name(self.service, old.number);
        let subject = Subject::of(Kind::Container, &name, &self.service.name);
        let mut needs: Vec<StepId> = draft.removed.get(&old.id).copied().into_iter().collect();
        for overtaken in &kept.overtaken {
            let gates = self.before_start(draft);
            needs.push(make_way(draft, overtaken, &subject, gates));
        }
        let replica = Replica { service: self.service.name.clone(), number: old.number };
        needs.extend(self.needs.iter().copied().chain(draft.name_freed(&name, None)));
        needs.sort();
        needs.dedup();
        let inherit = (draft.policy.anonymous == AnonymousVolumes::Keep).then(|| inherit(old));
        let create = Action::Create { replica, name: name.clone(), inherit, peers: self.peers.clone() };
        let created = draft.add(create, because.clone(), &subject, needs);
        draft.named.insert(name, created);
        let target = Target::MadeBy(created);
        let mut needs = self.before_start(draft);
        needs.push(created);
        let started = self.start(draft, (&target, &subject), because, needs);
        Ready { target, subject, started, replaced: true }
    }

    fn add_create(
        &self,
        draft: &mut Draft<'_>,
        (number, name): (u32, String),
        inherit: Option<Inherit>,
        because: &Reason,
    ) -> StepId {
        let final_name = draft.wanted.container_name(self.service, number);
        let subject = Subject::of(Kind::Container, final_name, &self.service.name);
        let replica = Replica { service: self.service.name.clone(), number };
        let needs = self.needs.iter().copied().chain(draft.name_freed(&name, None)).collect();
        let peers = self.peers.clone();
        draft.add(Action::Create { replica, name, inherit, peers }, because.clone(), &subject, needs)
    }
}
