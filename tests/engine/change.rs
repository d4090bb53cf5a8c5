//! `up` after the file changed: only what changed is replaced, and the plan says why.

use crate::support::{Scenario, absent, engine, replaced, running, same_container, up};

#[test]
fn a_changed_variable_replaces_only_its_service() {
    let scenario = Scenario::new("web_and_db").step("up", up(["-d"]), [running("web")]);
    scenario.edit("compose.yaml", "GREETING: hello", "GREETING: good day");
    scenario.step("up again", up(["-d"]), [running("web"), replaced("web"), same_container("db")]);
}

#[test]
fn the_plan_says_what_changed_and_exits_2_then_0() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "GREETING: hello", "GREETING: good day");
    let before = scenario.container("web");
    let ran = scenario.hoist(["plan"]);
    assert_eq!(scenario.container("web").id(), before.id());
    ran.code(2).prints("environment.GREETING changed");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["plan"]).code(0).prints("nothing to do");
}

#[test]
fn the_plan_of_a_project_that_is_not_there_exits_2() {
    Scenario::new("web_and_db").hoist(["plan"]).code(2).prints("not there yet");
}

#[test]
fn the_plan_as_json_names_each_step_with_its_reason() {
    let ran = Scenario::new("web_and_db").hoist(["plan", "--format", "json"]).code(2);
    let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let steps: Vec<_> =
        plan["plans"].as_array().unwrap().iter().flat_map(|one| one["steps"].as_array().unwrap()).collect();
    assert!(!steps.is_empty());
    assert!(steps.iter().all(|step| step["action"].is_string() && step["because"].is_string()), "{}", ran.told());
}

#[test]
fn anonymous_data_survives_a_replacement() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let volume = scenario.container("db").volumes()["/cache"].clone();
    scenario.inside("db", "echo precious >/cache/file").ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("db").volumes()["/cache"], volume);
    scenario.inside("db", "cat /cache/file").ok().prints("precious");
}

#[test]
fn a_replacement_has_the_final_name_and_leaves_no_other() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    scenario.hoist(["up", "-d"]).ok();
    let names: Vec<_> = scenario.containers().iter().map(|one| one.name().to_owned()).collect();
    assert_eq!(names, ["db", "web"].map(|service| format!("{}-{service}-1", scenario.project())));
}

#[test]
fn scaling_up_keeps_the_first_and_scaling_down_keeps_the_lowest() {
    let scenario = Scenario::new("three_services");
    let numbers = |scenario: &Scenario| -> Vec<String> {
        let all = scenario.containers().into_iter().filter(|one| one.service() == "other");
        all.map(|one| one.label("com.docker.compose.container-number")).collect()
    };
    scenario.hoist(["up", "-d"]).ok();
    let first = scenario.container("other");
    scenario.hoist(["up", "-d", "--scale", "other=3"]).ok();
    assert_eq!(numbers(&scenario), ["1", "2", "3"]);
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("other").id(), first.id());
}

#[test]
fn a_service_scaled_to_none_has_no_container() {
    Scenario::new("three_services").step("up", up(["-d"]), [running("other")]).step(
        "to none",
        up(["-d", "--scale", "other=0"]),
        [absent("other"), same_container("web")],
    );
}

#[test]
fn an_orphan_is_noted_and_kept_until_its_removal_is_asked_for() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    let orphan = scenario.container("other");
    scenario.edit("compose.yaml", "  other:\n", "  another:\n");
    let ran = scenario.hoist(["up", "-d"]);
    assert_eq!(scenario.container("other").state(), "running");
    ran.ok().says(orphan.name());
    let ran = scenario.hoist(["up", "-d", "--remove-orphans"]);
    assert!(scenario.containers().iter().all(|one| one.id() != orphan.id()), "{}", ran.told());
    ran.ok();
}

#[test]
fn a_dependent_is_restarted_with_what_it_needs_only_if_it_asks() {
    let scenario = Scenario::new("restart_with");
    scenario.hoist(["up", "-d"]).ok();
    let (follows, stays) = (scenario.container("follows"), scenario.container("stays"));
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    scenario.hoist(["up", "-d"]).ok();
    let (follows_now, stays_now) = (scenario.container("follows"), scenario.container("stays"));
    assert_eq!((follows.id(), stays.id()), (follows_now.id(), stays_now.id()));
    assert_ne!(follows.started_at(), follows_now.started_at(), "'follows' was not restarted");
    assert_eq!(stays.started_at(), stays_now.started_at(), "'stays' was restarted");
    assert!(scenario.container("base").started_at() < follows_now.started_at());
}

#[test]
fn a_changed_network_is_made_anew_and_its_names_still_resolve() {
    let scenario = Scenario::new("two_networks");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "purpose: first", "purpose: second");
    scenario.hoist(["up", "-d"]).ok();
    let name = scenario.name_of("outer");
    assert_eq!(scenario.networks()[&name]["purpose"], "second");
    scenario.inside("front", "nslookup -type=a middle").ok();
    assert!(scenario.containers().iter().all(|one| one.state() == "running"));
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}

#[test]
fn a_container_pulled_off_its_network_is_replaced() {
    let scenario = Scenario::new("two_networks").step("up", up(["-d"]), [running("middle")]);
    let name = scenario.name_of("inner");
    scenario.docker(["network", "disconnect", "--force", &name, scenario.container("middle").id()]).ok();
    let scenario =
        scenario.step("up again", up(["-d"]), [running("middle"), replaced("middle"), same_container("back")]);
    assert!(scenario.container("middle").networks().contains_key(&name));
}

#[test]
fn an_image_that_is_built_anew_replaces_its_container() {
    let scenario = Scenario::new("built").step("up", up(["-d"]), [running("app"), running("other")]);
    scenario.write("content", "second\n");
    let checks = [running("app"), replaced("app"), same_container("other")];
    let scenario = scenario.step("up --build", up(["-d", "--build"]), checks);
    scenario.inside("app", "cat /content").ok().prints("second");
}

#[test]
fn a_rebuild_that_gives_the_same_image_touches_nothing() {
    Scenario::new("built").step("up", up(["-d"]), [running("app")]).step(
        "up --build",
        up(["-d", "--build"]),
        [same_container("app"), same_container("other")],
    );
}

#[test]
fn a_volume_that_is_no_longer_used_is_kept() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "      - data:/data\n", "");
    scenario.hoist(["up", "-d"]).ok();
    assert!(!scenario.container("db").volumes().contains_key("/data"));
    assert!(engine::volume(&scenario.name_of("data")).is_some());
}
