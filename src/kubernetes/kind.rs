//! [`Kind`]: what a service becomes, by what it means: something that runs on, that keeps data, that runs everywhere, or
//! that comes to an end.

use super::dialling;
use super::extension;
use super::known_image;
use super::kompose;
use crate::load::Loaded;
use crate::model::{MountKind, MountsOf, Project, Restart, Service};
use crate::value::Name;
use std::fmt;

/// The kind of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Runs on; its pods are alike.
    Deployment,
    /// Runs on; each pod has a name and data of its own.
    StatefulSet,
    /// Runs on, once on each node.
    DaemonSet,
    /// Runs to an end.
    Job,
    /// Runs to an end, again and again at certain times.
    CronJob,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Deployment, Self::StatefulSet, Self::DaemonSet, Self::Job, Self::CronJob];

    /// The kind as Kubernetes calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
        }
    }

    /// The kind of this name, however it is capitalised.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }

    /// Whether its pods run to an end.
    pub fn ends(self) -> bool {
        matches!(self, Self::Job | Self::CronJob)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// The label of Kompose that gives a schedule.
pub(super) const SCHEDULE: &str = "kompose.cronjob.schedule";
/// The label of Kompose that gives a kind.
pub(super) const CONTROLLER: &str = "kompose.controller.type";

/// What a service becomes; `is_awaited` says whether another service waits until it has ended well.
pub(super) fn of(service: &Service, (loaded, project): (&Loaded, &Project), is_awaited: bool) -> Kind {
    let extension = extension::of_service(loaded, &service.name).and_then(|node| node.get("kind")?.as_text());
    let label = service.labels.get(CONTROLLER).map(String::as_str);
    if let Some(kind) = extension.or(label).and_then(Kind::named) {
        return kind;
    }
    if kompose::said(service, SCHEDULE).is_some() {
        return Kind::CronJob;
    }
    match service.deploy.as_ref().and_then(|deploy| deploy.mode.as_deref()) {
        Some("global" | "global-job") => Kind::DaemonSet,
        Some("replicated-job") => Kind::Job,
        _ if is_one_shot(service, is_awaited) => Kind::Job,
        _ if keeps_data(service, project) => Kind::StatefulSet,
        _ => Kind::Deployment,
    }
}

/// Whether it runs to an end: nothing starts it again then, and somebody counts on that.
fn is_one_shot(service: &Service, is_awaited: bool) -> bool {
    let policy = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    let condition = policy.and_then(|policy| policy.condition.as_deref());
    let may_end = match &service.restart {
        Some(Restart::No | Restart::OnFailure(_)) => true,
        Some(Restart::Always | Restart::UnlessStopped) => false,
        Some(Restart::Unknown(word)) => word == "none",
        None => condition != Some("any"),
    };
    let ends_by_policy = matches!(condition, Some("none" | "on-failure"));
    may_end && (is_awaited || ends_by_policy && service.ports.is_empty())
}

/// Whether it has a volume of its own and is known to keep data there, or has several replicas, which need one each.
fn keeps_data(service: &Service, project: &Project) -> bool {
    let is_store = service.image.as_ref().is_some_and(known_image::is_store);
    // The pods of a StatefulSet have names of their own, so that one which dials its service's name while it is not ready
    // yet would not find itself.
    let is_several = service.replicas() > 1;
    let needs_names = is_several || is_store && !dialling::dials_itself(service);
    needs_names && own_volumes(service, project).next().is_some()
}

/// The volumes that this service alone mounts, to write into.
pub(super) fn own_volumes<'p>(service: &'p Service, project: &'p Project) -> impl Iterator<Item = &'p Name> {
    let mounts = service.volumes.iter().filter(|mount| !mount.read_only && kompose::mounts_volumes(service));
    let sources = mounts.filter_map(|mount| match &mount.kind {
        MountKind::Volume { source } => source.as_ref(),
        _ => None,
    });
    let is_lent = project
        .services
        .values()
        .flat_map(|other| &other.volumes_from)
        .any(|from| matches!(&from.source, MountsOf::Service(name) if *name == service.name));
    sources.filter(move |source| {
        let is_shared = project
            .services
            .values()
            .any(|other| other.name != service.name && other.volume_keys().any(|key| key == *source));
        let is_ours = project.volumes.get(*source).is_some_and(|volume| !volume.external);
        !is_shared && !is_lent && is_ours
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_name() {
        assert_eq!(Kind::named("statefulset"), Some(Kind::StatefulSet));
        assert_eq!(Kind::named("replicationcontroller"), None);
    }
}
