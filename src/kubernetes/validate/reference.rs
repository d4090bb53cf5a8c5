//! Rules about what pods refer to: it is in the files, or the cluster has it.

use super::Faults;
use super::bundle::Bundle;
use super::object::Object;
use super::pod::Pod;
use super::reach::{entries, entry, items, reach, truth};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;

/// How a pod refers to an object of some kind.
struct Reference<'a> {
    kind: &'a str,
    /// The name that is referred to.
    name: &'a Node,
    /// Keys of the object that are used.
    keys: Vec<&'a Node>,
}

/// What pods use is there, unless they can do without.
pub(super) fn of_pods(bundle: &Bundle<'_>, faults: &mut Faults) {
    for pod in &bundle.pods {
        let mut all = Vec::new();
        pod.volumes().iter().for_each(|volume| of_volume(volume, &mut all));
        pod.containers().for_each(|container| of_container(container.node, &mut all));
        faults.extend(all.iter().filter_map(|one| missing(bundle, &pod.owner, (one.kind, one.name))));
        faults.extend(all.iter().flat_map(|reference| lacking(bundle, pod, reference)));
        if let Some((_, name)) = entry(pod.spec, "serviceAccountName") {
            faults.extend(missing(bundle, &pod.owner, ("ServiceAccount", name)));
        }
        for secret in items(pod.spec, "imagePullSecrets").iter().filter_map(|one| entry(one, "name")) {
            faults.extend(missing(bundle, &pod.owner, ("Secret", secret.1)).map(mild));
        }
    }
}

fn of_volume<'a>(volume: &'a Node, all: &mut Vec<Reference<'a>>) {
    let keys = |source: &'a Node| items(source, "items").iter().filter_map(|item| item.get("key")).collect();
    let mut add = |kind, source: Option<&'a Node>, field| {
        let Some(source) = source.filter(|source| truth(source, "optional") != Some(true)) else { return };
        all.extend(entry(source, field).map(|(_, name)| Reference { kind, name, keys: keys(source) }));
    };
    add("ConfigMap", volume.get("configMap"), "name");
    add("Secret", volume.get("secret"), "secretName");
    add("PersistentVolumeClaim", volume.get("persistentVolumeClaim"), "claimName");
    let sources = volume.get("projected").map(|projected| items(projected, "sources")).unwrap_or_default();
    for source in sources {
        add("ConfigMap", source.get("configMap"), "name");
        add("Secret", source.get("secret"), "name");
    }
}

fn of_container<'a>(container: &'a Node, all: &mut Vec<Reference<'a>>) {
    let mut add = |kind, source: Option<&'a Node>| {
        let Some(source) = source.filter(|source| truth(source, "optional") != Some(true)) else { return };
        let keys = entry(source, "key").into_iter().map(|(_, key)| key).collect();
        all.extend(entry(source, "name").map(|(_, name)| Reference { kind, name, keys }));
    };
    for source in items(container, "envFrom") {
        add("ConfigMap", source.get("configMapRef"));
        add("Secret", source.get("secretRef"));
    }
    for variable in items(container, "env") {
        add("ConfigMap", reach(variable, &["valueFrom", "configMapKeyRef"]));
        add("Secret", reach(variable, &["valueFrom", "secretKeyRef"]));
    }
}

/// The fault of a name that stands for nothing that is known. Who brings no Secret at all keeps them elsewhere, and what a
/// custom resource makes is known to its controller alone.
pub(super) fn missing<'a>(
    bundle: &Bundle<'a>,
    beside: &Object<'a>,
    (kind, place): (&'a str, &'a Node),
) -> Option<Diagnostic> {
    let name = place.as_text().filter(|name| !name.is_empty() && !bundle.provides(kind, name, beside))?;
    let fault = Diagnostic::error("dangling-reference", format!("{kind} '{name}' is in none of the files"));
    let exists = format!("'--existing {}/{name}' says that the cluster has it", kind.to_ascii_lowercase());
    let help = match did_you_mean(name, bundle.names(kind, beside)) {
        Some(meant) => format!("did you mean '{meant}'? {exists}"),
        None => format!("add it, or make the reference optional; {exists}"),
    };
    let fault = fault.at(place.span).help(help);
    let is_elsewhere = kind == "Secret" && bundle.names(kind, beside).next().is_none();
    Some(if is_elsewhere || bundle.is_open(beside) { mild(fault) } else { fault })
}

/// The same for what can be done without.
pub(super) fn mild(fault: Diagnostic) -> Diagnostic {
    Diagnostic { severity: crate::diagnostic::Severity::Warning, ..fault }
}

/// Keys that an object does not have.
fn lacking(bundle: &Bundle<'_>, pod: &Pod<'_>, reference: &Reference<'_>) -> Vec<Diagnostic> {
    let name = reference.name.as_text().unwrap_or_default();
    let Some(object) = bundle.find(reference.kind, name, &pod.owner) else { return Vec::new() };
    let held = ["data", "binaryData", "stringData"].iter().flat_map(|part| entries(object.node, &[part]));
    let held: Vec<&str> = held.filter_map(|(key, _)| key.as_text()).collect();
    let missing = reference.keys.iter().filter(|key| key.as_text().is_some_and(|key| !held.contains(&key)));
    let fault = |key: &&Node| {
        let text = key.as_text().unwrap_or_default();
        let message = format!("{} has no key '{text}'", object.title());
        let fault = Diagnostic::error("dangling-reference", message).at(key.span).label(object.place(), "it is here");
        match did_you_mean(text, held.iter().copied()) {
            Some(meant) => fault.help(format!("did you mean '{meant}'?")),
            None => fault.help("add the key, or make the reference optional"),
        }
    };
    missing.map(fault).collect()
}
