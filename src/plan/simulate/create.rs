//! A container in the simulated world: what it is made with.

use super::{Answer, World, made_up};
use crate::model::{MountKind, Networking, Service};
use crate::plan::port::Claim;
use crate::plan::{Inherit, MountedVolume, Peer, Peers, PublishedPort, Replica, SeenContainer, State, StepId, labels};
use crate::value::{ContainerId, Name};
use std::collections::BTreeMap;

impl World<'_> {
    pub(super) fn create(
        &mut self,
        (id, replica): (StepId, &Replica),
        (name, inherit): (&str, Option<&Inherit>),
        peers: &[Peer],
    ) -> Answer {
        let Some(service) = self.wanted.services.get(&replica.service) else {
            return Err(format!("there is no service '{}'", replica.service));
        };
        self.name_is_free(name)?;
        let image = self.wanted.image_of(service);
        let Some(made_from) = self.now.images.get(&image.familiar()).map(|image| image.id.clone()) else {
            return Err(format!("image '{image}' is not there"));
        };
        let replaces = if inherit.is_some() { labels::Replaces::Another } else { labels::Replaces::Nothing };
        let peers = self.peers(peers)?;
        let labelled = labels::Labelled {
            project: self.wanted,
            service,
            number: replica.number,
            image: Some(&made_from),
            replaces,
            peers: &peers,
        };
        let container = ContainerId::new(made_up(&["container", &self.origin, &id.index().to_string()]));
        let created = SeenContainer {
            name: name.to_owned(),
            service: replica.service.clone(),
            number: replica.number,
            oneoff: false,
            state: State::Created,
            health: None,
            image: image.to_string(),
            image_id: made_from.clone(),
            labels: self.labels(replica, &labelled),
            networks: self.networks_of(service)?,
            joins: joined(service, &peers),
            volumes: self.volumes_of(service, (&container, &peers), inherit)?,
            ports: published(service),
            command: String::new(),
            created: 0,
            status: String::new(),
            id: container.clone(),
        };
        self.now.containers.push(created);
        self.made.insert(id, container);
        Ok(())
    }

    fn labels(&self, replica: &Replica, labelled: &labels::Labelled<'_>) -> BTreeMap<String, String> {
        let replaces = labelled.replaces == labels::Replaces::Another;
        let image = labelled.image.unwrap_or_default().to_owned();
        let key = (replica.clone(), image, replaces, labelled.peers.clone());
        self.known.borrow_mut().entry(key).or_insert_with(|| labels::of_container(labelled)).clone()
    }

    fn peers(&self, peers: &[Peer]) -> Result<Peers, String> {
        let mut present = Peers::default();
        for Peer { service, name, target } in peers {
            let there = self.id(target).filter(|id| self.now.container(id).is_some());
            let Some(id) = there else { return Err(format!("container '{name}', which it refers to, is gone")) };
            present.add(service, name, id.clone());
        }
        Ok(present)
    }

    pub(super) fn networks_of(&self, service: &Service) -> Result<BTreeMap<String, String>, String> {
        let Networking::Attached(attached) = &service.networking else { return Ok(BTreeMap::new()) };
        let name = |key: &Name| self.wanted.networks.get(key).map_or(key.to_string(), |network| network.name.clone());
        let seen = |name: String| match self.now.network(&name) {
            Some(network) => Ok((network.name.clone(), network.id.clone())),
            None => Err(format!("network '{name}' is not there")),
        };
        attached.keys().map(name).map(seen).collect()
    }

    /// What it mounts itself, what it shares with others, and what it takes over: anonymous volumes of the old container,
    /// where nothing else is.
    fn volumes_of(
        &self,
        service: &Service,
        (container, peers): (&ContainerId, &Peers),
        old: Option<&Inherit>,
    ) -> Result<Vec<MountedVolume>, String> {
        let old: Vec<&MountedVolume> =
            old.into_iter().flat_map(|old| &old.volumes).filter(|volume| volume.is_anonymous()).collect();
        let mut volumes = Vec::new();
        for mount in &service.volumes {
            let MountKind::Volume { source, .. } = &mount.kind else { continue };
            let taken_over = old.iter().find(|volume| volume.target == mount.target);
            let name = match (source, taken_over) {
                (Some(key), _) => self.volume_named(key)?,
                (None, Some(volume)) => volume.name.clone(),
                (None, None) => made_up(&["volume", container.as_str(), &mount.target]),
            };
            volumes.push(MountedVolume { name, target: mount.target.clone() });
        }
        let shared = service.mount_services().filter_map(|name| self.now.container(peers.shared(name)?));
        for volume in shared.flat_map(|other| &other.volumes).chain(old) {
            let declared = service.volumes.iter().any(|mount| mount.target == volume.target);
            if !declared && volumes.iter().all(|known| known.target != volume.target) {
                volumes.push(volume.clone());
            }
        }
        Ok(volumes)
    }

    pub(super) fn volume_named(&self, key: &Name) -> Result<String, String> {
        let name = self.wanted.volumes.get(key).map_or(key.as_str(), |volume| &volume.name);
        self.now.volume(name).map(|volume| volume.name.clone()).ok_or_else(|| format!("volume '{name}' is not there"))
    }
}

/// The ports that a container names: listed whether it runs or not, unlike an engine does.
fn published(service: &Service) -> Vec<PublishedPort> {
    let fixed = Claim::of(service).into_iter().filter(|claim| claim.ports.start() == claim.ports.end());
    let port = |claim: Claim| PublishedPort {
        address: claim.address.map(|address| address.to_string()).unwrap_or_default(),
        published: Some(*claim.ports.start()),
        target: 80,
        protocol: claim.protocol.to_string(),
    };
    fixed.map(port).collect()
}

/// The container whose network a service shares.
fn joined(service: &Service, peers: &Peers) -> Option<ContainerId> {
    let Networking::Mode(mode) = &service.networking else { return None };
    mode.service().and_then(|name| peers.shared(name)).cloned()
}
