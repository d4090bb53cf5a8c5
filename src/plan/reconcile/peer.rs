//! Which containers of other services the containers of a service refer to.

use super::home::{self, Homes, Running};
use super::{Draft, replica};
use crate::model::{Namespace, Networking, Service};
use crate::plan::{Note, Peer, Peers, Reason, SeenContainer, Target, fingerprint, labels};
use crate::value::Name;
use std::collections::BTreeSet;

/// The containers that a service shares with or links to, each service's by name. That one is missing is told.
pub(super) fn of(draft: &mut Draft<'_>, service: &Service) -> Vec<Peer> {
    let peers = all(draft, service);
    for missing in service.shared_services().filter(|name| first(&peers, name).is_none()) {
        let message = format!("'{}' shares with '{missing}', which has no container", service.name);
        draft
            .faults
            .push(Note::new(message, format!("give '{missing}' a 'scale' of at least 1, or share with another")));
    }
    peers
}

/// The same without a word: of services that are planned already those that will be there, of all others those that are.
pub(super) fn all(draft: &Draft<'_>, service: &Service) -> Vec<Peer> {
    let names: BTreeSet<&Name> = service.shared_services().chain(service.linked_services()).collect();
    let mut peers: Vec<Peer> = names.into_iter().flat_map(|name| containers(draft, name)).collect();
    peers.sort();
    peers
}

/// The container of a service that others share with.
pub(super) fn first<'a>(peers: &'a [Peer], service: &Name) -> Option<&'a Peer> {
    peers.iter().find(|peer| peer.service == *service)
}

/// The service that shares with a container that is yet to be made, so that what there is of it shares with another one.
pub(super) fn made_anew<'a>(peers: &[Peer], service: &'a Service) -> Option<&'a Name> {
    let is_new = |name: &&Name| first(peers, name).is_some_and(|peer| matches!(peer.target, Target::MadeBy(_)));
    service.shared_services().find(is_new)
}

/// Why a container cannot be started any more: it lives in the namespaces of one that goes or is gone.
pub(super) fn stranded(
    draft: &Draft<'_>,
    (service, peers): (&Service, &[Peer]),
    container: &SeenContainer,
) -> Option<Reason> {
    let recorded = container.label(labels::FINGERPRINT);
    let lost = recorded.and_then(|then| fingerprint::lost_namespace(service, &present(peers), then));
    if let Some(lost) = lost {
        return Some(Reason::SharesAnew(lost));
    }
    let Homes { there: homes, gone } = home::of(draft.seen, container);
    if gone.is_some() {
        return Some(Reason::Diverged);
    }
    let cannot_run = |home: &&&SeenContainer| {
        let goes_on = container.is_up() && !draft.stopped.contains_key(&container.id);
        let goes = || draft.removed.contains_key(&home.id) || replica::makes_way_later(draft, home);
        match home::running(draft, service, home) {
            Running::Ends => true,
            Running::Not if !goes_on => true,
            _ => goes(),
        }
    };
    if let Some(home) = homes.iter().find(cannot_run) {
        return Some(Reason::SharesAnew(home.service.clone()));
    }
    let is_outside = matches!(service.networking, Networking::Mode(Namespace::Container(_)));
    let joined = container.joins.as_ref().filter(|_| !is_outside)?;
    draft.roster.container(joined).is_none().then_some(Reason::Diverged)
}

/// Whether a container lives in the namespaces of this one of a service.
pub(super) fn lives_in(container: &SeenContainer, other: &SeenContainer) -> bool {
    let recorded = container.label(labels::FINGERPRINT);
    container.joins.as_ref() == Some(&other.id)
        || recorded.is_some_and(|then| fingerprint::lives_in(then, &other.service, &other.id))
}

/// Those that are there.
pub(super) fn present(peers: &[Peer]) -> Peers {
    let mut present = Peers::default();
    for peer in peers {
        if let Target::Existing(id) = &peer.target {
            present.add(&peer.service, &peer.name, id.clone());
        }
    }
    present
}

fn containers(draft: &Draft<'_>, name: &Name) -> Vec<Peer> {
    let peer = |name_in_the_end: String, target| Peer { service: name.clone(), name: name_in_the_end, target };
    if let Some(ready) = draft.ready.get(name) {
        return ready.iter().map(|one| peer(one.subject.name.clone(), one.target.clone())).collect();
    }
    let Some(service) = draft.wanted.services.get(name) else { return Vec::new() };
    let seen = draft.roster.replicas(name).iter();
    seen.map(|one| {
        let name_in_the_end = draft.wanted.container_name(service, one.number);
        peer(name_in_the_end, Target::Existing(one.id.clone()))
    })
    .collect()
}
