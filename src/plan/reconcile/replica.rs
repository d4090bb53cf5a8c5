//! Which of a service's containers stay, go, or are replaced, and why.

use super::{Draft, peer};
use crate::model::{Networking, Service};
use crate::plan::{Peer, Providers, Reason, Recreate, SeenContainer, State, fingerprint, labels};

/// The containers of a service, sorted by what becomes of them.
#[derive(Default)]
pub(super) struct Replicas<'a> {
    /// They stay, or make way for a replacement.
    pub keep: Vec<Kept<'a>>,
    /// There are more than wanted.
    pub excess: Vec<&'a SeenContainer>,
    /// An interrupted replacement left them next to a container that is what is wanted.
    pub leftover: Vec<&'a SeenContainer>,
    /// The numbers of the containers to be made.
    pub new: Vec<u32>,
}

/// A container of a number.
pub(super) struct Kept<'a> {
    /// The container.
    pub container: &'a SeenContainer,
    /// Why it is replaced; nothing when it stays.
    pub reason: Option<Reason>,
    /// Those that it was made to replace when a run was interrupted. They may be dying already, so it is this one that
    /// keeps their anonymous volumes.
    pub overtaken: Vec<&'a SeenContainer>,
}

/// Sorts the containers of a service: those that fit survive first, then the lowest numbers.
pub(super) fn sort<'a>(draft: &Draft<'a>, service: &'a Service, peers: &[Peer]) -> Replicas<'a> {
    let mut replicas = Replicas::default();
    let mut judged: Vec<Kept<'a>> = Vec::new();
    let (temporary, proper): (Vec<_>, Vec<_>) = draft
        .roster
        .replicas(&service.name)
        .iter()
        .copied()
        .filter(|container| container.state != State::Removing)
        .partition(|container| is_temporary(draft, service, container));
    for container in proper {
        judged.push(Kept { container, reason: divergence(draft, (service, peers), container), overtaken: Vec::new() });
    }
    for container in by_age(temporary) {
        let reason = divergence(draft, (service, peers), container);
        match judged.iter_mut().find(|other| other.container.number == container.number) {
            Some(twin) if twin.reason.is_none() && twin.container.is_up() => replicas.leftover.push(container),
            Some(twin) => {
                twin.overtaken.push(twin.container);
                (twin.container, twin.reason) = (container, reason);
            }
            None => judged.push(Kept { container, reason, overtaken: Vec::new() }),
        }
    }
    judged.sort_by_key(|kept| (kept.reason.is_some(), kept.container.number));
    let wanted = service.replicas() as usize;
    let excess = judged.split_off(wanted.min(judged.len()));
    replicas.excess = excess.into_iter().flat_map(|kept| kept.overtaken.into_iter().chain([kept.container])).collect();
    judged.sort_by_key(|kept| kept.container.number);
    let highest = draft.roster.replicas(&service.name).iter().map(|container| container.number).max().unwrap_or(0);
    let missing = u32::try_from(wanted.saturating_sub(judged.len())).unwrap_or(u32::MAX);
    replicas.new = (1..=missing).map(|more| highest.saturating_add(more)).collect();
    replicas.keep = judged;
    replicas
}

/// Whether a container is replaced or removed when the turn comes to its service.
pub(super) fn makes_way_later(draft: &Draft<'_>, container: &SeenContainer) -> bool {
    let comes = draft.selected.contains(&container.service) && !draft.ready.contains_key(&container.service);
    let Some(service) = draft.wanted.services.get(&container.service).filter(|_| comes && !container.oneoff) else {
        return false;
    };
    let peers = peer::all(draft, service);
    let stays = sort(draft, service, &peers).keep.into_iter().filter(|kept| kept.reason.is_none());
    stays.into_iter().all(|kept| kept.container.id != container.id)
}

/// Copies in the order in which they were made: the name of one begins with the id of the one that it was to replace.
fn by_age(mut copies: Vec<&SeenContainer>) -> Vec<&SeenContainer> {
    let others = copies.clone();
    let replaces_a_copy = |copy: &SeenContainer| others.iter().any(|other| copy.name.starts_with(other.id.short()));
    copies.sort_by_key(|copy| (copy.created, replaces_a_copy(copy)));
    copies
}

/// Whether a container still has the name that it is given while it replaces another: twelve digits in front.
pub(super) fn is_temporary(draft: &Draft<'_>, service: &Service, container: &SeenContainer) -> bool {
    let made_up = container.name.split_once('_').is_some_and(|(digits, rest)| {
        digits.len() == 12 && digits.chars().all(|digit| digit.is_ascii_hexdigit()) && !rest.is_empty()
    });
    made_up && container.name != draft.wanted.container_name(service, container.number)
}

/// Why a container is not what is wanted; nothing when it is.
pub(super) fn divergence(
    draft: &Draft<'_>,
    (service, peers): (&Service, &[Peer]),
    container: &SeenContainer,
) -> Option<Reason> {
    if let Some(volume) = draft.making_way.get(&container.id) {
        return Some(Reason::VolumeChanged(volume.clone()));
    }
    if container.state == State::Dead {
        return Some(Reason::NotRunning(container.state.to_string()));
    }
    let made_anew = peer::made_anew(peers, service).map(|shared| Reason::SharesAnew(shared.clone()));
    match draft.policy.recreate_of(&service.name) {
        Recreate::Always => return Some(Reason::Asked),
        Recreate::Never => return peer::stranded(draft, (service, peers), container),
        Recreate::Diverged if made_anew.is_some() => return made_anew,
        Recreate::Diverged => {}
    }
    configuration(draft, (service, peers), container)
        .or_else(|| image(draft, service, container))
        .or_else(|| network(draft, service, container))
        .or_else(|| mounts(draft, service, container))
}

fn configuration(
    draft: &Draft<'_>,
    (service, peers): (&Service, &[Peer]),
    container: &SeenContainer,
) -> Option<Reason> {
    let hash = container.label(labels::CONFIG_HASH)?;
    let recorded = container.label(labels::FINGERPRINT);
    let peers = peer::present(peers);
    if fingerprint::matches_service(&peers.resolved(service), hash) {
        let new = recorded.map(|then| fingerprint::new_contents(draft.wanted, service, then));
        return new.filter(|new| !new.is_empty()).map(Reason::NewContent);
    }
    if let Some(other) = recorded.and_then(|then| fingerprint::other_peer(service, &peers, then)) {
        return Some(Reason::SharesAnew(other));
    }
    let mut fields = recorded.map(|then| fingerprint::differences(service, then));
    if fields.is_none() {
        fields = draft.seen.drift.get(&container.id).cloned();
    }
    if awaits_variables(draft, service) {
        let may_be_set = |field: &String| {
            field.strip_prefix("environment.").is_some_and(|name| !service.environment.contains_key(name))
        };
        if let Some(fields) = &mut fields {
            fields.retain(|field| !may_be_set(field));
        }
        if fields.as_ref().is_none_or(Vec::is_empty) {
            return None;
        }
    }
    Some(fields.filter(|fields| !fields.is_empty()).map_or(Reason::Diverged, Reason::Changed))
}

/// Whether a program is still to be asked for variables of this service.
fn awaits_variables(draft: &Draft<'_>, service: &Service) -> bool {
    let is_provided = |name| draft.wanted.services.get(name).is_some_and(|service| service.provider.is_some());
    let awaits = !service.models.is_empty() || service.depends_on.keys().any(is_provided);
    draft.policy.providers == Providers::Unasked && awaits
}

fn image(draft: &Draft<'_>, service: &Service, container: &SeenContainer) -> Option<Reason> {
    let made_from = container.label(labels::IMAGE)?;
    let image = draft.wanted.image_of(service);
    let now = draft.seen.images.get(&image.familiar())?;
    // Where images are for several platforms, Compose 5 writes the digest of the one for this platform: what the engine
    // says of the container counts too.
    (now.id != made_from && now.id != container.image_id).then_some(Reason::NewImage(image))
}

fn network(draft: &Draft<'_>, service: &Service, container: &SeenContainer) -> Option<Reason> {
    let Networking::Attached(networks) = &service.networking else { return None };
    for (key, attachment) in networks {
        let network = draft.wanted.networks.get(key)?;
        if draft.changed_networks.contains(key) && container.networks.contains_key(&network.name) {
            // The engine gives a hardware address only to what it creates.
            let has_address = attachment.as_ref().is_some_and(|one| one.mac_address.is_some());
            if has_address || service.mac_address.is_some() {
                return Some(Reason::NetworkChanged(key.clone()));
            }
            continue;
        }
        let seen = draft.seen.network(&network.name);
        let connected = seen
            .is_some_and(|seen| container.networks.get(&seen.name).is_some_and(|id| id.is_empty() || *id == seen.id));
        if !connected {
            return Some(Reason::NotConnected(key.clone()));
        }
    }
    None
}

fn mounts(draft: &Draft<'_>, service: &Service, container: &SeenContainer) -> Option<Reason> {
    let mounted = |name: &str| container.volumes.iter().any(|volume| volume.name == name);
    service
        .volume_keys()
        .find(|key| draft.wanted.volumes.get(*key).is_some_and(|volume| !mounted(&volume.name)))
        .map(|key| Reason::NotMounted(key.clone()))
}
