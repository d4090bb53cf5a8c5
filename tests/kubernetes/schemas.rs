//! The published schemas of Kubernetes and kustomize, next to our own judgement.

use crate::invalid::{files, findings};
use crate::outside::{Fault, Kustomize, RELEASES, Schemas};
use crate::twist::twisted;
use hoist::kubernetes::Cluster;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

#[test]
fn the_schemas_find_nothing_in_what_is_valid() {
    let Some(schemas) = Schemas::of_environment() else { return };
    let faults = schemas.faults(RELEASES, &files("tests/cases/kubernetes-valid"));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_schemas_miss_most_of_what_is_invalid() {
    let Some(schemas) = Schemas::of_environment() else { return };
    let invalid = files("tests/cases/kubernetes-invalid");
    let faults = schemas.faults(RELEASES, &invalid);
    let caught: BTreeSet<&str> = faults.keys().map(|file| file.file_stem().unwrap().to_str().unwrap()).collect();
    let known = [
        "custom-resource",
        "custom-resource.makes",
        "missing-value",
        "newer-kubernetes",
        "newer-kubernetes.kind",
        "not-an-object",
        "not-an-object.text",
        "unknown-key",
        "unknown-kind",
        "unknown-kind.gone",
        "wrong-type",
    ];
    assert_eq!(caught, BTreeSet::from(known));
    assert!(invalid.len() > 8 * caught.len());
}

/// What a schema refuses and a cluster takes: nothing where it wants either a number or a text, which is both to it, and
/// what older schemas ask for although a cluster fills it in.
const QUIRKS: [&str; 3] =
    ["None is valid under each of", "'podSelector' is a required property", "'apiGroup' is a required property"];

/// What the schemas refuse, we refuse: a valid file with one thing changed, for each of its keys and values.
#[test]
fn what_the_schemas_refuse_is_found() {
    let Some(schemas) = Schemas::of_environment() else { return };
    let folder = tempfile::tempdir().unwrap();
    for release in RELEASES.split(',') {
        let variants = twisted(&fs::read_to_string(&files("tests/cases/kubernetes-valid")[0]).unwrap(), release);
        let paths: Vec<PathBuf> = (0..variants.len()).map(|at| folder.path().join(format!("{at}.yaml"))).collect();
        for (path, variant) in paths.iter().zip(&variants) {
            fs::write(path, variant).unwrap();
        }
        let cluster = Cluster::of(release.parse().unwrap());
        let is_missed = |path: &PathBuf| !findings(path, &cluster).iter().any(|one| one.contains(" error["));
        let refused = schemas.faults(release, &paths);
        let is_quirk = |fault: &Fault| QUIRKS.iter().any(|quirk| fault.message.contains(quirk));
        let missed: Vec<(String, &Vec<Fault>)> = refused
            .iter()
            .filter(|(path, faults)| is_missed(path) && !faults.iter().all(is_quirk))
            .map(|(path, faults)| (fs::read_to_string(path).unwrap(), faults))
            .collect();
        assert!(refused.len() * 3 > variants.len(), "{} of {}", refused.len(), variants.len());
        assert!(missed.is_empty(), "{release}, {} missed: {missed:#?}", missed.len());
    }
}

#[test]
fn kustomize_takes_what_is_valid() {
    let Some((kustomize, schemas)) = Kustomize::of_environment().zip(Schemas::of_environment()) else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::copy(&files("tests/cases/kubernetes-valid")[0], folder.path().join("shop.yaml")).unwrap();
    fs::write(folder.path().join("kustomization.yaml"), "resources: [shop.yaml]\nnamespace: shop\n").unwrap();
    let built = folder.path().join("built.yaml");
    fs::write(&built, kustomize.build(folder.path()).unwrap()).unwrap();
    assert!(fs::read_to_string(&built).unwrap().matches("kind: Deployment").count() > 0);
    assert!(findings(&built, &Cluster::default()).is_empty(), "{:?}", findings(&built, &Cluster::default()));
    assert!(schemas.faults(RELEASES, &[built]).is_empty());
    fs::write(folder.path().join("kustomization.yaml"), "resources: [none.yaml]\n").unwrap();
    assert!(kustomize.build(folder.path()).unwrap_err().contains("none.yaml"));
}
