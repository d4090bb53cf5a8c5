//! [`Roster`]: what is seen, found by service, id or name without a search through all of it for each service.

use crate::model::{Project, Service};
use crate::plan::{Observed, SeenContainer};
use crate::value::{ContainerId, Name};
use std::collections::BTreeMap;

/// The containers that are seen, and who shares with whom.
pub(super) struct Roster<'a> {
    replicas: BTreeMap<&'a Name, Vec<&'a SeenContainer>>,
    ids: BTreeMap<&'a ContainerId, &'a SeenContainer>,
    names: BTreeMap<&'a str, &'a SeenContainer>,
    sharers: BTreeMap<&'a Name, Vec<&'a Service>>,
}

impl<'a> Roster<'a> {
    pub(super) fn of(wanted: &'a Project, seen: &'a Observed) -> Self {
        let mut replicas: BTreeMap<&Name, Vec<&SeenContainer>> = BTreeMap::new();
        for container in seen.containers.iter().filter(|container| !container.oneoff) {
            replicas.entry(&container.service).or_default().push(container);
        }
        for all in replicas.values_mut() {
            all.sort_by_key(|one| (one.number, one.name.as_str()));
        }
        let mut sharers: BTreeMap<&Name, Vec<&Service>> = BTreeMap::new();
        for service in wanted.services.values() {
            for name in service.namespace_services() {
                sharers.entry(name).or_default().push(service);
            }
        }
        let ids = seen.containers.iter().map(|container| (&container.id, container)).collect();
        let names = seen.containers.iter().map(|container| (container.name.as_str(), container)).collect();
        Self { replicas, ids, names, sharers }
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

    /// The services whose containers live in the namespaces of this one's.
    pub(super) fn sharers(&self, service: &Name) -> &[&'a Service] {
        self.sharers.get(service).map(Vec::as_slice).unwrap_or_default()
    }
}
