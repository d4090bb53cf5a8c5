//! [`Scene`]: what every part of a conversion may look at: the project, what is asked for, and which workload each service
//! becomes or is a part of.

use super::colocation::Colocation;
use super::demand::Demand;
use super::dialling;
use super::draft::{Home, Role};
use super::host_folder::HostFolders;
use super::host_source::HostSources;
use super::inline;
use super::inspected::Images;
use super::kind;
use super::kompose;
use super::listening::{self, Listening, Taken};
use super::mention;
use super::metadata;
use super::network_policy;
use super::object_name;
use super::options::{Jobs, Options};
use super::peer::Peers;
use super::wait;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path};
use crate::graph::Services;
use crate::load::Loaded;
use crate::model::{DependencyCondition, Namespace, Networking, Project, Service};
use crate::value::{ImageName, Invalid, Name};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::{BTreeMap, BTreeSet};

/// What every part of a conversion may look at.
pub(super) struct Scene<'a> {
    /// The project with all that is known of it.
    pub loaded: &'a Loaded,
    /// The project, with what its images say.
    project: &'a Project,
    /// What is asked for.
    pub options: &'a Options,
    /// The namespace of all objects.
    pub namespace: String,
    /// What each service is called.
    names: BTreeMap<Name, String>,
    /// Where each service's container is.
    homes: BTreeMap<Name, Home>,
    /// The services in the pods of each, itself first.
    members: BTreeMap<Name, Vec<Name>>,
    /// The ports that each service is known to listen on.
    ports: BTreeMap<Name, Vec<Listening>>,
    /// The services that others name.
    mentioned: BTreeSet<Name>,
    /// What the services ask of each other.
    pub demand: Demand,
    /// The services that dial each other before they are ready.
    pub peers: Peers,
    /// Whether there are policies for the networks.
    pub is_policed: bool,
    /// The paths of the host that are mounted, as the files write them.
    pub host_sources: HostSources,
    /// The folders of the host that become claims.
    pub host_folders: HostFolders,
    /// The workloads whose pods run on one machine.
    pub colocation: Colocation,
}

impl<'a> Scene<'a> {
    /// Looks at all services; two that would have the same name are a fault.
    pub fn of(
        (loaded, project): (&'a Loaded, &'a Project),
        options: &'a Options,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let namespace = options.namespace.clone().unwrap_or_else(|| object_name::label(project.name().as_str()));
        let names = names(loaded, diagnostics);
        let demand = Demand::of(project);
        let mut homes = homes((loaded, project), &names, &demand);
        if options.jobs == Jobs::Inline {
            inline::settle(loaded, &mut homes);
        }
        let members = members(project, &homes);
        let ports = ports((loaded, project), &options.images, &homes);
        let peers = Peers::default();
        let mentioned = project.services.values().flat_map(|one| listening::names_in(one, project)).collect();
        let is_policed = network_policy::are_needed(project, &homes, options.network_policy);
        let (host_folders, colocation) = (HostFolders::default(), Colocation::default());
        let mut scene = Self {
            loaded,
            project,
            options,
            namespace,
            names,
            homes,
            members,
            ports,
            mentioned,
            demand,
            peers,
            is_policed,
            host_sources: HostSources::of(loaded),
            host_folders,
            colocation,
        };
        scene.host_folders = HostFolders::of(&scene);
        scene.peers = Peers::of(&scene);
        scene.colocation = Colocation::of(&scene, diagnostics);
        scene
    }

    /// The project.
    pub fn project(&self) -> &'a Project {
        self.project
    }

    /// Where its values come from.
    pub fn origins(&self) -> &'a Origins {
        &self.loaded.origins
    }

    /// The image of a service; one that is built here and has no name is in the registry that is asked for.
    pub fn image_of(&self, service: &Service) -> ImageName {
        let own = self.project().image_of(service);
        match &self.options.registry {
            Some(registry) if service.image.is_none() => registry.image(&own),
            _ => own,
        }
    }

    /// The image that the source of a mount of an image names: that of a service, or itself.
    ///
    /// # Errors
    /// When it is neither a service nor a name of an image.
    pub fn mounted_image(&self, source: &str) -> Result<ImageName, Invalid> {
        self.project().named(source).map_or_else(|| source.parse(), |service| Ok(self.image_of(service)))
    }

    /// What a service's objects are called.
    pub fn name_of(&self, service: &Name) -> &str {
        self.names.get(service).map_or("", String::as_str)
    }

    /// Where the container of a service is; nothing for one that no workload has.
    pub fn home_of(&self, service: &Name) -> Option<&Home> {
        self.homes.get(service)
    }

    /// Where the containers of all services are.
    pub fn homes(&self) -> &BTreeMap<Name, Home> {
        &self.homes
    }

    /// The ports that a service is known to listen on.
    pub fn ports_of(&self, service: &Name) -> &[Listening] {
        self.ports.get(service).map_or(&[], Vec::as_slice)
    }

    /// Whether nobody knows for sure at which ports a service listens, so that all have to be open.
    pub fn is_open(&self, service: &Name) -> bool {
        self.ports_of(service).iter().all(|one| one.is_guessed)
    }

    /// Whether another service waits until it has ended well.
    pub fn is_awaited(&self, service: &Name) -> bool {
        self.demand.is_end(service)
    }

    /// Whether pods of another workload wait until it is healthy.
    pub fn is_waited_for(&self, service: &Name) -> bool {
        let waits = |other: &Service| {
            let condition = other.depends_on.get(service).map(|dependency| dependency.condition);
            let condition = condition.map(|written| wait::condition(self, (other, service), written));
            let is_elsewhere =
                self.home_of(&other.name).map(|home| &home.owner) != self.home_of(service).map(|home| &home.owner);
            condition == Some(DependencyCondition::Healthy) && is_elsewhere && self.home_of(&other.name).is_some()
        };
        self.project().services.values().any(waits)
    }

    /// Whether another service names it.
    pub fn is_named(&self, service: &Name) -> bool {
        self.mentioned.contains(service)
    }

    /// The services that have a workload of their own, dependencies first.
    pub fn owners(&self) -> Vec<&'a Service> {
        let order = Services::of(self.project()).start_order();
        let all = order.iter().filter_map(|name| self.project().services.get(name));
        all.filter(|one| self.home_of(&one.name).is_some_and(|home| home.owner == one.name)).collect()
    }

    /// The services whose containers are in the pod of one, itself first.
    pub fn members(&self, owner: &Name) -> Vec<&'a Service> {
        let names = self.members.get(owner).into_iter().flatten();
        names.filter_map(|name| self.project().services.get(name)).collect()
    }

    /// The metadata of an object of a service.
    pub fn metadata(&self, service: &Service, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.namespace.clone()),
            labels: Some(metadata::labels(self, service)),
            ..ObjectMeta::default()
        }
    }

    /// The metadata of an object of the whole project.
    pub fn metadata_of_all(&self, name: &str) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(self.namespace.clone()),
            labels: Some(metadata::labels_of_all(self)),
            ..ObjectMeta::default()
        }
    }
}

/// What the services are called.
fn names(loaded: &Loaded, diagnostics: &mut Diagnostics) -> BTreeMap<Name, String> {
    let mut taken: BTreeMap<String, Name> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for service in loaded.project.services.values() {
        let renamed = service.labels.get(kompose::NAME).map(String::as_str);
        let name = object_name::label(renamed.unwrap_or(service.name.as_str()));
        let path = Path::of(["services", service.name.as_str()]);
        let place = loaded.origins.span(&path);
        if let Some(other) = taken.insert(name.clone(), service.name.clone()) {
            let message = format!("services '{other}' and '{}' would both be called '{name}'", service.name);
            diagnostics.push(Diagnostic::error("name-taken", message).at(place).help("rename one of them"));
        } else if name != service.name.as_str() {
            diagnostics.push_all(changed(loaded, (service, &name)).map(|warning| warning.at(place)));
        }
        names.insert(service.name.clone(), name);
    }
    names
}

/// The ports of all services; in a pod each name is that of one port.
fn ports(
    (loaded, project): (&Loaded, &Project),
    images: &Images,
    homes: &BTreeMap<Name, Home>,
) -> BTreeMap<Name, Vec<Listening>> {
    let dialled = dialling::dialled(loaded, project);
    let mut taken: BTreeMap<Name, Taken> = BTreeMap::new();
    let is_guest = |one: &&Service| homes.get(&one.name).is_some_and(|home| home.owner != one.name);
    let (guests, owners): (Vec<_>, Vec<_>) = project.services.values().partition(is_guest);
    let of = |one: &Service| {
        if homes.get(&one.name).is_some_and(|home| home.role == Role::First) {
            return (one.name.clone(), Vec::new());
        }
        let dialled = dialled.get(one.name.as_str());
        let mut found = listening::ports(one, images.get(&project.image_of(one)), dialled.unwrap_or(&BTreeSet::new()));
        let owner = homes.get(&one.name).map_or(&one.name, |home| &home.owner).clone();
        listening::name_all(&mut found, taken.entry(owner).or_default());
        (one.name.clone(), found)
    };
    owners.into_iter().chain(guests).map(of).collect()
}

/// What is said of a service that is called otherwise in a cluster; of one that is so by its label, only where others dial
/// the old name.
fn changed(loaded: &Loaded, (service, name): (&Service, &str)) -> Option<Diagnostic> {
    let places = mention::places(loaded, &service.name, service.name.as_str());
    let why = match service.labels.contains_key(kompose::NAME) {
        true if places.is_empty() => return None,
        true => "as its label says",
        false => "since DNS takes no other name",
    };
    let message = format!("service '{}' becomes '{name}', {why}", service.name);
    let help = if places.is_empty() {
        format!("write '{name}' where other services dial '{}'", service.name)
    } else {
        format!("write '{name}' where it is still mentioned: {}", places.join(", "))
    };
    Some(Diagnostic::warning("name-changed", message).help(help))
}

/// Where the container of each service is.
fn homes(
    (loaded, project): (&Loaded, &Project),
    names: &BTreeMap<Name, String>,
    demand: &Demand,
) -> BTreeMap<Name, Home> {
    let mut homes = BTreeMap::new();
    let mut counts: BTreeMap<Name, (usize, usize)> = BTreeMap::new();
    let real = || project.services.values().filter(|service| service.provider.is_none());
    let is_owner = |service: &&Service| owner(project, service) == service.name;
    for service in real().filter(is_owner).chain(real().filter(|service| !is_owner(service))) {
        let owner = owner(project, service);
        let Some(leader) = project.services.get(&owner) else { continue };
        let count = counts.entry(owner.clone()).or_default();
        let kind = kind::of(leader, (loaded, project), demand);
        let object = names.get(&owner).cloned().unwrap_or_default();
        let (list, count, role) = if is_sidecar(service, project) {
            ("initContainers", &mut count.0, Role::Sidecar)
        } else {
            ("containers", &mut count.1, Role::Main)
        };
        homes.insert(service.name.clone(), Home { kind, object, owner, container: format!("{list}[{count}]"), role });
        *count += 1;
    }
    homes
}

/// The services in the pods of each, itself first.
fn members(project: &Project, homes: &BTreeMap<Name, Home>) -> BTreeMap<Name, Vec<Name>> {
    let mut members: BTreeMap<Name, Vec<Name>> = BTreeMap::new();
    for name in project.services.keys() {
        let Some(home) = homes.get(name) else { continue };
        let list = members.entry(home.owner.clone()).or_default();
        let at = if home.owner == *name { 0 } else { list.len() };
        list.insert(at, name.clone());
    }
    members
}

/// Whether another container of its pod waits until it is healthy: then it starts before that one.
fn is_sidecar(service: &Service, project: &Project) -> bool {
    let home = owner(project, service);
    service.has_healthcheck()
        && project.services.values().any(|other| {
            let waits = other.depends_on.get(&service.name).map(|dependency| dependency.condition);
            waits == Some(DependencyCondition::Healthy) && other.name != service.name && owner(project, other) == home
        })
}

/// The service whose pod has the container of this one: that whose network or processes it shares, or itself.
fn owner(project: &Project, service: &Service) -> Name {
    let mut at = service;
    // A circle is refused by the loader; the bound is for what it let pass.
    for _ in 0..project.services.len() {
        let network = match &at.networking {
            Networking::Mode(mode) => mode.service(),
            Networking::Attached(_) => None,
        };
        let shared = [at.ipc.as_ref(), at.pid.as_ref()].into_iter().flatten().filter_map(Namespace::service);
        match network.into_iter().chain(shared).find_map(|name| project.services.get(name)) {
            Some(next) => at = next,
            None => break,
        }
    }
    let Some(group) = at.labels.get(kompose::GROUP) else { return at.name.clone() };
    let first = project.services.values().find(|other| other.labels.get(kompose::GROUP) == Some(group));
    first.unwrap_or(at).name.clone()
}
