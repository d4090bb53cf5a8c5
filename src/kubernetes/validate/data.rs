//! Rules about what `ConfigMap`s and `Secret`s hold.

use super::Faults;
use super::object::Object;
use super::reach::entries;
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// Bytes that all values of one object may have.
const MOST: usize = 1024 * 1024;

/// What an object holds is not more than a cluster keeps.
pub(super) fn too_large(object: &Object<'_>, faults: &mut Faults) {
    let plain = |key: &str| -> usize { entries(object.node, &[key]).iter().map(|(_, value)| length(value)).sum() };
    let encoded = |key: &str| -> usize { entries(object.node, &[key]).iter().map(|(_, value)| decoded(value)).sum() };
    let size = match object.kind {
        "ConfigMap" => plain("data") + encoded("binaryData"),
        "Secret" => plain("stringData") + encoded("data"),
        _ => return,
    };
    if size > MOST {
        let message = format!("{} holds {size} bytes; a cluster keeps at most {MOST}", object.title());
        let help = "split it, or bring the files with the image or a volume";
        faults.push(Diagnostic::error("oversized-data", message).at(object.place()).help(help));
    }
}

/// Bytes that the annotations of one object may have, keys and values.
const ANNOTATIONS: usize = 256 * 1024;

/// Annotations are not more than a cluster keeps.
pub(super) fn annotations(object: &Object<'_>, faults: &mut Faults) {
    let all = entries(object.node, &["metadata", "annotations"]);
    let size: usize = all.iter().map(|(key, value)| length(key) + length(value)).sum();
    if size > ANNOTATIONS {
        let message =
            format!("the annotations of {} have {size} bytes; a cluster keeps at most {ANNOTATIONS}", object.title());
        let help = "keep what is large in a ConfigMap";
        faults.push(Diagnostic::error("oversized-data", message).at(object.place()).help(help));
    }
}

fn length(value: &Node) -> usize {
    value.as_text().map_or(0, str::len)
}

/// The length of what base64 stands for: three bytes for four letters.
fn decoded(value: &Node) -> usize {
    let letters = value.as_text().unwrap_or_default().bytes().filter(|one| !one.is_ascii_whitespace() && *one != b'=');
    letters.count() * 3 / 4
}

/// A key of a `ConfigMap` is either text or bytes.
pub(super) fn said_twice(object: &Object<'_>, faults: &mut Faults) {
    if object.kind != "ConfigMap" {
        return;
    }
    let texts = entries(object.node, &["data"]);
    for (key, _) in entries(object.node, &["binaryData"]) {
        if let Some((first, _)) = texts.iter().find(|(name, _)| name.as_text() == key.as_text()) {
            let message = format!("'{}' is in 'data' and in 'binaryData'", key.as_text().unwrap_or_default());
            let fault = Diagnostic::error("conflict", message).at(key.span).label(first.span, "first here");
            faults.push(fault.help("keep one of the two"));
        }
    }
}
