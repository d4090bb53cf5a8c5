//! Rules about volumes and where they are mounted.

use super::Faults;
use super::container::twice;
use super::pod::Pod;
use super::reach::{entry, items, text};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;

/// A volume comes from one source, and no two have one name.
pub(super) fn sources(pod: &Pod<'_>, faults: &mut Faults) {
    faults.extend(twice(pod.volumes().iter().filter_map(|volume| volume.get("name")), "volume"));
    for volume in pod.volumes() {
        several(volume, "volume", faults);
        let projected = volume.get("projected").map(|projected| items(projected, "sources")).unwrap_or_default();
        for source in projected {
            several(source, "projected source", faults);
        }
    }
}

/// A fault when something has more than one source.
fn several(node: &Node, what: &str, faults: &mut Faults) {
    let entries = node.as_map().unwrap_or_default().iter();
    let sources = entries.filter(|(key, value)| key.as_text() != Some("name") && !value.is_null()).map(|(key, _)| key);
    let mut sources = sources.filter(|key| key.as_text().is_some());
    if let (Some(first), Some(second)) = (sources.next(), sources.next()) {
        let name = |key: &Node| key.as_text().unwrap_or_default().to_owned();
        let message = format!("a {what} has one source, and this has '{}' and '{}'", name(first), name(second));
        let fault = Diagnostic::error("volume-source", message).at(second.span).label(first.span, "the first");
        faults.push(fault.help("keep one of them, or make two volumes"));
    }
}

/// A mount has a path from the root, and no two of a container have the same, letter by letter.
pub(super) fn paths(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers() {
        let mut seen: Vec<(&str, &Node)> = Vec::new();
        for mount in items(container.node, "volumeMounts") {
            let Some((path, place)) = text(mount, "mountPath").zip(mount.get("mountPath")) else { continue };
            // A drive of Windows is a root too.
            if !path.starts_with(['/', '\\']) && path.as_bytes().get(1) != Some(&b':') {
                let message = format!("'{path}' is not an absolute path, and is taken as one from the root");
                let help = format!("write '/{}'", path.trim_start_matches("./"));
                faults.push(Diagnostic::warning("mount-path", message).at(place.span).help(help));
            }
            match seen.iter().find(|(other, _)| *other == path) {
                Some((_, first)) => {
                    let message = format!("two volumes are mounted at '{path}' of container '{}'", container.name());
                    let fault = Diagnostic::error("mount-path", message).at(place.span);
                    faults.push(fault.label(first.span, "first here").help("mount each at a path of its own"));
                }
                None => seen.push((path, place)),
            }
        }
    }
}

/// What is mounted is a volume of the pod.
pub(super) fn volumes(pod: &Pod<'_>, faults: &mut Faults) {
    let named = pod.volumes().iter().filter_map(|volume| text(volume, "name"));
    let known: Vec<&str> = named.chain(pod.claims()).collect();
    for container in pod.containers() {
        let mounts = items(container.node, "volumeMounts").iter().chain(items(container.node, "volumeDevices"));
        for name in mounts.filter_map(|mount| entry(mount, "name")).map(|(_, name)| name) {
            let Some(text) = name.as_text().filter(|text| !known.contains(text)) else { continue };
            let message = format!("container '{}' mounts '{text}', which is not a volume of its pod", container.name());
            let fault = Diagnostic::error("unknown-volume", message).at(name.span);
            faults.push(match did_you_mean(text, known.iter().copied()) {
                Some(meant) => fault.help(format!("did you mean '{meant}'?")),
                None => fault.help("add it under 'volumes'"),
            });
        }
    }
}
