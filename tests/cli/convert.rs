//! `convert`: where manifests are written, what is told of keys, and how it ends.

use crate::support::Scenario;
use serde_json::Value;
use std::fs;

fn project() -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "name: shop\nservices:\n  web: {image: 'acme/web:1', user: '1000', cpuset: '0'}\n");
    scenario
}

#[test]
fn manifests_go_to_standard_output_and_the_report_to_standard_error() {
    let ran = project().hoist(["convert"]).ok();
    assert!(ran.stdout.starts_with("apiVersion: v1\nkind: Namespace\n"), "{}", ran.told());
    assert!(ran.stdout.contains("---\napiVersion: apps/v1\nkind: Deployment\n"), "{}", ran.told());
    ran.says("4 keys: 2 exact, 1 approximated, 1 dropped");
}

#[test]
fn a_folder_has_one_file_for_each_object() {
    let scenario = project();
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    let folder = scenario.folder().join("k8s");
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".hoist-convert", "shop-namespace.yaml", "web-deployment.yaml"]);
}

#[test]
fn what_would_not_be_written_now_is_named_and_stays() {
    let scenario = project();
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    scenario.write("compose.yaml", "name: shop\nservices:\n  app: {image: 'acme/web:1'}\n");
    scenario.hoist(["convert", "-o", "k8s"]).ok().says("'web-deployment.yaml' was written before");
    assert!(scenario.folder().join("k8s/web-deployment.yaml").exists());
    scenario.hoist(["convert", "-o", "k8s"]).ok().says("'web-deployment.yaml' was written before");
}

#[test]
fn what_others_made_is_left_alone() {
    let scenario = project();
    fs::create_dir(scenario.folder().join("mine")).unwrap();
    scenario.write("mine/notes", "mine");
    scenario.write("mine.yaml", "kind: Mine\n");
    scenario.hoist(["convert", "-o", "mine"]).code(1).says("is not empty, and not made by");
    scenario.hoist(["convert", "-o", "mine.yaml"]).code(1).says("was not made by 'hoist convert'");
    assert_eq!(fs::read_to_string(scenario.folder().join("mine.yaml")).unwrap(), "kind: Mine\n");
    scenario.hoist(["convert", "-o", "all.yaml"]).ok();
    scenario.hoist(["convert", "-o", "all.yaml", "-n", "prod"]).ok();
    let text = fs::read_to_string(scenario.folder().join("all.yaml")).unwrap();
    assert!(text.starts_with("# Made by 'hoist convert'.\napiVersion: v1\n") && text.contains("namespace: prod"));
}

#[test]
fn drift_is_found_and_shown_and_nothing_is_written() {
    let scenario = project();
    scenario.hoist(["convert", "-o", "k8s", "--check"]).code(1).says("'k8s/web-deployment.yaml' is not what");
    assert!(!scenario.folder().join("k8s").exists());
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    scenario.hoist(["convert", "-o", "k8s", "--check"]).ok();
    scenario.write("compose.yaml", "name: shop\nservices:\n  web: {image: 'acme/web:2', user: '1000'}\n");
    let before = fs::read_to_string(scenario.folder().join("k8s/web-deployment.yaml")).unwrap();
    let ran = scenario.hoist(["convert", "-o", "k8s", "--diff"]).ok();
    ran.prints("--- k8s/web-deployment.yaml\n").prints("-          image: acme/web:1\n+          image: acme/web:2\n");
    scenario.hoist(["convert", "-o", "k8s", "--check"]).code(1);
    assert_eq!(fs::read_to_string(scenario.folder().join("k8s/web-deployment.yaml")).unwrap(), before);
    scenario.hoist(["convert", "--diff"]).code(1).says("there is nothing to compare with");
}

#[test]
fn secrets_are_kept_out_of_version_control() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services:\n  db: {image: 'x:1', environment: {PASSWORD: example}}\n");
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    let ignored = fs::read_to_string(scenario.folder().join("k8s/.gitignore")).unwrap();
    assert!(ignored.starts_with("/db-env-") && ignored.ends_with("-secret.yaml\n"), "{ignored}");
}

#[test]
fn the_report_is_data_too() {
    let scenario = project();
    let ran = scenario.hoist(["convert", "-o", "k8s", "--report", "json"]).ok();
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&report["keys"], &report["dropped"]), (&Value::from(4), &Value::from(1)));
    let row = &report["rows"][1];
    assert_eq!((&row["key"], &row["fate"]), (&Value::from("services.web.image"), &Value::from("exact")));
    assert_eq!(row["becomes"][0]["path"], "spec.template.spec.containers[0].image");
    assert_eq!(row["place"]["line"], 3);
}

#[test]
fn it_fails_on_what_it_is_told_to_fail_on() {
    let scenario = project();
    scenario.hoist(["convert", "--fail-on", "dropped"]).code(1);
    scenario.write("compose.yaml", "services:\n  web: {image: 'acme/web:1', user: '1000', restart: always}\n");
    scenario.hoist(["convert", "--fail-on", "dropped"]).ok();
    scenario.hoist(["convert", "--fail-on", "approximated"]).code(1);
    scenario.hoist(["convert", "--kube-version", "1.32"]).code(1).says("'1.32' is not a version of Kubernetes");
}

#[test]
fn a_profile_behind_the_command_is_active() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services:\n  a: {image: 'x:1'}\n  b: {image: 'x:1', profiles: [more]}\n");
    let without = scenario.hoist(["convert"]).ok();
    let with = scenario.hoist(["convert", "--profile", "more"]).ok();
    assert!(!without.stdout.contains("name: b\n") && with.stdout.contains("name: b\n"), "{}", with.told());
}
