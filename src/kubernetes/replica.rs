//! How many pods, and what keeps several of them apart and alive.

use super::draft::Draft;
use super::kind::{self, Kind};
use super::ledger::{Spot, object};
use super::metadata;
use super::placement::{HOSTNAME, spread_over};
use crate::model::Deploy;
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// `scale` and `deploy`: the number, the mode, and how clients find them.
pub(super) fn convert(draft: &mut Draft<'_, '_>, scale: Option<u32>, deploy: Option<&Deploy>) {
    let replicas = deploy.and_then(|deploy| deploy.replicas);
    if draft.service.name != draft.home.owner {
        let reason = "its container is in the pods of another service, which say how many there are";
        for key in [&["scale"][..], &["deploy", "replicas"], &["deploy", "mode"], &["deploy", "endpoint_mode"]] {
            draft.claim(key.iter().copied()).dropped(reason);
        }
        return;
    }
    number(draft, scale, replicas);
    mode(draft, deploy.and_then(|deploy| deploy.mode.as_deref()));
    if let Some(mode) = deploy.and_then(|deploy| deploy.endpoint_mode.as_deref()) {
        let service = draft.scene.service_place(draft.service, "spec.clusterIP");
        let claim = draft.claim(["deploy", "endpoint_mode"]);
        if mode == "dnsrr" {
            claim.exact([service])
        } else {
            claim.same_without([service])
        };
    }
}

fn number(draft: &mut Draft<'_, '_>, scale: Option<u32>, replicas: Option<u32>) {
    let Some(number) = scale.or(replicas) else { return };
    let count = i32::try_from(number).unwrap_or(i32::MAX);
    let place: Vec<Spot> = match draft.home.kind {
        Kind::DaemonSet => Vec::new(),
        Kind::Job | Kind::CronJob => job_fields(draft).into_iter().map(|field| Spot::Object(field.into())).collect(),
        Kind::Deployment | Kind::StatefulSet => object("spec.replicas").into(),
    };
    if scale.is_some() && replicas.is_some() {
        draft.claim(["deploy", "replicas"]).dropped("'scale' wins");
    }
    let claim = draft.claim(if scale.is_some() { &["scale"][..] } else { &["deploy", "replicas"] }.iter().copied());
    if place.is_empty() {
        claim.dropped("there is one on each machine");
        return;
    }
    claim.exact(place);
    draft.workload.replicas = Some(count);
    if count > 1 && !draft.home.kind.ends() {
        keep_several(draft);
    }
}

/// Where a job says how often it runs to an end, and how many at once.
fn job_fields(draft: &Draft<'_, '_>) -> [&'static str; 2] {
    match draft.home.kind {
        Kind::CronJob => ["spec.jobTemplate.spec.completions", "spec.jobTemplate.spec.parallelism"],
        _ => ["spec.completions", "spec.parallelism"],
    }
}

/// Several pods are spread over machines, and not all taken away at once. Those that are on one machine leave it together: if
/// one had to be there, the others could not follow it.
fn keep_several(draft: &mut Draft<'_, '_>) {
    if draft.scene.colocation.has_workload(&draft.home.owner) {
        return;
    }
    spread_over(draft, HOSTNAME, 1, "ScheduleAnyway");
    let name = &draft.home.object;
    draft.manifests.add(&PodDisruptionBudget {
        metadata: draft.scene.metadata(draft.service, name),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(metadata::label_selector(draft.scene, name)),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    });
}

fn mode(draft: &mut Draft<'_, '_>, mode: Option<&str>) {
    let Some(mode) = mode else { return };
    let kind = draft.home.kind;
    let mut plain = draft.service.clone();
    if let Some(deploy) = &mut plain.deploy {
        deploy.mode = None;
    }
    let without = kind::of(&plain, (draft.scene.loaded, draft.scene.project()), &draft.scene.demand);
    let claim = draft.claim(["deploy", "mode"]);
    match mode {
        "global-job" => {
            claim.approximated("no job runs once on each machine: a DaemonSet runs on", object("kind"));
        }

        _ if without == kind => {
            claim.same_without(object("kind"));
        }

        _ => {
            claim.exact(object("kind"));
        }
    }
}
