//! [`Roster`]: what is seen, found by service, id or name without a search through all of it for each service.

use super::home;
use crate::plan::port::held;
use crate::plan::{Observed, SeenContainer};
use crate::value::{ContainerId, Name};
use std::collections::BTreeMap;

/// The containers that are seen.
pub(super) struct Roster<'a> {
    replicas: BTreeMap<&'a Name, Vec<&'a SeenContainer>>,
    ids: BTreeMap<&'a ContainerId, &'a SeenContainer>,
    names: BTreeMap<&'a str, &'a SeenContainer>,
    holders: BTreeMap<u16, Vec<&'a SeenContainer>>,
    guests: Vec<&'a SeenContainer>,
}

impl<'a> Roster<'a> {
    pub(super) fn of(seen: &'a Observed) -> Self {
        let mut replicas: BTreeMap<&Name, Vec<&SeenContainer>> = BTreeMap::new();
        for container in seen.containers.iter().filter(|container| !container.oneoff) {
            replicas.entry(&container.service).or_default().push(container);
        }
        for all in replicas.values_mut() {
            all.sort_by_key(|one| (one.number, one.name.as_str()));
        }
        let mut holders: BTreeMap<u16, Vec<&SeenContainer>> = BTreeMap::new();
        for container in seen.containers.iter().filter(|container| container.is_up()) {
            for port in held(container) {
                holders.entry(port.port).or_default().push(container);
            }
        }
        let guests = seen.containers.iter().filter(|one| !one.oneoff && home::has_homes(one)).collect();
        let ids = seen.containers.iter().map(|container| (&container.id, container)).collect();
        let names = seen.containers.iter().map(|container| (container.name.as_str(), container)).collect();
        Self { replicas, ids, names, holders, guests }
    }

    /// The containers of a service that `up` cares for, by number.
    pub(super) fn replicas(&self, service: &Name) -> &[&'a SeenContainer] {
        self.replicas.get(service).map(Vec::as_slice).unwrap_or_default()
    }

    /// A container by its id.
    pub(super) fn container(&self, id: &ContainerId) -> Option<&'a SeenContainer> {
        self.ids.get(id).copied()
    }

    /// The container that has a name.
    pub(super) fn named(&self, name: &str) -> Option<&'a SeenContainer> {
        self.names.get(name).copied()
    }

    /// The containers that live in the namespaces of others.
    pub(super) fn guests(&self) -> &[&'a SeenContainer] {
        &self.guests
    }

    /// The containers that have a port of the host, at some address and by some protocol.
    pub(super) fn holders(&self, port: u16) -> &[&'a SeenContainer] {
        self.holders.get(&port).map(Vec::as_slice).unwrap_or_default()
    }
}
