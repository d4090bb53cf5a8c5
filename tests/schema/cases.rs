//! `tests/cases/load/` against the schema: what is accepted fits, and what is refused for its shape does not.

use super::document::{Document, holds, step};
use crate::support::case::{Case, Fault, plain};
use crate::support::expectation;
use crate::support::workers::at_once;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What Hoist calls a fault of shape.
const SHAPE: [&str; 3] = ["wrong-type", "unknown-key", "missing-value"];

/// What it says of a word or number that is none of those an attribute takes.
const CHOICE: [&str; 2] = ["is not a value of", "is out of range for"];

/// Files about which the schema and Hoist differ, and why.
const DIFFERENT: [(&str, &str); 0] = [];

#[test]
fn the_schema_accepts_what_is_accepted_and_refuses_what_is_refused_for_its_shape() {
    let judge = Judge::new();
    let all = Case::all();
    let found = at_once(&all, |case| judge.faults(case));
    expectation::refuse(all.into_iter().map(|case| case.name).zip(found).collect());
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
        let said = if case.sheet.refused.is_some() { case.faults(&case.hoist(case.form()).stderr) } else { Vec::new() };
        let mut wrong = Vec::new();
        for (file, documents) in files.iter().zip(documents) {
            let name = plain(&case.folder, &file.display().to_string()).replace("FOLDER/", "");
            if DIFFERENT.iter().any(|(different, _)| Path::new(different) == Path::new(&case.name).join(&name)) {
                continue;
            }
            let said: Vec<_> = said.iter().filter(|fault| fault.file == name).collect();
            for document in documents {
                let refused = self.refused(&document, is_whole);
                wrong.extend(differences(&document, &refused, &said, is_whole).map(|text| format!("{name}: {text}")));
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

/// Where the schema and Hoist do not say the same.
fn differences<'a>(
    document: &'a Document,
    refused: &'a [String],
    said: &'a [&Fault],
    is_whole: bool,
) -> impl Iterator<Item = String> {
    let is_shape = move |fault: &&&Fault| {
        let is_choice = CHOICE.iter().any(|words| fault.message.contains(words));
        (SHAPE.contains(&fault.code.as_str()) && (is_whole || fault.code != "missing-value")) || is_choice
    };
    let is_seen = |pointer: &String| refused.iter().any(|outer| holds(outer, pointer));
    let is_said = |outer: &String| {
        let mut pointers = said.iter().flat_map(|fault| document.at(fault.place));
        pointers.any(|pointer| holds(outer, pointer))
    };
    let unseen = said.iter().filter(is_shape).filter(move |fault| {
        let pointers = document.at(fault.place);
        !pointers.is_empty() && !pointers.iter().any(is_seen) && !pointers.iter().any(|one| has_variable(document, one))
    });
    let unsaid = refused.iter().filter(move |outer| !is_said(outer));
    let unseen = unseen.map(|fault| format!("only hoist refuses {:?}: {}", fault.place, fault.message));
    unseen.chain(unsaid.map(|pointer| format!("only the schema refuses {pointer}")))
}

/// Whether what is there depends on the environment.
fn has_variable(document: &Document, pointer: &str) -> bool {
    document.json.pointer(pointer).and_then(Value::as_str).is_some_and(|text| text.contains('$'))
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
