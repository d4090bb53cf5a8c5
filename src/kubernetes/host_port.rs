//! Ports of the machine that has a pod: those of `mode: host`, of a label of Kompose, and of the network of the host.

use super::draft::Draft;
use super::kompose;
use super::ledger::container;
use super::listening::Listening;
use super::scene::Scene;
use crate::model::{Networking, Port};
use crate::value::Name;

/// A port of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HostPort<'p> {
    /// The item of `ports` that says it.
    index: usize,
    port: &'p Port,
    /// Its number.
    pub number: u16,
}

impl HostPort<'_> {
    /// The address of the machine that it is bound to; nothing is all of them.
    pub fn address(&self) -> Option<String> {
        self.port.host_ip.filter(|address| !address.is_unspecified()).map(|address| address.to_string())
    }
}

/// The port of the machine for a port of a container, which has one at most.
pub(super) fn of<'p>(listening: &Listening, ports: &'p [Port]) -> Option<HostPort<'p>> {
    first(listening.ports.iter().copied(), ports)
}

fn first(mut indices: impl Iterator<Item = usize>, ports: &[Port]) -> Option<HostPort<'_>> {
    indices.find_map(|index| {
        let port = ports.get(index).filter(|port| is_wanted(port))?;
        Some(HostPort { index, port, number: first_of_range(port.published.as_deref()?)? })
    })
}

/// Whether a port is to be there on every machine.
pub(super) fn is_wanted(port: &Port) -> bool {
    port.mode.as_deref() == Some("host")
}

/// The first port of `8000` or `8000-8010`.
pub(super) fn first_of_range(published: &str) -> Option<u16> {
    published.split('-').next()?.parse().ok().filter(|port| *port > 0)
}

/// Whether the pods of a service have the network of their machine.
pub(super) fn is_on_host(scene: &Scene<'_>, owner: &Name) -> bool {
    let is_host = |networking: &Networking| matches!(networking, Networking::Mode(mode) if mode.is_host());
    scene.members(owner).into_iter().any(|member| is_host(&member.networking))
}

/// Whether the pods of a service take ports of their machine, so that no second one fits beside them.
pub(super) fn is_bound(scene: &Scene<'_>, owner: &Name) -> bool {
    is_on_host(scene, owner)
        || scene.members(owner).into_iter().any(|member| {
            let mut all = scene.ports_of(&member.name).iter();
            all.any(|one| kompose::opens_ports(member) || of(one, &member.ports).is_some())
        })
}

/// Says what became of `mode`, and with `mode: host` of the port and the address of the machine.
pub(super) fn claim(draft: &mut Draft<'_, '_>, ports: &[Port], (at, one): (usize, &Listening), index: usize) {
    let Some(port) = ports.get(index) else { return };
    let path = draft.path(["ports"]).index(index);
    if !is_wanted(port) {
        if draft.ledger.wrote(&path.key("mode")) {
            draft.claim_at(path.key("mode")).same_without([]);
        }
        return;
    }
    let why_not = if is_on_host(draft.scene, &draft.home.owner) {
        "with 'network_mode: host' it is a port of the machine anyway"
    } else if port.published.is_none() {
        "an engine would choose a port of the machine, and a pod cannot: say which in 'published'"
    } else if port.published.as_deref().and_then(first_of_range).is_none() {
        "what 'published' says is no port of a machine: those are numbers from 1 to 65535"
    } else {
        "a port of a container has one port of the machine: another key gives it"
    };
    match of(one, ports).filter(|made| made.index == index && !is_on_host(draft.scene, &draft.home.owner)) {
        Some(made) => claim_made(draft, ports, (at, one), made),
        None => {
            for key in ["mode", "published", "host_ip"] {
                if draft.ledger.wrote(&path.key(key)) {
                    draft.claim_at(path.key(key)).dropped(why_not);
                }
            }
        }
    }
}

fn claim_made(draft: &mut Draft<'_, '_>, ports: &[Port], (at, one): (usize, &Listening), made: HostPort<'_>) {
    let path = draft.path(["ports"]).index(made.index);
    let place = |field: &str| container(format!("ports[{at}].{field}"));
    let others = one.ports.iter().copied().filter(|index| *index != made.index);
    let is_missed =
        first(others, ports).is_none_or(|other| (other.number, other.address()) != (made.number, made.address()));
    let claim = draft.claim_at(path.key("mode"));
    if is_missed {
        let note = "below the baseline level of Pod Security, and only one such pod fits on a machine";
        claim.exact(place("hostPort")).note(note).remedy("leave 'mode: host' out, and use '--expose'");
    } else {
        claim.same_without(place("hostPort"));
    }
    let is_range = made.port.published.as_deref().is_some_and(|published| published.parse::<u16>().is_err());
    let claim = draft.claim_at(path.key("published"));
    match (is_range, is_missed) {
        (true, _) => claim.approximated("the first port of the range is taken", place("hostPort")),
        (false, true) => claim.exact(place("hostPort")),
        (false, false) => claim.same_without(place("hostPort")),
    };
    if !draft.ledger.wrote(&path.key("host_ip")) {
        return;
    }
    let claim = draft.claim_at(path.key("host_ip"));
    match made.address() {
        Some(_) if is_missed => claim.exact(place("hostIP")),
        Some(_) => claim.same_without(place("hostIP")),
        None => claim.dropped("it is every address, as without this key"),
    };
}
