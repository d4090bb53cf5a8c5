//! Jobs in the pods of the only service that waits for them, where that is asked for: a container runs them before it starts,
//! and again whenever a pod does.

use super::dialling;
use super::draft::{Home, Role};
use super::extension;
use super::kind::Kind;
use super::{kompose, traefik};
use crate::load::Loaded;
use crate::model::{DependencyCondition, Deploy, Networking, Placement, Project, Service};
use crate::value::Name;
use std::collections::BTreeMap;

/// Moves each job that can be into the pods of the service that waits for it.
pub(super) fn settle(loaded: &Loaded, homes: &mut BTreeMap<Name, Home>) {
    let is_job = |service: &&Service| homes.get(&service.name).is_some_and(|home| is_own(home, service));
    let jobs = loaded.project.services.values().filter(is_job);
    let hosts: BTreeMap<&Name, &Name> =
        jobs.filter_map(|job| Some((&job.name, &host(loaded, homes, job).ok()?.name))).collect();
    for job in hosts.keys() {
        // One that waits for a job may be such a job itself.
        let mut last = *job;
        while let Some(next) = hosts.get(last) {
            last = next;
        }
        let Some(home) = homes.get(last).cloned() else { continue };
        homes.insert((*job).clone(), Home { container: format!("initContainers[{job}]"), role: Role::First, ..home });
    }
}

/// Whether it is a job with pods of its own.
fn is_own(home: &Home, service: &Service) -> bool {
    home.kind == Kind::Job && home.owner == service.name
}

/// The service in whose pods a job can run.
///
/// # Errors
/// Why it keeps its own.
pub(super) fn host<'a>(
    loaded: &'a Loaded,
    homes: &BTreeMap<Name, Home>,
    job: &Service,
) -> Result<&'a Service, &'static str> {
    let project = &loaded.project;
    let waits = |other: &&Service| other.depends_on.contains_key(&job.name) && homes.contains_key(&other.name);
    let mut waiting = project.services.values().filter(waits);
    let (Some(host), None) = (waiting.next(), waiting.next()) else {
        return Err("not just one service waits for it");
    };
    let condition = host.depends_on.get(&job.name).map(|dependency| dependency.condition);
    let kind = homes.get(&host.name).map(|home| home.kind);
    let has_several =
        host.replicas() != 1 || matches!(kind, Some(Kind::DaemonSet | Kind::CronJob)) || kompose::is_scaled(host);
    let reasons = [
        (condition != Some(DependencyCondition::CompletedSuccessfully), "the service does not wait for its end"),
        (has_several, "the service that waits for it may have several pods"),
        (job.replicas() != 1, "it runs several times"),
        (!is_alone(homes, &host.name) || !is_alone(homes, &job.name), "one pod has several services"),
        (is_reached(project, job), "others may reach it"),
        (says_pod(job) || extension::of_service(loaded, &job.name).is_some(), "it says what its own pod is to be like"),
    ];
    reasons.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(host), |(_, reason)| Err(reason))
}

/// Whether a service has its pods for itself, but for jobs that run first.
fn is_alone(homes: &BTreeMap<Name, Home>, service: &Name) -> bool {
    let owner = homes.get(service).map(|home| &home.owner);
    let mut others = homes.iter().filter(|(name, _)| *name != service);
    !others.any(|(_, home)| home.role != Role::First && Some(&home.owner) == owner)
}

/// Whether others may dial it.
fn is_reached(project: &Project, job: &Service) -> bool {
    let aliases = match &job.networking {
        Networking::Attached(networks) => networks.values().flatten().any(|one| !one.aliases.is_empty()),
        Networking::Mode(_) => false,
    };
    let names = [Some(job.name.as_str()), job.container_name.as_deref()];
    let is_dialled = |other: &Service| {
        let hosts = dialling::hosts(other);
        let is_linked = other.linked_services().any(|name| *name == job.name);
        is_linked || names.into_iter().flatten().any(|name| hosts.contains_key(name))
    };
    aliases || !job.ports.is_empty() || !job.expose.is_empty() || project.services.values().any(is_dialled)
}

/// Whether it asks for what a pod has as a whole, or what a container that runs first cannot have.
fn says_pod(job: &Service) -> bool {
    let lists = [&job.dns, &job.dns_opt, &job.dns_search, &job.extra_hosts, &job.group_add];
    let words = [&job.hostname, &job.platform, &job.runtime, &job.userns_mode];
    let is_read = |label: &String| label.starts_with(kompose::PREFIX) || traefik::is_label(label);
    lists.into_iter().any(|list| !list.is_empty())
        || words.into_iter().any(Option::is_some)
        || [&job.ipc, &job.pid].into_iter().any(Option::is_some)
        || job.init == Some(true)
        || job.stop_grace_period.is_some()
        || job.credential_spec.is_some()
        || !(job.gpus.is_empty() && job.devices.is_empty() && job.sysctls.is_empty())
        || !(job.post_start.is_empty() && job.pre_stop.is_empty())
        || !matches!(job.networking, Networking::Attached(_))
        || job.labels.keys().any(is_read)
        || job.deploy.as_ref().is_some_and(says_place)
}

fn says_place(deploy: &Deploy) -> bool {
    deploy.placement != Placement::default() || !deploy.labels.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::kubernetes::{Jobs, Options, convert};
    use crate::testing::loaded;

    /// The jobs that keep their own pods, and the names of the containers that run first in those of others.
    fn jobs(services: &str) -> (Vec<String>, Vec<String>) {
        let options = Options { jobs: Jobs::Inline, ..Options::default() };
        let converted = convert(&loaded(&[("compose.yaml", &format!("services:\n{services}"))]), &options);
        let jobs = converted.manifests.iter().filter(|one| one.kind == "Job").map(|one| one.name.clone()).collect();
        let of = |kind: &str| converted.manifests.iter().filter(|one| one.kind == kind).collect::<Vec<_>>();
        let first = of("Deployment").into_iter().flat_map(|one| {
            let pod = one.tree.get("spec").and_then(|spec| spec.get("template")?.get("spec"));
            let first = pod.and_then(|pod| pod.get("initContainers")?.as_list()).unwrap_or_default();
            first.iter().filter_map(|one| one.get("name")?.as_text()).map(str::to_owned).collect::<Vec<_>>()
        });
        (jobs, first.collect())
    }

    const WAITS: &str = "depends_on: {job: {condition: service_completed_successfully}}";

    #[test]
    fn a_job_runs_in_the_pods_of_the_only_one_that_waits() {
        let (own, first) = jobs(&format!("  web: {{image: x, {WAITS}}}\n  job: {{image: y, restart: 'no'}}\n"));
        assert_eq!((own.len(), first), (0, vec!["job".to_owned()]));
    }

    #[test]
    fn a_job_that_waits_for_another_brings_it_along() {
        let middle = format!("middle: {{image: y, {WAITS}}}");
        let web = "web: {image: x, depends_on: {middle: {condition: service_completed_successfully}}}";
        let (own, first) = jobs(&format!("  {web}\n  {middle}\n  job: {{image: z}}\n"));
        assert_eq!((own.len(), first), (0, vec!["job".to_owned(), "middle".to_owned()]));
    }

    #[test]
    fn a_job_that_is_needed_elsewhere_keeps_its_pods() {
        let web = format!("  web: {{image: x, {WAITS}}}\n");
        for rest in [
            format!("  job: {{image: y}}\n  other: {{image: x, {WAITS}}}\n"),
            "  job: {image: y, hostname: a}\n".to_owned(),
            "  job: {image: y, expose: ['80']}\n".to_owned(),
            "  job: {image: y}\n  other: {image: x, environment: {URL: 'http://job'}}\n".to_owned(),
            "  job: {image: y, x-kubernetes: {nodeSelector: {a: b}}}\n".to_owned(),
        ] {
            let (own, first) = jobs(&format!("{web}{rest}"));
            assert!(own.len() == 1 && first.iter().all(|name| name != "job"), "{rest}: {own:?} {first:?}");
        }
        let (own, _) = jobs(&format!("  web: {{image: x, scale: 2, {WAITS}}}\n  job: {{image: y}}\n"));
        assert_eq!(own.len(), 1);
    }

    #[test]
    fn a_job_called_like_a_wait_is_not_taken_for_one() {
        let waits =
            "depends_on: {db: {condition: service_healthy}, wait-for-db: {condition: service_completed_successfully}}";
        let db = "db: {image: y, expose: ['80'], healthcheck: {test: [CMD, ok]}}";
        let (_, first) = jobs(&format!("  web: {{image: x, {waits}}}\n  wait-for-db: {{image: z}}\n  {db}\n"));
        assert_eq!(first, ["wait-for-db-job", "wait-for-db"]);
    }
}
