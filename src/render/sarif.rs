//! Diagnostics as a SARIF 2.1.0 log, for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.
//!
//! Places in files under the folder that hoist runs in are relative to `%SRCROOT%`; nothing else is said of the machine.

use super::Places;
use super::diagnostic::word;
use super::rule::meaning;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::{Location, Span};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

/// The log: one run with all diagnostics, sorted by place.
pub fn sarif(all: &Diagnostics, places: Places<'_>) -> Value {
    let sorted = all.sorted();
    let codes: BTreeSet<&str> = sorted.iter().map(|one| one.code).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code, &sorted)).collect();
    let results: Vec<Value> = sorted.iter().map(|one| result(one, &codes, places)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "hoist",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {"text": "the folder that hoist ran in"}}},
            "results": results,
        }],
    })
}

fn rule(code: &str, all: &[&Diagnostic]) -> Value {
    let severity = all.iter().filter(|one| one.code == code).map(|one| one.severity).min();
    let meaning = meaning(code).unwrap_or(code);
    json!({
        "id": code,
        "shortDescription": {"text": meaning},
        "defaultConfiguration": {"level": level(severity.unwrap_or(Severity::Error))},
    })
}

fn result(one: &Diagnostic, codes: &[&str], places: Places<'_>) -> Value {
    let help = one.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let mut object = Map::new();
    object.insert("ruleId".into(), json!(one.code));
    object.insert("ruleIndex".into(), json!(codes.iter().position(|code| *code == one.code)));
    object.insert("level".into(), json!(level(one.severity)));
    object.insert("message".into(), json!({"text": format!("{}{help}", one.message)}));
    let place = one.place.and_then(|span| location(span, places));
    object.extend(place.map(|place| ("locations".to_owned(), json!([place]))));
    let labels = one.labels.iter().map(|label| (label.span, label.text.clone()));
    let variables = places
        .variables(one)
        .iter()
        .filter_map(|variable| Some((variable.place?, format!("the value of '{}' came from here", variable.name))));
    let related: Vec<Value> = labels.chain(variables).filter_map(|(span, text)| related(span, &text, places)).collect();
    if !related.is_empty() {
        object.insert("relatedLocations".into(), Value::Array(related));
    }
    object.insert("properties".into(), json!({"severity": word(one.severity), "help": one.help}));
    Value::Object(object)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn related(span: Span, text: &str, places: Places<'_>) -> Option<Value> {
    let mut place = location(span, places)?;
    place.as_object_mut()?.insert("message".into(), json!({"text": text}));
    Some(place)
}

fn location(span: Span, places: Places<'_>) -> Option<Value> {
    let start = places.locate(Some(span))?;
    let end = places.locate(Some(Span { start: span.end.max(span.start), ..span }))?;
    let mut region = json!({"startLine": start.line, "startColumn": start.column});
    let object = region.as_object_mut()?;
    if end.line != start.line {
        object.insert("endLine".into(), json!(end.line));
    }
    object.insert("endColumn".into(), json!(end.column));
    Some(json!({"physicalLocation": {"artifactLocation": artifact(&start), "region": region}}))
}

fn artifact(location: &Location<'_>) -> Value {
    if location.path.is_absolute() {
        json!({"uri": format!("file://{}", uri(location.path))})
    } else {
        json!({"uri": uri(location.path), "uriBaseId": ROOT})
    }
}

/// A path as a part of a URI: `/` between its parts, everything unusual escaped.
fn uri(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.to_string_lossy().replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Origins, Variable};
    use crate::source::SourceMap;

    fn log() -> Value {
        let mut sources = SourceMap::default();
        let file = sources.add("my app/compose.yaml".into(), "a: 1\nb: ${PORT}\n".into());
        let env = sources.add("/etc/x.env".into(), "PORT=x\n".into());
        let span = Span::start_of(file).to(8, 15);
        let mut origins = Origins::default();
        let place = Some(Span::start_of(env).to(5, 6));
        origins.used(span, Variable { name: "PORT".into(), from: Some("x".into()), place });
        let mut all = Diagnostics::default();
        let one = Diagnostic::error("invalid-value", "'x' is not a port").at(span).help("write a number");
        all.push(one.label(Span::start_of(file).to(0, 1), "first here"));
        all.push(Diagnostic::advice("open-port", "is open").at(span));
        all.push(Diagnostic::warning("no-services", "the project has no services"));
        sarif(&all, Places { sources: &sources, origins: &origins })
    }

    fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
        value.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing"))
    }

    #[test]
    fn a_result_has_its_rule_level_and_region() {
        let log = log();
        let result = at(&log, "/runs/0/results/1");
        assert_eq!(at(result, "/ruleId"), "invalid-value");
        let rule = at(result, "/ruleIndex").as_u64().expect("a number");
        assert_eq!(at(&log, &format!("/runs/0/tool/driver/rules/{rule}/id")), "invalid-value");
        assert_eq!(at(result, "/message/text"), "'x' is not a port\nhelp: write a number");
        let place = at(result, "/locations/0/physicalLocation");
        assert_eq!(at(place, "/region"), &json!({"startLine": 2, "startColumn": 4, "endColumn": 11}));
        let artifact = json!({"uri": "my%20app/compose.yaml", "uriBaseId": "%SRCROOT%"});
        assert_eq!(at(place, "/artifactLocation"), &artifact);
    }

    #[test]
    fn labels_and_variables_are_related_places() {
        let log = log();
        let texts =
            [0, 1].map(|index| at(&log, &format!("/runs/0/results/1/relatedLocations/{index}/message/text")).clone());
        assert_eq!(texts, ["first here", "the value of 'PORT' came from here"]);
        let uri = at(&log, "/runs/0/results/1/relatedLocations/1/physicalLocation/artifactLocation/uri");
        assert_eq!(uri, "file:///etc/x.env");
    }

    #[test]
    fn advice_is_a_note_and_a_fault_may_have_no_place() {
        let log = log();
        assert_eq!(at(&log, "/runs/0/results/2/level"), "note");
        assert!(log.pointer("/runs/0/results/0/locations").is_none());
    }
}
