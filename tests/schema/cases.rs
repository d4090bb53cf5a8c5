//! `tests/cases/load/` against the schema: what is accepted fits, and what is refused for its shape does not.

use super::document::{Document, Place, holds, step};
use crate::support::case::{Case, Fault, plain};
use crate::support::expectation;
use crate::support::workers::at_once;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use std::fs;

/// What Hoist says of a word or number that is none of those an attribute takes.
const CHOICE: [&str; 2] = ["is not a value of", "is out of range for"];

/// What only one of the two refuses, as case, place or pointer, and why.
const DIFFERENT: [(&str, &str, &str); 8] = [
    (
        "bad_indentation_of_services",
        "compose.yaml: /services ",
        "the services beside it are the one fault that is told",
    ),
    ("blkio_config_numbers_that_do_not_fit", "compose.yaml: 7:46 ", WHOLE),
    ("extends_leaves_unused_services_alone", "base.yaml: /services/other/hostname ", UNUSED),
    ("extends_leaves_unused_services_alone", "base.yaml: /services/other/imagine ", UNUSED),
    ("extends_leaves_unused_services_alone", "base.yaml: /unknown ", UNUSED),
    (
        "healthcheck_bad_numbers",
        "compose.yaml: 4:28 ",
        "any number is taken, and its fraction cut off; then it is too small",
    ),
    ("memory_size_as_a_float_is_refused", "compose.yaml: 4:16 ", WHOLE),
    ("memory_size_as_a_float_is_refused", "compose.yaml: 6:15 ", WHOLE),
];
const WHOLE: &str = "JSON knows no difference between 1000 and 1e3";
const UNUSED: &str = "of a file that is extended, only what is used is looked at";

#[test]
fn the_schema_accepts_what_is_accepted_and_refuses_what_is_refused_for_its_shape() {
    let judge = Judge::new();
    let all = Case::all();
    let found = at_once(&all, |case| judge.faults(case));
    let mut found: Vec<_> = all.into_iter().map(|case| case.name).zip(found).collect();
    for (name, start, reason) in DIFFERENT {
        let case = found.iter_mut().find(|(case, _)| case == name).expect("the case is there");
        let before = case.1.len();
        case.1.retain(|text| !text.starts_with(start));
        assert!(case.1.len() < before, "no difference any more: {name}, {start}, {reason}");
    }
    expectation::refuse(found);
}

struct Judge {
    whole: Validator,
    part: Validator,
}

impl Judge {
    fn new() -> Self {
        let mut schema = hoist::load::schema();
        let whole = jsonschema::validator_for(&schema).unwrap();
        require_nothing(&mut schema);
        Self { whole, part: jsonschema::validator_for(&schema).unwrap() }
    }

    fn faults(&self, case: &Case) -> Vec<String> {
        let files: Vec<_> = case.files().into_iter().filter(|file| !file.ends_with("expect.yaml")).collect();
        let texts: Vec<_> = files.iter().map(|file| fs::read_to_string(file).unwrap_or_default()).collect();
        let documents: Vec<_> = texts.iter().map(|text| Document::all(text)).collect();
        let is_whole = documents.iter().flatten().count() == 1 && !is_part(&texts.concat());
        let refused = case.sheet.refused.clone().unwrap_or_default();
        let said = if refused.is_empty() { Vec::new() } else { case.faults(&case.hoist(case.form()).stderr) };
        let mut wrong = Vec::new();
        for (file, documents) in files.iter().zip(&documents) {
            let name = plain(&case.folder, &file.display().to_string()).replace("FOLDER/", "");
            let hoist = Refusals::of(&name, &refused, &said);
            for document in documents {
                let schema = self.refused(document, is_whole);
                let all = hoist.only_there(document, &schema, is_whole).chain(hoist.only_in_schema(document, &schema));
                wrong.extend(all.map(|text| format!("{name}: {text}")));
            }
        }
        wrong
    }

    /// Pointers to what the schema refuses.
    fn refused(&self, document: &Document, is_whole: bool) -> Vec<String> {
        let mut json = document.json.clone();
        if !is_whole {
            drop_nulls(&mut json);
        }
        let validator = if is_whole { &self.whole } else { &self.part };
        let mut refused = Vec::new();
        for error in validator.iter_errors(&json) {
            let pointer = error.instance_path().to_string();
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    refused.extend(unexpected.iter().map(|key| step(&pointer, key)));
                }
                _ => refused.push(pointer),
            }
        }
        refused
    }
}

/// What Hoist refuses in one file.
struct Refusals<'a> {
    /// Where the case wants it to refuse something.
    wanted: Vec<Place>,
    said: Vec<&'a Fault>,
}

impl<'a> Refusals<'a> {
    fn of(file: &str, refused: &[String], said: &'a [Fault]) -> Self {
        let place = |text: &String| {
            let (line, column) = text.strip_prefix(file)?.strip_prefix(':')?.split_once(':')?;
            Some((line.parse().ok()?, column.parse().ok()?))
        };
        let said = said.iter().filter(|fault| fault.file == file).collect();
        Self { wanted: refused.iter().filter_map(place).collect(), said }
    }

    /// What is of a shape that only Hoist refuses.
    fn only_there(&self, document: &Document, schema: &[String], is_whole: bool) -> impl Iterator<Item = String> {
        let unseen = self.said.iter().filter(move |fault| is_of_shape(fault)).filter(move |fault| {
            let pointers = document.at(fault.place);
            let is_seen = pointers.iter().any(|pointer| schema.iter().any(|outer| holds(outer, pointer)));
            !pointers.is_empty() && !is_seen && !pointers.iter().any(|one| is_open(document, one, is_whole))
        });
        unseen.map(|fault| format!("{}:{} only hoist refuses: {}", fault.place.0, fault.place.1, fault.message))
    }

    fn only_in_schema(&self, document: &Document, schema: &[String]) -> impl Iterator<Item = String> {
        let is_wanted = |outer: &str| {
            let mut pointers = self.wanted.iter().flat_map(|place| document.at(*place));
            pointers.any(|pointer| holds(outer, pointer))
        };
        schema.iter().filter(move |outer| !is_wanted(outer)).map(|outer| format!("{outer} only the schema refuses"))
    }
}

/// Whether a fault is one that needs no other attribute and no meaning to be seen.
fn is_of_shape(fault: &Fault) -> bool {
    match fault.code.as_str() {
        "wrong-type" | "unknown-key" => true,
        "missing-value" => fault.message.starts_with("this "),
        _ => CHOICE.iter().any(|words| fault.message.contains(words)),
    }
}

/// Whether the schema cannot know: what a text holds, variables too, and nothing where a later file may say it.
fn is_open(document: &Document, pointer: &str, is_whole: bool) -> bool {
    let value = document.json.pointer(pointer).unwrap_or(&Value::Null);
    value.is_string() || (value.is_null() && !is_whole)
}

/// Whether something may come from elsewhere.
fn is_part(text: &str) -> bool {
    ["extends:", "include:", "!reset"].iter().any(|word| text.contains(word))
}

fn require_nothing(schema: &mut Value) {
    match schema {
        Value::Object(entries) => {
            entries.retain(|key, value| key != "required" || !value.is_array());
            entries.values_mut().for_each(require_nothing);
        }
        Value::Array(items) => items.iter_mut().for_each(require_nothing),
        _ => {}
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            entries.retain(|_, value| !value.is_null());
            entries.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
