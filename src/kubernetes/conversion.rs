//! [`convert`]: a project becomes manifests, and a row for each of its keys.

use super::called::Called;
use super::draft::{Draft, Home, Role};
use super::kind::Kind;
use super::ledger::Ledger;
use super::manifest::{Manifest, Manifests};
use super::options::{Options, Security};
use super::patch::{self, Workloads};
use super::row::Row;
use super::scene::Scene;
use super::validate::Existing;
use super::workload::Workload;
use super::{
    declared_file, inspected, key, network, network_policy, object_name, pod_security, project, security_level,
    service, volume, waiter,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Path, Value};
use crate::graph::Services;
use crate::load::Loaded;
use crate::model::Service;
use crate::value::Name;
use k8s_openapi::api::core::v1::Container;
use std::collections::BTreeMap;

/// What a project became.
#[derive(Debug)]
pub struct Converted {
    /// The objects, in the order in which a cluster is given them.
    pub manifests: Vec<Manifest>,
    /// What the cluster must have besides: somebody else makes it.
    pub existing: Vec<Existing>,
    /// What became of each key of the files, in their order.
    pub rows: Vec<Row>,
    /// What cannot be converted, and what a reader should know.
    pub diagnostics: Diagnostics,
}

impl Converted {
    /// All objects as one stream of documents.
    pub fn stream(&self) -> String {
        self.manifests.iter().map(Manifest::text).collect::<Vec<_>>().join("---\n")
    }
}

/// Converts a project.
pub fn convert(loaded: &Loaded, options: &Options) -> Converted {
    let mut ledger = Ledger::of(key::keys(&loaded.origins));
    let mut diagnostics = Diagnostics::default();
    let project = inspected::filled(&loaded.project, &options.images);
    let scene = Scene::of((loaded, &project), options, &mut diagnostics);
    let mut conversion = Conversion {
        scene: &scene,
        ledger: &mut ledger,
        diagnostics: &mut diagnostics,
        jobs: BTreeMap::new(),
        templates: BTreeMap::new(),
        workloads: Workloads::new(),
        levels: BTreeMap::new(),
        limits: BTreeMap::new(),
    };
    let manifests = conversion.run();
    let workloads = conversion.workloads;
    let (mut manifests, existing) = manifests.sorted();
    patch::apply(loaded, (&workloads, &mut manifests), (&mut ledger, &mut diagnostics));
    ledger.claim_empty(|key| loaded.origins.node(key).is_some_and(is_empty));
    Converted { manifests, existing, rows: ledger.rows(&Called::in_files_of(loaded)), diagnostics }
}

/// Whether a value says nothing.
fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => node.is_null() || text.is_empty(),
        Value::List(items) => items.iter().all(is_empty),
        Value::Map(entries) => entries.is_empty(),
    }
}

struct Conversion<'s, 'a> {
    scene: &'s Scene<'a>,
    ledger: &'s mut Ledger,
    diagnostics: &'s mut Diagnostics,
    /// The names of the jobs that are made, by service.
    jobs: BTreeMap<Name, String>,
    /// What tells the templates of the workloads that are made, by service.
    templates: BTreeMap<Name, String>,
    /// The workloads that are made, by service.
    workloads: Workloads,
    /// The services that do not meet the strictest level, by the level that they meet and what is in their way.
    levels: BTreeMap<(Security, Vec<String>), Vec<Name>>,
    /// Whether the memory of a service's container has a limit.
    limits: BTreeMap<Name, bool>,
}

impl Conversion<'_, '_> {
    fn run(&mut self) -> Manifests {
        let mut manifests = Manifests::default();
        let mut level = Security::Restricted;
        for owner in self.scene.owners() {
            level = level.max(self.workload(owner, &mut manifests));
        }
        self.tell_levels();
        self.diagnostics.push_all(self.scene.peers.advice(self.scene));
        for service in self.scene.project().services.values() {
            for object in network::services(self.scene, service) {
                manifests.add(&object);
            }
        }
        if !project::is_given(&self.scene.namespace) {
            manifests.add(&project::namespace(self.scene, level));
        }
        volume::declared(self.scene, self.ledger, &mut manifests);
        volume::check(self.scene, self.diagnostics);
        network_policy::declared(self.scene, self.ledger, &mut manifests);
        declared_file::keys(self.scene, self.ledger);
        project::keys(self.scene, self.ledger);
        self.tell_unlimited();
        manifests
    }

    /// The workload of a service with all containers that are in its pods; gives the level of Pod Security that it meets.
    fn workload(&mut self, owner: &Service, manifests: &mut Manifests) -> Security {
        let Some(home) = self.scene.home_of(&owner.name) else { return Security::Restricted };
        let members = self.scene.members(&owner.name);
        let starts_first = |member: &&Service| self.scene.home_of(&member.name).is_some_and(Home::is_sidecar);
        let mut workload =
            Workload { sidecar_count: members.iter().copied().filter(starts_first).count(), ..Workload::new() };
        for member in self.in_order(members) {
            let container = self.container(member, &mut workload, manifests);
            match self.scene.home_of(&member.name).map(|home| (home.role, home)) {
                Some((Role::First, home)) => self.ledger.place(home, &workload.run_first(&member.name, container)),
                Some((Role::Sidecar, _)) => workload.sidecars.push(container),
                Some((Role::Main, _)) | None => workload.pod.containers.push(container),
            }
        }
        workload.settle();
        waiter::grant(self.scene, (owner, home), &mut workload, manifests);
        self.templates.insert(
            owner.name.clone(),
            object_name::hash(&serde_json::to_string(&workload.pod).expect("an object is a map with texts as keys")),
        );
        let (level, faults) = pod_security::judge(&workload.pod);
        let refused = security_level::check(self.scene, (owner, home), &workload.pod, self.ledger);
        if level != Security::Restricted && refused.is_empty() {
            let faults = faults.into_iter().map(|fault| fault.what).collect();
            self.levels.entry((level, faults)).or_default().push(owner.name.clone());
        }
        self.diagnostics.push_all(refused);
        let name = workload.finish(self.scene, (owner, home), manifests);
        self.workloads.insert(owner.name.to_string(), (home.kind.to_string(), name.clone()));
        if home.kind == Kind::Job {
            self.jobs.insert(owner.name.clone(), name.clone());
        }
        if name != home.object {
            self.ledger.rename(home.kind.as_str(), &home.object, &name);
        }
        level
    }

    /// The services of a pod in the order in which they are converted: those that run first before all others.
    fn in_order<'m>(&self, mut members: Vec<&'m Service>) -> Vec<&'m Service> {
        let is_first = |one: &Service| self.scene.home_of(&one.name).is_some_and(|home| home.role == Role::First);
        if members.iter().any(|one| is_first(one)) {
            let order = Services::of(self.scene.project()).start_order();
            let at = |one: &Service| order.iter().position(|name| *name == one.name).filter(|_| is_first(one));
            members.sort_by_key(|one| at(one).unwrap_or(usize::MAX));
        }
        members
    }

    fn container(&mut self, member: &Service, workload: &mut Workload, manifests: &mut Manifests) -> Container {
        let home = self.scene.home_of(&member.name).expect("members are those that have a home");
        let container = service::convert(Draft {
            scene: self.scene,
            service: member,
            home,
            ledger: self.ledger,
            diagnostics: self.diagnostics,
            manifests,
            workload,
            jobs: &self.jobs,
            templates: &self.templates,
            container: Container::default(),
        });
        let limits = container.resources.as_ref().and_then(|resources| resources.limits.as_ref());
        self.limits.insert(member.name.clone(), limits.is_some_and(|limits| limits.contains_key("memory")));
        container
    }

    /// Names the services without a limit of memory, in a project where others have one.
    fn tell_unlimited(&mut self) {
        let unlimited: Vec<String> =
            self.limits.iter().filter(|(_, has_limit)| !**has_limit).map(|(name, _)| format!("'{name}'")).collect();
        if unlimited.is_empty() || unlimited.len() == self.limits.len() {
            return;
        }
        let message = format!("no limit of memory, unlike other services: {}", unlimited.join(", "));
        let help = "add 'mem_limit'; a machine that runs out of memory ends such pods first, and '--default-resources' asks \
                    for a little";
        self.diagnostics.push(Diagnostic::advice("no-memory-limit", message).help(help));
    }

    /// Says what keeps services from the strictest level, once for all that have the same in their way.
    fn tell_levels(&mut self) {
        for ((level, faults), services) in std::mem::take(&mut self.levels) {
            let names = services.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            let (word, verb) = if services.len() == 1 { ("service", "stays") } else { ("services", "stay") };
            let help = pod_security::remedy(level, &faults);
            let level = level.as_str();
            let message =
                format!("{word} {names} {verb} at the '{level}' level of Pod Security: {}", faults.join(", "));
            let place = services.first().map(|name| Path::of(["services", name.as_str()]));
            let place = place.map_or_else(Default::default, |path| self.scene.origins().span(&path));
            self.diagnostics.push(Diagnostic::advice("pod-security", message).at(place).help(help));
        }
    }
}
