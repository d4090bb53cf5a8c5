//! [`Kind`]: what a service becomes, by what it means: something that runs on, that keeps data, that runs everywhere, or
//! that comes to an end.

use super::demand::{self, Demand};
use super::dialling;
use super::extension;
use super::known_image;
use super::kompose;
use super::listening;
use super::sibling;
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

/// What a service becomes.
pub(super) fn of(service: &Service, (loaded, project): (&Loaded, &Project), demand: &Demand) -> Kind {
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
        _ if is_one_shot(service, loaded, demand) => Kind::Job,
        _ if keeps_data(service, project) => Kind::StatefulSet,
        _ => Kind::Deployment,
    }
}

/// Whether it runs to an end: nothing starts it again then, and somebody counts on that.
fn is_one_shot(service: &Service, loaded: &Loaded, demand: &Demand) -> bool {
    let policy = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    let condition = policy.and_then(|policy| policy.condition.as_deref());
    let may_end = match &service.restart {
        Some(Restart::No | Restart::OnFailure(_)) => true,
        Some(Restart::Always | Restart::UnlessStopped) => false,
        Some(Restart::Unknown(word)) => word == "none",
        None => condition != Some("any"),
    };
    may_end
        && (demand.is_end(&service.name) || demand::ends_by_policy(service) && !is_to_answer(service, loaded, demand))
}

/// Whether it is there to answer, whatever is to happen when it ends: what listens, is asked for its health, is dialled or
/// waited for, or runs several times.
fn is_to_answer(service: &Service, loaded: &Loaded, demand: &Demand) -> bool {
    // The health check of an image is that of all that may run in it.
    let written = loaded.project.services.get(&service.name).unwrap_or(service);
    !service.ports.is_empty()
        || service.expose.iter().any(|text| !listening::exposed(text).is_empty())
        || written.has_healthcheck()
        || service.replicas() > 1
        || demand.is_answer(&service.name)
        || runs_a_server(service)
}

/// Whether its image is known to listen, and runs what it always does: `postgres`, not `pg_dump`.
fn runs_a_server(service: &Service) -> bool {
    let Some(image) = service.image.as_ref().filter(|image| !known_image::ports(image).is_empty()) else {
        return false;
    };
    let name = image.split().0.rsplit('/').next().unwrap_or_default();
    let is_usual =
        |word: &String| word.starts_with('-') || word == name || word.ends_with("-server") || word.ends_with('d');
    service.entrypoint.is_none() && service.command.iter().flatten().next().is_none_or(is_usual)
}

/// Whether it has a volume of its own and is known to keep data there, or has several replicas, which need one each.
fn keeps_data(service: &Service, project: &Project) -> bool {
    let is_store = service.image.as_ref().is_some_and(known_image::is_store);
    // The pods of a StatefulSet have names of their own, so that one which dials its service's name while it is not ready
    // yet would not find itself.
    let is_several = service.replicas() > 1;
    let needs_names = is_several || is_store && !has_name(service, project);
    needs_names && own_volumes(service, project).next().is_some()
}

/// Whether its pod has to be called as it is in an engine: it dials that name itself, or is told so as a member of a cluster.
fn has_name(service: &Service, project: &Project) -> bool {
    let is_told = |name: &str| {
        let forms_clusters = service.image.as_ref().is_some_and(known_image::forms_clusters);
        forms_clusters && (listening::words(service).contains(name) || !sibling::of(service, project).is_empty())
    };
    let hostname = service.hostname.as_deref();
    dialling::dials_itself(service) || hostname.is_some_and(|name| dialling::dials(service, name) || is_told(name))
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
    use crate::testing::loaded;

    #[test]
    fn a_kind_is_found_by_its_name() {
        assert_eq!(Kind::named("statefulset"), Some(Kind::StatefulSet));
        assert_eq!(Kind::named("replicationcontroller"), None);
    }

    /// The kinds of the services of a project, by name.
    fn kinds(services: &str) -> Vec<(String, Kind)> {
        let loaded = loaded(&[("compose.yaml", &format!("services:\n{services}volumes: {{d: }}\n"))]);
        let demand = Demand::of(&loaded.project);
        let kind = |service: &Service| (service.name.to_string(), of(service, (&loaded, &loaded.project), &demand));
        loaded.project.services.values().map(kind).collect()
    }

    /// The kind of a service called `a`, beside others.
    fn kind(text: &str, others: &str) -> Kind {
        kinds(&format!("  a: {{{text}}}\n{others}")).into_iter().find(|(name, _)| name == "a").expect("is there").1
    }

    #[test]
    fn what_answers_is_no_job() {
        let ends = |rest: &str| format!("{rest}, deploy: {{restart_policy: {{condition: on-failure}}}}");
        assert_eq!(kind(&ends("image: x"), ""), Kind::Job);
        assert_eq!(kind(&ends("image: 'postgres:17', command: pg_dump -h db"), ""), Kind::Job);
        for text in ["image: 'mongo:8'", "image: redis, command: redis-server --save 60", "image: x, expose: ['80']"] {
            assert_eq!(kind(&ends(text), ""), Kind::Deployment, "{text}");
        }
        assert_eq!(kind(&ends("image: x, scale: 3"), ""), Kind::Deployment);
        assert_eq!(kind(&ends("image: x, healthcheck: {test: ok}"), ""), Kind::Deployment);
        assert_eq!(kind(&ends("image: postgres, volumes: ['d:/var/lib/postgresql/data']"), ""), Kind::StatefulSet);
        let dials = "  b: {image: x, environment: {A_HOST: a}}\n";
        assert_eq!(kind(&ends("image: x"), dials), Kind::Deployment);
        let waits = |condition: &str| format!("  b: {{image: x, depends_on: {{a: {{condition: {condition}}}}}}}\n");
        assert_eq!(kind(&ends("image: x"), &waits("service_started")), Kind::Job);
        assert_eq!(kind(&ends("image: x, expose: ['80']"), &waits("service_completed_successfully")), Kind::Job);
    }

    #[test]
    fn what_knows_itself_by_its_name_keeps_it() {
        let store = |image: &str, rest: &str| format!("image: {image}, volumes: ['d:/data'], {rest}");
        let a = |image: &str, rest: &str, others: &str| kind(&store(image, rest), others);
        assert_eq!(a("postgres", "hostname: a, environment: {POSTGRES_USER: a}", ""), Kind::StatefulSet);
        assert_eq!(a("cassandra", "environment: {CASSANDRA_SEEDS: a}", ""), Kind::Deployment);
        assert_eq!(a("cassandra", "environment: {CASSANDRA_SEEDS: 'a,b'}", ""), Kind::StatefulSet);
        assert_eq!(
            a("zookeeper", "hostname: zoo, environment: {S: 'server.1=zoo:2888:3888;2181'}", ""),
            Kind::Deployment
        );
        let other = "  b: {image: rabbitmq, depends_on: [a]}\n";
        assert_eq!(a("rabbitmq", "hostname: a", other), Kind::Deployment);
        assert_eq!(a("rabbitmq", "hostname: a", "  b: {image: x, depends_on: [a]}\n"), Kind::StatefulSet);
        assert_eq!(a("rabbitmq", "hostname: r, environment: {RABBITMQ_NODENAME: rabbit@r}", ""), Kind::Deployment);
    }
}
