//! Every rule finds what it is for, at its place, and nothing else.

use hoist::diagnostic::Severity;
use hoist::kubernetes::{Cluster, validate};
use hoist::load::Manifests;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder of the repository.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// What is found in a file, a line each: `12:3 error[unknown-key]`.
pub fn findings(file: &Path, cluster: &Cluster) -> BTreeSet<String> {
    let mut manifests = Manifests::default();
    manifests.read(file);
    let mut all = std::mem::take(&mut manifests.faults);
    all.push_all(validate(&manifests.documents, cluster));
    let line = |one: &hoist::diagnostic::Diagnostic| {
        let place = one.place.and_then(|place| manifests.sources.locate(place)).unwrap();
        let severity = match one.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "advice",
        };
        format!("{}:{} {severity}[{}]", place.line, place.column, one.code)
    };
    all.sorted().into_iter().map(line).collect()
}

/// What the first lines of a file expect.
fn expected(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.strip_prefix("# expect ")).map(str::to_owned).collect()
}

/// The cluster that a file is for.
fn cluster(text: &str) -> Cluster {
    let version = text.lines().find_map(|line| line.strip_prefix("# kube-version "));
    Cluster::of(version.map(|version| version.parse().unwrap()).unwrap_or_default())
}

#[test]
fn each_file_has_the_faults_that_it_is_for() {
    let mut wrong = Vec::new();
    for file in files("tests/cases/kubernetes-invalid") {
        let text = fs::read_to_string(&file).unwrap();
        let (expected, given) = (expected(&text), findings(&file, &cluster(&text)));
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let rule = format!("[{}]", name.split('.').next().unwrap());
        if expected != given || !given.iter().any(|one| one.ends_with(&rule)) {
            wrong.push(format!("{name}: expected {expected:?}, given {given:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_a_file() {
    let folders = ["src/kubernetes/validate", "src/kubernetes/validate/field", "src/kubernetes/validate/shape"]
        .into_iter()
        .flat_map(files);
    let texts = folders.filter(|file| file.is_file()).map(|file| fs::read_to_string(file).unwrap());
    let kinds = ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::advice("];
    let code = |rest: &str| rest.trim_start().strip_prefix('"').map(|rest| rest.split('"').next().unwrap().to_owned());
    let rules: BTreeSet<String> = texts
        .flat_map(|text| kinds.iter().flat_map(|kind| text.split(kind).skip(1).filter_map(code)).collect::<Vec<_>>())
        .collect();
    let names = files("tests/cases/kubernetes-invalid");
    let names = names.iter().map(|file| file.file_name().unwrap().to_str().unwrap().split('.').next().unwrap());
    let covered: BTreeSet<String> = names.map(str::to_owned).collect();
    assert!(rules.len() > 30, "{rules:?}");
    assert_eq!(rules, covered);
}
