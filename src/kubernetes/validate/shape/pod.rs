//! Rules about pods and their containers.

use super::super::Faults;
use super::super::container::twice;
use super::super::reach::{entry, items, reach, text, truth};
use super::{containers, excluded, one_of, out_of_place, wrong};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// An image is named without spaces around it.
pub(super) fn image(node: &Node, faults: &mut Faults) {
    if let Some((_, value)) = entry(node, "image")
        .filter(|(_, value)| value.as_text().is_some_and(|text| !text.is_empty() && text.trim() != text))
    {
        faults.push(wrong(value, "has a space at an end").help("remove it"));
    }
}

/// Who may administer the system may gain rights.
pub(super) fn capabilities(node: &Node, faults: &mut Faults) {
    let Some(context) = node.get("securityContext") else { return };
    let added = context.get("capabilities").map(|all| items(all, "add")).unwrap_or_default();
    let admin = added.iter().any(|one| one.as_text() == Some("CAP_SYS_ADMIN"));
    if let Some(key) = entry(context, "allowPrivilegeEscalation")
        && admin
        && truth(context, "allowPrivilegeEscalation") == Some(false)
    {
        faults.push(out_of_place(key, "the capability 'CAP_SYS_ADMIN'"));
    }
}

/// Only who may all shows its mounts to the host.
pub(super) fn mounts(node: &Node, faults: &mut Faults) {
    let is_privileged = node.get("securityContext").and_then(|context| truth(context, "privileged")) == Some(true);
    let propagations = items(node, "volumeMounts").iter().filter_map(|mount| entry(mount, "mountPropagation"));
    for (_, value) in propagations.filter(|(_, value)| value.as_text() == Some("Bidirectional") && !is_privileged) {
        let fault = Diagnostic::error("conflict", "'Bidirectional' needs a container that is privileged");
        faults.push(fault.at(value.span).help("write 'HostToContainer', or 'privileged: true'"));
    }
}

/// A mount leads to one place of its volume, and is written to or not.
pub(super) fn mount(node: &Node, faults: &mut Faults) {
    let said = |key: &str| text(node, key).and(entry(node, key));
    if let (Some(path), Some(expression)) = (said("subPath"), said("subPathExpr")) {
        faults.push(excluded(path, expression));
    }
    if let Some(recursive) = entry(node, "recursiveReadOnly")
        && matches!(recursive.1.as_text(), Some("Enabled" | "IfPossible"))
        && truth(node, "readOnly") != Some(true)
    {
        faults.push(out_of_place(recursive, "no 'readOnly: true'"));
    }
}

/// A profile of the node is named, and no other one.
pub(super) fn profile(node: &Node, faults: &mut Faults) {
    let is_local = text(node, "type") == Some("Localhost");
    match entry(node, "localhostProfile") {
        Some(name) if !is_local => faults.push(out_of_place(name, "another type than 'Localhost'")),
        None if is_local => faults.extend(one_of(node, &["localhostProfile"])),
        _ => {}
    }
}

/// Variables come from one object.
pub(super) fn variables_from(node: &Node, faults: &mut Faults) {
    faults.extend(one_of(node, &["configMapRef", "secretRef"]));
}

/// Fields of a pod that a variable can have.
const FIELDS: [&str; 10] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.host",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
/// Fields of a pod that a file can have.
const FILES: [&str; 5] =
    ["metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"];

/// A variable is a field that there is.
pub(super) fn variable_from(node: &Node, faults: &mut Faults) {
    faults.extend(unknown_field(node, &FIELDS));
}

/// A file is one field, and one that there is.
pub(super) fn downward_file(node: &Node, faults: &mut Faults) {
    faults.extend(one_of(node, &["fieldRef", "resourceFieldRef"]));
    faults.extend(unknown_field(node, &FILES));
}

fn unknown_field(node: &Node, known: &[&str]) -> Option<Diagnostic> {
    let (_, value) = node.get("fieldRef").and_then(|field| entry(field, "fieldPath"))?;
    let path = value.as_text()?;
    let is_part = ["metadata.labels['", "metadata.annotations['"].iter().any(|begin| path.starts_with(begin));
    let is_known = known.contains(&path) || is_part && path.ends_with("']");
    (!is_known).then(|| {
        wrong(value, "is no field of a pod that can stand here").help(format!("use one of {}", known.join(", ")))
    })
}

/// Resources that can be asked for, and limited.
const RESOURCES: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// An amount is one that there is.
pub(super) fn resource_field(node: &Node, faults: &mut Faults) {
    let Some((_, value)) = entry(node, "resource") else { return };
    let text = value.as_text().unwrap_or_default();
    let name = ["limits.", "requests."].iter().find_map(|begin| text.strip_prefix(begin));
    if !name.is_some_and(|name| RESOURCES.contains(&name) || name.starts_with("hugepages-")) {
        faults.push(
            wrong(value, "is no amount of a container").help("write 'limits.memory', 'requests.cpu' and the like"),
        );
    }
}

/// What a pod shares with its node holds together.
pub(super) fn namespaces(node: &Node, faults: &mut Faults) {
    let on = |key: &str| entry(node, key).filter(|_| truth(node, key) == Some(true));
    if let (Some(host), Some(shared)) = (on("hostPID"), on("shareProcessNamespace")) {
        faults.push(excluded(host, shared));
    }
    if truth(node, "hostUsers") == Some(false) {
        faults.extend(
            ["hostPID", "hostIPC", "hostNetwork"]
                .iter()
                .filter_map(|key| on(key))
                .map(|one| out_of_place(one, "'hostUsers: false'")),
        );
    }
}

/// Kernel parameters of the communication of processes.
const OF_IPC: [&str; 3] = ["kernel.shm", "kernel.msg", "fs.mqueue."];

/// A pod sets no parameters of what it shares with its node.
pub(super) fn shared_parameters(node: &Node, faults: &mut Faults) {
    let is_on = |key: &str| truth(node, key) == Some(true);
    let parameters = node.get("securityContext").map(|context| items(context, "sysctls")).unwrap_or_default();
    for (_, value) in parameters.iter().filter_map(|one| entry(one, "name")) {
        let name = value.as_text().unwrap_or_default().replace('/', ".");
        let is_ipc = name == "kernel.sem" || OF_IPC.iter().any(|begin| name.starts_with(begin));
        let shared = [("hostNetwork", name.starts_with("net.")), ("hostIPC", is_ipc)];
        if let Some((key, _)) = shared.iter().find(|(key, is_concerned)| *is_concerned && is_on(key)) {
            let message = format!("the kernel parameter '{name}' would be that of the node, with '{key}: true'");
            faults.push(Diagnostic::error("conflict", message).at(value.span).help("remove one of the two"));
        }
    }
}

/// No kernel parameter is set twice.
pub(super) fn kernel_parameters(node: &Node, faults: &mut Faults) {
    faults.extend(twice(items(node, "sysctls").iter().filter_map(|one| one.get("name")), "kernel parameter"));
}

/// All of `/proc` is seen by none who is a user of the node.
pub(super) fn unmasked(node: &Node, faults: &mut Faults) {
    for mount in containers(node).filter_map(|container| entry(container.get("securityContext")?, "procMount")) {
        if mount.1.as_text() == Some("Unmasked") && truth(node, "hostUsers") != Some(false) {
            let fault =
                Diagnostic::error("conflict", "'procMount: Unmasked' needs users that are not those of the node");
            faults.push(fault.at(mount.1.span).help("add 'hostUsers: false' to the specification of the pod"));
        }
    }
}

/// Who does without the cluster's name server names another one.
pub(super) fn name_service(node: &Node, faults: &mut Faults) {
    let servers = reach(node, &["dnsConfig"]).map(|config| items(config, "nameservers")).unwrap_or_default();
    if let Some((_, value)) = entry(node, "dnsPolicy").filter(|(_, value)| value.as_text() == Some("None"))
        && servers.is_empty()
    {
        let fault = Diagnostic::error("missing-value", "'dnsPolicy: None' needs a name server").at(value.span);
        faults.push(fault.help("add 'dnsConfig: {nameservers: [...]}', or remove it"));
    }
}

/// Name servers that a pod can have, and domains that it can search in.
const MOST: [(&str, usize); 2] = [("nameservers", 3), ("searches", 32)];

/// No more name servers and domains are named than a pod can have.
pub(super) fn name_servers(node: &Node, faults: &mut Faults) {
    for (key, most) in MOST {
        if let Some((place, _)) = entry(node, key).filter(|(_, all)| all.as_list().is_some_and(|all| all.len() > most))
        {
            let fault = Diagnostic::error("out-of-range", format!("'{key}' has more than {most} items")).at(place.span);
            faults.push(fault.help("leave some out"));
        }
    }
}
