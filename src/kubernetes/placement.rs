//! On which machines pods run: constraints and preferences of Swarm as affinity and spread.

use super::draft::Draft;
use super::kind::Kind;
use super::ledger::{object, pod};
use super::metadata;
use crate::document::Path;
use crate::model::{Placement, Preference};
use k8s_openapi::api::core::v1::{
    NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, Toleration,
    TopologySpreadConstraint,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;

/// The label of machines that run a control plane.
const CONTROL_PLANE: &str = "node-role.kubernetes.io/control-plane";
/// The label of machines with their name.
pub(super) const HOSTNAME: &str = "kubernetes.io/hostname";

/// Constraints and preferences.
pub(super) fn convert(draft: &mut Draft<'_, '_>, placement: &Placement) {
    let Placement { constraints, preferences, max_replicas_per_node } = placement;
    let path = draft.path(["deploy", "placement"]);
    for (index, constraint) in constraints.iter().enumerate() {
        self::constraint(draft, constraint, path.key("constraints").index(index));
    }
    for (index, Preference { spread }) in preferences.iter().enumerate() {
        let claim_path = path.key("preferences").index(index);
        match spread.as_deref().and_then(label) {
            Some(key) if !is_spread(draft, &key) => {
                let place = pod(spread_over(draft, &key, 1, "ScheduleAnyway"));
                let is_anyway = key == HOSTNAME && is_several(draft);
                let claim = draft.claim_at(claim_path);
                if is_anyway {
                    claim.same_without(place)
                } else {
                    claim.exact(place)
                };
            }
            Some(_) => {
                let reason = "another preference says the same";
                draft.claim_at(claim_path).approximated(reason, pod("topologySpreadConstraints"));
            }
            None => {
                draft.claim_at(claim_path).dropped("no label of a machine tells it");
            }
        }
    }
    most_on_one(draft, *max_replicas_per_node);
    draft.claim(["deploy", "placement"]).dropped("it says nothing");
}

/// What a machine must be.
fn constraint(draft: &mut Draft<'_, '_>, text: &str, path: Path) {
    let Some(requirement) = requirement(text) else {
        let remedy = "label the machines, and write 'node.labels.NAME == VALUE'";
        draft.claim_at(path).dropped("no label of a machine tells it").remedy(remedy);
        return;
    };
    let is_new = require(draft, requirement);
    let claim = draft.claim_at(path);
    if is_new {
        claim.exact(pod("affinity.nodeAffinity"));
    } else {
        claim.approximated("another constraint says the same", pod("affinity.nodeAffinity"));
    }
}

/// So many pods on one machine, and no more.
fn most_on_one(draft: &mut Draft<'_, '_>, most: u64) {
    let Ok(most) = i32::try_from(most) else { return };
    if most == 0 {
        draft.claim(["deploy", "placement", "max_replicas_per_node"]).same_without([]);
        return;
    }
    if draft.home.kind == Kind::DaemonSet {
        draft.claim(["deploy", "placement", "max_replicas_per_node"]).same_without([]);
        return;
    }
    if most == 1 {
        apart(draft);
        draft.claim(["deploy", "placement", "max_replicas_per_node"]).exact(pod("affinity.podAntiAffinity"));
        return;
    }
    let place = spread_over(draft, HOSTNAME, most, "DoNotSchedule");
    let claim = draft.claim(["deploy", "placement", "max_replicas_per_node"]);
    let reason = "it is the most that two machines may differ by, which keeps pods apart as long as machines are free";
    claim.approximated(reason, pod(place));
}

/// Puts the pods on the machine of those that a selector chooses.
pub(super) fn beside(draft: &mut Draft<'_, '_>, selector: LabelSelector) {
    let affinity = draft.workload.pod.affinity.get_or_insert_default();
    let others = affinity.pod_affinity.get_or_insert_default();
    others.required_during_scheduling_ignored_during_execution.get_or_insert_default().push(on_machine(selector));
}

/// The machine of the pods that a selector chooses.
fn on_machine(selector: LabelSelector) -> PodAffinityTerm {
    PodAffinityTerm { label_selector: Some(selector), topology_key: HOSTNAME.into(), ..PodAffinityTerm::default() }
}

/// No two pods on one machine. While they are replaced, an old one goes first: a new one may find no other machine.
fn apart(draft: &mut Draft<'_, '_>) {
    let term = on_machine(metadata::label_selector(draft.scene, &draft.home.object));
    let affinity = draft.workload.pod.affinity.get_or_insert_default();
    let others = affinity.pod_anti_affinity.get_or_insert_default();
    others.required_during_scheduling_ignored_during_execution.get_or_insert_default().push(term);
    let replacement = &mut draft.workload.replacement;
    if replacement.batch.is_none() || replacement.batch == Some(1) && replacement.order.is_none() {
        replacement.batch = Some(1);
        draft.claim(["deploy", "update_config", "parallelism"]).same_without(object("spec.strategy"));
    }
}

/// Whether there are several pods, which are spread over machines anyway.
fn is_several(draft: &Draft<'_, '_>) -> bool {
    let is_owner = draft.service.name == draft.home.owner;
    let is_together = draft.scene.colocation.has_workload(&draft.home.owner);
    is_owner
        && !is_together
        && draft.service.replicas() > 1
        && matches!(draft.home.kind, Kind::Deployment | Kind::StatefulSet)
}

fn is_spread(draft: &Draft<'_, '_>, key: &str) -> bool {
    let known = draft.workload.pod.topology_spread_constraints.iter().flatten();
    known.into_iter().any(|constraint| constraint.topology_key == key)
}

/// Spreads the pods over the values of a label of machines; gives the place.
pub(super) fn spread_over(draft: &mut Draft<'_, '_>, key: &str, skew: i32, otherwise: &str) -> String {
    let selector = metadata::label_selector(draft.scene, &draft.home.object);
    let all = draft.workload.pod.topology_spread_constraints.get_or_insert_default();
    // A cluster takes one of each way over each label.
    let is_same = |one: &TopologySpreadConstraint| (&*one.topology_key, &*one.when_unsatisfiable) == (key, otherwise);
    if let Some(known) = all.iter().position(is_same) {
        return format!("topologySpreadConstraints[{known}]");
    }
    all.push(TopologySpreadConstraint {
        label_selector: Some(selector),
        max_skew: skew,
        topology_key: key.to_owned(),
        when_unsatisfiable: otherwise.to_owned(),
        ..TopologySpreadConstraint::default()
    });
    format!("topologySpreadConstraints[{}]", all.len() - 1)
}

/// Adds a requirement that a machine must meet; whether it was not there yet.
fn require(draft: &mut Draft<'_, '_>, requirement: NodeSelectorRequirement) -> bool {
    let is_manager = requirement.key == CONTROL_PLANE && requirement.operator == "Exists";
    let affinity = draft.workload.pod.affinity.get_or_insert_default();
    let node: &mut NodeAffinity = affinity.node_affinity.get_or_insert_default();
    let required: &mut NodeSelector = node.required_during_scheduling_ignored_during_execution.get_or_insert_default();
    if required.node_selector_terms.is_empty() {
        required.node_selector_terms.push(NodeSelectorTerm::default());
    }
    let Some(term) = required.node_selector_terms.first_mut() else { return false };
    let all = term.match_expressions.get_or_insert_default();
    if all.contains(&requirement) {
        return false;
    }
    all.push(requirement);
    if is_manager {
        draft.workload.pod.tolerations.get_or_insert_default().push(Toleration {
            key: Some(CONTROL_PLANE.into()),
            operator: Some("Exists".into()),
            effect: Some("NoSchedule".into()),
            ..Toleration::default()
        });
    }
    true
}

/// What a machine must be, such as `node.labels.disk == ssd`.
fn requirement(text: &str) -> Option<NodeSelectorRequirement> {
    let (left, is_equal, right) = match (text.split_once("=="), text.split_once("!=")) {
        (Some((left, right)), _) => (left.trim(), true, right.trim()),
        (None, Some((left, right))) => (left.trim(), false, right.trim()),
        (None, None) => return None,
    };
    if left == "node.role" {
        let operator = if (right == "manager") == is_equal { "Exists" } else { "DoesNotExist" };
        return Some(NodeSelectorRequirement { key: CONTROL_PLANE.into(), operator: operator.into(), values: None });
    }
    let operator = if is_equal { "In" } else { "NotIn" };
    let value = if left == "node.platform.arch" { architecture(right) } else { right };
    if !super::object_name::is_label_value(value) {
        return None;
    }
    Some(NodeSelectorRequirement { key: label(left)?, operator: operator.into(), values: Some(vec![value.into()]) })
}

/// The processor as Kubernetes calls it.
fn architecture(word: &str) -> &str {
    match word {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The label of a machine that tells what Swarm calls so.
fn label(word: &str) -> Option<String> {
    let label = match word {
        "node.hostname" => HOSTNAME,
        "node.platform.os" => "kubernetes.io/os",
        "node.platform.arch" => "kubernetes.io/arch",
        other => other.strip_prefix("node.labels.")?,
    };
    super::object_name::is_qualified(label).then(|| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Option<String> {
        let NodeSelectorRequirement { key, operator, values } = requirement(text)?;
        Some(format!("{key} {operator} {}", values.unwrap_or_default().join(",")).trim_end().to_owned())
    }

    #[test]
    fn constraints_of_swarm_are_labels_of_machines() {
        let cases = [
            ("node.labels.disk == ssd", Some("disk In ssd")),
            ("node.labels.zone!=a", Some("zone NotIn a")),
            ("node.hostname==n1", Some("kubernetes.io/hostname In n1")),
            ("node.role == worker", Some("node-role.kubernetes.io/control-plane DoesNotExist")),
            ("node.role != worker", Some("node-role.kubernetes.io/control-plane Exists")),
            ("node.platform.arch == x86_64", Some("kubernetes.io/arch In amd64")),
            ("node.id == abc", None),
            ("engine.labels.operatingsystem == linux", None),
            ("nonsense", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(line(text).as_deref(), wanted, "{text}");
        }
    }
}
