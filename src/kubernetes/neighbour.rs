//! Services on the network of their machine that dial each other there, at `127.0.0.1`: their pods have to be on one machine.

use super::dialling;
use super::draft::Draft;
use super::host_port;
use super::kind::Kind;
use super::metadata;
use super::placement;
use super::scene::Scene;
use crate::model::Service;
use crate::value::Name;
use std::collections::BTreeSet;

/// A port of this machine that a service has in an engine, and has not on the machine of a pod.
pub(super) struct Missed {
    /// The service.
    pub service: Name,
    /// Its port in the container.
    pub target: u16,
    /// What is dialled.
    pub published: u16,
}

/// Puts the pods of a service beside those that it meets on the machine; gives the service, if it is not the first of them.
pub(super) fn convert(draft: &mut Draft<'_, '_>) -> Option<Name> {
    let scene = draft.scene;
    let group = group(scene, &draft.home.owner);
    let leader = scene.owners().into_iter().find(|one| group.contains(&one.name) && stays(scene, &one.name))?;
    let home = scene.home_of(&leader.name).filter(|home| home.owner != draft.home.owner)?;
    if draft.home.kind == Kind::DaemonSet {
        return None;
    }
    placement::beside(draft, metadata::label_selector(scene, &home.object));
    Some(home.owner.clone())
}

/// The port that a service on the network of its machine dials there, and that an engine publishes for another one, which has a
/// network of its own.
pub(super) fn missed(scene: &Scene<'_>, service: &Service) -> Option<Missed> {
    let dialled = dialling::local_ports(service);
    let own = scene.ports_of(&service.name);
    let dialled = dialled.into_iter().filter(|port| own.iter().all(|one| one.number != *port));
    let others = || scene.project().services.values().filter(|other| other.name != service.name);
    let on_host =
        |other: &Service| scene.home_of(&other.name).is_none_or(|home| host_port::is_on_host(scene, &home.owner));
    dialled.into_iter().find_map(|published| {
        others().filter(|other| !on_host(other)).find_map(|other| {
            let is_it = |port: &&crate::model::Port| {
                let first = port.published.as_deref().and_then(host_port::first_of_range);
                first == Some(published) && !host_port::is_wanted(port)
            };
            let target = other.ports.iter().find(is_it)?.target;
            Some(Missed { service: other.name.clone(), target, published })
        })
    })
}

/// Whether the pods of a service run on, each where it is put.
fn stays(scene: &Scene<'_>, owner: &Name) -> bool {
    scene.home_of(owner).is_some_and(|home| !home.ends() && home.kind != Kind::DaemonSet)
}

/// What a pod on the network of its machine has to do with others there.
struct Meeting<'s> {
    owner: &'s Name,
    /// The ports of the machine that it dials, but for its own.
    dialled: BTreeSet<u16>,
    /// The ports at which it can be dialled; none for what may end or is everywhere.
    ports: BTreeSet<u16>,
}

impl<'s> Meeting<'s> {
    fn of(scene: &'s Scene<'_>, owner: &'s Name) -> Self {
        let members = scene.members(owner);
        let ports = members.iter().flat_map(|member| scene.ports_of(&member.name)).map(|one| one.number);
        let own: BTreeSet<u16> = ports.collect();
        let dialled = members.into_iter().flat_map(dialling::local_ports).filter(|port| !own.contains(port)).collect();
        Self { owner, dialled, ports: if stays(scene, owner) { own } else { BTreeSet::new() } }
    }

    fn meets(&self, other: &Self) -> bool {
        !self.dialled.is_disjoint(&other.ports) || !other.dialled.is_disjoint(&self.ports)
    }
}

/// The services whose pods have to be on one machine with those of a service, itself among them.
fn group(scene: &Scene<'_>, owner: &Name) -> BTreeSet<Name> {
    let owners = scene.owners().into_iter().filter(|one| host_port::is_on_host(scene, &one.name));
    let (mut group, mut others): (Vec<_>, Vec<_>) =
        owners.map(|one| Meeting::of(scene, &one.name)).partition(|one| one.owner == owner);
    let mut at = 0;
    while let Some(one) = group.get(at) {
        let (mut met, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(|other| one.meets(other));
        group.append(&mut met);
        others = rest;
        at += 1;
    }
    group.into_iter().map(|one| one.owner.clone()).collect()
}

#[cfg(test)]
mod tests {
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    /// The services that stand beside another one, each with that one.
    fn beside(services: &str) -> Vec<String> {
        let converted = convert(&loaded(&[("compose.yaml", &format!("services:\n{services}"))]), &Options::default());
        let beside = converted.manifests.iter().filter_map(|one| {
            let pod = one.tree.get("spec")?.get("template")?.get("spec")?;
            let terms =
                pod.get("affinity")?.get("podAffinity")?.get("requiredDuringSchedulingIgnoredDuringExecution")?;
            let labels = terms.as_list()?.first()?.get("labelSelector")?.get("matchLabels")?;
            Some(format!("{} {}", one.name, labels.get("app.kubernetes.io/name")?.as_text()?))
        });
        beside.collect()
    }

    /// A service on the network of its machine.
    fn one(name: &str, image: &str, dialled: &str) -> String {
        format!("  {name}: {{image: {image}, network_mode: host, environment: {{X: '{dialled}'}}}}\n")
    }

    #[test]
    fn all_that_meet_stand_beside_the_first_of_them() {
        let chain = [one("a", "x", "127.0.0.1:5432"), one("b", "postgres", ""), one("c", "redis", "localhost:5432")];
        assert_eq!(beside(&chain.concat()), ["b a", "c a"]);
        assert_eq!(beside(&[one("a", "x", "127.0.0.1:1"), one("b", "postgres", "localhost:5432")].concat()), [""; 0]);
        let apart = "  b: {image: postgres, ports: ['5432:5432']}\n";
        assert_eq!(beside(&[&*one("a", "x", "127.0.0.1:5432"), apart].concat()), [""; 0]);
    }
}
