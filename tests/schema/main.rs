//! The JSON Schema of the language: `schema/compose.json` is what `hoist schema` prints, it agrees with what is accepted
//! and refused, and it names what `config` prints, no more and no less.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

#[path = "../support/mod.rs"]
mod support;

mod cases;
mod document;
mod output;
mod values;

use serde_json::Value;
use std::collections::BTreeSet;
use support::{expectation, scenario};

#[test]
fn the_file_is_what_hoist_prints() {
    let printed = format!("{:#}\n", hoist::load::schema());
    let fault = expectation::fault(&scenario::root().join("schema/compose.json"), Some(&printed));
    assert_eq!(fault, None, "UPDATE=1 rewrites it");
}

#[test]
fn every_reference_leads_to_a_definition_and_every_definition_is_used() {
    fn walk<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(entries) => {
                found.extend(entries.get("$ref").and_then(Value::as_str));
                entries.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let schema = hoist::load::schema();
    let mut found = BTreeSet::new();
    walk(&schema, &mut found);
    let used: BTreeSet<_> = found.into_iter().map(|reference| reference.trim_start_matches("#/$defs/")).collect();
    let defined: BTreeSet<_> = schema["$defs"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(used, defined);
}
