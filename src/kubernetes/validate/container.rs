//! Rules about the containers of a pod, one by one.

use super::Faults;
use super::pod::{Pod, Role};
use super::reach::{entries, entry, items, number, text, truth};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// No two containers have one name.
pub(super) fn names(pod: &Pod<'_>, faults: &mut Faults) {
    let named = pod.containers().filter_map(|container| container.node.get("name"));
    faults.extend(twice(named, "container"));
}

/// What occurs a second time.
pub(super) fn twice<'a>(named: impl Iterator<Item = &'a Node>, what: &str) -> Vec<Diagnostic> {
    let mut seen: Vec<&Node> = Vec::new();
    let mut faults = Vec::new();
    for name in named.filter(|name| name.as_text().is_some_and(|text| !text.is_empty())) {
        match seen.iter().find(|one| one.as_text() == name.as_text()) {
            Some(first) => {
                let message = format!("{what} '{}' is there twice", name.as_text().unwrap_or_default());
                let fault = Diagnostic::error("duplicate-item", message).at(name.span);
                faults.push(fault.label(first.span, "first here").help("give each a name of its own"));
            }
            None => seen.push(name),
        }
    }
    faults
}

/// A container has an image.
pub(super) fn image(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers().filter(|container| text(container.node, "image").is_none()) {
        let message = format!("container '{}' has no image", container.name());
        let place = entry(container.node, "image").map_or(container.place(), |(key, _)| key.span);
        faults.push(Diagnostic::error("missing-image", message).at(place).help("add 'image'"));
    }
}

/// A container that ends before the others start is not probed, and has no hooks.
pub(super) fn early(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers().filter(|container| container.role == Role::Init) {
        let refused = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];
        for (key, _) in refused.iter().filter_map(|key| entry(container.node, key)) {
            let message = format!("an init container cannot have '{}'", key.as_text().unwrap_or_default());
            let help = "remove it, or write 'restartPolicy: Always' for a container that stays";
            faults.push(Diagnostic::error("init-container", message).at(key.span).help(help));
        }
    }
}

/// A variable is said in one way.
pub(super) fn variables(pod: &Pod<'_>, faults: &mut Faults) {
    let variables = pod.containers().flat_map(|container| items(container.node, "env"));
    for variable in variables {
        let Some((key, from)) = entry(variable, "valueFrom") else { continue };
        let sources = entries(variable, &["valueFrom"]).iter().filter(|(_, value)| !value.is_null()).count();
        let message = match (text(variable, "value"), sources) {
            (Some(_), _) => "'value' and 'valueFrom' exclude each other",
            (None, 1) => continue,
            (None, 0) => "'valueFrom' does not say where the value comes from",
            (None, _) => "'valueFrom' takes one source, here are several",
        };
        let place = if from.is_null() { from.span } else { key.span };
        faults.push(Diagnostic::error("conflict", message).at(place).help("keep one of them"));
    }
}

/// What is said of privileges holds together.
pub(super) fn privilege(pod: &Pod<'_>, faults: &mut Faults) {
    let shared = pod.spec.get("securityContext");
    for container in pod.containers() {
        let own = container.node.get("securityContext");
        let said = |key| own.and_then(|own| truth(own, key));
        let escalation = own.and_then(|own| entry(own, "allowPrivilegeEscalation"));
        if let (Some(true), Some(false), Some((key, _))) =
            (said("privileged"), said("allowPrivilegeEscalation"), escalation)
        {
            let message = "'allowPrivilegeEscalation: false' and 'privileged: true' exclude each other";
            faults.push(Diagnostic::error("conflict", message).at(key.span).help("keep one of the two"));
        }
        let of = |key: &str| [own, shared].into_iter().flatten().find(|context| entry(context, key).is_some());
        let (rootless, user) = (of("runAsNonRoot"), of("runAsUser"));
        if rootless.and_then(|context| truth(context, "runAsNonRoot")) == Some(true)
            && user.and_then(|context| number(context, "runAsUser")) == Some(0)
            && let Some((_, place)) = user.and_then(|context| entry(context, "runAsUser"))
        {
            let message = format!("container '{}' must not run as root, and runs as user 0", container.name());
            let help = "name another user, or remove 'runAsNonRoot'";
            faults.push(Diagnostic::error("conflict", message).at(place.span).help(help));
        }
    }
}

/// A host name is one label.
pub(super) fn hostname(pod: &Pod<'_>, faults: &mut Faults) {
    for (key, value) in ["hostname", "subdomain"].iter().filter_map(|key| entry(pod.spec, key)) {
        let (what, text) = (key.as_text().unwrap_or_default(), value.as_text().unwrap_or_default());
        if text.contains('.') {
            let message = format!("'{what}' is '{text}', and cannot have a dot");
            let help = "write the part before the first dot; 'subdomain' and a headless Service give a longer name";
            faults.push(Diagnostic::error("dotted-hostname", message).at(value.span).help(help));
        } else if !text.is_empty() {
            faults.extend(super::field::misspelt(
                crate::kubernetes::name::Form::Label,
                &format!("the value of '{what}'"),
                value,
            ));
        }
    }
    if let (Some((key, _)), Some(true)) = (entry(pod.spec, "hostnameOverride"), truth(pod.spec, "hostNetwork")) {
        let message = "'hostnameOverride' and 'hostNetwork: true' exclude each other";
        faults.push(Diagnostic::error("conflict", message).at(key.span).help("keep one of the two"));
    }
}

/// A signal is known only with the operating system that has it.
pub(super) fn signal(pod: &Pod<'_>, faults: &mut Faults) {
    let system = pod.spec.get("os").and_then(|system| text(system, "name"));
    for container in pod.containers().filter(|_| system.is_none()) {
        let signal = container.node.get("lifecycle").and_then(|lifecycle| entry(lifecycle, "stopSignal"));
        if let Some((key, _)) = signal {
            let message = "'stopSignal' needs the operating system of the pod";
            let help = "add 'os: {name: linux}' to the specification of the pod";
            faults.push(Diagnostic::error("missing-value", message).at(key.span).help(help));
        }
    }
}
