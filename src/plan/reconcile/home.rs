//! The containers in whose namespaces others live: they run before one of those starts. An engine refuses it else.

use super::{Draft, Ready, peer};
use crate::model::{DependencyCondition, Service};
use crate::plan::{Kind, Note, Observed, Peer, Reason, SeenContainer, StepId, Subject, Target, fingerprint, labels};

/// The containers in whose namespaces one lives, as it was made: the file may say something else by now.
#[derive(Default)]
pub(super) struct Homes<'a> {
    /// Those that are there.
    pub there: Vec<&'a SeenContainer>,
    /// The service of one that is not there any more.
    pub gone: Option<&'a str>,
}

/// Whether a container lives in the namespaces of others, as far as it says.
pub(super) fn has_homes(container: &SeenContainer) -> bool {
    let recorded = || container.label(labels::FINGERPRINT).is_some_and(|label| !fingerprint::homes(label).is_empty());
    container.joins.is_some() || recorded()
}

/// What is known of the homes of a container. One that is not seen and that its labels do not tell of is not of the
/// project, and not our business.
pub(super) fn of<'a>(seen: &'a Observed, container: &'a SeenContainer) -> Homes<'a> {
    let recorded: Vec<&str> = container.label(labels::FINGERPRINT).map(fingerprint::homes).unwrap_or_default();
    if recorded.is_empty() && container.joins.is_none() {
        return Homes::default();
    }
    let there: Vec<_> = seen.containers.iter().filter(|other| peer::lives_in(container, other)).collect();
    let is_there = |service: &&str| there.iter().any(|one| one.service.as_str() == *service);
    let gone = recorded.into_iter().find(|service| !is_there(service));
    Homes { there, gone }
}

/// Whether a container runs when another one is to start.
pub(super) enum Running {
    /// It does already.
    Already,
    /// When this step is done.
    After(StepId),
    /// It is waited for until it has ended.
    Ends,
    /// It does not.
    Not,
}

/// Whether a container runs when one of a service is to start in its namespaces, as far as the plan goes by now.
pub(super) fn running(draft: &Draft<'_>, service: &Service, home: &SeenContainer) -> Running {
    let is_it = |ready: &&Ready| ready.target == Target::Existing(home.id.clone());
    let planned = draft.ready.get(&home.service).and_then(|all| all.iter().find(is_it));
    let goes = draft.stopped.contains_key(&home.id) || draft.removed.contains_key(&home.id);
    match planned {
        _ if ends(draft, service, home) => Running::Ends,
        Some(Ready { started: Some(step), .. }) => Running::After(*step),
        Some(_) => Running::Already,
        None if home.is_up() && !goes => Running::Already,
        None => Running::Not,
    }
}

/// Whether a service waits until a container has ended, or another one does and the two do not belong together any more.
fn ends(draft: &Draft<'_>, service: &Service, home: &SeenContainer) -> bool {
    let waits = |service: &Service| {
        let how = service.depends_on.get(&home.service).map(|how| how.condition);
        how == Some(DependencyCondition::CompletedSuccessfully)
    };
    waits(service) || !is_declared(service, home) && draft.wanted.services.values().any(waits)
}

fn is_declared(service: &Service, home: &SeenContainer) -> bool {
    service.namespace_services().any(|name| *name == home.service)
}

/// The steps after which all run in whose namespaces a container lives that is about to start. That one does not is told.
pub(super) fn before(draft: &mut Draft<'_>, service: &Service, container: &SeenContainer) -> Vec<StepId> {
    let seen = draft.seen;
    let Homes { there, gone } = of(seen, container);
    if let Some(home) = gone {
        let message = format!("'{}' shares with a container of '{home}' that is gone", container.name);
        fault(draft, Note::new(message, make_anew(service)));
    }
    there.into_iter().filter_map(|home| one(draft, (service, &container.name), home)).collect()
}

/// The same for a container that is yet to be made.
pub(super) fn before_new(draft: &mut Draft<'_>, service: &Service, peers: &[Peer]) -> Vec<StepId> {
    let seen = draft.seen;
    let peers = service.namespace_services().filter_map(|name| peer::first(peers, name));
    let existing = peers.filter_map(|peer| match &peer.target {
        Target::Existing(id) => seen.container(id),
        Target::MadeBy(_) => None,
    });
    let homes: Vec<_> = existing.collect();
    homes.into_iter().filter_map(|home| one(draft, (service, service.name.as_str()), home)).collect()
}

/// What a service depends on is waited for by its gates.
fn one(draft: &mut Draft<'_>, (service, name): (&Service, &str), home: &SeenContainer) -> Option<StepId> {
    let what = match running(draft, service, home) {
        Running::After(step) => return Some(step).filter(|_| !service.depends_on.contains_key(&home.service)),
        Running::Already => return None,
        Running::Ends => "ends before it starts",
        Running::Not => "does not run",
    };
    let help = match is_declared(service, home) {
        true if what == "does not run" => format!("'hoist start {}' first", home.service),
        true => format!("let it wait for '{}' to run, or share with another", home.service),
        false => make_anew(service),
    };
    fault(draft, Note::new(format!("'{name}' shares with '{}', which {what}", home.name), help));
    None
}

/// Says that a container is to start before one in whose namespaces it lives.
pub(super) fn too_late(draft: &mut Draft<'_>, service: &Service, container: &SeenContainer, home: &SeenContainer) {
    let message = format!("'{}' shares with '{}', which now starts after it", container.name, home.name);
    fault(draft, Note::new(message, make_anew(service)));
}

fn make_anew(service: &Service) -> String {
    format!("'hoist up -d {}' makes it anew, as the file says", service.name)
}

fn fault(draft: &mut Draft<'_>, fault: Note) {
    if !draft.faults.contains(&fault) {
        draft.faults.push(fault);
    }
}

/// Stops the containers that live in the namespaces of one that is about to go or to start anew: they could not talk to
/// anybody any more. They are replaced or started again when the turn comes to their service.
pub(super) fn clear(draft: &mut Draft<'_>, home: &SeenContainer, needs: &[StepId]) -> Vec<StepId> {
    let selected = draft.selected;
    let lives_there = |one: &&SeenContainer| one.is_up() && peer::lives_in(one, home);
    let guests: Vec<_> = draft.roster.guests().iter().copied().filter(lives_there).collect();
    let mut stopped = Vec::new();
    for container in guests.into_iter().filter(|one| selected.contains(&one.service)) {
        // Of what does not share any more the replacement may be planned already.
        let is_planned = container.service == home.service || draft.ready.contains_key(&container.service);
        let goes = draft.stopped.contains_key(&container.id) || draft.removed.contains_key(&container.id);
        if is_planned || goes {
            continue;
        }
        let because = Reason::SharesAnew(home.service.clone());
        let subject = Subject::of(Kind::Container, &container.name, &container.service);
        let halted = draft.stop(container, because.clone(), &subject, needs.to_vec());
        draft.stopped.insert(container.id.clone(), (halted, because));
        stopped.push(halted);
    }
    stopped
}

#[cfg(test)]
mod tests {
    use crate::plan::reconcile::reconcile;
    use crate::plan::{Dependencies, Policy, Recreate, State};
    use crate::testing::{applied, fetched, plan_lines, project};

    const SHARES: &str = "services:
  a: {image: x}
  b: {image: x, network_mode: 'service:a', depends_on: {a: {condition: service_started, restart: true}}}";

    #[test]
    fn without_dependencies_one_is_not_replaced_for_one_that_could_not_start() {
        let mut seen = applied(&project(SHARES));
        seen.containers[0].state = State::Exited(1);
        let wanted = project(&SHARES.replace("network_mode", "tty: true, network_mode"));
        let targets = vec!["b".parse().expect("valid")];
        let policy = Policy { targets, dependencies: Dependencies::Leave, ..Policy::default() };
        let blocked = reconcile(&wanted, &fetched(&wanted, &seen), &policy).expect_err("'a' does not run");
        assert_eq!(blocked.to_string(), "'b' shares with 'p-a-1', which does not run");
        assert_eq!(blocked.faults[0].help.as_deref(), Some("'hoist start a' first"));
    }

    #[test]
    fn what_cannot_start_where_it_lives_is_replaced_even_where_none_is_to_be() {
        let mut seen = applied(&project(SHARES));
        seen.containers.iter_mut().for_each(|one| one.state = State::Exited(0));
        let wanted = project("services: {b: {image: x}}");
        let policy = Policy { recreate: Recreate::Never, ..Policy::default() };
        let plan = reconcile(&wanted, &fetched(&wanted, &seen), &policy).expect("nothing is in the way");
        assert_eq!(plan_lines(&plan)[0], "create-temp b-1");
    }
}
