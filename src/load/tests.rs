//! Whole loads: obligations that span several phases.

use super::*;
use crate::document::scalar::{self, Scalar};
use crate::document::{Value, json};
use std::fs;
use std::path::Path;

/// JSON in which plain text is a string, for tests of this floor.
pub(super) fn compact(node: &Node) -> String {
    json::compact(&quoted(node.clone()))
}

fn quoted(mut node: Node) -> Node {
    match &mut node.value {
        Value::Scalar { text, plain } => *plain = *plain && !matches!(scalar::resolve(text), Scalar::Text(_)),
        Value::List(items) => *items = items.drain(..).map(quoted).collect(),
        Value::Map(entries) => *entries = entries.drain(..).map(|(key, value)| (key, quoted(value))).collect(),
    }
    node
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("demo").tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("is made");
        fs::write(path, text).expect("is written");
    }
    folder
}

fn request(folder: &Path) -> Request {
    Request { working_directory: folder.into(), project_name: Some("p".into()), ..Request::default() }
}

fn loaded(files: &[(&str, &str)]) -> Loaded {
    load(&request(folder(files).path())).unwrap_or_else(|refused| panic!("{:?}", refused.diagnostics))
}

fn refused(files: &[(&str, &str)]) -> Vec<(String, usize, usize)> {
    let refused = load(&request(folder(files).path())).expect_err("refused");
    let place = |fault: &Diagnostic| {
        let place = fault.place.and_then(|place| refused.sources.locate(place));
        place.map_or((0, 0), |place| (place.line, place.column))
    };
    let all = refused.diagnostics.sorted().into_iter();
    all.map(|fault| (fault.message.clone(), place(fault).0, place(fault).1)).collect()
}

fn tree(loaded: &Loaded, keys: &[&str]) -> String {
    let found = keys.iter().try_fold(loaded.origins.tree(), |node, key| node.get(key));
    found.map(compact).unwrap_or_default()
}

#[test]
fn a_small_project_is_complete() {
    let loaded = loaded(&[("compose.yaml", "services:\n  web:\n    image: nginx\n    ports: ['8080:80']\n")]);
    let wanted = concat!(
        r#"{"image":"nginx","ports":[{"mode":"ingress","target":80,"published":"8080","protocol":"tcp"}],"#,
        r#""networks":{"default":null}}"#
    );
    assert_eq!(tree(&loaded, &["services", "web"]), wanted);
    assert_eq!(tree(&loaded, &["networks"]), r#"{"default":{"name":"p_default"}}"#);
    assert_eq!(loaded.environment.get("COMPOSE_PROJECT_NAME").map(String::as_str), Some("p"));
    assert!(loaded.notes.is_empty());
}

#[test]
fn the_override_file_is_merged_over_the_first() {
    let loaded = loaded(&[
        ("compose.yaml", "services: {web: {image: a, environment: [A=1, B=2]}}"),
        ("compose.override.yaml", "services: {web: {image: b, environment: {B: 3}}}"),
    ]);
    assert_eq!(tree(&loaded, &["services", "web", "image"]), r#""b""#);
    assert_eq!(tree(&loaded, &["services", "web", "environment"]), r#"{"A":"1","B":3}"#);
}

#[test]
fn documents_of_one_file_are_merged_in_order() {
    let loaded = loaded(&[("compose.yaml", "services: {web: {image: a}}\n---\nservices: {web: {image: b}}\n")]);
    assert_eq!(tree(&loaded, &["services", "web", "image"]), r#""b""#);
}

#[test]
fn variables_come_from_env_files_and_are_traced() {
    let loaded = loaded(&[("compose.yaml", "services: {web: {image: \"nginx:${TAG}\"}}"), (".env", "TAG=1.27\n")]);
    assert_eq!(tree(&loaded, &["services", "web", "image"]), r#""nginx:1.27""#);
    let image = loaded.origins.tree().get("services").and_then(|all| all.get("web")?.get("image")).expect("is there");
    let used = loaded.origins.variables(image.span);
    assert_eq!((used[0].name.as_str(), used[0].from.as_deref()), ("TAG", Some(".env")));
}

#[test]
fn an_unset_variable_is_one_warning() {
    let loaded = loaded(&[("compose.yaml", "services: {web: {image: x, hostname: $NO, domainname: $NO}}")]);
    let notes = loaded.notes.sorted();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].message, "variable 'NO' is not set: it becomes an empty text");
}

#[test]
fn all_faults_of_a_phase_are_named_at_once() {
    let text =
        "services:\n  web:\n    image: x\n    ports: ['99999:80']\n    volumes: ['aa:bb:cc:dd']\n    prots: []\n";
    let wanted = [
        ("invalid host port: 99999 is greater than 65535", 4, 13),
        ("'aa:bb:cc:dd' has too many colons", 5, 15),
        ("'prots' is not a service attribute", 6, 5),
    ];
    assert_eq!(refused(&[("compose.yaml", text)]), wanted.map(|(text, line, column)| (text.to_owned(), line, column)));
}

#[test]
fn what_cannot_be_included_or_extended_is_named_where_it_is_asked_for() {
    let text = "include: [x.yaml]\nservices:\n  web:\n    extends: {service: y}\n    image: x\n";
    let wanted =
        [("included file 'x.yaml' not found", 1, 11), ("service 'web' extends 'y', which is not a service", 4, 24)];
    assert_eq!(refused(&[("compose.yaml", text)]), wanted.map(|(text, line, column)| (text.to_owned(), line, column)));
}

#[test]
fn the_obsolete_version_is_a_warning_and_gone() {
    let loaded = loaded(&[("compose.yaml", "version: '3.8'\nservices: {web: {image: x}}")]);
    assert_eq!(loaded.notes.sorted()[0].code, "obsolete-version");
    assert!(loaded.origins.tree().get("version").is_none());
}

#[test]
fn an_inactive_service_is_kept_aside() {
    let text = "services: {web: {image: x}, debug: {image: y, profiles: [debug]}}";
    let loaded = loaded(&[("compose.yaml", text)]);
    assert_eq!((loaded.project.services.len(), loaded.project.inactive.len()), (1, 1));
    let folder = folder(&[("compose.yaml", text)]);
    let request = Request { profiles: vec!["debug".into()], ..request(folder.path()) };
    assert_eq!(load(&request).expect("valid").project.services.len(), 2);
}

#[test]
fn paths_start_from_the_directory_of_the_first_file() {
    let folder = folder(&[
        ("a/compose.yaml", "services: {web: {build: ., volumes: ['./d:/d']}}"),
        ("b/more.yaml", "services: {web: {env_file: x.env}}"),
        ("a/x.env", "A=1\n"),
        ("a/.env", "B=1\n"),
    ]);
    let files = vec!["a/compose.yaml".into(), "b/more.yaml".into()];
    let loaded = load(&Request { files, ..request(folder.path()) }).expect("valid");
    let directory = folder.path().join("a").display().to_string();
    assert_eq!(tree(&loaded, &["services", "web", "build", "context"]), format!("\"{directory}\""));
    assert!(tree(&loaded, &["services", "web", "volumes"]).contains(&format!("\"source\":\"{directory}/d\"")));
    assert_eq!(tree(&loaded, &["services", "web", "environment"]), r#"{"A":"1"}"#);
    assert_eq!(tree(&loaded, &["services", "web", "env_file"]), "");
    assert_eq!(loaded.environment.get("B").map(String::as_str), Some("1"));
}

#[test]
fn a_file_comes_through_standard_input() {
    let folder = folder(&[]);
    let stdin = Some("services: {web: {image: x}}".into());
    let request = Request { files: vec!["-".into()], stdin, ..request(folder.path()) };
    assert!(wants_stdin(&request));
    assert_eq!(load(&request).expect("valid").project.identity.working_dir, folder.path());
}

#[test]
fn a_missing_or_empty_file_is_a_fault() {
    let folder = folder(&[("compose.yaml", "# nothing\n")]);
    let empty = load(&request(folder.path())).expect_err("refused");
    assert_eq!(empty.diagnostics.sorted()[0].message, "the compose file is empty: compose.yaml");
    let missing = load(&Request { files: vec!["no.yaml".into()], ..request(folder.path()) }).expect_err("refused");
    assert_eq!(missing.diagnostics.sorted()[0].message, "compose file 'no.yaml' not found");
}

#[test]
fn faults_of_variables_are_named_together_with_all_others() {
    let text = "services:\n  web:\n    image: ${A:?set it}\n    hostname: ${1}\n    prots: 5\n";
    let wanted = [
        ("required variable 'A' is not set: set it", 3, 12),
        ("'${1}' is not a variable that Compose understands", 4, 15),
        ("'prots' is not a service attribute", 5, 5),
    ];
    assert_eq!(refused(&[("compose.yaml", text)]), wanted.map(|(text, line, column)| (text.to_owned(), line, column)));
}
