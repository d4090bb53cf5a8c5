//! `start` and `restart`: containers that are there run again, each after what it depends on. Nothing is made.

use super::{Blocked, Draft, Ready, container, gate, selection};
use crate::graph::Services;
use crate::model::{Project, Service};
use crate::plan::{Dependencies, Kind, Note, Observed, Plan, Policy, Reach, Reason, SeenContainer, State, Subject};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The steps that start the containers of the targets, and of what these depend on, that do not run.
///
/// # Errors
/// When a service has no container to start.
pub fn start(wanted: &Project, seen: &Observed, policy: &Policy) -> Result<Plan, Blocked> {
    let services = Services::of(wanted);
    let selected = selection(wanted, &services, policy);
    let mut draft = Draft::new(wanted, seen, policy, &selected);
    for service in services.start_order().iter().filter_map(|name| wanted.services.get(name)) {
        if selected.contains(&service.name) {
            start_service(&mut draft, service);
        }
    }
    if policy.reach == Reach::Ready {
        gate::wait_for_all(&mut draft, &selected);
    }
    if draft.faults.is_empty() { Ok(draft.plan) } else { Err(Blocked { faults: draft.faults }) }
}

fn start_service(draft: &mut Draft<'_>, service: &Service) {
    let there = startable(draft, &service.name);
    if there.is_empty() && service.replicas() > 0 && service.provider.is_none() {
        draft.faults.push(Note::new(
            format!("service '{}' has no container to start", service.name),
            format!("make it with 'hoist create {0}', or 'hoist up -d {0}'", service.name),
        ));
    }
    if there.iter().any(|one| one.is_up()) {
        draft.staying.insert(service.name.clone());
    }
    let mut ready = Vec::new();
    for one in there {
        let subject = Subject::of(Kind::Container, &one.name, &service.name);
        ready.push(match one.state {
            State::Running | State::Restarting if !draft.stopped.contains_key(&one.id) => as_it_is(one, subject),
            _ => container::revive(draft, service, (one, subject), vec![]),
        });
    }
    draft.ready.insert(service.name.clone(), ready);
}

/// The steps that restart the containers of the targets, and of what asked to be restarted with them, each after those
/// that it depends on and that are restarted too. What does not run is started.
pub fn restart(wanted: &Project, seen: &Observed, policy: &Policy) -> Plan {
    let services = Services::of(wanted);
    let drawn_in = drawn_in(wanted, &services, policy);
    let selected = drawn_in.keys().cloned().collect();
    let mut draft = Draft::new(wanted, seen, policy, &selected);
    for service in services.start_order().iter().filter_map(|name| wanted.services.get(name)) {
        let because = match drawn_in.get(&service.name) {
            Some(Some(dependency)) => Reason::DependencyRestarted(dependency.clone()),
            Some(None) => Reason::Asked,
            None => continue,
        };
        let there = startable(&draft, &service.name);
        if there.iter().any(|one| one.is_up()) {
            draft.staying.insert(service.name.clone());
        }
        let mut ready = Vec::new();
        for one in there {
            let container = (one, Subject::of(Kind::Container, &one.name, &service.name));
            ready.push(if one.is_up() {
                container::again(&mut draft, service, container, (because.clone(), vec![]))
            } else {
                container::revive(&mut draft, service, container, vec![])
            });
        }
        draft.ready.insert(service.name.clone(), ready);
    }
    draft.plan
}

/// The services that are restarted, each with the dependency that draws it in; nothing when it was asked for.
fn drawn_in(wanted: &Project, services: &Services, policy: &Policy) -> BTreeMap<Name, Option<Name>> {
    let all = || wanted.services.keys().cloned().collect::<BTreeSet<_>>();
    let asked = if policy.targets.is_empty() { all() } else { policy.targets.iter().cloned().collect() };
    let mut found: BTreeMap<Name, Option<Name>> = asked.into_iter().map(|name| (name, None)).collect();
    if policy.dependencies == Dependencies::Leave {
        return found;
    }
    for service in services.start_order().iter().filter_map(|name| wanted.services.get(name)) {
        let drawn = |(name, how): (&Name, &crate::model::Dependency)| {
            (how.restart && found.contains_key(name)).then(|| name.clone())
        };
        let by = service.depends_on.iter().find_map(drawn);
        if let (Some(by), false) = (by, found.contains_key(&service.name)) {
            found.insert(service.name.clone(), Some(by));
        }
    }
    found
}

/// The containers of a service that can be started: not those that are going or half gone.
fn startable<'a>(draft: &Draft<'a>, service: &Name) -> Vec<&'a SeenContainer> {
    let replicas = draft.roster.replicas(service).iter().copied();
    replicas.filter(|one| !matches!(one.state, State::Removing | State::Dead)).collect()
}

fn as_it_is(container: &SeenContainer, subject: Subject) -> Ready {
    let target = crate::plan::Target::Existing(container.id.clone());
    Ready { target, subject, started: None, replaced: false }
}

#[cfg(test)]
mod tests;
