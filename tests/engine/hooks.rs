//! Hooks: commands around the start and the stop of containers.

use crate::support::engine::request;
use crate::support::{Container, Scenario};
use serde_json::Value;

fn scenario(case: &str) -> Scenario {
    let scenario = Scenario::new(case);
    scenario.write("log", "");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    std::fs::set_permissions(scenario.folder().join("log"), open).unwrap();
    scenario
}

fn log(scenario: &Scenario) -> Vec<String> {
    std::fs::read_to_string(scenario.folder().join("log")).unwrap().lines().map(str::to_owned).collect()
}

/// The containers that hooks left.
fn helpers(scenario: &Scenario) -> Vec<String> {
    let filter = format!(r#"{{"label":["com.docker.compose.project={}"]}}"#, scenario.project());
    let path = format!("/containers/json?all=true&filters={}", crate::support::engine::encoded(&filter));
    let all: Vec<Value> = serde_json::from_str(&request("GET", &path, None).1).unwrap();
    let hook = |one: &&Value| one["Labels"]["com.docker.compose.hook"] == "pre_start";
    all.iter().filter(hook).map(|one| one["Id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn hooks_run_after_the_start_and_before_the_stop() {
    let scenario = scenario("hooks");
    let started = scenario.hoist(["up", "-d"]).ok();
    assert_eq!(log(&scenario), ["post one own more 1 /tmp", "post two"]);
    started.says("web-1 -> post one own more 1 /tmp\n").says("web-1 -> post two\n");
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    scenario.hoist(["down"]).ok().says("web-1 -> bye\n");
    assert_eq!(log(&scenario)[2..], ["bye"]);
    scenario.is_gone();
}

#[test]
fn hooks_do_what_they_do_for_docker_compose() {
    let ours = scenario("hooks");
    ours.hoist(["up", "-d"]).ok();
    ours.hoist(["down"]).ok();
    let theirs = scenario("hooks");
    theirs.compose(["up", "-d"]).ok();
    theirs.compose(["down"]).ok();
    assert_eq!(log(&ours), log(&theirs));
}

#[test]
fn a_hook_that_fails_after_the_start_fails_the_command_and_leaves_the_container() {
    let scenario = scenario("hooks");
    scenario.edit("compose.yaml", "echo \"post two\" | tee -a /out/log", "echo no table; exit 3");
    let ran = scenario.hoist(["up", "-d"]).code(1);
    ran.says("post_start hook 'sh' (post_start[1]) exited with code 3").says("    no table\n");
    assert_eq!(scenario.container("web").state(), "running");
}

#[test]
fn a_farewell_that_fails_does_not_keep_the_container() {
    let scenario = scenario("hooks");
    scenario.edit("compose.yaml", "echo \"bye\" | tee -a /out/log", "echo not now; exit 3");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["down"]).code(1).says("pre_stop hook").says("exited with code 3").says("    not now\n");
    scenario.is_gone();
}

#[test]
fn a_container_that_is_replaced_says_farewell() {
    let scenario = scenario("hooks");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "OWN: own", "OWN: other");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(log(&scenario)[2..], ["bye", "post one other more 1 /tmp", "post two"]);
}

#[test]
fn what_prepares_a_service_runs_once_with_its_volumes_and_networks() {
    let scenario = scenario("prepared");
    scenario.hoist(["up", "-d"]).ok().says("web pre_start[0] -> told\n");
    assert_eq!(log(&scenario), ["own more 0", "made"]);
    assert_eq!(scenario.containers().len(), 3);
    assert!(helpers(&scenario).is_empty());
    scenario.hoist(["up", "-d", "--scale", "web=3"]).ok();
    assert_eq!(log(&scenario).len(), 2, "it is not run again for one more");
    for one in scenario.containers().iter().filter(|one| one.service() == "web") {
        assert_eq!(one.output(), "made\n");
    }
}

#[test]
fn a_service_whose_preparation_fails_does_not_start_and_its_remains_are_swept() {
    let scenario = scenario("prepared");
    scenario.edit("compose.yaml", "cat /cache/made >> /out/log", "echo broken; exit 4");
    let ran = scenario.hoist(["up", "-d"]).code(1);
    let left = helpers(&scenario);
    assert_eq!(left.len(), 1);
    ran.says("exited with code 4").says(&left[0][..12]).says("    broken\n");
    let is_web = |one: &&Container| one.service() == "web" && one.label("com.docker.compose.hook").is_empty();
    let states: Vec<_> = scenario.containers().iter().filter(is_web).map(|one| one.state().to_owned()).collect();
    assert!(states.iter().all(|state| state == "created"), "{states:?}");
    scenario.edit("compose.yaml", "echo broken; exit 4", "cat /cache/made >> /out/log");
    scenario.hoist(["up", "-d"]).ok();
    assert!(helpers(&scenario).is_empty());
    assert_eq!(log(&scenario), ["own more 0", "own more 0", "made"]);
}

#[test]
fn down_removes_what_a_failed_preparation_left() {
    let scenario = scenario("prepared");
    scenario.edit("compose.yaml", "cat /cache/made >> /out/log", "exit 4");
    scenario.hoist(["up", "-d"]).code(1);
    assert_eq!(helpers(&scenario).len(), 1);
    scenario.hoist(["down", "-v"]).ok();
    assert!(helpers(&scenario).is_empty());
    scenario.is_gone();
}

#[test]
fn a_plan_shows_the_hooks() {
    let scenario = scenario("hooks");
    let plan: Value = serde_json::from_str(&scenario.hoist(["plan", "--format", "json"]).code(2).stdout).unwrap();
    let actions: Vec<&str> =
        plan["plans"][1]["steps"].as_array().unwrap().iter().map(|step| step["action"].as_str().unwrap()).collect();
    assert!(actions.ends_with(&["start", "post_start", "post_start"]), "{actions:?}");
    scenario.hoist(["up", "--dry-run"]).ok().prints("with post_start");
    assert!(log(&scenario).is_empty());
}
