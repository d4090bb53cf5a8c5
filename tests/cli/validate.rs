//! `convert --validate`: what it says of manifests, in which form, and how it ends.

use crate::support::Scenario;
use serde_json::Value;

const GOOD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";

#[test]
fn a_valid_manifest_has_nothing_to_say() {
    let scenario = Scenario::empty();
    scenario.write("web.yaml", GOOD);
    let ran = scenario.hoist(["convert", "--validate", "web.yaml"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "nothing to say\n"));
}

#[test]
fn a_fault_has_its_place_its_line_and_its_remedy() {
    let scenario = Scenario::empty();
    std::fs::create_dir(scenario.folder().join("k8s")).unwrap();
    scenario.write("k8s/web.yaml", &format!("{GOOD}dat:\n  a: b\n"));
    let ran = scenario.hoist(["convert", "--validate", "k8s"]).code(1);
    let expected = "\
k8s/web.yaml:5:1: error[unknown-key]: 'dat' is not a field of ConfigMap
  |
5 | dat:
  | ^^^
help: did you mean 'data'?
";
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected, "1 error\n"));
}

#[test]
fn files_and_standard_input_are_one_bundle() {
    let scenario = Scenario::empty();
    scenario.write("a.yaml", GOOD);
    let ran = scenario.fed(GOOD.as_bytes(), ["convert", "--validate", "a.yaml", "-"]).code(1);
    ran.prints("-:4:9: error[duplicate-object]: ConfigMap 'web' is there twice").prints("a.yaml:4:9: note: first here");
}

#[test]
fn the_release_counts() {
    let scenario = Scenario::empty();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostnameOverride: a.b\n  containers: [{name: a, image: b}]\n";
    scenario.write("pod.yaml", pod);
    scenario.hoist(["convert", "--validate", "pod.yaml"]).ok();
    let ran = scenario.hoist(["convert", "--kube-version", "v1.33.4", "--validate", "pod.yaml"]).code(1);
    ran.prints("'hostnameOverride' of PodSpec is known since Kubernetes 1.34, not in 1.33");
    scenario.hoist(["convert", "--kube-version", "1.20", "--validate", "pod.yaml"]).code(1).says("from 1.33 to 1.37");
}

#[test]
fn what_says_how_a_project_is_converted_has_no_place_beside_it() {
    let scenario = Scenario::empty();
    scenario.write("web.yaml", GOOD);
    for flags in [&["--check"][..], &["--report", "json"], &["--profile", "a"], &["--expose", "ingress"], &["-n", "a"]]
    {
        let ran = scenario.hoist_words(&[&["convert", "--validate", "web.yaml"], flags].concat()).code(1);
        ran.says("cannot be used with");
    }
}

#[test]
fn machines_read_the_same_facts() {
    let scenario = Scenario::empty();
    scenario.write("web.yaml", "apiVersion: v1\nkind: ConfigMap\n");
    let ran = scenario.hoist(["convert", "--validate", "web.yaml", "--format", "json"]).code(1);
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&object["errors"], &object["diagnostics"][0]["code"]), (&1.into(), &"missing-value".into()));
}

#[test]
fn what_is_missing_can_be_said_to_exist() {
    let scenario = Scenario::empty();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  serviceAccountName: web\n  containers: [{name: a, image: b}]\n";
    scenario.write("pod.yaml", pod);
    let ran = scenario.hoist(["convert", "--validate", "pod.yaml"]).code(1);
    ran.prints("'--existing serviceaccount/web' says that the cluster has it");
    scenario.hoist(["convert", "--validate", "pod.yaml", "--existing", "serviceaccount/web"]).ok();
}

#[test]
fn a_file_that_is_not_there_is_a_fault() {
    let ran = Scenario::empty().hoist(["convert", "--validate", "none.yaml"]).code(1);
    ran.prints("error[file-not-found]: manifest 'none.yaml' not found");
}
