//! `x-kubernetes`: what the files say to Kubernetes alone. `kind`, `schedule`, `liveness`, `nodeSelector` and `tolerations`
//! of a service are here; patches, which come last, in [`super::patch`].

use super::draft::Draft;
use super::generic_resource;
use super::kind::Kind;
use super::ledger::{object, pod};
use crate::diagnostic::Diagnostic;
use crate::document::{Node, json};
use crate::load::Loaded;
use crate::value::Name;
use k8s_openapi::api::core::v1::Toleration;

/// The key.
pub(super) const KEY: &str = "x-kubernetes";

/// What a service says.
pub(super) fn of_service<'a>(loaded: &'a Loaded, service: &Name) -> Option<&'a Node> {
    loaded.origins.tree().get("services")?.get(service.as_str())?.get(KEY)
}

/// What a service says, but for patches.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    let loaded = draft.scene.loaded;
    for (key, value) in of_service(loaded, &draft.service.name).and_then(Node::as_map).unwrap_or_default() {
        match key.as_text().unwrap_or_default() {
            "kind" => kind(draft, value),
            "schedule" => {
                value.as_text().unwrap_or_default().clone_into(&mut draft.workload.schedule.times);
                draft.claim([KEY, "schedule"]).exact(object("spec.schedule"));
            }
            "nodeSelector" => node_selector(draft, value),
            "tolerations" => tolerations(draft, value),
            generic_resource::KEY => generic_resource::names(draft, value),
            "liveness" => liveness(draft, value),
            "patch" | "storage" | "ingress" => {}
            other => {
                let help = "it knows kind, schedule, liveness, nodeSelector, tolerations, resources, storage, ingress and patch";
                let message = format!("'{KEY}' knows no '{other}'");
                let path = draft.path([KEY, other]);
                draft.report(&path, Diagnostic::warning("unknown-key", message).help(help));
                draft.claim([KEY, other]).dropped(format!("'{KEY}' does not know it")).remedy(help);
            }
        }
    }
    if draft.home.kind == Kind::CronJob && draft.workload.schedule.times.is_empty() {
        let message = format!("'{}' is a CronJob, and nobody says when it begins", draft.service.name);
        let path = draft.path([KEY, "kind"]);
        draft.report(&path, Diagnostic::error("missing-value", message).help("add 'schedule: \"0 3 * * *\"'"));
    }
}

/// What the probes have not obeyed already.
fn liveness(draft: &mut Draft<'_, '_>, value: &Node) {
    let word = value.as_text().unwrap_or_default();
    let path = draft.path([KEY, "liveness"]);
    if word.parse::<bool>().is_err() {
        let fault = Diagnostic::error("invalid-value", format!("'liveness' is '{word}', neither true nor false"));
        draft.report(&path, fault.help("'true' has an unhealthy container started anew, 'false' never"));
        draft.claim_at(path).dropped("it is neither true nor false");
    } else if draft.container.readiness_probe.is_none() && draft.container.liveness_probe.is_none() {
        draft.claim_at(path).dropped("nothing is checked that could fail").remedy("add a 'healthcheck'");
    }
}

fn kind(draft: &mut Draft<'_, '_>, value: &Node) {
    let word = value.as_text().unwrap_or_default();
    if Kind::named(word).is_some() {
        draft.claim([KEY, "kind"]).approximated("it decides what the service becomes", object("kind"));
        return;
    }
    let message = format!("'{word}' is not the kind of a workload");
    let path = draft.path([KEY, "kind"]);
    let help = "one of Deployment, StatefulSet, DaemonSet, Job, CronJob";
    draft.report(&path, Diagnostic::error("invalid-value", message).help(help));
    draft.claim([KEY, "kind"]).dropped("it is not the kind of a workload");
}

fn node_selector(draft: &mut Draft<'_, '_>, value: &Node) {
    for (label, value) in value.as_map().unwrap_or_default() {
        let (Some(label), Some(value)) = (label.as_text(), value.as_text()) else { continue };
        draft.workload.pod.node_selector.get_or_insert_default().insert(label.to_owned(), value.to_owned());
        draft.claim([KEY, "nodeSelector", label]).exact(pod(format!("nodeSelector['{label}']")));
    }
}

fn tolerations(draft: &mut Draft<'_, '_>, value: &Node) {
    let Ok(mut all) = serde_json::from_str::<Vec<Toleration>>(&json::compact(value)) else {
        let path = draft.path([KEY, "tolerations"]);
        let fault = Diagnostic::error("wrong-type", "'tolerations' is no list of tolerations");
        draft.report(&path, fault.help("write it like '- {key: gpu, operator: Exists, effect: NoSchedule}'"));
        draft.claim([KEY, "tolerations"]).dropped("it is no list of tolerations");
        return;
    };
    draft.workload.pod.tolerations.get_or_insert_default().append(&mut all);
    draft.claim([KEY, "tolerations"]).exact(pod("tolerations"));
}
