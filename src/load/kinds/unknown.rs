//! Keys that the language does not have, and what was meant.

use super::super::rules::{Attribute, Others, Table};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
use crate::model::unknown_key;

/// Spellings of old versions of the language, and what people write instead.
const OLD: [(&str, &str); 12] = [
    ("env", "write 'environment'"),
    ("imagePullPolicy", "write 'pull_policy'"),
    ("livenessProbe", "write 'healthcheck'"),
    ("readinessProbe", "write 'healthcheck'"),
    ("volumeMounts", "write 'volumes'"),
    ("cpu_set", "write 'cpuset'"),
    ("dockerfile", "put it under 'build'"),
    ("log_driver", "write 'driver' under 'logging'"),
    ("log_opt", "write 'options' under 'logging'"),
    ("net", "write 'network_mode'"),
    ("volume_driver", "write 'driver' under the top-level 'volumes'"),
    ("environments", "write 'environment'"),
];

pub(super) fn unknown(table: &Table, key: &Node, value: &Node) -> Diagnostic {
    let name = key.as_text().unwrap_or_default();
    let near = did_you_mean(name, table.rows.iter().map(|row| row.name));
    let mut diagnostic = unknown_key(table.what, name, key.span, near);
    let is_top = table.what == "top-level";
    if let Some((_, help)) = OLD.iter().find(|(old, _)| *old == name).filter(|_| table.what == "service") {
        diagnostic = diagnostic.help(*help);
    } else if is_top && is_service(value) {
        diagnostic = diagnostic.help(format!("it looks like a service: put '{name}:' under 'services:'"));
    } else if near.is_none()
        && let Some(part) = part_with(table, name)
    {
        diagnostic = diagnostic.help(format!("put it under '{part}'"));
    }
    if name.contains('\u{a0}') {
        diagnostic = diagnostic.help("it holds a no-break space (U+00A0), which looks like a space: write spaces");
    }
    if table.others == Others::Ignored {
        diagnostic.severity = crate::diagnostic::Severity::Warning;
    }
    diagnostic
}

pub(super) fn is_service(value: &Node) -> bool {
    value.get("image").is_some() || value.get("build").is_some()
}

/// The one part of a mapping that knows the key.
fn part_with(table: &Table, name: &str) -> Option<&'static str> {
    let knows = |row: &&Attribute| row.table().is_some_and(|part| part.row(name).is_some());
    let mut parts = table.rows.iter().filter(knows);
    parts.next().filter(|_| parts.next().is_none()).map(|row| row.name)
}
