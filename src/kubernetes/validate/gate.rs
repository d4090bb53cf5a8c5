//! Rules about words that an older release does not know, though it knows their fields.

use super::Faults;
use super::bundle::Bundle;
use super::pod::{Pod, Role};
use super::reach::{entry, items};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::kubernetes::version::KubeVersion;

/// A word of a field, with a gate.
struct Word<'a> {
    value: &'a Node,
    field: &'static str,
    /// The first release that knows it.
    known: KubeVersion,
    /// The first one in which it counts without being switched on.
    enabled: Option<KubeVersion>,
}

/// What is said of pods is known to the release, and counts in it.
pub(super) fn words(bundle: &Bundle<'_>, faults: &mut Faults) {
    let version = bundle.cluster.version;
    for pod in &bundle.pods {
        faults.extend(restarts(pod).chain(comparisons(pod)).filter_map(|word| fault(&word, version)));
    }
}

/// Ways to restart a container other than all of its pod; one that starts first could always be such that stays.
fn restarts<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Word<'a>> {
    let (known, enabled) = (KubeVersion::V1_34, Some(KubeVersion::V1_35));
    let field = "restartPolicy";
    let containers = pod.containers().filter(|container| container.role != Role::Sidecar);
    containers.filter_map(move |one| Some(Word { value: entry(one.node, field)?.1, field, known, enabled }))
}

/// Tolerations that compare numbers.
fn comparisons<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Word<'a>> {
    let (known, enabled, field) = (KubeVersion::V1_35, None, "operator");
    let operators = items(pod.spec, "tolerations").iter().filter_map(move |one| Some(entry(one, field)?.1));
    let operators = operators.filter(|operator| matches!(operator.as_text(), Some("Gt" | "Lt")));
    operators.map(move |value| Word { value, field, known, enabled })
}

fn fault(word: &Word<'_>, version: KubeVersion) -> Option<Diagnostic> {
    let (text, field) = (word.value.as_text()?, word.field);
    if word.known > version {
        let message = format!("'{field}: {text}' is known here since Kubernetes {}, not in {version}", word.known);
        let fault = Diagnostic::error("newer-kubernetes", message).at(word.value.span);
        return Some(fault.help("leave it out, or update the cluster"));
    }
    let is_off = word.enabled.is_none_or(|enabled| enabled > version);
    is_off.then(|| {
        let message = format!("'{field}: {text}' counts in Kubernetes {version} only where it is switched on");
        let fault = Diagnostic::warning("feature-gate", message).at(word.value.span);
        fault.help("ask who runs the cluster for its feature gate")
    })
}
