//! Rules about the operating system that a pod is for.

use super::super::Faults;
use super::super::reach::{entry, text, truth};
use super::{containers, out_of_place};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// Fields of a pod that Windows knows nothing of.
const OF_POD: [&str; 5] = ["hostIPC", "hostPID", "hostUsers", "resources", "shareProcessNamespace"];
/// The same of what is said of security.
const OF_CONTEXT: [&str; 15] = [
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities",
    "fsGroup",
    "fsGroupChangePolicy",
    "privileged",
    "procMount",
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "sysctls",
];

/// What is said of security: of the pod, and of its containers.
fn contexts(node: &Node) -> impl Iterator<Item = &Node> {
    [node].into_iter().chain(containers(node)).filter_map(|one| one.get("securityContext"))
}

/// Nothing is said of a pod that only another system has.
pub(super) fn foreign(node: &Node, faults: &mut Faults) {
    match node.get("os").and_then(|system| text(system, "name")) {
        Some("linux") => {
            let options = contexts(node).filter_map(|context| entry(context, "windowsOptions"));
            faults.extend(options.map(|one| out_of_place(one, "'os: {name: linux}'")));
        }
        Some("windows") => {
            let of_pod = OF_POD.iter().filter_map(|key| entry(node, key));
            let of_contexts = contexts(node).flat_map(|one| OF_CONTEXT.iter().filter_map(|key| entry(one, key)));
            faults.extend(of_pod.chain(of_contexts).map(|one| out_of_place(one, "'os: {name: windows}'")));
        }
        _ => {}
    }
}

/// What runs on a Windows host itself is in the network of the host.
pub(super) fn host_process(node: &Node, faults: &mut Faults) {
    let options = contexts(node).filter_map(|context| context.get("windowsOptions"));
    let mut on = options.filter(|one| truth(one, "hostProcess") == Some(true));
    let Some((key, _)) = on.next().and_then(|one| entry(one, "hostProcess")) else { return };
    if truth(node, "hostNetwork") != Some(true) {
        let fault = Diagnostic::error("conflict", "'hostProcess: true' needs the network of the host").at(key.span);
        faults.push(fault.help("add 'hostNetwork: true' to the specification of the pod"));
    }
}
