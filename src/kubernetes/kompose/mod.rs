//! Labels of Kompose, honoured for those who come from there. Each says in the report what became of it.

mod probe;
mod scaler;
mod service;
mod value;
mod volume;

use super::draft::Draft;
use super::kind::{CONTROLLER, Kind, SCHEDULE};
use super::ledger::{Spot, container, object, pod};
use super::object_name;
use crate::diagnostic::Diagnostic;
use crate::model::Service;
use k8s_openapi::api::core::v1::{Container, LocalObjectReference};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

pub(super) use probe::readiness;
pub(super) use scaler::is_scaled;
pub(super) use service::{
    CLASS, OPEN, TLS, hosts, is_exposed, is_outward, node_port, opens_ports, outward_type, shape, traffic, way,
};
pub(super) use value::{Fault, fault, said, value};
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
/// What happens when a job is to begin and the one before still runs.
const CONCURRENCY: &str = "kompose.cronjob.concurrency_policy";
/// How often a job tries again.
const TRIES: &str = "kompose.cronjob.backoff_limit";
/// The group of the volumes.
const FS_GROUP: &str = "kompose.security-context.fsgroup";
/// The labels of a deployment about room on a disk, with the side of the resources that has it.
const ROOM: [(&str, &str); 2] =
    [("kompose.ephemeral-storage.request", "requests"), ("kompose.ephemeral-storage.limit", "limits")];

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
        if is_refused(draft, &["labels", label], value) {
            continue;
        }
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
        if !is_refused(draft, &["deploy", "labels", label], value) {
            of_deployment(draft, label, value);
        }
    }
}

/// Whether the value of a label is none: then that is said, and the label does nothing.
fn is_refused(draft: &mut Draft<'_, '_>, keys: &[&str], value: &str) -> bool {
    let label = keys.last().copied().unwrap_or_default();
    let Some(fault) = fault(label, value) else { return false };
    let path = draft.path(keys.iter().copied());
    draft.report(&path, fault.diagnostic(label, value));
    draft.claim_at(path).dropped(fault.why);
    true
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
        FS_GROUP => {
            draft.pod_security().fs_group = value.parse().ok();
            Row::kept("it is the group of the volumes", pod("securityContext.fsGroup"))
        }
        GROUP if draft.scene.members(&draft.home.owner).len() > 1 => {
            Row::kept("the services of a group have one pod", pod("containers"))
        }
        GROUP => refuse("no other service is in the group"),
        _ => row_of_first(draft, label)?,
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
        CONCURRENCY if kind == Kind::CronJob => {
            draft.workload.schedule.concurrency = Some(value.to_owned());
            Row::kept("it says what happens when the one before still runs", object("spec.concurrencyPolicy"))
        }
        TRIES if kind == Kind::CronJob => {
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
    let Some((_, side)) = ROOM.into_iter().find(|(known, _)| *known == label) else {
        draft.claim(["deploy", "labels", label]).dropped(NOTHING);
        return;
    };
    let resources = draft.container.resources.get_or_insert_default();
    let quantities = if side == "limits" { &mut resources.limits } else { &mut resources.requests };
    quantities.get_or_insert_default().insert("ephemeral-storage".into(), Quantity(value.to_owned()));
    let place = container(format!("resources.{side}.ephemeral-storage"));
    draft.claim(["deploy", "labels", label]).approximated("label of Kompose honoured: it is room on a disk", place);
}

/// The words of a command, with brackets and quotes or without.
fn words(text: &str) -> Vec<String> {
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    inner.split(',').map(|word| word.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

/// What a label says of the container that runs first.
fn of_first<'s>(service: &'s Service, word: &str) -> Option<&'s str> {
    said(service, &format!("{FIRST}{word}"))
}

/// The container that runs first.
fn wanted(service: &Service) -> Option<Container> {
    Some(Container {
        name: object_name::label(of_first(service, "name").unwrap_or("init")),
        image: Some(of_first(service, "image")?.to_owned()),
        command: of_first(service, "command").map(words),
        ..Container::default()
    })
}

/// Adds the container that runs first; each of a pod has a name of its own.
fn first(draft: &mut Draft<'_, '_>) {
    let Some(container) = wanted(draft.service) else { return };
    let name = container.name.clone();
    let mut members = draft.scene.members(&draft.home.owner).into_iter();
    if !draft.workload.has_wait(&name) && members.all(|one| draft.scene.name_of(&one.name) != name) {
        draft.workload.wait(container);
        return;
    }
    let named = ["name", "image"].map(|word| format!("{FIRST}{word}"));
    let label = named.iter().find(|label| draft.service.labels.contains_key(*label)).map_or("", String::as_str);
    let path = draft.path(["labels", label]);
    // With another name there would be such a container.
    draft.claim(["labels", &format!("{FIRST}name")]).approximated("another container of the pod has its name", []);
    let message = format!("the pod of '{}' has a container '{name}' already", draft.service.name);
    let help = format!("give the one that runs first a name of its own by '{FIRST}name'");
    draft.report(&path, Diagnostic::error("name-taken", message).help(help));
}

fn row_of_first(draft: &Draft<'_, '_>, label: &str) -> Option<Row> {
    let word = label.strip_prefix(FIRST)?;
    let row = match (word, wanted(draft.service)) {
        ("image" | "name" | "command", Some(container)) if draft.workload.runs_first(&container) => {
            Row::kept("it makes a container that runs first", pod("initContainers"))
        }
        ("image" | "name" | "command", Some(_)) => refuse("another container of the pod has its name"),
        ("name" | "command", None) => refuse(format!("without '{FIRST}image' there is no such container")),
        _ => return None,
    };
    Some(row)
}
