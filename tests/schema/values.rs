//! Every attribute of the schema with every kind of value: what the schema allows has the right shape for Hoist, what it
//! does not allow is refused at its place.

use super::document::{Document, holds, step};
use crate::support::workers::at_once;
use hoist::diagnostic::{Diagnostic, Severity};
use hoist::load::{Request, load};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// Texts for an attribute that takes some: words, numbers, truth, times, pairs, ports, paths.
const TEXTS: [&str; 12] = ["x", "1", "true", "1s", "k=v", "a=1.1.1.1", "1:1", "/x", "always", "1m", "private", "raw"];

/// Where nothing is let through although the schema wants something, and why.
const PASSED_OVER: [(&str, &str); 4] = [
    ("/include/0/env_file/0", "an entry without a path includes nothing"),
    ("/services/k/extends", "a service that extends nothing is itself"),
    ("/services/k/extends/service", "it is told of the whole 'extends'"),
    ("/version", "it means nothing"),
];

/// Keys of the mappings above an attribute, and what the schema says of the value there.
struct Row<'a> {
    path: Vec<Step<'a>>,
    says: &'a Value,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    /// A key of a mapping that the schema describes.
    Key(&'a str, &'a Value),
    /// A key that the user chooses.
    Free,
    Item,
}

#[test]
fn a_value_that_the_schema_allows_has_a_shape_that_is_understood() {
    let schema = hoist::load::schema();
    let rows = Rows::of(&schema);
    let all = rows.found.iter().flat_map(|row| choices(row.says).into_iter().map(move |choice| (row, choice)));
    let all: Vec<_> = all.collect();
    let faults = at_once(&all, |(row, choice)| {
        let texts = if choice["type"] == "string" { &TEXTS[..] } else { &TEXTS[..1] };
        let project = |text: &&str| rows.project(row, &rows.sample(choice, text));
        let said: Vec<_> = texts.iter().map(|text| of_shape(&project(text))).collect();
        (!said.iter().any(Vec::is_empty)).then(|| format!("{} {choice}: {}", row.pointer(), said[0].join("; ")))
    });
    let faults: Vec<_> = faults.into_iter().flatten().collect();
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), all.len(), faults.join("\n"));
}

#[test]
fn a_value_that_the_schema_does_not_allow_is_refused_at_its_place() {
    let schema = hoist::load::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let rows = Rows::of(&schema);
    let faults = at_once(&rows.found, |row| rows.unrefused(row, &validator));
    let faults = faults.concat();
    assert!(faults.is_empty(), "{}\n{}", faults.len(), faults.join("\n"));
}

impl Row<'_> {
    fn pointer(&self) -> String {
        self.path.iter().fold(String::new(), |pointer, one| match one {
            Step::Key(key, _) => step(&pointer, key),
            Step::Free => step(&pointer, "k"),
            Step::Item => step(&pointer, "0"),
        })
    }
}

struct Rows<'a> {
    schema: &'a Value,
    found: Vec<Row<'a>>,
}

impl<'a> Rows<'a> {
    fn of(schema: &'a Value) -> Self {
        let mut rows = Self { schema, found: Vec::new() };
        rows.walk(&[], schema);
        rows
    }

    fn walk(&mut self, path: &[Step<'a>], says: &'a Value) {
        if !path.is_empty() && says.get("$ref").is_none() {
            self.found.push(Row { path: path.to_vec(), says });
        }
        for choice in choices(says) {
            let choice = self.resolved(choice);
            for (key, inner) in choice["properties"].as_object().into_iter().flatten() {
                self.walk(&[path, &[Step::Key(key, choice)]].concat(), inner);
            }
            let each =
                [each(choice).map(|each| (Step::Free, each)), choice.get("items").map(|each| (Step::Item, each))];
            for (one, inner) in each.into_iter().flatten() {
                self.walk(&[path, &[one]].concat(), inner);
            }
        }
    }

    fn resolved(&self, says: &'a Value) -> &'a Value {
        let reference = says["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
        reference.map_or(says, |pointer| self.schema.pointer(pointer).expect("it leads somewhere"))
    }

    /// A project with a value at a row, and with what the mappings above need.
    fn project(&self, row: &Row<'a>, value: &Value) -> Value {
        let mut project = self.bare(row, value);
        let service = project.pointer_mut("/services/k").and_then(Value::as_object_mut);
        if let Some(service) = service.filter(|_| row.path.len() > 2) {
            service.entry("image").or_insert(json!("x"));
        }
        project
    }

    fn bare(&self, row: &Row<'a>, value: &Value) -> Value {
        row.path.iter().rev().fold(value.clone(), |inner, one| match one {
            Step::Item => json!([inner]),
            Step::Free => json!({"k": inner}),
            Step::Key(key, mapping) => {
                let mut map = self.needed(mapping);
                map.insert((*key).to_owned(), inner);
                Value::Object(map)
            }
        })
    }

    fn needed(&self, mapping: &'a Value) -> Map<String, Value> {
        let names = mapping["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(|name| (name.to_owned(), self.sample(&mapping["properties"][name], "/x"))).collect()
    }

    /// A value that the schema allows; where it allows any text, this one.
    fn sample(&self, says: &'a Value, text: &str) -> Value {
        let says = self.resolved(choices(says)[0]);
        if let Some(words) = says["enum"].as_array() {
            return words[0].clone();
        }
        match says["type"].as_str() {
            Some("boolean") => json!(true),
            Some("integer") => says.get("minimum").cloned().unwrap_or(json!(1)),
            Some("number") => json!(1),
            Some("array") => json!([self.sample(&says["items"], text)]),
            Some("object") => match each(says) {
                Some(each) => json!({"k": self.sample(each, text)}),
                None => Value::Object(self.needed(says)),
            },
            Some("null") => Value::Null,
            _ => json!(text),
        }
    }

    /// Values that the schema refuses and Hoist does not, or not there.
    fn unrefused(&self, row: &Row<'a>, validator: &Validator) -> Vec<String> {
        let values =
            [json!("x"), json!(5), json!(1.5), json!(true), json!(["x"]), json!({"no_such_key": 1}), Value::Null];
        let wrong = values.into_iter().map(|value| (self.project(row, &value), value));
        let refused = wrong.filter(|(project, _)| !validator.is_valid(project));
        let pointer = row.pointer();
        let is_refused =
            |project: &Value| errors(project).iter().any(|error| error.pointers.iter().any(|one| holds(&pointer, one)));
        let unrefused = refused.filter(|(project, _)| !is_refused(project)).map(|(_, value)| value);
        let passed = |value: &Value| value.is_null() && PASSED_OVER.iter().any(|(one, _)| *one == pointer);
        unrefused.filter(|value| !passed(value)).map(|value| format!("{pointer} {value}")).collect()
    }
}

/// What a value may be, one by one; a text with a variable in it is none of its own.
fn choices(says: &Value) -> Vec<&Value> {
    match says["anyOf"].as_array() {
        Some(choices) => choices.iter().filter(|choice| choice["pattern"] != "\\$").collect(),
        None => vec![says],
    }
}

/// What the values of free keys are.
fn each(says: &Value) -> Option<&Value> {
    let named = says["patternProperties"].as_object().into_iter().flatten().find(|(key, _)| *key != "^x-");
    named.map(|(_, each)| each).or(says.get("additionalProperties")).filter(|each| each.is_object())
}

struct Error {
    code: &'static str,
    message: String,
    /// What is at its place.
    pointers: Vec<String>,
}

/// What is said of the shape of a project: kinds, keys and words.
fn of_shape(project: &Value) -> Vec<String> {
    let is_shape = |error: &Error| {
        matches!(error.code, "wrong-type" | "unknown-key") || error.message.contains("is not a value of")
    };
    errors(project).into_iter().filter(is_shape).map(|error| error.message).collect()
}

fn errors(project: &Value) -> Vec<Error> {
    let folder = tempfile::tempdir().unwrap();
    let text = project.to_string();
    std::fs::write(folder.path().join("compose.yaml"), &text).unwrap();
    let request = Request { working_directory: folder.path().into(), ..Request::default() };
    let Err(refused) = load(&request) else { return Vec::new() };
    let document = &Document::all(&text)[0];
    let errors = refused.diagnostics.sorted().into_iter().filter(|one| one.severity == Severity::Error);
    let place = |span| refused.sources.locate(span).map(|at| document.at((at.line, at.column)).to_vec());
    let read = |one: &Diagnostic| Error {
        code: one.code,
        message: one.message.clone(),
        pointers: one.place.and_then(place).unwrap_or_default(),
    };
    errors.map(read).collect()
}
