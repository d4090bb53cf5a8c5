//! What `hoist convert` writes, for each release, is valid to everyone who is asked.

use crate::invalid::{files, findings};
use crate::outside::{RELEASES, Schemas};
use hoist::kubernetes::Cluster;
use serde_yaml::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn conversions_are_valid_to_the_schemas_and_to_us() {
    let Some(schemas) = Schemas::of_environment() else { return };
    let outputs = tempfile::tempdir().unwrap();
    for release in RELEASES.split(',') {
        let all: Vec<PathBuf> = projects().iter().map(|project| converted(project, release, outputs.path())).collect();
        let cluster = Cluster::of(release.parse().unwrap());
        let ours = all.iter().map(|file| (file, findings(file, &cluster)));
        let refused: Vec<_> = ours.filter(|(_, found)| found.iter().any(|one| one.contains(" error["))).collect();
        assert!(refused.is_empty(), "{release}: {refused:#?}");
        let faults = schemas.faults(release, &all);
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

/// The manifests of a project, in a file that is called as its folder is.
fn converted(project: &Path, release: &str, outputs: &Path) -> PathBuf {
    let name = project.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let output = outputs.join(format!("{name}-{release}.yaml"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoist"));
    command.arg("-f").arg(project).args(["convert", "--kube-version", release]).arg("-o").arg(&output);
    for (option, value) in options(project) {
        command.arg(format!("--{option}")).arg(value);
    }
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    output
}

/// What `x-options` of a project asks for besides a release.
fn options(project: &Path) -> Vec<(String, String)> {
    let tree: Value = serde_yaml::from_str(&fs::read_to_string(project).unwrap()).unwrap_or_default();
    let Some(options) = tree.get("x-options").and_then(Value::as_mapping) else { return Vec::new() };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = options.iter().map(|(key, value)| (text(key), text(value)));
    all.filter(|(key, _)| key != "kube-version").collect()
}
