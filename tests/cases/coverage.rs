//! Every row of the language has a case: attributes as the schema knows them, and the rows of the README of the cases.

use crate::support::{Case, expectation, scenario};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

/// The traps of the README.
const TRAPS: usize = 48;

/// What the README says about differences between Compose 2.40 and what came later.
const DIFFERENCES: usize = 13;

#[test]
fn every_row_has_a_case() {
    let all = Case::all();
    let rows = |wanted: fn(&Case, &str) -> bool| -> BTreeSet<&String> {
        all.iter().flat_map(|case| case.sheet.covers.iter().filter(move |row| wanted(case, row))).collect()
    };
    let (named, written) = (rows(|_, _| true), rows(is_written));
    let attributes = attributes().into_iter().filter(|row| !written.contains(row));
    let uncovered: Vec<_> = attributes.chain(words().into_iter().filter(|row| !named.contains(row))).collect();
    assert!(uncovered.is_empty(), "{} rows have no case\n{}", uncovered.len(), uncovered.join("\n"));
}

#[test]
fn every_case_covers_rows_that_are_there() {
    let (attributes, words) = (attributes(), words());
    let is_row = |row: &String| attributes.contains(row) || words.contains(row) || is_bad_input(row);
    let faults = Case::all().into_iter().map(|case| {
        let unknown = case.sheet.covers.iter().filter(|row| !is_row(row)).map(|row| format!("'{row}' is no row"));
        let none = case.sheet.covers.is_empty().then(|| "covers no row".to_owned());
        (case.name.clone(), unknown.chain(none).collect())
    });
    expectation::refuse(faults.collect());
}

#[test]
fn the_readme_lists_every_trap_and_every_difference() {
    let words = words();
    let numbered = |start: &str, count: usize| (1..=count).map(|number| format!("{start}{number}")).collect::<Vec<_>>();
    let wanted = [numbered("trap.", TRAPS), numbered("D", DIFFERENCES)].concat();
    let missing: Vec<_> = wanted.into_iter().filter(|row| !words.contains(row)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn rows_leave_out_names_and_indices_and_end_where_a_schema_repeats_itself() {
    let schema = serde_json::json!({
        "properties": {"services": {"patternProperties": {"^[a-z]+$": {"$ref": "#/$defs/service"}}}},
        "$defs": {"service": {"properties": {
            "ports": {"type": "array", "items": {"oneOf": [{"type": "string"}, {"properties": {"target": {}}}]}},
            "child": {"$ref": "#/$defs/service"},
        }}},
    });
    let rows = Rows::of(&schema).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(rows, "services services.child services.ports services.ports.target");
}

/// Attributes by path, as in `services.ports.target`.
fn attributes() -> BTreeSet<String> {
    let ran = Command::new(env!("CARGO_BIN_EXE_hoist")).arg("schema").output().unwrap();
    Rows::of(&serde_json::from_slice(&ran.stdout).unwrap())
}

/// Rows that the README lists: `` - `trap.1`: … ``.
fn words() -> BTreeSet<String> {
    let text = fs::read_to_string(scenario::root().join("tests/cases/load/README.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("- `")?.split_once("`: "));
    rows.map(|(row, _)| row.to_owned()).filter(|row| !row.contains(' ')).collect()
}

fn is_bad_input(row: &str) -> bool {
    row.strip_prefix("bad.").is_some_and(|word| !word.is_empty() && !word.contains(['.', ' ']))
}

/// Whether an attribute stands in one of the files: a short syntax says a thing without naming it.
fn is_written(case: &Case, row: &str) -> bool {
    let key = row.rsplit('.').next().unwrap_or(row);
    case.files().iter().any(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).contains(key))
}

/// Collects the paths of attributes out of a schema.
struct Rows<'a> {
    schema: &'a Value,
    /// References that are being followed: one that leads back to itself says nothing new.
    following: Vec<&'a str>,
    found: BTreeSet<String>,
}

impl<'a> Rows<'a> {
    fn of(schema: &'a Value) -> BTreeSet<String> {
        let mut rows = Self { schema, following: Vec::new(), found: BTreeSet::new() };
        rows.walk("", schema);
        rows.found
    }

    fn walk(&mut self, path: &str, part: &'a Value) {
        for (key, inner) in members(&part["properties"]) {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            self.walk(&path, inner);
            self.found.insert(path);
        }
        let named = members(&part["patternProperties"]).map(|(_, inner)| inner);
        let choices = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|word| part[word].as_array()).flatten();
        let alone = ["additionalProperties", "items", "then", "else"].into_iter().filter_map(|word| part.get(word));
        for inner in named.chain(choices).chain(alone) {
            self.walk(path, inner);
        }
        if let Some(reference) = part["$ref"].as_str() {
            self.follow(path, reference);
        }
    }

    fn follow(&mut self, path: &str, reference: &'a str) {
        if !self.following.contains(&reference) {
            self.following.push(reference);
            let inner = self.schema.pointer(reference.trim_start_matches('#'));
            self.walk(path, inner.unwrap_or_else(|| panic!("'{reference}' leads nowhere")));
            self.following.pop();
        }
    }
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
