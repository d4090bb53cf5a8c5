//! `push`, and passwords of registries, from the docker client's file and from its helpers.

use crate::support::Scenario;
use crate::support::registry::{PASSWORD, Registry, USER};
use std::os::unix::fs::PermissionsExt;

/// A project that is built and has two names in a registry.
fn project(registry: &Registry) -> (Scenario, [String; 2]) {
    let scenario = Scenario::empty();
    let names = ["pushed:1", "pushed:latest"].map(|name| registry.image(name));
    let file = format!("services: {{a: {{image: '{}', build: {{context: ., tags: ['{}']}}}}}}\n", names[0], names[1]);
    scenario.write("compose.yaml", &file);
    let recipe = format!("FROM busybox\nRUN echo {} >/mine\nCMD [\"cat\", \"/mine\"]\n", scenario.project());
    scenario.write("Dockerfile", &recipe);
    (scenario, names)
}

/// The docker client's folder of a scenario, with this configuration.
fn configure(scenario: &mut Scenario, text: &str) {
    let folder = scenario.folder().join("docker");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.json"), text).unwrap();
    let folder = folder.display().to_string();
    scenario.set("DOCKER_CONFIG", &folder);
    scenario.set("HOIST_BUILDER", "session");
}

fn forget(scenario: &Scenario, names: &[String]) {
    for name in names {
        scenario.docker(["rmi", "--force", name]);
    }
}

#[test]
fn what_is_pushed_comes_back_as_it_was() {
    let registry = Registry::start();
    let (scenario, names) = project(&registry);
    scenario.hoist(["push"]).code(1).says("could not be pushed").says("hoist build");
    scenario.hoist(["push", "--ignore-push-failures"]).ok();
    scenario.hoist(["build"]).ok();
    scenario.hoist(["push"]).ok().says("pushed");
    forget(&scenario, &names);
    scenario.hoist(["up", "-d", "--pull", "always"]).ok().says("pulled");
    let container = scenario.container("a");
    container.wait();
    assert_eq!(container.output(), format!("{}\n", scenario.project()));
    scenario.docker(["pull", "--quiet", &names[1]]).ok();
    scenario.hoist(["down"]).ok();
    forget(&scenario, &names);
}

#[test]
fn a_password_of_the_clients_file_opens_a_registry_and_is_never_shown() {
    let registry = Registry::with_password();
    let (mut scenario, names) = project(&registry);
    let auth = format!(r#"{{"auths": {{"{}": {{"username": "{USER}", "password": "{PASSWORD}"}}}}}}"#, registry.host());
    configure(&mut scenario, "{}");
    scenario.hoist(["build"]).ok();
    scenario.hoist(["push"]).code(1).says(&format!("docker login {}", registry.host()));
    configure(&mut scenario, &auth.replace(PASSWORD, "wrong"));
    scenario.hoist(["push"]).code(1).says("does not let you have it");
    configure(&mut scenario, &auth);
    let pushed = scenario.hoist(["--progress", "json", "push"]).ok();
    forget(&scenario, &names);
    let pulled = scenario.hoist(["--progress", "json", "pull"]).ok();
    let pinned = scenario.hoist(["config", "--resolve-image-digests"]).ok().prints("@sha256:");
    for ran in [pushed, pulled, pinned] {
        assert!(!ran.told().contains(PASSWORD), "{}", ran.told());
    }
    forget(&scenario, &names);
}

#[test]
fn a_helper_is_asked_for_the_password_and_named_when_it_fails() {
    let registry = Registry::with_password();
    let (mut scenario, names) = project(&registry);
    let bin = scenario.folder().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let helper = bin.join("docker-credential-hoisttest");
    let write = |text: &str| {
        std::fs::write(&helper, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    scenario.set("PATH", &path);
    configure(&mut scenario, &format!(r#"{{"credHelpers": {{"{}": "hoisttest"}}}}"#, registry.host()));
    write("echo 'credentials not found in native keychain'; exit 1");
    scenario.hoist(["build"]).ok();
    write(&format!(r#"read registry; echo "{{\"Username\": \"{USER}\", \"Secret\": \"{PASSWORD}\"}}""#));
    let pushed = scenario.hoist(["push"]).ok();
    assert!(!pushed.told().contains(PASSWORD));
    forget(&scenario, &names);
    write("echo 'the keychain is locked'; exit 1");
    let locked = scenario.hoist(["pull"]).code(1);
    locked.says("docker-credential-hoisttest failed").says("the keychain is locked").says("credHelpers");
    std::fs::remove_file(&helper).unwrap();
    configure(&mut scenario, r#"{"credsStore": "hoisttest"}"#);
    scenario.hoist(["pull"]).code(1).says("there is no such program").says("credsStore");
    forget(&scenario, &names);
}
