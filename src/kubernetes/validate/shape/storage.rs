//! Rules about volumes, and claims to them.

use super::super::Faults;
use super::super::claim::incomplete;
use super::super::reach::{entry, items, reach, text};
use super::super::resource::amount;
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// Fields of a volume that are no source of it.
const NO_SOURCES: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// A volume that one pod alone has is not used in other ways, too.
pub(super) fn access_modes(node: &Node, faults: &mut Faults) {
    let modes = items(node, "accessModes");
    let alone = modes.iter().find(|mode| mode.as_text() == Some("ReadWriteOncePod"));
    if let Some(alone) = alone.filter(|_| modes.iter().any(|mode| mode.as_text() != Some("ReadWriteOncePod"))) {
        let fault = Diagnostic::error("conflict", "'ReadWriteOncePod' excludes other access modes").at(alone.span);
        faults.push(fault.help("keep it alone, or remove it"));
    }
}

/// A claim asks for something.
pub(super) fn request(node: &Node, faults: &mut Faults) {
    faults.extend(reach(node, &["resources", "requests", "storage"]).and_then(nothing));
}

/// A volume has room, and nothing else is said of it.
pub(super) fn capacity(node: &Node, faults: &mut Faults) {
    let Some((key, capacity)) = entry(node, "capacity") else { return };
    if capacity.as_map().is_some_and(|all| !all.is_empty() && capacity.get("storage").is_none()) {
        let fault = Diagnostic::error("missing-value", "'capacity' does not say how much 'storage' there is");
        faults.push(fault.at(key.span).help("write 'capacity: {storage: 1Gi}'"));
    }
    faults.extend(reach(capacity, &["storage"]).and_then(nothing));
    for (key, _) in capacity.as_map().unwrap_or_default().iter().filter(|(key, _)| key.as_text() != Some("storage")) {
        let fault = wrong(key, "is nothing that a volume has room for");
        faults.push(fault.help("keep 'storage' alone"));
    }
}

/// All that a node has is not wiped.
pub(super) fn recycled(node: &Node, faults: &mut Faults) {
    let root = reach(node, &["hostPath", "path"])
        .and_then(Node::as_text)
        .is_some_and(|path| !path.is_empty() && path.split('/').all(|part| matches!(part, "" | ".")));
    let policy = entry(node, "persistentVolumeReclaimPolicy");
    if let Some((_, value)) = policy.filter(|(_, value)| root && value.as_text() == Some("Recycle")) {
        let fault = Diagnostic::error("conflict", "'Recycle' would wipe all that the node has").at(value.span);
        faults.push(fault.help("write 'Retain', or another path than '/'"));
    }
}

/// The claim that a pod makes for itself says what a claim has to say.
pub(super) fn own_claim(node: &Node, faults: &mut Faults) {
    faults.extend(incomplete(node, node.span));
}

/// The fault of an amount that is none.
fn nothing(value: &Node) -> Option<Diagnostic> {
    let is_nothing = amount(value).is_some_and(|amount| amount.billionths() <= 0);
    let message = || format!("'storage' cannot be {}", value.as_text().unwrap_or_default());
    is_nothing.then(|| Diagnostic::error("out-of-range", message()).at(value.span).help("write more than 0"))
}

/// A volume comes from one source; one on a node says which.
pub(super) fn sources(node: &Node, faults: &mut Faults) {
    let entries = node.as_map().unwrap_or_default().iter();
    let is_source =
        |(key, value): &&(Node, Node)| !value.is_null() && key.as_text().is_some_and(|key| !NO_SOURCES.contains(&key));
    let mut sources = entries.filter(is_source).map(|(key, _)| key);
    match (sources.next(), sources.next()) {
        (None, _) => {
            let fault = Diagnostic::error("missing-value", "the volume does not say where it is").at(node.span);
            faults.push(fault.help("add its source, such as 'nfs' or 'csi'"));
        }
        (Some(first), Some(second)) => {
            let name = |key: &Node| key.as_text().unwrap_or_default().to_owned();
            let message = format!("a volume has one source, and this has '{}' and '{}'", name(first), name(second));
            let fault = Diagnostic::error("volume-source", message).at(second.span).label(first.span, "the first");
            faults.push(fault.help("keep one of them, or make two volumes"));
        }
        _ => {}
    }
    if let Some((key, _)) = entry(node, "local").filter(|_| entry(node, "nodeAffinity").is_none()) {
        let fault = Diagnostic::error("missing-value", "a volume on a node does not say on which").at(key.span);
        faults.push(fault.help("add 'nodeAffinity'"));
    }
}

/// No two files of a volume have one path.
pub(super) fn projected(node: &Node, faults: &mut Faults) {
    let mut seen: Vec<(&str, &Node)> = Vec::new();
    for source in items(node, "sources") {
        let lists = ["configMap", "secret", "downwardAPI"].iter().filter_map(|kind| source.get(kind));
        let token = source.get("serviceAccountToken").into_iter();
        for file in lists.flat_map(|list| items(list, "items")).chain(token) {
            let Some((path, place)) = text(file, "path").zip(file.get("path")) else { continue };
            match seen.iter().find(|(other, _)| *other == path) {
                Some((_, first)) => {
                    let fault = wrong(place, "is the path of two files").label(first.span, "first here");
                    faults.push(fault.help("give each a path of its own"));
                }
                None => seen.push((path, place)),
            }
        }
    }
}
