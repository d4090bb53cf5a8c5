//! [`Draft`]: the container of one service while it is made, with the workload that it becomes a part of.

use super::kind::Kind;
use super::ledger::{Claim, Ledger};
use super::manifest::Manifests;
use super::object_name;
use super::row::ObjectPath;
use super::scene::Scene;
use super::workload::Workload;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Path;
use crate::model::Service;
use crate::value::Name;
use k8s_openapi::api::core::v1::{Container, PodSecurityContext, SecurityContext};
use std::collections::BTreeMap;

/// Where the container of a service is: which workload has it, and at which place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    /// The kind of the workload.
    pub kind: Kind,
    /// What the objects of the workload are called, and how its pods are known.
    pub object: String,
    /// The service whose workload it is.
    pub owner: Name,
    /// The place of the container in the pod, such as `containers[0]`.
    pub container: String,
    /// When it runs there.
    pub role: Role,
}

/// When a container of a pod runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// As long as the pod.
    Main,
    /// The same, but it starts before those.
    Sidecar,
    /// To its end, before all others start; its place in the pod is known when it is made.
    First,
}

/// Letters of a name to which a cluster adds 11 in labels of pods: the name of a run, or of a revision.
const SHORT: usize = 52;

impl Home {
    /// The name of the workload. That of a job gets a hash when it is done.
    pub fn workload(&self) -> String {
        let most = if matches!(self.kind, Kind::CronJob | Kind::StatefulSet) { SHORT } else { usize::MAX };
        object_name::shortened(&self.object, most)
    }

    /// Where the workload has its pod template.
    pub fn template(&self) -> &'static str {
        match self.kind {
            Kind::CronJob => "spec.jobTemplate.spec.template",
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet | Kind::Job => "spec.template",
        }
    }

    /// Whether the container starts before those of the pod that are not such.
    pub fn is_sidecar(&self) -> bool {
        self.role == Role::Sidecar
    }

    /// Whether the container runs to an end.
    pub fn ends(&self) -> bool {
        self.kind.ends() || self.role == Role::First
    }

    /// A field of the workload.
    pub fn object(&self, field: &str) -> ObjectPath {
        ObjectPath::new(self.kind.as_str(), &self.object, field)
    }

    /// A field of the container.
    pub fn in_container(&self, field: &str) -> ObjectPath {
        self.object(&format!("{}.spec.{}.{field}", self.template(), self.container))
    }
}

/// The container of one service while it is made.
pub(super) struct Draft<'s, 'a> {
    /// What is known of the whole project.
    pub scene: &'s Scene<'a>,
    /// The service.
    pub service: &'s Service,
    /// Where its container will be.
    pub home: &'s Home,
    /// Who accounts for which key.
    pub ledger: &'s mut Ledger,
    /// What is wrong, or lost.
    pub diagnostics: &'s mut Diagnostics,
    /// Other objects that it needs.
    pub manifests: &'s mut Manifests,
    /// The workload, which other services may be a part of, too.
    pub workload: &'s mut Workload,
    /// The names of the jobs that are made already, by service.
    pub jobs: &'s BTreeMap<Name, String>,
    /// What tells the templates of the workloads that are made already, by service.
    pub templates: &'s BTreeMap<Name, String>,
    /// The container.
    pub container: Container,
}

impl<'s> Draft<'s, '_> {
    /// The path of an attribute of the service.
    pub fn path<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Path {
        let service = ["services", self.service.name.as_str()];
        keys.into_iter().fold(Path::of(service), |path, key| path.key(key))
    }

    /// Begins to say what becomes of an attribute of the service, and of all that stands below it.
    pub fn claim<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) -> Claim<'_, 's> {
        let path = self.path(keys);
        self.claim_at(path)
    }

    /// The same for an item of a list.
    pub fn claim_item(&mut self, key: &str, index: usize) -> Claim<'_, 's> {
        let path = self.path([key]).index(index);
        self.claim_at(path)
    }

    /// The same by path.
    pub fn claim_at(&mut self, path: Path) -> Claim<'_, 's> {
        self.ledger.claim_for(path, self.home)
    }

    /// Whether the file says something about an attribute.
    pub fn wrote<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> bool {
        self.ledger.wrote(&self.path(keys))
    }

    /// Reports a fault or loss at the place of an attribute.
    pub fn report(&mut self, path: &Path, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.at(self.scene.origins().place(path)));
    }

    /// Whether jobs run first in its pods, which may have the same volumes.
    pub fn has_first(&self) -> bool {
        let members = self.scene.members(&self.home.owner).into_iter();
        members.filter_map(|one| self.scene.home_of(&one.name)).any(|home| home.role == Role::First)
    }

    /// The security context of the container.
    pub fn security(&mut self) -> &mut SecurityContext {
        self.container.security_context.get_or_insert_default()
    }

    /// The security context of the pod.
    pub fn pod_security(&mut self) -> &mut PodSecurityContext {
        self.workload.pod.security_context.get_or_insert_default()
    }
}
