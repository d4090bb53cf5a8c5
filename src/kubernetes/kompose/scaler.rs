//! Labels of Kompose about a scaler for as many pods as there is work.

use super::super::draft::Draft;
use super::super::kind::Kind;
use super::super::ledger::Spot;
use super::super::row::ObjectPath;
use super::{Row, refuse};
use crate::diagnostic::Diagnostic;
use crate::model::Service;
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec, MetricTarget,
    ResourceMetricSource,
};

/// What begins the labels.
const PREFIX: &str = "kompose.hpa.";
/// Whether a service has as many pods as there is work.
pub(in super::super) fn is_scaled(service: &Service) -> bool {
    service.labels.keys().any(|label| label.starts_with(PREFIX))
}

/// Per cent of the processors that are asked for at which there are to be more pods.
const PROCESSORS: i32 = 50;

/// What a scaler is told.
struct Scaler {
    /// What is measured, with the per cent of it that are asked for.
    metrics: Vec<(&'static str, i32)>,
    least: i32,
    most: i32,
}

fn number(service: &Service, word: &str) -> Option<i32> {
    service.labels.get(&format!("{PREFIX}{word}"))?.parse::<i32>().ok().filter(|number| *number > 0)
}

/// The scaler of a service; nothing where no label makes one, or nothing can be scaled.
fn scaler(draft: &Draft<'_, '_>) -> Option<Scaler> {
    let said = |word: &str| number(draft.service, word);
    let words = ["cpu", "memory", "replicas.min", "replicas.max"];
    let is_scaled = matches!(draft.home.kind, Kind::Deployment | Kind::StatefulSet);
    if !is_scaled || draft.home.owner != draft.service.name || words.iter().all(|word| said(word).is_none()) {
        return None;
    }
    let mut metrics: Vec<(&'static str, i32)> =
        ["cpu", "memory"].into_iter().filter_map(|name| Some((name, said(name)?))).collect();
    if metrics.is_empty() {
        metrics.push(("cpu", PROCESSORS));
    }
    let least = said("replicas.min").unwrap_or(1);
    Some(Scaler { metrics, least, most: said("replicas.max").unwrap_or(3).max(least) })
}

/// Makes the scaler.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    let Some(Scaler { metrics, least, most }) = scaler(draft) else { return };
    draft.workload.replicas = None;
    for key in [&["scale"][..], &["deploy", "replicas"]] {
        let path = draft.path(key.iter().copied());
        draft.ledger.withdraw(&path);
        draft.claim_at(path).approximated("the HorizontalPodAutoscaler decides how many there are", []);
    }
    for (name, _) in &metrics {
        missing(draft, name);
    }
    draft.manifests.add(&HorizontalPodAutoscaler {
        metadata: draft.scene.metadata(draft.service, &draft.home.object),
        spec: HorizontalPodAutoscalerSpec {
            max_replicas: most,
            metrics: Some(metrics.into_iter().map(metric).collect()),
            min_replicas: Some(least),
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some("apps/v1".into()),
                kind: draft.home.kind.as_str().into(),
                name: draft.home.workload(),
            },
            ..HorizontalPodAutoscalerSpec::default()
        },
        status: None,
    });
}

fn metric((name, percent): (&str, i32)) -> MetricSpec {
    let target =
        MetricTarget { average_utilization: Some(percent), type_: "Utilization".into(), ..MetricTarget::default() };
    MetricSpec {
        resource: Some(ResourceMetricSource { name: name.to_owned(), target }),
        type_: "Resource".into(),
        ..MetricSpec::default()
    }
}

/// Per cent of nothing tell nothing: a container must ask for what is measured.
fn missing(draft: &mut Draft<'_, '_>, name: &str) {
    let asked = draft.container.resources.as_ref();
    let has = asked.is_some_and(|all| {
        [&all.requests, &all.limits].iter().any(|side| side.iter().any(|side| side.contains_key(name)))
    });
    if has {
        return;
    }
    let key = if name == "cpu" { "cpus" } else { "memory" };
    let message = format!("the scaler of '{}' measures nothing: its container asks for no {name}", draft.service.name);
    let help = format!("say 'deploy.resources.reservations.{key}': the scaler counts per cent of it");
    let path = draft.path(["labels"]);
    draft.report(&path, Diagnostic::warning("unmeasured", message).help(help));
}

/// What becomes of a label; nothing for one that is not about a scaler.
pub(super) fn row(draft: &Draft<'_, '_>, label: &str) -> Option<Row> {
    let word = label.strip_prefix(PREFIX)?;
    if !["cpu", "memory", "replicas.min", "replicas.max"].contains(&word) {
        return None;
    }
    if number(draft.service, word).is_none() {
        let wanted =
            if word.starts_with("replicas") { "a number of pods" } else { "a number, per cent of what is asked for" };
        return Some(refuse(format!("it is not {wanted}")));
    }
    let Some(scaler) = scaler(draft) else {
        return Some(refuse(format!("nothing scales this {}", draft.home.kind)));
    };
    let field = match word {
        "replicas.min" => "spec.minReplicas".to_owned(),
        "replicas.max" => "spec.maxReplicas".to_owned(),
        _ => format!("spec.metrics[{}]", scaler.metrics.iter().position(|(name, _)| *name == word).unwrap_or_default()),
    };
    let place = Spot::Of(ObjectPath::new("HorizontalPodAutoscaler", &draft.home.object, field));
    Some(Row::kept("it makes a HorizontalPodAutoscaler", [place]))
}
