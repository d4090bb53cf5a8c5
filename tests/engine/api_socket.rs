//! `use_api_socket`: the engine's socket and the user's credentials, as Compose gives them, and told to nobody else.

use crate::support::{Scenario, compose, engine, running, same_container, up};

/// `me:canary-5b2d`, as the docker client keeps it.
const AUTH: &str = "bWU6Y2FuYXJ5LTViMmQ=";
const FILE: &str = "/run/secrets/docker/config.json";

/// The case, with a docker configuration that knows a registry, and the plugins of the tester's.
fn scenario() -> Scenario {
    let mut scenario = Scenario::new("api_socket");
    let folder = scenario.folder().join("docker");
    std::fs::create_dir(&folder).unwrap();
    if let Some(own) = std::env::var_os("DOCKER_CONFIG") {
        std::os::unix::fs::symlink(std::path::Path::new(&own).join("cli-plugins"), folder.join("cli-plugins")).unwrap();
    }
    scenario.set("DOCKER_CONFIG", &folder.display().to_string());
    log_in(&scenario, AUTH);
    scenario
}

fn log_in(scenario: &Scenario, auth: &str) {
    scenario.write("docker/config.json", &format!(r#"{{"auths":{{"registry.example:5000":{{"auth":"{auth}"}}}}}}"#));
}

/// What the agent was given.
fn given(scenario: &Scenario) -> [String; 3] {
    let agent = scenario.container("agent");
    let variable = agent.environment().into_iter().find(|one| one.starts_with("DOCKER_CONFIG"));
    let file = scenario.inside("agent", &format!("stat -c '%a %u %g' {FILE}; cat {FILE}")).ok().stdout;
    [agent.0["HostConfig"]["Binds"].to_string(), variable.unwrap_or_default(), file]
}

#[test]
fn the_socket_and_the_credentials_are_given_as_compose_gives_them() {
    let scenario = scenario();
    scenario.compose(["up", "-d"]).ok();
    let theirs = given(&scenario);
    scenario.compose(["down"]).ok();
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(given(&scenario), theirs);
    assert!(theirs[0].contains("docker.sock") && theirs[2].contains(AUTH), "{theirs:?}");
    assert_eq!(scenario.container("plain").0["HostConfig"]["Binds"], serde_json::Value::Null);
}

#[test]
fn neither_tool_replaces_what_the_other_gave_the_socket_to() {
    let scenario = scenario().step("compose up", compose(["up", "-d"]), [running("agent")]);
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    scenario.compose(["down"]).ok();
    let scenario = scenario.step("hoist up", up(["-d"]), [running("agent")]);
    scenario.step("compose up", compose(["up", "-d"]), [same_container("agent"), same_container("plain")]);
}

#[test]
fn new_credentials_come_with_the_next_start_and_replace_nothing() {
    let scenario = scenario().step("up", up(["-d"]), [running("agent")]);
    let other = "bWU6b3RoZXI=";
    log_in(&scenario, other);
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    let agent = scenario.container("agent");
    scenario.docker(["stop", agent.id()]).ok();
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("agent").id(), agent.id());
    assert!(given(&scenario)[2].contains(other));
}

#[test]
fn credentials_are_told_to_nobody_but_the_container() {
    let scenario = scenario();
    let mut told = scenario.hoist(["plan", "--format=json"]).told();
    told += &scenario.hoist(["--progress=json", "up", "-d"]).ok().told();
    told += &scenario.hoist(["config"]).ok().told();
    told += &engine::get(&format!("/containers/{}/json", scenario.container("agent").id())).to_string();
    assert!(!told.contains(AUTH) && !told.contains("canary"), "{told}");
}

#[test]
fn a_container_that_cannot_be_written_gets_no_credentials_and_says_so() {
    let scenario = scenario();
    scenario.edit("compose.yaml", "use_api_socket: true", "use_api_socket: true\n    read_only: true");
    scenario.hoist(["up", "-d"]).code(1).says("passwords cannot be put into 'agent', which is 'read_only'");
    scenario.is_gone();
}
