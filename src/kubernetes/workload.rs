//! [`Workload`]: the object that keeps the pods of a service: what its parts have put together, as the kind it is of.

use super::draft::Home;
use super::kind::Kind;
use super::manifest::Manifests;
use super::metadata::{self, Labels};
use super::object_name;
use super::restart::Retries;
use super::rollout::Replacement;
use super::scene::Scene;
use super::wait;
use crate::model::{RolloutOrder, Service};
use crate::value::Name;
use k8s_openapi::api::apps::v1::{
    DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy, Deployment, DeploymentSpec, DeploymentStrategy,
    RollingUpdateDaemonSet, RollingUpdateDeployment, StatefulSet, StatefulSetPersistentVolumeClaimRetentionPolicy,
    StatefulSetSpec,
};
use k8s_openapi::api::batch::v1::{
    CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec, PodFailurePolicy, PodFailurePolicyRule,
};
use k8s_openapi::api::core::v1::{
    Container, PersistentVolumeClaim, PodSecurityContext, PodSpec, PodTemplateSpec, Probe, SeccompProfile,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;

/// Seconds after which a job that has ended is removed, unless pods wait for its end.
const KEPT: i32 = 86_400;
/// Letters of the hash in the name of a job.
const HASH: usize = 6;

/// What a workload is made of.
#[derive(Debug, Default)]
pub(super) struct Workload {
    /// The pods.
    pub pod: PodSpec,
    /// Annotations of the pods.
    pub pod_annotations: Labels,
    /// More labels of the pods.
    pub pod_labels: Labels,
    /// More labels of the workload itself.
    pub labels: Labels,
    /// Annotations of the workload itself.
    pub annotations: Labels,
    /// How many pods; of a job, how often it runs to an end.
    pub replicas: Option<i32>,
    /// How pods are replaced by new ones.
    pub replacement: Replacement,
    /// How a job tries again.
    pub retries: Retries,
    /// When a job begins.
    pub schedule: Schedule,
    /// Containers that run on from before all others start.
    pub sidecars: Vec<Container>,
    /// How many of those there will be.
    pub sidecar_count: usize,
    /// Containers that run to an end before all others start, in order.
    pub waits: Vec<Container>,
    /// The places of the jobs among them, by service.
    pub jobs: BTreeMap<Name, String>,
    /// The jobs that the pods wait for.
    pub awaited: Vec<String>,
    /// The claims that each pod of a `StatefulSet` has of its own.
    pub claims: Vec<PersistentVolumeClaim>,
}

/// When a job begins again and again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Schedule {
    /// The times, as cron writes them.
    pub times: String,
    /// What happens when the one before still runs.
    pub concurrency: Option<String>,
}

impl Workload {
    /// Has a container run to an end before all others start; gives its place in the pod. One of the same name is taken for
    /// the same.
    pub fn wait(&mut self, container: Container) -> String {
        let known = self.waits.iter().position(|one| one.name == container.name);
        let index = known.unwrap_or(self.waits.len());
        if known.is_none() {
            self.waits.push(container);
        }
        format!("initContainers[{}]", self.sidecar_count + index)
    }

    /// Has the container of a job run to its end before all others start; gives its place in the pod.
    pub fn run_first(&mut self, job: &Name, mut container: Container) -> String {
        if self.has_wait(&container.name) || container.name.starts_with(wait::WAITERS) {
            container.name = object_name::label(&format!("{}-job", container.name));
        }
        let place = self.wait(container);
        self.jobs.insert(job.clone(), place.clone());
        place
    }

    /// Whether a container of this name runs first.
    pub fn has_wait(&self, name: &str) -> bool {
        self.waits.iter().any(|one| one.name == name)
    }

    /// Whether this container runs first.
    pub fn runs_first(&self, container: &Container) -> bool {
        self.waits.contains(container)
    }

    /// Puts those that start first where they belong.
    pub fn settle(&mut self) {
        let mut first: Vec<Container> = self.sidecars.drain(..).map(sidecar).collect();
        first.append(&mut self.waits);
        self.pod.init_containers = Some(first).filter(|first| !first.is_empty());
    }

    /// Pods that get no token and no variables of other services, and whose system calls are filtered.
    pub fn new() -> Self {
        let profile = SeccompProfile { type_: "RuntimeDefault".into(), ..SeccompProfile::default() };
        let pod = PodSpec {
            automount_service_account_token: Some(false),
            enable_service_links: Some(false),
            security_context: Some(PodSecurityContext {
                seccomp_profile: Some(profile),
                ..PodSecurityContext::default()
            }),
            ..PodSpec::default()
        };
        Self { pod, ..Self::default() }
    }

    /// Adds the object; gives its name, which is that of the home but for jobs.
    pub fn finish(self, scene: &Scene<'_>, (service, home): (&Service, &Home), manifests: &mut Manifests) -> String {
        match home.kind {
            Kind::Deployment => manifests.add(&self.deployment(scene, service, home)),
            Kind::StatefulSet => manifests.add(&self.stateful_set(scene, service, home)),
            Kind::DaemonSet => manifests.add(&self.daemon_set(scene, service, home)),
            Kind::CronJob => manifests.add(&self.cron_job(scene, service, home)),
            Kind::Job => {
                let job = self.job(scene, service, home);
                manifests.add(&job);
                return job.metadata.name.unwrap_or_default();
            }
        }
        home.workload()
    }

    fn metadata(&self, scene: &Scene<'_>, service: &Service, name: &str) -> ObjectMeta {
        let annotations = Some(self.annotations.clone()).filter(|annotations| !annotations.is_empty());
        let mut metadata = ObjectMeta { annotations, ..scene.metadata(service, name) };
        metadata.labels.get_or_insert_default().extend(self.labels.clone());
        metadata
    }

    fn template(&mut self, scene: &Scene<'_>, service: &Service) -> PodTemplateSpec {
        let mut labels = metadata::labels(scene, service);
        labels.append(&mut self.pod_labels);
        let annotations = Some(std::mem::take(&mut self.pod_annotations)).filter(|all| !all.is_empty());
        let metadata = ObjectMeta { labels: Some(labels), annotations, ..ObjectMeta::default() };
        PodTemplateSpec { metadata: Some(metadata), spec: Some(std::mem::take(&mut self.pod)) }
    }

    fn deployment(mut self, scene: &Scene<'_>, service: &Service, home: &Home) -> Deployment {
        Deployment {
            metadata: self.metadata(scene, service, &home.object),
            spec: DeploymentSpec {
                min_ready_seconds: self.replacement.pause,
                progress_deadline_seconds: self.replacement.deadline,
                replicas: self.replicas,
                selector: metadata::label_selector(scene, &home.object),
                strategy: self.replacement.strategy(),
                template: self.template(scene, service),
                ..DeploymentSpec::default()
            },
            status: None,
        }
    }

    fn stateful_set(mut self, scene: &Scene<'_>, service: &Service, home: &Home) -> StatefulSet {
        let kept = StatefulSetPersistentVolumeClaimRetentionPolicy {
            when_deleted: Some("Retain".into()),
            when_scaled: Some("Retain".into()),
        };
        let claims = Some(std::mem::take(&mut self.claims)).filter(|claims| !claims.is_empty());
        StatefulSet {
            metadata: self.metadata(scene, service, &home.workload()),
            spec: StatefulSetSpec {
                min_ready_seconds: self.replacement.pause,
                pod_management_policy: self.starts_at_once(scene, home).then(|| "Parallel".into()),
                persistent_volume_claim_retention_policy: claims.is_some().then_some(kept),
                replicas: self.replicas,
                selector: metadata::label_selector(scene, &home.object),
                service_name: Some(object_name::label(&format!("{}-headless", home.object))),
                template: self.template(scene, service),
                volume_claim_templates: claims,
                ..StatefulSetSpec::default()
            },
            status: None,
        }
    }

    /// Whether all pods start at once: the first would never be ready without the others.
    fn starts_at_once(&self, scene: &Scene<'_>, home: &Home) -> bool {
        scene.peers.circle(&home.owner).is_some() && self.replicas.is_some_and(|number| number > 1)
    }

    fn daemon_set(mut self, scene: &Scene<'_>, service: &Service, home: &Home) -> DaemonSet {
        DaemonSet {
            metadata: self.metadata(scene, service, &home.object),
            spec: DaemonSetSpec {
                min_ready_seconds: self.replacement.pause,
                selector: metadata::label_selector(scene, &home.object),
                update_strategy: self.replacement.daemon_strategy(),
                template: self.template(scene, service),
                ..DaemonSetSpec::default()
            },
            status: None,
        }
    }

    fn job_spec(&mut self, scene: &Scene<'_>, service: &Service) -> JobSpec {
        self.pod.restart_policy = Some(self.retries.policy.to_owned());
        // A pod that could not wait long enough has not failed at its work.
        let rules = (self.retries.policy == "Never").then(|| self.pod.init_containers.iter().flatten());
        let rules: Vec<PodFailurePolicyRule> = rules.into_iter().flatten().filter_map(wait::patience).collect();
        let has_rules = !rules.is_empty();
        JobSpec {
            pod_failure_policy: has_rules.then_some(PodFailurePolicy { rules }),
            backoff_limit: self.retries.limit,
            completions: self.replicas,
            parallelism: self.replicas,
            template: self.template(scene, service),
            ttl_seconds_after_finished: (!scene.is_awaited(&service.name)).then_some(KEPT),
            ..JobSpec::default()
        }
    }

    /// The template of a job cannot be changed, so that another template is another job.
    fn job(mut self, scene: &Scene<'_>, service: &Service, home: &Home) -> Job {
        let spec = self.job_spec(scene, service);
        let content = serde_json::to_string(&spec).expect("an object is a map with texts as keys");
        let hash = object_name::hash(&content);
        let short = hash.get(..HASH).unwrap_or(&hash);
        let metadata = self.metadata(scene, service, &object_name::label(&format!("{}-{short}", home.object)));
        Job { metadata, spec: Some(spec), status: None }
    }

    fn cron_job(mut self, scene: &Scene<'_>, service: &Service, home: &Home) -> CronJob {
        let spec = self.job_spec(scene, service);
        CronJob {
            metadata: self.metadata(scene, service, &home.workload()),
            spec: CronJobSpec {
                concurrency_policy: self.schedule.concurrency,
                schedule: self.schedule.times,
                job_template: JobTemplateSpec { metadata: None, spec: Some(spec) },
                ..CronJobSpec::default()
            },
            status: None,
        }
    }
}

/// A container that runs on while others start, which they do only when it is ready.
fn sidecar(mut container: Container) -> Container {
    container.restart_policy = Some("Always".into());
    if let (None, Some(ready)) = (&container.startup_probe, &container.readiness_probe) {
        let whole = ready.period_seconds.unwrap_or(10).saturating_mul(ready.failure_threshold.unwrap_or(3));
        let startup =
            Probe { period_seconds: Some(2), failure_threshold: Some(whole / 2 + whole % 2 + 1), ..ready.clone() };
        container.startup_probe = Some(startup);
    }
    container
}

impl Replacement {
    /// How a Deployment replaces its pods; nothing is the cluster's way.
    fn strategy(&self) -> Option<DeploymentStrategy> {
        if self.is_recreated {
            return Some(DeploymentStrategy { rolling_update: None, type_: Some("Recreate".into()) });
        }
        let (all, none) = (IntOrString::String("100%".into()), IntOrString::Int(0));
        let batch = match self.batch.or(self.is_in_place.then_some(1))? {
            0 => all,
            batch => IntOrString::Int(i32::try_from(batch).unwrap_or(i32::MAX)),
        };
        let (surge, unavailable) = match self.order {
            Some(RolloutOrder::StartFirst) if !self.is_in_place => (batch, none),
            Some(RolloutOrder::StartFirst | RolloutOrder::StopFirst) | None => (none, batch),
        };
        let rolling = RollingUpdateDeployment { max_surge: Some(surge), max_unavailable: Some(unavailable) };
        Some(DeploymentStrategy { rolling_update: Some(rolling), type_: Some("RollingUpdate".into()) })
    }

    fn daemon_strategy(&self) -> Option<DaemonSetUpdateStrategy> {
        let batch = match self.batch? {
            0 => IntOrString::String("100%".into()),
            batch => IntOrString::Int(i32::try_from(batch).unwrap_or(i32::MAX)),
        };
        let rolling = RollingUpdateDaemonSet { max_surge: None, max_unavailable: Some(batch) };
        Some(DaemonSetUpdateStrategy { rolling_update: Some(rolling), type_: Some("RollingUpdate".into()) })
    }
}
