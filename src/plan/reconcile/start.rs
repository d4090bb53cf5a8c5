//! `start` and `restart`: containers that are there run again, each after what it depends on. Nothing is made.

use super::{Blocked, Draft, Ready, container, gate, home, selection};
use crate::graph::Services;
use crate::model::{Project, Service};
use crate::plan::{Dependencies, Kind, Note, Observed, Plan, Policy, Reach, Reason, SeenContainer, State, Subject};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The steps that start the containers of the targets, and of what these depend on, that do not run.
///
/// # Errors
/// When a service has no container to start, or one shares namespaces with a container that will not run.
pub fn start(wanted: &Project, seen: &Observed, policy: &Policy) -> Result<Plan, Blocked> {
    let services = Services::of(wanted);
    let selected = selection(wanted, &services, policy);
    let mut draft = Draft::new(wanted, seen, policy, &selected);
    for service in in_order(wanted, seen, services, &selected) {
        start_service(&mut draft, service);
    }
    if policy.reach == Reach::Ready {
        gate::wait_for_all(&mut draft, &selected);
    }
    draft.finish()
}

/// The services of a selection, each after those that it depends on, and after those in the namespaces of whose
/// containers its own ones live, however the file has been edited since they were made.
fn in_order<'a>(
    wanted: &'a Project,
    seen: &Observed,
    mut services: Services,
    selected: &BTreeSet<Name>,
) -> Vec<&'a Service> {
    for container in seen.containers.iter().filter(|one| !one.oneoff && selected.contains(&one.service)) {
        for home in home::of(seen, container).there {
            services.put_after(&container.service, &home.service);
        }
    }
    let order = services.start_order();
    order.iter().filter(|name| selected.contains(*name)).filter_map(|name| wanted.services.get(name)).collect()
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
///
/// # Errors
/// When a container shares namespaces with one that does not run, or that is restarted after it.
pub fn restart(wanted: &Project, seen: &Observed, policy: &Policy) -> Result<Plan, Blocked> {
    let services = Services::of(wanted);
    let drawn_in = drawn_in(wanted, &services, policy);
    let selected = drawn_in.keys().cloned().collect();
    let mut draft = Draft::new(wanted, seen, policy, &selected);
    for service in in_order(wanted, seen, services, &selected) {
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
            let is_later =
                |home: &&SeenContainer| selected.contains(&home.service) && !draft.ready.contains_key(&home.service);
            if let Some(home) = home::of(seen, one).there.into_iter().find(is_later) {
                home::too_late(&mut draft, service, one, home);
            }
            let container = (one, Subject::of(Kind::Container, &one.name, &service.name));
            ready.push(if one.is_up() {
                container::again(&mut draft, service, container, (because.clone(), vec![]))
            } else {
                container::revive(&mut draft, service, container, vec![])
            });
        }
        draft.ready.insert(service.name.clone(), ready);
    }
    draft.finish()
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
