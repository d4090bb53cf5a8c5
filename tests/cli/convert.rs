//! `convert`: where manifests are written, what is told of keys, and how it ends.

use crate::support::Scenario;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

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

/// A project with a secret among its variables.
fn with_password(scenario: &Scenario, password: &str) {
    let text = format!("name: shop\nservices:\n  db: {{image: 'x:1', environment: {{PASSWORD: {password}}}}}\n");
    scenario.write("compose.yaml", &text);
}

/// The file of the Secret in a folder, by its path.
fn secret(scenario: &Scenario) -> PathBuf {
    let entries = fs::read_dir(scenario.folder().join("k8s")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.to_string_lossy().ends_with("-secret.yaml")).last().unwrap()
}

#[test]
fn secrets_are_kept_out_of_version_control_as_long_as_they_stand_there() {
    let scenario = Scenario::empty();
    let ignored = || fs::read_to_string(scenario.folder().join("k8s/.gitignore")).unwrap();
    with_password(&scenario, "swordfish");
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    assert!(ignored().starts_with("*-secret.yaml\n"), "{}", ignored());
    scenario.write("compose.yaml", "name: shop\nservices:\n  db: {image: 'x:1'}\n");
    scenario.hoist(["convert", "-o", "k8s"]).ok().says("-secret.yaml' was written before").never_says(".gitignore");
    assert!(secret(&scenario).exists() && ignored().starts_with("*-secret.yaml\n"));
}

#[test]
fn a_secret_that_version_control_left_out_is_no_drift_and_one_that_changed_is_told_without_its_value() {
    let scenario = Scenario::empty();
    with_password(&scenario, "swordfish");
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    scenario.hoist(["convert", "-o", "all.yaml"]).ok();
    let text = fs::read_to_string(secret(&scenario)).unwrap();
    fs::remove_file(secret(&scenario)).unwrap();
    scenario.hoist(["convert", "-o", "k8s", "--check"]).ok().says("is kept out of version control, and not compared");
    fs::write(scenario.folder().join("k8s").join("db-env-0123456789-secret.yaml"), &text).unwrap();
    let marker = scenario.folder().join("k8s/.hoist-convert");
    let list = fs::read_to_string(&marker).unwrap();
    fs::write(marker, format!("{list}db-env-0123456789-secret.yaml\n")).unwrap();
    with_password(&scenario, "marlin9");
    for (output, shown) in [("k8s", "PASSWORD: (not shown)"), ("all.yaml", "-  name: db-env-")] {
        let ran = scenario.hoist(["convert", "-o", output, "--diff"]).ok().prints(shown);
        assert!(!ran.stdout.contains("swordfish") && !ran.stdout.contains("marlin9"), "{}", ran.told());
    }
}

#[test]
fn a_dry_run_says_what_it_would_write() {
    let scenario = project();
    scenario.hoist(["convert", "-o", "k8s", "--dry-run"]).ok().says("'k8s/web-deployment.yaml' would be written");
    scenario.hoist(["convert", "-o", "all.yaml", "--dry-run"]).ok().says("'all.yaml' would be written");
    assert!(!scenario.folder().join("k8s").exists() && !scenario.folder().join("all.yaml").exists());
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    scenario.hoist(["convert", "-o", "k8s", "--dry-run"]).ok().never_says("would be written");
}

#[test]
fn what_is_no_file_of_ours_is_neither_written_nor_shown() {
    let scenario = project();
    let (folder, outside) = (scenario.folder().join("k8s"), scenario.folder().join("outside"));
    fs::write(&outside, "mine").unwrap();
    scenario.hoist(["convert", "-o", "k8s"]).ok();
    let marker = fs::read_to_string(folder.join(".hoist-convert")).unwrap();
    fs::write(folder.join(".hoist-convert"), format!("{marker}../outside\n{}\n", outside.display())).unwrap();
    let ran = scenario.hoist(["convert", "-o", "k8s", "--diff"]).ok();
    assert_eq!(ran.stdout, "", "{}", ran.told());
    fs::remove_file(folder.join("web-deployment.yaml")).unwrap();
    symlink(&outside, folder.join("web-deployment.yaml")).unwrap();
    scenario.hoist(["convert", "-o", "k8s"]).code(1).says("web-deployment.yaml' is not a file of 'hoist convert'");
    assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    fs::write(scenario.folder().join("latin.yaml"), b"name: caf\xe9\n").unwrap();
    scenario.hoist(["convert", "-o", "latin.yaml"]).code(1).says("was not made by 'hoist convert'");
    assert_eq!(fs::read(scenario.folder().join("latin.yaml")).unwrap(), b"name: caf\xe9\n");
}

#[test]
fn a_path_is_taken_for_what_stands_there() {
    let scenario = project();
    scenario.write("plain", "mine");
    scenario.hoist(["convert", "-o", "plain"]).code(1).says("plain' was not made by 'hoist convert'");
    scenario.hoist(["convert", "-o", "a.json"]).code(1).says("not as JSON");
    scenario.hoist(["convert", "-o", "/dev/null"]).ok();
    scenario.hoist(["convert", "-o", "/dev/null", "--check"]).code(1).says("there is nothing to compare with");
    scenario.hoist(["convert", "-o", "plain/x"]).code(1).says("plain' is a file: nothing can be made below it");
    symlink(scenario.folder().join("nowhere"), scenario.folder().join("link")).unwrap();
    for output in ["link", "link/x", "link/x.yaml"] {
        scenario.hoist(["convert", "-o", output]).code(1).says("link' is a link that leads nowhere");
    }
}

#[test]
fn standard_output_is_one_thing() {
    let scenario = project();
    let both = scenario.hoist(["convert", "--report", "json"]).ok().says("\"keys\":");
    assert!(!both.stdout.contains("\"keys\":"), "{}", both.told());
    scenario.hoist(["convert", "-o", "k8s", "--diff", "--report", "json"]).code(1).says("cannot both go");
}

#[test]
fn a_profile_that_needs_another_is_left_out_and_all_else_is_written() {
    let scenario = Scenario::empty();
    let text = "name: shop\nservices:\n  web: {image: 'x:1'}\n  a: {image: 'x:1', profiles: [secrets]}\n  \
                b: {image: 'x:1', profiles: [more], depends_on: [a]}\n";
    scenario.write("compose.yaml", text);
    let ran = scenario.hoist(["convert", "--to", "kustomize", "-o", "k8s"]).ok();
    ran.says("profile 'more' has no component: ").says("activate what it needs with '--profile'");
    let tree = scenario.folder().join("k8s");
    assert!(tree.join("components/secrets/a-deployment.yaml").exists() && !tree.join("components/more").exists());
}

#[test]
fn an_override_file_that_is_named_counts_once() {
    let scenario = Scenario::empty();
    scenario
        .write("compose.yaml", "name: shop\nservices:\n  web: {image: 'x:1'}\n  a: {image: 'x:1', profiles: [prod]}\n");
    scenario.write("compose.override.yaml", "services: {web: {image: 'x:2'}}\n");
    scenario.write("compose.prod.yaml", "services: {web: {image: 'x:3'}}\n");
    let words = ["convert", "--to", "kustomize", "-o", "k8s", "--overlay", "compose.override.yaml", "--overlay"];
    scenario.hoist_words(&[&words[..], &["./compose.prod.yaml"]].concat()).ok();
    let overlays = fs::read_dir(scenario.folder().join("k8s/overlays")).unwrap();
    let mut names: Vec<_> = overlays.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["compose.prod.yaml", "override", "prod"]);
}

#[test]
fn what_components_make_otherwise_than_their_profiles_together_is_told() {
    let scenario = Scenario::empty();
    let text = "name: shop\nservices:\n  web: {image: 'x:1'}\n  a: {image: 'x:1', profiles: [a], volumes: ['v:/v']}\n  \
                b: {image: 'x:1', profiles: [b], volumes: ['v:/v']}\nvolumes: {v: {}}\n";
    scenario.write("compose.yaml", text);
    let ran = scenario.hoist(["convert", "--to", "kustomize", "-o", "k8s"]).ok();
    ran.says("components together do not make PersistentVolumeClaim 'v'");
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
    let anchor = "x-base: &base {image: 'acme/web:1', user: '1000'}\nx-note: {by: us}\nservices:\n  web: {<<: *base, user: '7'}\n";
    scenario.write("compose.yaml", anchor);
    scenario.hoist(["convert", "--fail-on", "dropped"]).ok().says("nothing is lost with 3 of them");
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

#[test]
fn who_asks_for_what_images_say_needs_an_engine() {
    let scenario = project();
    let ran = scenario.hoist(["convert", "--inspect-images"]).code(1).says("no engine answers at");
    assert!(ran.stdout.is_empty(), "{}", ran.told());
    let tree = ["convert", "--inspect-images", "--to", "kustomize", "-o", "k8s"];
    scenario.hoist(tree).code(1).says("no engine answers at");
    assert!(!scenario.folder().join("k8s").exists());
}

#[test]
fn images_are_fetched_from_where_it_is_said() {
    let scenario = Scenario::empty();
    let text =
        "name: shop\nservices:\n  api: {build: ., expose: ['80']}\n  web: {image: 'acme/web:1', depends_on: [api]}\n";
    scenario.write("compose.yaml", text);
    let words =
        ["convert", "--registry", "registry.example.com/team/", "--wait", "all", "--wait-image", "mirror/busybox:1"];
    scenario
        .hoist(words)
        .ok()
        .prints("image: registry.example.com/team/shop-api\n")
        .prints("image: mirror/busybox:1\n");
    scenario
        .hoist(["convert", "--registry", "https://registry.example.com"])
        .code(1)
        .says("images are named without 'https://'");
    scenario.hoist(["convert", "--wait-image", "Busy Box"]).code(1).says("is not an image name");
}

#[test]
fn what_a_cluster_would_refuse_is_told_where_it_comes_from() {
    let scenario = Scenario::empty();
    let text = "name: shop\nservices:\n  web:\n    image: acme/web:1\n    user: '99999999999'\n    ports: ['80:80']\n    \
                x-kubernetes:\n      nodeSelector: {'a b': c}\n      ingress: {path: nope, annotations: {'bad key!': x}}\n      \
                patch: {spec: {template: {spec: {containers: [{name: web, env: [{name: '', value: x}]}]}}}}\n";
    scenario.write("compose.yaml", text);
    let ran = scenario.hoist(["convert", "--expose", "ingress", "-o", "k8s"]).code(1).never_says(".yaml:0");
    let ran = ran
        .says("compose.yaml:5:11: error[")
        .says("(Deployment/web spec.template.spec.containers[0].securityContext.runAsUser)");
    let ran = ran.says("compose.yaml:8:22: error[").says("(Deployment/web spec.template.spec.nodeSelector['a b'])");
    let ran = ran.says("compose.yaml:9:23: error[").says("(Ingress/web spec.rules[0].http.paths[0].path)");
    ran.says("compose.yaml:9:43: error[").never_says("deployment.yaml:").never_says("ingress.yaml:");
    assert!(!scenario.folder().join("k8s").exists());
}

#[test]
fn a_namespace_has_a_name_that_a_cluster_takes() {
    for name in ["A_b", ""] {
        project()
            .hoist(["convert", "-n", name])
            .code(1)
            .says("'--namespace <NAME>'")
            .says("no namespace has such a name");
    }
}
