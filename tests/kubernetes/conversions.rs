//! What `hoist convert` writes, for each release, is valid to everyone who is asked.

use crate::existing::existing as needed;
use crate::invalid::{files, findings};
use crate::outside::{RELEASES, Schemas};
use crate::typed::ignored;
use hoist::kubernetes::{Cluster, Secrets};
use serde::Deserialize as _;
use serde_yaml::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn conversions_are_valid_to_the_schemas_and_to_us() {
    let Some(schemas) = Schemas::of_environment() else { return };
    let outputs = tempfile::tempdir().unwrap();
    for release in RELEASES.split(',') {
        let mut written = Vec::new();
        for project in projects() {
            let options = options(&project);
            let existing = options.iter().filter(|(option, _)| option == "existing");
            let is_external = options.contains(&("secrets".to_owned(), "external".to_owned()));
            let secrets = if is_external { Secrets::External } else { Secrets::default() };
            let Some(needed) = needed(project.parent().unwrap(), secrets) else { continue };
            let Some(file) = converted(&project, (release, &options), outputs.path()) else { continue };
            let existing = existing.map(|(_, object)| object.parse().unwrap()).chain(needed).collect();
            let found = findings(&file, &Cluster { existing, ..Cluster::of(release.parse().unwrap()) });
            assert!(!found.iter().any(|one| one.contains(" error[")), "{}, {release}: {found:#?}", project.display());
            for object in serde_yaml::Deserializer::from_str(&fs::read_to_string(&file).unwrap()) {
                let ignored = ignored(&serde_json::Value::deserialize(object).unwrap());
                assert!(ignored.is_empty(), "{}, {release}: {ignored:?}", project.display());
            }
            written.push(file);
        }
        let faults = schemas.faults(release, &written);
        assert!(faults.is_empty(), "{release}: {faults:#?}");
    }
}

/// The compose files of the cases of the conversion, and of the examples.
fn projects() -> Vec<PathBuf> {
    let folders = ["tests/cases/kubernetes", "examples"].into_iter().flat_map(files);
    let all: Vec<_> = folders.map(|folder| folder.join("compose.yaml")).filter(|file| file.exists()).collect();
    assert!(all.len() > 20, "{all:?}");
    all
}

/// The manifests of a project, in a file that is called as its folder is; nothing for a case that is to be refused as it is
/// asked for.
fn converted(project: &Path, (release, options): (&str, &[(String, String)]), outputs: &Path) -> Option<PathBuf> {
    let name = project.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let output = outputs.join(format!("{name}-{release}.yaml"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoist"));
    command.arg("-f").arg(project).args(["convert", "--kube-version", release]).arg("-o").arg(&output);
    for (option, value) in options {
        // A flag that is only there or not has no value.
        command.arg(format!("--{option}")).args(Some(value).filter(|value| *value != "true"));
    }
    let ran = command.output().unwrap();
    let report = fs::read_to_string(project.with_file_name("report.txt")).unwrap_or_default();
    let is_refused = report.lines().any(|line| line.starts_with("error: "));
    assert_eq!(ran.status.success(), !is_refused, "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(output.exists(), !is_refused, "{name}");
    (!is_refused).then_some(output)
}

/// What `x-options` of a project asks for besides a release: options and their values, one that has several repeated.
fn options(project: &Path) -> Vec<(String, String)> {
    let tree: Value = serde_yaml::from_str(&fs::read_to_string(project).unwrap()).unwrap_or_default();
    let options = tree.get("x-options").and_then(Value::as_mapping).cloned().unwrap_or_default();
    let text =
        |value: &Value| value.as_bool().map_or_else(|| value.as_str().unwrap().to_owned(), |set| set.to_string());
    let values = |value: &Value| value.as_sequence().cloned().unwrap_or_else(|| vec![value.clone()]);
    let all = options.iter().flat_map(|(key, value)| values(value).into_iter().map(|one| (text(key), text(&one))));
    all.filter(|(key, _)| key != "kube-version").collect()
}
