//! [`Peer`]: a container of another service that a container refers to, and [`Peers`], those that are there.
//!
//! `network_mode: service:x` and its kin mean one container of `x`, the first by name; `links` mean all of them.

use super::{Observed, State, Target};
use crate::model::{MountsOf, Namespace, Networking, Project, Service, VolumesFrom};
use crate::value::{ContainerId, Name};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A container of another service that a new one refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer {
    /// The service.
    pub service: Name,
    /// What it is called in the end.
    pub name: String,
    /// Which one.
    pub target: Target,
}

/// The containers that the references of a service mean.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peers(BTreeMap<Name, BTreeMap<String, ContainerId>>);

impl Peers {
    /// Those of a service's references that are there.
    pub fn of(project: &Project, service: &Service, seen: &Observed) -> Self {
        let mut peers = Self::default();
        for name in service.shared_services().chain(service.linked_services()) {
            let Some(other) = project.services.get(name) else { continue };
            for one in seen.replicas(name).into_iter().filter(|one| one.state != State::Removing) {
                peers.add(name, &project.container_name(other, one.number), one.id.clone());
            }
        }
        peers
    }

    /// Adds the container of a service, by the name that it has in the end.
    pub fn add(&mut self, service: &Name, name: &str, container: ContainerId) {
        self.0.entry(service.clone()).or_default().insert(name.to_owned(), container);
    }

    /// The container of a service that others share with.
    pub fn shared(&self, service: &Name) -> Option<&ContainerId> {
        self.0.get(service)?.values().next()
    }

    /// The names of all containers of a service.
    pub fn names(&self, service: &Name) -> impl Iterator<Item = &str> {
        self.0.get(service).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// The service as Compose hashes it: with ids of containers in place of the services that it shares with, and without
    /// the modes of `volumes_from`. What is not there stays as it is.
    pub fn resolved<'a>(&self, service: &'a Service) -> Cow<'a, Service> {
        if service.shared_services().next().is_none() && service.volumes_from.is_empty() {
            return Cow::Borrowed(service);
        }
        let mut resolved = service.clone();
        if let Networking::Mode(mode) = &mut resolved.networking {
            self.resolve(mode);
        }
        for namespace in [&mut resolved.ipc, &mut resolved.pid].into_iter().flatten() {
            self.resolve(namespace);
        }
        for from in &mut resolved.volumes_from {
            let source = MountsOf::Id(match &from.source {
                MountsOf::Service(name) => match self.shared(name) {
                    Some(container) => container.to_string(),
                    None => continue,
                },
                MountsOf::Container(name) | MountsOf::Id(name) => name.clone(),
            });
            *from = VolumesFrom { source, mode: None };
        }
        Cow::Owned(resolved)
    }

    /// The namespace with the id of a container in place of a service.
    pub fn namespace(&self, namespace: &Namespace) -> Namespace {
        let mut resolved = namespace.clone();
        self.resolve(&mut resolved);
        resolved
    }

    fn resolve(&self, namespace: &mut Namespace) {
        if let Some(container) = namespace.service().and_then(|name| self.shared(name)) {
            *namespace = Namespace::Container(container.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fingerprint::{matches_service, service_hash};
    use crate::testing::project;

    #[test]
    fn the_first_container_by_name_is_shared_and_all_are_linked() {
        let service: Name = "b".parse().expect("valid");
        let mut peers = Peers::default();
        for (name, id) in [("p-b-2", "22"), ("p-b-10", "1010")] {
            peers.add(&service, name, ContainerId::new(id));
        }
        assert_eq!(peers.shared(&service).map(ContainerId::as_str), Some("1010"));
        assert_eq!(peers.names(&service).collect::<Vec<_>>(), ["p-b-10", "p-b-2"]);
    }

    /// Measured: the label that `docker compose` 2.40.3 writes hashes ids, without `:ro`.
    #[test]
    fn references_are_hashed_as_ids() {
        let of = |text: &str| {
            let text = format!("services: {{a: {{image: x, {text}}}, b: {{image: x}}}}");
            project(&text).services.into_iter().next().expect("a service").1
        };
        let mut peers = Peers::default();
        peers.add(&"b".parse().expect("valid"), "p-b-1", ContainerId::new("00ff"));
        let written = of("network_mode: 'service:b', pid: 'service:b', volumes_from: ['b:ro', 'container:o:ro']");
        let resolved = of("network_mode: 'container:00ff', pid: 'container:00ff', volumes_from: [00ff, o]");
        assert!(matches_service(&peers.resolved(&written), &service_hash(&resolved)));
        assert_eq!(Peers::default().resolved(&resolved).networking, resolved.networking);
    }
}
