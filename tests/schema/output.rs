//! What `config` prints against the schema: it knows all of it, and it knows nothing that is never printed.

use crate::support::case::Form;
use crate::support::workers::at_once;
use crate::support::{Case, expectation};
use serde_json::Value;
use std::collections::BTreeSet;

/// Attributes that `config` does not print, and why.
const UNPRINTED: [(&str, &str); 18] = [
    (".configs.external.name", LEGACY),
    (".include", USED),
    (".include.env_file", USED),
    (".include.path", USED),
    (".include.project_directory", USED),
    (".networks.external.name", LEGACY),
    (".secrets.external.name", LEGACY),
    (".services.env_file", USED),
    (".services.env_file.format", USED),
    (".services.env_file.path", USED),
    (".services.env_file.required", USED),
    (".services.extends", USED),
    (".services.extends.file", USED),
    (".services.extends.service", USED),
    (".services.label_file", USED),
    (".services.pull_refresh_after", "it has no effect"),
    (".version", "it has no effect"),
    (".volumes.external.name", LEGACY),
];
const USED: &str = "what it leads to is printed instead";
const LEGACY: &str = "it is printed as the name of the resource";

/// Cases in which `config` prints, as docker compose does, what neither would read, and why.
const UNREAD: [(&str, &str); 8] = [
    ("config_variables", "it prints variables, and no project"),
    ("deploy_devices", EMPTY),
    ("devices_with_empty_ends", EMPTY),
    ("dotenv_keys_of_many_kinds", "an env file may hold a value without a name"),
    ("environment_map_and_list", LISTED),
    ("labels_map_and_list", LISTED),
    ("names_of_pairs", LISTED),
    ("networks_names_are_free", LISTED),
];
const EMPTY: &str = "what is empty is not printed, though it is needed";
const LISTED: &str = "a list may hold names that a mapping may not";

#[test]
fn what_config_prints_fits_the_schema() {
    let validator = jsonschema::validator_for(&hoist::load::schema()).unwrap();
    let is_read = |case: &Case| !UNREAD.iter().any(|(name, _)| *name == case.name);
    let cases: Vec<_> = accepted().into_iter().filter(is_read).collect();
    let faults = at_once(&cases, |case| {
        let printed = printed(case);
        let faults = validator.iter_errors(&printed).map(|error| format!("{}: {error}", error.instance_path()));
        (case.name.clone(), faults.collect())
    });
    expectation::refuse(faults);
}

#[test]
fn every_attribute_is_printed_by_some_case() {
    let schema = hoist::load::schema();
    let (mut known, mut seen) = (BTreeSet::new(), BTreeSet::new());
    Walk { schema: &schema, found: &mut known }.rows("", &schema);
    for printed in at_once(&accepted(), printed) {
        Walk { schema: &schema, found: &mut seen }.values("", &schema, &printed);
    }
    let unprinted: BTreeSet<_> = UNPRINTED.iter().map(|(row, _)| (*row).to_owned()).collect();
    let unseen: BTreeSet<_> = known.difference(&seen).cloned().collect();
    assert_eq!(unseen, unprinted);
}

/// The cases that are accepted, and print a project with its variables replaced.
fn accepted() -> Vec<Case> {
    let is_raw = |case: &Case| case.sheet.config.iter().any(|word| word.contains("--no-") || word.contains("--lock"));
    let is_project = |case: &Case| matches!(case.form(), Form::Json | Form::Yaml) && !is_raw(case);
    Case::all().into_iter().filter(|case| case.sheet.refused.is_none() && is_project(case)).collect()
}

/// What `config` prints; an empty project where it fails, which is told elsewhere.
fn printed(case: &Case) -> Value {
    let mut sheet = case.sheet.clone();
    sheet.config.retain(|word| !word.starts_with("--format") && word != "json" && word != "yaml");
    let ran = Case { sheet, name: case.name.clone(), folder: case.folder.clone() }.hoist(Form::Yaml);
    let text = if ran.code == Some(0) { &ran.stdout } else { "{}" };
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", case.name))
}

/// Collects rows: the attributes of a schema, or those of them that a value has.
struct Walk<'a> {
    schema: &'a Value,
    found: &'a mut BTreeSet<String>,
}

impl<'a> Walk<'a> {
    fn rows(&mut self, path: &str, says: &'a Value) {
        for choice in self.choices(says) {
            for (key, inner) in members(&choice["properties"]) {
                let path = format!("{path}.{key}");
                self.rows(&path, inner);
                self.found.insert(path);
            }
            for inner in each(choice).into_iter().chain(choice.get("items")) {
                self.rows(path, inner);
            }
        }
    }

    fn values(&mut self, path: &str, says: &'a Value, value: &Value) {
        for choice in self.choices(says) {
            for (key, value) in members(value) {
                if let Some(inner) = choice["properties"].get(key) {
                    let path = format!("{path}.{key}");
                    self.values(&path, inner, value);
                    self.found.insert(path);
                } else if let Some(inner) = each(choice) {
                    self.values(path, inner, value);
                }
            }
            for (inner, value) in
                choice.get("items").into_iter().flat_map(|inner| items(value).map(move |one| (inner, one)))
            {
                self.values(path, inner, value);
            }
        }
    }

    fn choices(&self, says: &'a Value) -> Vec<&'a Value> {
        let all = says["anyOf"].as_array().map_or(vec![says], |choices| choices.iter().collect());
        let follow = |one: &'a Value| match one["$ref"].as_str() {
            Some(reference) => self.schema.pointer(reference.trim_start_matches('#')).expect("it leads somewhere"),
            None => one,
        };
        all.into_iter().map(follow).collect()
    }
}

/// What the values of free keys are.
fn each(says: &Value) -> Option<&Value> {
    let named = members(&says["patternProperties"]).find(|(key, _)| *key != "^x-").map(|(_, each)| each);
    named.or(says.get("additionalProperties")).filter(|each| each.is_object())
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
