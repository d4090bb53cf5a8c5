//! Nothing is found where nothing is wrong.

use crate::invalid::{files, findings};
use hoist::kubernetes::{Cluster, KubeVersion};

#[test]
fn nothing_is_found_in_what_is_valid() {
    for file in files("tests/cases/kubernetes-valid") {
        for version in KubeVersion::ALL {
            let given = findings(&file, &Cluster::of(version));
            assert!(given.is_empty(), "{} for {version}: {given:?}", file.display());
        }
    }
}

#[test]
fn what_the_cluster_has_is_no_dangling_reference() {
    let file = files("tests/cases/kubernetes-invalid")
        .into_iter()
        .find(|file| file.ends_with("dangling-reference.secret.yaml"))
        .unwrap();
    let existing = vec!["secret/db-password".parse().unwrap()];
    assert!(findings(&file, &Cluster { existing, ..Cluster::default() }).is_empty());
}
