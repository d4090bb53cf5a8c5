//! `schema/compose.json` says what `model` reads, no more and no less.
//!
//! Each property of the schema has examples; each is loaded here, at its place in a project that is otherwise complete.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on says so by failing")]

use hoist::diagnostic::{Diagnostics, Severity};
use hoist::load::{Request, load};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SCHEMA: &str = include_str!("../schema/compose.json");

/// Attributes that `load` reads and takes away before `model` sees the service.
const READ_BY_LOAD: [&str; 2] = ["env_file", "label_file"];

/// Which mapping of `src/model` a definition describes: file, and the name in `Fields::of`.
const MAPPINGS: [(&str, &str, &str); 15] = [
    ("attachment", "attachment.rs", "networks"),
    ("bind", "mount.rs", "bind"),
    ("build", "build.rs", "build"),
    ("dependency", "dependency.rs", "depends_on"),
    ("healthcheck", "healthcheck.rs", "healthcheck"),
    ("ipam", "network.rs", "ipam"),
    ("logging", "logging.rs", "logging"),
    ("mount", "mount.rs", "volumes"),
    ("network", "network.rs", "network"),
    ("port", "port.rs", "ports"),
    ("service", "service.rs", "service"),
    ("subnet", "network.rs", "ipam config"),
    ("tmpfs", "mount.rs", "tmpfs"),
    ("volume", "volume.rs", "volume"),
    ("volume_options", "mount.rs", "volume"),
];

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

/// The definitions of mappings, by name; the whole file is called `project`.
fn mappings(schema: &Value) -> BTreeMap<&str, &Map<String, Value>> {
    let definitions = schema["$defs"].as_object().expect("a mapping").iter();
    let all = definitions.map(|(name, definition)| (name.as_str(), definition)).chain([("project", schema)]);
    let described = all.filter(|(_, definition)| definition.get("patternProperties").is_some());
    described.map(|(name, definition)| (name, definition["properties"].as_object().expect("a mapping"))).collect()
}

fn is_unsupported(property: &Value) -> bool {
    property["$ref"] == "#/$defs/unsupported"
}

/// A project that holds an attribute, in the mapping that a definition describes, next to what that mapping needs.
fn project(definition: &str, key: &str, value: &Value) -> Value {
    let with = |mut mapping: Value| {
        mapping[key] = value.clone();
        mapping
    };
    let service =
        |key: &str, value: Value| json!({"services": {"a": {"image": "x", key: value}, "db": {"image": "x"}}});
    let mount = |value: Value| service("volumes", json!([value]));
    let mut project = match definition {
        "project" => with(json!({"services": {"a": {"image": "x"}}})),
        "service" => json!({"services": {"a": with(json!({"image": "x"})), "db": {"image": "x"}}}),
        "network" => json!({"services": {}, "networks": {"n": with(json!({}))}}),
        "ipam" => json!({"services": {}, "networks": {"n": {"ipam": with(json!({}))}}}),
        "subnet" => json!({"services": {}, "networks": {"n": {"ipam": {"config": [with(json!({}))]}}}}),
        "volume" => json!({"services": {}, "volumes": {"v": with(json!({}))}}),
        "attachment" => service("networks", json!({"back": with(json!({}))})),
        "build" => service("build", with(json!({}))),
        "dependency" => service("depends_on", json!({"db": with(json!({"condition": "service_started"}))})),
        "env_file" => service("env_file", json!([with(json!({"path": "web.env"}))])),
        "healthcheck" => service("healthcheck", with(json!({"test": "true", "start_period": "20s"}))),
        "logging" => service("logging", with(json!({}))),
        "port" => service("ports", json!([with(json!({"target": 80}))])),
        "mount" if key == "tmpfs" => mount(with(json!({"type": "tmpfs", "target": "/data"}))),
        "mount" if key == "volume" => mount(with(json!({"type": "volume", "source": "data", "target": "/data"}))),
        "mount" => mount(with(json!({"type": "bind", "source": ".", "target": "/data"}))),
        "bind" => mount(json!({"type": "bind", "source": ".", "target": "/data", "bind": with(json!({}))})),
        "volume_options" => {
            mount(json!({"type": "volume", "source": "data", "target": "/x", "volume": with(json!({}))}))
        }
        "tmpfs" => mount(json!({"type": "tmpfs", "target": "/data", "tmpfs": with(json!({}))})),
        other => panic!("no project is known that holds '{other}'"),
    };
    for (section, name) in [("networks", "back"), ("volumes", "data")] {
        if project.get(section).is_none() {
            project[section] = json!({name: null});
        }
    }
    project
}

/// The codes and messages of the errors.
fn errors(project: &Value) -> Vec<(&'static str, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("is written");
    write("compose.yaml", &project.to_string());
    write("web.env", "A=b\n");
    let request = Request { working_directory: folder.path().into(), ..Request::default() };
    let of = |diagnostics: &Diagnostics| {
        let errors = diagnostics.sorted().into_iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| (one.code, one.message.clone())).collect()
    };
    load(&request).map_or_else(|refused| of(&refused.diagnostics), |loaded| of(&loaded.notes))
}

/// The part of a file that reads one mapping: from its `Fields::of` to the next one.
fn reader(file: &str, what: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model").join(file);
    let text = std::fs::read_to_string(path).expect("the file is there");
    let begin = text.find(&format!("Fields::of(\"{what}\"")).expect("the mapping is read there");
    let rest = &text[begin + 1..];
    rest[..rest.find("Fields::of(").unwrap_or(rest.len())].to_owned()
}

/// The attributes that the source of a reader asks for.
fn asked_for(source: &str) -> BTreeSet<String> {
    let calls = source.split("fields.").skip(1).filter_map(|rest| rest.split_once('('));
    let direct = calls.map(|(_, arguments)| arguments);
    let passed = ["named(&mut fields, ", "named(fields, "].into_iter().flat_map(|call| source.split(call).skip(1));
    let literal = |text: &str| Some(text.strip_prefix('"')?.split_once('"')?.0.to_owned());
    direct.chain(passed).filter_map(literal).collect()
}

/// The attributes that the source of a reader names as unsupported: those of its `finish`, and of constants.
fn refused(file: &str, source: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model").join(file);
    let text = std::fs::read_to_string(path).expect("the file is there");
    let constants = text.split("const UNSUPPORTED").skip(1).filter_map(|rest| rest.split_once("= ["));
    let finish = source.split("finish(&[").skip(1);
    let lists = constants.map(|(_, list)| list).chain(finish).filter_map(|list| list.split_once(']'));
    lists.flat_map(|(list, _)| list.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(entries) => {
                found.extend(entries.get("$ref").and_then(Value::as_str).map(str::to_owned));
                entries.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let schema = schema();
    let mut found = BTreeSet::new();
    walk(&schema, &mut found);
    for reference in &found {
        assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let used: BTreeSet<&str> = found.iter().filter_map(|reference| reference.strip_prefix("#/$defs/")).collect();
    let defined: BTreeSet<&str> = schema["$defs"].as_object().expect("a mapping").keys().map(String::as_str).collect();
    assert_eq!(used, defined);
}

#[test]
fn the_schema_has_exactly_the_attributes_that_are_read() {
    let schema = schema();
    let described = mappings(&schema);
    for (definition, file, what) in MAPPINGS {
        let source = reader(file, what);
        let mut read = asked_for(&source);
        let mut unsupported = refused(file, &source);
        if definition == "service" {
            read.extend(READ_BY_LOAD.map(str::to_owned));
            unsupported.retain(|name| !READ_BY_LOAD.contains(&name.as_str()));
        }
        let (out, within): (Vec<_>, Vec<_>) =
            described[definition].iter().partition(|(_, property)| is_unsupported(property));
        let names =
            |all: Vec<(&String, &Value)>| all.into_iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
        assert_eq!(names(within), read, "{definition}");
        assert_eq!(names(out), unsupported, "{definition}, unsupported");
    }
}

#[test]
fn every_example_of_a_property_loads() {
    let schema = schema();
    for (definition, properties) in mappings(&schema) {
        for (key, property) in properties.iter().filter(|(_, property)| !is_unsupported(property)) {
            let examples = property["examples"].as_array().unwrap_or_else(|| panic!("no example: {definition}.{key}"));
            assert!(!examples.is_empty() && property["description"].is_string(), "{definition}.{key}");
            for example in examples {
                let project = project(definition, key, example);
                assert_eq!(errors(&project), [], "{project}");
            }
        }
    }
}

#[test]
fn every_property_marked_unsupported_is_refused_as_such() {
    let schema = schema();
    for (definition, properties) in mappings(&schema) {
        for (key, _) in properties.iter().filter(|(_, property)| is_unsupported(property)) {
            let codes: Vec<_> =
                errors(&project(definition, key, &json!({}))).into_iter().map(|(code, _)| code).collect();
            assert!(codes.contains(&"unsupported"), "{definition}.{key}: {codes:?}");
        }
    }
}

#[test]
fn a_key_that_the_schema_does_not_have_is_unknown() {
    let schema = schema();
    for definition in mappings(&schema).into_keys() {
        let faults = errors(&project(definition, "no_such_key", &json!("x")));
        assert_eq!(
            faults.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
            ["unknown-key"],
            "{definition}: {faults:?}"
        );
    }
}
