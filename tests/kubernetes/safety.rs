//! No text makes the validator crash or hang.

use hoist::kubernetes::{Cluster, validate};
use hoist::load::Manifests;
use std::fs;

/// What is said of a text, as codes.
fn codes(text: &str) -> Vec<&'static str> {
    let mut manifests = Manifests::default();
    manifests.add("-".into(), text.to_owned());
    let mut all = std::mem::take(&mut manifests.faults);
    all.push_all(validate(&manifests.documents, &Cluster::default()));
    all.sorted().iter().map(|one| one.code).collect()
}

const DEFINITION: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

#[test]
fn json_and_empty_documents_are_read() {
    assert_eq!(
        codes(r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {}}"#),
        ["missing-value"]
    );
    assert_eq!(codes(&format!("---\n---\n# nothing\n---\n{DEFINITION}---\n...\n---\nnull\n")), Vec::<&str>::new());
    assert_eq!(codes(""), Vec::<&str>::new());
}

#[test]
fn lists_in_lists_are_looked_into() {
    let list = |items: &str| format!("{{apiVersion: v1, kind: List, items: [{items}]}}");
    assert_eq!(codes(&list(&list("{apiVersion: v1, kind: Pod}, 7, null"))), ["missing-value", "not-an-object"]);
}

#[test]
fn deep_trees_end() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        for depth in [50, 100, 5000] {
            let tree = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            assert!(!codes(&format!("{DEFINITION}data: {tree}\n")).is_empty());
            assert!(
                !codes(&format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec: {tree}\n"))
                    .is_empty()
            );
        }
    }
}

#[test]
fn anchors_and_many_objects_end() {
    let bomb =
        "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b]\n";
    assert_eq!(codes(bomb), ["not-an-object"]);
    let service = |number| {
        format!("{{apiVersion: v1, kind: Service, metadata: {{name: a{number}}}, spec: {{ports: [{{port: 1}}]}}}}")
    };
    let many = (0..2000).map(service).collect::<Vec<_>>().join("\n---\n");
    assert_eq!(codes(&many), Vec::<&str>::new());
}

const VALUES: [&str; 9] = ["null", "[]", "{}", "-1", "1.5", "''", "yes", "[[null]]", "18446744073709551616"];

/// A file cut short, with a line left out, and with a value of another kind.
#[test]
fn damaged_files_are_judged() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/kubernetes-valid/shop.yaml");
    let text = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let joined = |parts: &[&[&str]]| parts.concat().join("\n");
    for at in (0..lines.len()).step_by(4) {
        let (before, after) = lines.split_at(at);
        let damaged = match after[0].split_once(": ") {
            Some((key, _)) => joined(&[before, &[&format!("{key}: {}", VALUES[at / 4 % VALUES.len()])], &after[1..]]),
            None if at % 8 == 0 => joined(&[before]),
            None => joined(&[before, &after[1..]]),
        };
        codes(&damaged);
    }
}
