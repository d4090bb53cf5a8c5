//! Rules about how containers begin, change and end.

use super::super::Faults;
use super::super::container::twice;
use super::super::field::beyond;
use super::super::reach::{entry, integer, items, number, reach, text};
use super::{containers, wrong};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// Seconds that a pod has to end, when it does not say how many.
const GRACE: i128 = 30;

/// A hook does not sleep longer than its pod has to end.
pub(super) fn sleeps(node: &Node, faults: &mut Faults) {
    let grace = number(node, "terminationGracePeriodSeconds").unwrap_or(GRACE);
    let hooks = containers(node).flat_map(|one| ["postStart", "preStop"].map(|hook| reach(one, &["lifecycle", hook])));
    for value in hooks.flatten().filter_map(|hook| Some(entry(hook.get("sleep")?, "seconds")?.1)) {
        let Some(seconds) = integer(value).filter(|seconds| !(0..=grace).contains(seconds)) else { continue };
        let help = format!("write a number from 0 to {grace}, which is 'terminationGracePeriodSeconds' of the pod");
        faults.push(beyond("seconds", seconds, value.span).help(help));
    }
}

/// What is added to a pod that runs is not there before it does.
pub(super) fn ephemeral(node: &Node, faults: &mut Faults) {
    let added = entry(node, "ephemeralContainers").filter(|_| !items(node, "ephemeralContainers").is_empty());
    if let Some((key, _)) = added {
        let fault = Diagnostic::error("conflict", "'ephemeralContainers' are added to a pod that runs").at(key.span);
        faults.push(fault.help("remove it; 'kubectl debug' adds one"));
    }
}

/// What changes without a new pod is said once of each resource.
pub(super) fn resizes(node: &Node, faults: &mut Faults) {
    for container in containers(node) {
        let policies = items(container, "resizePolicy");
        faults.extend(twice(policies.iter().filter_map(|one| one.get("resourceName")), "resource"));
        let never = text(node, "restartPolicy") == Some("Never");
        for value in policies.iter().filter(|_| never).filter_map(|one| one.get("restartPolicy")) {
            if value.as_text() == Some("RestartContainer") {
                let fault = wrong(value, "restarts a container, and its pod says 'restartPolicy: Never'");
                faults.push(fault.help("write 'NotRequired'"));
            }
        }
    }
}

/// When a container is restarted is said next to a way to restart it.
pub(super) fn restarts(node: &Node, faults: &mut Faults) {
    let rules = entry(node, "restartPolicyRules").filter(|_| !items(node, "restartPolicyRules").is_empty());
    if let Some((key, _)) = rules.filter(|_| text(node, "restartPolicy").is_none()) {
        let fault = Diagnostic::error("missing-value", "'restartPolicyRules' need a 'restartPolicy' beside them");
        faults.push(fault.at(key.span).help("add what is done when no rule is met"));
    }
}

/// Devices that a container claims are some that its pod has.
pub(super) fn claims(node: &Node, faults: &mut Faults) {
    let known: Vec<_> = items(node, "resourceClaims").iter().filter_map(|claim| text(claim, "name")).collect();
    let resources = containers(node).filter_map(|container| container.get("resources"));
    for name in resources.flat_map(|one| items(one, "claims")).filter_map(|claim| Some(entry(claim, "name")?.1)) {
        if let Some(text) = name.as_text().filter(|text| !known.contains(text)) {
            let fault = Diagnostic::error("dangling-reference", format!("the pod has no claim '{text}'"));
            faults.push(fault.at(name.span).help("add it under 'resourceClaims' of the pod"));
        }
    }
}

/// A device is one of a claim.
pub(super) fn devices(node: &Node, faults: &mut Faults) {
    for name in containers(node).flat_map(|one| items(one, "volumeDevices")).filter_map(|one| one.get("name")) {
        let volume = items(node, "volumes").iter().find(|volume| text(volume, "name") == name.as_text());
        let is_claim =
            |volume: &Node| ["persistentVolumeClaim", "ephemeral"].iter().any(|key| entry(volume, key).is_some());
        if volume.is_some_and(|volume| !is_claim(volume)) {
            let fault = wrong(name, "is no claim, and only one of a claim is a device");
            faults.push(fault.help("mount it under 'volumeMounts'"));
        }
    }
}
