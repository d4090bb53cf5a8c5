//! Every attribute of the schema with every kind of value: what the schema allows has the right shape for Hoist, what it
//! does not allow is refused at its place.

use super::document::{Document, step};
use crate::support::workers::at_once;
use hoist::diagnostic::Severity;
use hoist::load::{Request, load};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// Texts for an attribute that takes some: words, numbers, truth, times, pairs, ports, paths.
const TEXTS: [&str; 12] = ["x", "1", "true", "1s", "k=v", "a=1.1.1.1", "1:1", "/x", "always", "1m", "private", "raw"];

/// What Hoist calls a fault of shape.
const SHAPE: [&str; 4] = ["wrong-type", "unknown-key", "missing-value", "invalid-value"];

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
        let mut said =
            texts.iter().map(|text| shape_faults(&rows.project(row, &rows.sample(choice, text)).to_string()));
        let first = said.next().unwrap_or_default();
        let is_taken = first.is_empty() || said.any(|faults| faults.is_empty());
        (!is_taken).then(|| format!("{} {choice}: {first:?}", row.pointer()))
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
        let unrefused = refused.filter(|(project, _)| {
            let pointer = row.pointer();
            let said = shape_faults(&project.to_string());
            !said.iter().any(|(_, pointers)| pointers.iter().any(|one| one.starts_with(&pointer)))
        });
        unrefused.map(|(project, value)| format!("{} {value}: {project}", row.pointer())).collect()
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

/// The faults of shape of a project, with the pointers to their place.
fn shape_faults(text: &str) -> Vec<(String, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("compose.yaml"), text).unwrap();
    let request = Request { working_directory: folder.path().into(), ..Request::default() };
    let Err(refused) = load(&request) else { return Vec::new() };
    let document = &Document::all(text)[0];
    let all = refused.diagnostics.sorted();
    let errors = all.iter().filter(|one| one.severity == Severity::Error && SHAPE.contains(&one.code));
    let place = |span| refused.sources.locate(span).map(|at| document.at((at.line, at.column)).to_vec());
    errors.map(|one| (one.message.clone(), one.place.and_then(place).unwrap_or_default())).collect()
}
