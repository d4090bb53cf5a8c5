//! The Pod Security Standards: which profile a pod meets, and what keeps it from a stricter one.

use super::Faults;
use super::bundle::Bundle;
use super::object::Object;
use super::pod::{Container, Pod};
use super::reach::{entries, entry, integer, items, number, reach, text, truth};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::kubernetes::pod_security::{CAPABILITIES, SELINUX, SYSCTLS};
use crate::source::Span;

/// What a namespace enforces is said in this label.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// All labels that name a profile.
const LEVELS: [&str; 3] = [ENFORCE, "pod-security.kubernetes.io/audit", "pod-security.kubernetes.io/warn"];

/// The profiles that a namespace names are some that there are.
pub(super) fn levels(object: &Object<'_>, faults: &mut Faults) {
    let labels = entries(object.node, &["metadata", "labels"]).iter().filter(|_| object.kind == "Namespace");
    let levels = labels.filter(|(key, _)| key.as_text().is_some_and(|key| LEVELS.contains(&key)));
    faults.extend(levels.filter(|(_, level)| read(level).is_none()).map(|(_, level)| unknown(level)));
}

/// A profile, the laxest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Profile {
    Privileged,
    Baseline,
    Restricted,
}

/// What keeps a pod from a profile.
type Obstacle = (Span, String);

/// Pods meet what their namespace enforces.
pub(super) fn profile(bundle: &Bundle<'_>, faults: &mut Faults) {
    for pod in &bundle.pods {
        let name = bundle.namespace(&pod.owner);
        let mut namespaces = bundle.objects.iter().filter(|object| object.kind == "Namespace");
        let Some(namespace) = namespaces.find(|namespace| namespace.name == name) else { continue };
        let labels = entries(namespace.node, &["metadata", "labels"]);
        let Some((key, level)) = labels.iter().find(|(key, _)| key.as_text() == Some(ENFORCE)) else { continue };
        faults.extend(read(level).and_then(|profile| refused(pod, profile, (namespace, key.span))));
    }
}

fn read(level: &Node) -> Option<Profile> {
    match level.as_text()? {
        "privileged" => Some(Profile::Privileged),
        "baseline" => Some(Profile::Baseline),
        "restricted" => Some(Profile::Restricted),
        _ => None,
    }
}

fn unknown(level: &Node) -> Diagnostic {
    let message = format!("'{}' is not a profile of the Pod Security Standards", level.as_text().unwrap_or_default());
    let help = "use one of privileged, baseline, restricted";
    Diagnostic::error("invalid-choice", message).at(level.span).help(help)
}

fn refused(pod: &Pod<'_>, profile: Profile, (namespace, label): (&Object<'_>, Span)) -> Option<Diagnostic> {
    let obstacles = obstacles(pod, profile);
    let (place, first) = obstacles.first()?;
    let word = if profile == Profile::Baseline { "baseline" } else { "restricted" };
    let title = pod.owner.title();
    let message =
        format!("pods of {title} do not meet '{word}', which namespace '{}' enforces: {first}", namespace.name);
    let fault = Diagnostic::error("pod-security", message).at(*place);
    let others = obstacles.iter().skip(1);
    let fault = others.fold(fault, |fault, (place, what)| fault.label(*place, format!("and here: {what}")));
    Some(fault.label(label, "enforced here").help("mend the pod, or enforce a laxer profile"))
}

/// All that keeps a pod from a profile.
pub(super) fn obstacles(pod: &Pod<'_>, profile: Profile) -> Vec<Obstacle> {
    let mut found = Vec::new();
    if profile >= Profile::Baseline {
        of_host(pod, &mut found);
        pod.containers().for_each(|container| of_container(&container, &mut found));
        contexts(pod).for_each(|context| of_context(context, &mut found));
    }
    if profile == Profile::Restricted {
        restricted_volumes(pod, &mut found);
        restricted_users(pod, &mut found);
        pod.containers().for_each(|container| restricted_container(pod, &container, &mut found));
    }
    found
}

/// The security contexts of a pod: its own and those of its containers.
fn contexts<'a>(pod: &Pod<'a>) -> impl Iterator<Item = &'a Node> {
    let nodes = [pod.spec].into_iter().chain(pod.containers().map(|container| container.node).collect::<Vec<_>>());
    nodes.filter_map(|node| node.get("securityContext"))
}

fn of_host(pod: &Pod<'_>, found: &mut Vec<Obstacle>) {
    let shared = ["hostNetwork", "hostPID", "hostIPC"].iter().filter(|key| truth(pod.spec, key) == Some(true));
    found
        .extend(shared.filter_map(|key| Some((entry(pod.spec, key)?.0.span, format!("'{key}' shares with the host")))));
    for (key, _) in pod.volumes().iter().filter_map(|volume| entry(volume, "hostPath")) {
        found.push((key.span, "'hostPath' mounts a path of the host".to_owned()));
    }
    let sysctls = reach(pod.spec, &["securityContext"]).map(|context| items(context, "sysctls")).unwrap_or_default();
    for (_, name) in sysctls.iter().filter_map(|sysctl| entry(sysctl, "name")) {
        let text = name.as_text().unwrap_or_default();
        if !SYSCTLS.contains(&text) {
            found.push((name.span, format!("the sysctl '{text}' reaches beyond the pod")));
        }
    }
    for (key, value) in entries(pod.template, &["metadata", "annotations"]) {
        let is_profile =
            key.as_text().is_some_and(|key| key.starts_with("container.apparmor.security.beta.kubernetes.io/"));
        let is_good = |text: &str| text == "runtime/default" || text.starts_with("localhost/");
        if is_profile && !value.as_text().is_some_and(is_good) {
            found.push((value.span, "AppArmor is switched off".to_owned()));
        }
    }
}

fn of_container(container: &Container<'_>, found: &mut Vec<Obstacle>) {
    for port in container.ports() {
        if let Some((key, _)) = entry(port, "hostPort").filter(|(_, value)| integer(value) != Some(0)) {
            found.push((key.span, "'hostPort' takes a port of the host".to_owned()));
        }
    }
    for (key, _) in hosts(container) {
        found.push((key.span, "'host' of a probe reaches beyond the pod".to_owned()));
    }
    for capability in capabilities(container, "add") {
        let name = capability.as_text().unwrap_or_default();
        if !CAPABILITIES.contains(&name) {
            found.push((capability.span, format!("the capability '{name}' is not allowed")));
        }
    }
}

/// Where a probe or a hook names a host.
fn hosts<'a>(container: &Container<'a>) -> Vec<(&'a Node, &'a Node)> {
    let probes = ["livenessProbe", "readinessProbe", "startupProbe"].iter().filter_map(|key| container.node.get(key));
    let hooks = ["postStart", "preStop"].iter().filter_map(|key| reach(container.node, &["lifecycle", key]));
    let actions = |node| ["httpGet", "tcpSocket"].iter().filter_map(move |way| Node::get(node, way));
    probes.chain(hooks).flat_map(actions).filter_map(|action| entry(action, "host")).collect()
}

fn capabilities<'a>(container: &Container<'a>, key: &str) -> &'a [Node] {
    reach(container.node, &["securityContext", "capabilities"]).map(|all| items(all, key)).unwrap_or_default()
}

fn of_context(context: &Node, found: &mut Vec<Obstacle>) {
    let is_true = |key| truth(context, key) == Some(true);
    if let Some((key, _)) = entry(context, "privileged").filter(|_| is_true("privileged")) {
        found.push((key.span, "the container is privileged".to_owned()));
    }
    for kind in ["seccompProfile", "appArmorProfile"] {
        let profile = context.get(kind).and_then(|profile| entry(profile, "type"));
        if let Some((_, value)) = profile.filter(|(_, value)| value.as_text() == Some("Unconfined")) {
            found.push((value.span, format!("'{kind}' is switched off")));
        }
    }
    if let Some((_, value)) = entry(context, "procMount").filter(|(_, value)| value.as_text() != Some("Default")) {
        found.push((value.span, "'procMount' shows more than is allowed".to_owned()));
    }
    if let Some((key, _)) = entry(context, "windowsOptions").filter(|(_, all)| truth(all, "hostProcess") == Some(true))
    {
        found.push((key.span, "'hostProcess' runs on the host".to_owned()));
    }
    let Some(label) = context.get("seLinuxOptions") else { return };
    let bad = text(label, "type").is_some_and(|kind| !SELINUX.contains(&kind));
    let bad = [("type", bad), ("user", text(label, "user").is_some()), ("role", text(label, "role").is_some())];
    for (key, _) in bad.iter().filter(|(_, bad)| *bad).filter_map(|(key, _)| entry(label, key)) {
        found.push((key.span, "the label of SELinux is not allowed".to_owned()));
    }
}

/// Sources of volumes that reach nothing of the host.
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn restricted_volumes(pod: &Pod<'_>, found: &mut Vec<Obstacle>) {
    for volume in pod.volumes() {
        let entries = volume.as_map().unwrap_or_default().iter();
        let is_source = |key: &str| key != "name" && key != "hostPath" && !VOLUMES.contains(&key);
        let bad = entries.filter(|(key, value)| key.as_text().is_some_and(is_source) && !value.is_null());
        found.extend(
            bad.map(|(key, _)| {
                (key.span, format!("a volume of '{}' is not allowed", key.as_text().unwrap_or_default()))
            }),
        );
    }
}

/// No context names user 0.
fn restricted_users(pod: &Pod<'_>, found: &mut Vec<Obstacle>) {
    for context in contexts(pod) {
        if let Some((_, value)) = entry(context, "runAsUser").filter(|_| number(context, "runAsUser") == Some(0)) {
            found.push((value.span, "it runs as root".to_owned()));
        }
    }
}

fn restricted_container(pod: &Pod<'_>, container: &Container<'_>, found: &mut Vec<Obstacle>) {
    let (own, shared) = (container.node.get("securityContext"), pod.spec.get("securityContext"));
    let is_windows = pod.spec.get("os").and_then(|system| text(system, "name")) == Some("windows");
    let name = container.name();
    let mut lacks = |what: &str| found.push((container.place(), format!("container '{name}' needs '{what}'")));
    let of = |key: &str| [own, shared].into_iter().flatten().find(|context| entry(context, key).is_some());
    if of("runAsNonRoot").and_then(|context| truth(context, "runAsNonRoot")) != Some(true) {
        lacks("runAsNonRoot: true");
    }
    if is_windows {
        return;
    }
    if own.and_then(|own| truth(own, "allowPrivilegeEscalation")) != Some(false) {
        lacks("allowPrivilegeEscalation: false");
    }
    if of("seccompProfile").is_none() {
        lacks("seccompProfile: {type: RuntimeDefault}");
    }
    if !capabilities(container, "drop").iter().any(|one| one.as_text() == Some("ALL")) {
        lacks("capabilities: {drop: [ALL]}");
    }
    for capability in capabilities(container, "add").iter().filter(|one| one.as_text() != Some("NET_BIND_SERVICE")) {
        let text = capability.as_text().unwrap_or_default();
        if CAPABILITIES.contains(&text) {
            found.push((capability.span, format!("the capability '{text}' is not allowed")));
        }
    }
}
