//! Labels of Kompose, honoured for those who come from there. Each says in the report what became of it.

use super::claim;
use super::draft::Draft;
use super::kind::{CONTROLLER, Kind, SCHEDULE};
use super::ledger::{Spot, container, object, pod};
use super::row::ObjectPath;
use super::scene::Scene;
use crate::model::Service;
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget,
    ResourceMetricSource,
};
use k8s_openapi::api::core::v1::{
    Container, HTTPGetAction, LocalObjectReference, Probe, Service as KubeService, TCPSocketAction,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// What is said of a label that is not known.
const NOTHING: &str = "this label of Kompose means nothing here";
/// What begins them.
pub(super) const PREFIX: &str = "kompose.";
/// The services of one group have one pod.
pub(super) const GROUP: &str = "kompose.service.group";
/// The name of the objects of a service.
pub(super) const NAME: &str = "kompose.service.name_override";
/// The kind of a Service.
const TYPE: &str = "kompose.service.type";
/// The port of the nodes.
const NODE_PORT: &str = "kompose.service.nodeport.port";
/// Whether traffic may go by way of another node.
const TRAFFIC: &str = "kompose.service.external-traffic-policy";
/// What begins those of probes.
/// The label that makes an Ingress: `true`, or hosts with their paths.
pub(super) const EXPOSE: &str = "kompose.service.expose";
/// The Secret with the certificate of the Ingress.
pub(super) const TLS: &str = "kompose.service.expose.tls-secret";
/// The class of the Ingress.
pub(super) const CLASS: &str = "kompose.service.expose.ingress-class-name";
const LIVENESS: &str = "kompose.service.healthcheck.liveness.";
const READINESS: &str = "kompose.service.healthcheck.readiness.";

/// Obeys the labels of a service and of its deployment.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    let service = draft.service;
    for (label, value) in service.labels.iter().filter(|(label, _)| label.starts_with(PREFIX)) {
        obey(draft, label, value);
    }
    for probe in [LIVENESS, READINESS] {
        if service.labels.keys().any(|label| label.starts_with(probe)) {
            self::probe(draft, probe);
        }
    }
    scaler(draft);
    first(draft);
    let deployed = service.deploy.iter().flat_map(|deploy| &deploy.labels);
    for (label, value) in deployed.filter(|(label, _)| label.starts_with(PREFIX)) {
        of_deployment(draft, label, value);
    }
}

fn obey(draft: &mut Draft<'_, '_>, label: &str, value: &str) {
    let name = draft.scene.name_of(&draft.service.name).to_owned();
    let of_service = |field: &str| vec![Spot::Of(ObjectPath::new("Service", &name, field))];
    let (reason, places): (&str, Vec<Spot>) = match label {
        "kompose.image-pull-policy" => {
            draft.container.image_pull_policy = Some(value.to_owned());
            ("it is the pull policy of the container", container("imagePullPolicy").into())
        }
        "kompose.image-pull-secret" => {
            let secrets = draft.workload.pod.image_pull_secrets.get_or_insert_default();
            if secrets.iter().all(|known| known.name != value) {
                secrets.push(LocalObjectReference { name: value.to_owned() });
            }
            ("it is a secret that images are fetched with", pod("imagePullSecrets").into())
        }
        "kompose.serviceaccount-name" => {
            draft.workload.pod.service_account_name = Some(value.to_owned());
            ("it is the account of the pods", pod("serviceAccountName").into())
        }
        "kompose.security-context.fsgroup" if value.parse::<i64>().is_ok() => {
            draft.pod_security().fs_group = value.parse().ok();
            ("it is the group of the volumes", pod("securityContext.fsGroup").into())
        }
        "kompose.controller.port.expose" if value == "true" => {
            for port in draft.container.ports.iter_mut().flatten() {
                port.host_port = Some(port.container_port);
            }
            ("its ports are those of the machines", container("ports").into())
        }
        SCHEDULE => {
            value.clone_into(&mut draft.workload.schedule.times);
            ("it makes a CronJob of it", object("spec.schedule").into())
        }
        "kompose.cronjob.concurrency_policy" if draft.home.kind == Kind::CronJob => {
            draft.workload.schedule.concurrency = Some(value.to_owned());
            ("it says what happens when the one before still runs", object("spec.concurrencyPolicy").into())
        }
        "kompose.cronjob.backoff_limit" if draft.home.kind == Kind::CronJob => {
            draft.workload.retries.limit = value.parse().ok();
            ("it says how often it tries again", object("spec.jobTemplate.spec.backoffLimit").into())
        }
        CONTROLLER if Kind::named(value).is_some() => ("it decides what the service becomes", object("kind").into()),
        GROUP => ("the services of a group have one pod", pod("containers").into()),
        NAME => ("it is the name of the objects", object("metadata.name").into()),
        TYPE if is_type(value) => ("it is the kind of the Service", of_service("spec")),
        NODE_PORT | TRAFFIC if reaches_outside(draft.service) => ("the Service has it", of_service("spec")),
        EXPOSE | TLS | CLASS | claim::SIZE | claim::CLASS => ("a claim or an Ingress has it", Vec::new()),
        _ if label.starts_with(LIVENESS) => ("it makes a liveness probe", container("livenessProbe").into()),
        _ if label.starts_with(READINESS) => ("it makes a readiness probe", container("readinessProbe").into()),
        _ if label.starts_with("kompose.hpa.") => ("it makes a HorizontalPodAutoscaler", Vec::new()),
        _ if label.starts_with("kompose.init.containers.") => {
            ("it makes a container that runs first", pod("initContainers").into())
        }
        _ => {
            draft.claim(["labels", label]).dropped(NOTHING).remedy("see 'x-kubernetes'");
            return;
        }
    };
    draft.claim(["labels", label]).approximated(format!("label of Kompose honoured: {reason}"), places);
}

fn of_deployment(draft: &mut Draft<'_, '_>, label: &str, value: &str) {
    let side = match label {
        "kompose.ephemeral-storage.request" => "requests",
        "kompose.ephemeral-storage.limit" => "limits",
        _ => {
            draft.claim(["deploy", "labels", label]).dropped(NOTHING);
            return;
        }
    };
    let resources = draft.container.resources.get_or_insert_default();
    let quantities = if side == "limits" { &mut resources.limits } else { &mut resources.requests };
    quantities.get_or_insert_default().insert("ephemeral-storage".into(), Quantity(value.to_owned()));
    let place = container(format!("resources.{side}.ephemeral-storage"));
    draft.claim(["deploy", "labels", label]).approximated("label of Kompose honoured: it is room on a disk", place);
}

/// A probe by labels; what they do not say is taken from the health check.
fn probe(draft: &mut Draft<'_, '_>, prefix: &str) {
    let labels = &draft.service.labels;
    let label = |word: &str| labels.get(&format!("{prefix}{word}")).map(String::as_str);
    let number = |word: &str| label(word).and_then(|text| text.trim_end_matches('s').parse::<i32>().ok());
    let is_disabled = label("disable").is_some_and(|value| value == "true");
    let mut probe = draft.container.readiness_probe.clone().unwrap_or_default();
    if let (Some(path), Some(port)) = (label("http_get_path"), number("http_get_port")) {
        probe = Probe { exec: None, tcp_socket: None, grpc: None, ..probe };
        let path = Some(path.to_owned());
        probe.http_get = Some(HTTPGetAction { path, port: IntOrString::Int(port), ..HTTPGetAction::default() });
    } else if let Some(port) = number("tcp_port") {
        probe = Probe { exec: None, http_get: None, grpc: None, ..probe };
        probe.tcp_socket = Some(TCPSocketAction { host: None, port: IntOrString::Int(port) });
    } else if let Some(test) = label("test") {
        let words = test.split_whitespace().filter(|word| *word != "CMD").map(str::to_owned).collect();
        probe = Probe { tcp_socket: None, http_get: None, grpc: None, ..probe };
        probe.exec = Some(k8s_openapi::api::core::v1::ExecAction { command: Some(words) });
    }
    probe.period_seconds = number("interval").or(probe.period_seconds);
    probe.timeout_seconds = number("timeout").or(probe.timeout_seconds);
    probe.failure_threshold = number("retries").or(probe.failure_threshold);
    probe.initial_delay_seconds = number("start_period").or(probe.initial_delay_seconds);
    let asks = probe.exec.is_some() || probe.http_get.is_some() || probe.tcp_socket.is_some() || probe.grpc.is_some();
    let probe = Some(probe).filter(|_| asks && !is_disabled);
    if prefix == LIVENESS {
        draft.container.liveness_probe = probe;
    } else {
        draft.container.readiness_probe = probe;
    }
}

/// A scaler for as many pods as there is work.
fn scaler(draft: &mut Draft<'_, '_>) {
    let labels = &draft.service.labels;
    let number = |word: &str| labels.get(&format!("kompose.hpa.{word}")).and_then(|text| text.parse::<i32>().ok());
    let (cpu, memory) = (number("cpu"), number("memory"));
    let (least, most) = (number("replicas.min"), number("replicas.max"));
    if [cpu, memory, least, most].iter().all(Option::is_none) {
        return;
    }
    let metric = |(name, percent): (&str, i32)| MetricSpec {
        resource: Some(ResourceMetricSource {
            name: name.to_owned(),
            target: MetricTarget {
                average_utilization: Some(percent),
                type_: "Utilization".into(),
                ..Default::default()
            },
        }),
        type_: "Resource".into(),
        ..MetricSpec::default()
    };
    let metrics = [("cpu", cpu.unwrap_or(50)), ("memory", memory.unwrap_or(70))].map(metric).to_vec();
    draft.workload.replicas = None;
    for key in [&["scale"][..], &["deploy", "replicas"]] {
        draft.claim(key.iter().copied()).approximated("the HorizontalPodAutoscaler decides how many there are", []);
    }
    draft.manifests.add(&HorizontalPodAutoscaler {
        metadata: draft.scene.metadata(draft.service, &draft.home.object),
        spec: HorizontalPodAutoscalerSpec {
            max_replicas: most.unwrap_or(3),
            metrics: Some(metrics),
            min_replicas: Some(least.unwrap_or(1)),
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".into()),
                kind: draft.home.kind.as_str().into(),
                name: draft.home.object.clone(),
            },
            ..HorizontalPodAutoscalerSpec::default()
        },
        status: None,
    });
}

/// A container that runs first.
fn first(draft: &mut Draft<'_, '_>) {
    let label = |word: &str| draft.service.labels.get(&format!("kompose.init.containers.{word}"));
    let Some(image) = label("image").cloned() else { return };
    let name = label("name").cloned().unwrap_or_else(|| "init".to_owned());
    let words = label("command").map(|text| {
        let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
        inner.split(',').map(|word| word.trim().trim_matches(['"', '\'']).to_owned()).collect()
    });
    draft.workload.wait(Container {
        name: super::object_name::label(&name),
        image: Some(image),
        command: words,
        ..Container::default()
    });
}

fn is_type(value: &str) -> bool {
    ["clusterip", "nodeport", "loadbalancer", "headless"].contains(&value.to_ascii_lowercase().as_str())
}

fn kind_of(service: &Service) -> Option<String> {
    service.labels.get(TYPE).map(|value| value.to_ascii_lowercase())
}

fn reaches_outside(service: &Service) -> bool {
    matches!(kind_of(service).as_deref(), Some("nodeport" | "loadbalancer"))
}

/// Obeys the labels of a service that are about its Service.
pub(super) fn shape(scene: &Scene<'_>, service: &Service, object: &mut KubeService) {
    let Some(spec) = &mut object.spec else { return };
    if object.metadata.name.as_deref() != Some(scene.name_of(&service.name)) {
        return;
    }
    match kind_of(service).as_deref() {
        Some("headless") => spec.cluster_ip = Some("None".into()),
        Some("nodeport") if spec.ports.is_some() => spec.type_ = Some("NodePort".into()),
        Some("loadbalancer") if spec.ports.is_some() => spec.type_ = Some("LoadBalancer".into()),
        _ => return,
    }
    if spec.type_.is_none() {
        return;
    }
    spec.cluster_ip = None;
    let port = service.labels.get(NODE_PORT).and_then(|text| text.parse().ok());
    if let Some([first]) = spec.ports.as_deref_mut() {
        first.node_port = port;
    }
    let policy =
        service.labels.get(TRAFFIC).map(|word| if word.eq_ignore_ascii_case("local") { "Local" } else { "Cluster" });
    spec.external_traffic_policy = policy.map(str::to_owned);
}
