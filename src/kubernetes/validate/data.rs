//! Rules about what `ConfigMap`s and `Secret`s hold.

use super::Faults;
use super::object::Object;
use super::reach::entries;
use crate::diagnostic::Diagnostic;

/// Bytes that all values of one object may have.
const MOST: usize = 1024 * 1024;

/// What an object holds is not more than a cluster keeps.
pub(super) fn too_large(object: &Object<'_>, faults: &mut Faults) {
    let plain = |keys: &[&str]| -> usize {
        let values = keys.iter().flat_map(|key| entries(object.node, &[key]));
        values.map(|(name, value)| length(name.as_text()) + length(value.as_text())).sum()
    };
    // Four letters of base64 stand for three bytes.
    let encoded = |key| plain(&[key]) / 4 * 3;
    let size = match object.kind {
        "ConfigMap" => plain(&["data"]) + encoded("binaryData"),
        "Secret" => plain(&["stringData"]) + encoded("data"),
        _ => return,
    };
    if size > MOST {
        let message = format!("{} holds {size} bytes; a cluster keeps at most {MOST}", object.title());
        let help = "split it, or bring the files with the image or a volume";
        faults.push(Diagnostic::error("oversized-data", message).at(object.place()).help(help));
    }
}

fn length(text: Option<&str>) -> usize {
    text.map_or(0, str::len)
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
