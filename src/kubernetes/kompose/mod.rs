//! Labels of Kompose, honoured for those who come from there. Each says in the report what became of it.

mod probe;
mod scaler;
mod service;
mod volume;

use super::draft::Draft;
use super::kind::{CONTROLLER, Kind, SCHEDULE};
use super::ledger::{Spot, container, object, pod};
use super::object_name;
use k8s_openapi::api::core::v1::{Container, LocalObjectReference};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

pub(super) use probe::readiness;
pub(super) use service::{
    CLASS, OPEN, TLS, hosts, is_exposed, is_outward, node_port, opens_ports, shape, traffic, way,
};
pub(super) use volume::{Volumes, mounts_volumes, path_in, volumes};

/// What is said of a label that is not known.
pub(super) const NOTHING: &str = "this label of Kompose means nothing here";
/// What begins them.
pub(super) const PREFIX: &str = "kompose.";
/// The services of one group have one pod.
pub(super) const GROUP: &str = "kompose.service.group";
/// The name of the objects of a service.
pub(super) const NAME: &str = "kompose.service.name_override";
/// What begins those of a container that runs first.
const FIRST: &str = "kompose.init.containers.";

/// What became of a label.
struct Row {
    reason: String,
    /// Where it went; nothing for one that nobody obeys.
    places: Option<Vec<Spot>>,
    remedy: Option<String>,
}

impl Row {
    fn kept(reason: impl Into<String>, places: impl Into<Vec<Spot>>) -> Self {
        Self { reason: reason.into(), places: Some(places.into()), remedy: None }
    }

    fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

fn refuse(reason: impl Into<String>) -> Row {
    Row { reason: reason.into(), places: None, remedy: None }
}

/// Obeys the labels of a service and of its deployment.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    let service = draft.service;
    let labels = || service.labels.iter().filter(|(label, _)| label.starts_with(PREFIX));
    probe::convert(draft);
    scaler::convert(draft);
    first(draft);
    if opens_ports(service) {
        service::open(draft);
    }
    for (label, value) in labels() {
        let row = obey(draft, label, value);
        let claim = draft.claim(["labels", label]);
        let claimed = match row.places {
            Some(places) => claim.approximated(format!("label of Kompose honoured: {}", row.reason), places),
            None => claim.dropped(row.reason),
        };
        row.remedy.map(|remedy| claimed.remedy(remedy));
    }
    let deployed = service.deploy.iter().flat_map(|deploy| &deploy.labels);
    for (label, value) in deployed.filter(|(label, _)| label.starts_with(PREFIX)) {
        of_deployment(draft, label, value);
    }
}

fn obey(draft: &mut Draft<'_, '_>, label: &str, value: &str) -> Row {
    service::row(draft, label, value)
        .or_else(|| scaler::row(draft, label))
        .or_else(|| probe::row(draft, label))
        .or_else(|| volume::row(draft, label, value))
        .or_else(|| of_pods(draft, label, value))
        .or_else(|| of_workload(draft, label, value))
        .unwrap_or_else(|| refuse(NOTHING).remedy("see 'x-kubernetes'"))
}

/// Labels about the pods.
fn of_pods(draft: &mut Draft<'_, '_>, label: &str, value: &str) -> Option<Row> {
    let row = match label {
        "kompose.image-pull-policy" if ["Always", "IfNotPresent", "Never"].contains(&value) => {
            draft.container.image_pull_policy = Some(value.to_owned());
            Row::kept("it is the pull policy of the container", container("imagePullPolicy"))
        }
        "kompose.image-pull-policy" => refuse("it is none of Always, IfNotPresent and Never"),
        "kompose.image-pull-secret" if object_name::is_domain(value) => {
            let secrets = draft.workload.pod.image_pull_secrets.get_or_insert_default();
            if secrets.iter().all(|known| known.name != value) {
                secrets.push(LocalObjectReference { name: value.to_owned() });
            }
            Row::kept("it is a secret that images are fetched with", pod("imagePullSecrets"))
        }
        "kompose.serviceaccount-name" if object_name::is_domain(value) => account(draft, value),
        "kompose.image-pull-secret" | "kompose.serviceaccount-name" => refuse("Kubernetes takes no such name"),
        "kompose.security-context.fsgroup" if value.parse::<i64>().is_ok() => {
            draft.pod_security().fs_group = value.parse().ok();
            Row::kept("it is the group of the volumes", pod("securityContext.fsGroup"))
        }
        GROUP if draft.scene.members(&draft.home.owner).len() > 1 => {
            Row::kept("the services of a group have one pod", pod("containers"))
        }
        GROUP => refuse("no other service is in the group"),
        _ => of_first(draft, label)?,
    };
    Some(row)
}

/// An account that somebody else makes. Pods get its token, since it is there to be used.
fn account(draft: &mut Draft<'_, '_>, name: &str) -> Row {
    draft.workload.pod.service_account_name = Some(name.to_owned());
    draft.manifests.expect("ServiceAccount", name);
    let mut mounts = draft.container.volume_mounts.iter().flatten();
    let has_secrets = mounts.any(|mount| mount.mount_path.trim_start_matches("/var").starts_with("/run/secrets"));
    let reason = if has_secrets {
        "it is the account of the pods; with secrets at '/run/secrets' they have no place for its token"
    } else {
        draft.workload.pod.automount_service_account_token = None;
        "it is the account of the pods, which get its token"
    };
    let row = Row::kept(reason, pod("serviceAccountName"));
    // Each namespace has one of this name.
    if name == "default" { row } else { row.remedy(format!("make the ServiceAccount '{name}' first")) }
}

/// Labels about the workload.
fn of_workload(draft: &mut Draft<'_, '_>, label: &str, value: &str) -> Option<Row> {
    let kind = draft.home.kind;
    let row = match label {
        SCHEDULE if kind == Kind::CronJob => {
            value.clone_into(&mut draft.workload.schedule.times);
            Row::kept("it makes a CronJob of it", object("spec.schedule"))
        }
        "kompose.cronjob.concurrency_policy" if kind == Kind::CronJob => {
            draft.workload.schedule.concurrency = Some(value.to_owned());
            Row::kept("it says what happens when the one before still runs", object("spec.concurrencyPolicy"))
        }
        "kompose.cronjob.backoff_limit" if kind == Kind::CronJob => {
            draft.workload.retries.limit = value.parse().ok();
            Row::kept("it says how often it tries again", object("spec.jobTemplate.spec.backoffLimit"))
        }
        _ if label.starts_with("kompose.cronjob.") => refuse(format!("the service becomes a {kind}")),
        CONTROLLER if Kind::named(value) == Some(kind) => {
            Row::kept("it decides what the service becomes", object("kind"))
        }
        CONTROLLER if Kind::named(value).is_some() => refuse(format!("the service becomes a {kind}")),
        CONTROLLER => refuse("it is not the kind of a workload"),
        NAME => Row::kept("it is the name of the objects", object("metadata.name")),
        _ => return None,
    };
    Some(row)
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

/// A container that runs first.
fn first(draft: &mut Draft<'_, '_>) {
    let label = |word: &str| draft.service.labels.get(&format!("{FIRST}{word}"));
    let Some(image) = label("image").cloned() else { return };
    let name = label("name").cloned().unwrap_or_else(|| "init".to_owned());
    let words = label("command").map(|text| {
        let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
        inner.split(',').map(|word| word.trim().trim_matches(['"', '\'']).to_owned()).collect()
    });
    draft.workload.wait(Container {
        name: object_name::label(&name),
        image: Some(image),
        command: words,
        ..Container::default()
    });
}

fn of_first(draft: &Draft<'_, '_>, label: &str) -> Option<Row> {
    let word = label.strip_prefix(FIRST)?;
    let row = match word {
        "image" | "name" | "command" if draft.service.labels.contains_key(&format!("{FIRST}image")) => {
            Row::kept("it makes a container that runs first", pod("initContainers"))
        }
        "name" | "command" => refuse(format!("without '{FIRST}image' there is no such container")),
        _ => return None,
    };
    Some(row)
}
