//! `create`, `up --no-start` and `scale`, and the flags of `up` about what is replaced: side by side with docker compose.

use crate::support::{Container, Scenario, engine, replaced, running, same_container, up};
use std::collections::BTreeMap;

/// Each container with its state and its number.
fn world(scenario: &Scenario) -> BTreeMap<String, String> {
    let line = |one: &Container| {
        let number = one.label("com.docker.compose.container-number");
        (one.name().replace(scenario.project(), "PROJECT"), format!("{} {number}", one.state()))
    };
    scenario.containers().iter().map(line).collect()
}

/// Gives the same commands to each tool in a folder of its own; both leave the same behind.
#[track_caller]
fn alike(case: &str, commands: &[&[&str]]) -> BTreeMap<String, String> {
    let (ours, theirs) = (Scenario::new(case), Scenario::new(case));
    for words in commands {
        let their = theirs.compose_words(words);
        let our = ours.hoist_words(words);
        assert_eq!(our.code, their.code, "{}\n{}", our.told(), their.told());
        assert_eq!(world(&ours), world(&theirs), "{}\n{}", our.told(), their.told());
    }
    world(&ours)
}

#[test]
fn create_makes_all_and_starts_nothing() {
    let all = alike("web_and_db", &[&["create"], &["create"], &["start"], &["create", "--force-recreate"]]);
    assert!(all.values().all(|one| one == "created 1"), "{all:?}");
    alike("web_and_db", &[&["up", "--no-start"], &["start", "web"]]);
    alike("three_services", &[&["create", "web"], &["start", "web"]]);
}

#[test]
fn create_of_a_running_project_leaves_it_running() {
    alike("three_services", &[&["up", "-d"], &["create"], &["create", "--scale", "other=2"]]);
}

#[test]
fn scale_gives_stable_numbers() {
    let commands: [&[&str]; 5] = [
        &["up", "-d"],
        &["scale", "other=3"],
        &["scale", "other=1", "web=2"],
        &["scale", "other=2"],
        &["scale", "other=0"],
    ];
    alike("three_services", &commands);
    alike("three_services", &[&["scale", "web=2"]]);
    alike("three_services", &[&["scale", "--no-deps", "web=2"]]);
}

#[test]
fn scale_keeps_the_anonymous_volume_of_a_container_that_it_replaces() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("db").volumes()["/cache"].clone();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    scenario.hoist(["scale", "db=1"]).ok();
    assert_eq!(scenario.container("db").volumes()["/cache"], before);
}

#[test]
fn no_deps_leaves_dependencies_alone() {
    alike("three_services", &[&["up", "-d", "--no-deps", "web"]]);
    let scenario = Scenario::new("restart_with");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    scenario.step("up of 'stays' alone", up(["-d", "--no-deps", "stays"]), [same_container("base"), running("stays")]);
}

#[test]
fn dependencies_are_replaced_only_with_their_own_flag() {
    Scenario::new("three_services")
        .step("up", up(["-d"]), [running("web")])
        .step("a forced up of 'web'", up(["-d", "--force-recreate", "web"]), [replaced("web"), same_container("db")])
        .step("with its dependencies", up(["-d", "--always-recreate-deps", "web"]), [replaced("db")]);
}

#[test]
fn renewed_volumes_are_new_and_the_old_ones_are_gone() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    // One that was taken over is kept by the engine when its container goes.
    scenario.hoist(["up", "-d", "--force-recreate"]).ok();
    let before = scenario.container("db").volumes()["/cache"].clone();
    scenario.inside("db", "echo x >/data/file").ok();
    let ran = scenario.hoist(["up", "-d", "-V"]).ok();
    let after = scenario.container("db").volumes()["/cache"].clone();
    assert_ne!(after, before, "{}", ran.told());
    assert!(engine::volume(&before).is_none() && engine::volume(&after).is_some(), "{}", ran.told());
    scenario.inside("db", "cat /data/file").ok();
}

#[test]
fn names_are_joined_as_before_compose_2_when_asked() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["--compatibility", "up", "-d", "other"]).ok();
    assert_eq!(scenario.container("other").name(), format!("{}_other_1", scenario.project()));
    scenario.compose(["--compatibility", "up", "-d", "other"]).ok();
    scenario.hoist(["up", "-d", "other"]).ok().says("up to date");
}

#[test]
fn down_removes_the_images_that_are_asked_for() {
    let scenario = Scenario::empty();
    scenario.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n");
    let named = format!("{}-mine", scenario.project());
    let text = format!("services:\n  own: {{build: .}}\n  named: {{build: ., image: {named}}}\n");
    scenario.write("compose.yaml", &text);
    let has = |name: &str| scenario.docker(["image", "inspect", name]).code == Some(0);
    let own = format!("{}-own", scenario.project());
    scenario.hoist(["up"]).ok();
    let ran = scenario.hoist(["down", "--rmi", "local"]).ok();
    assert!(!has(&own) && has(&named), "{}", ran.told());
    scenario.hoist(["up"]).ok();
    let ran = scenario.hoist(["-p", scenario.project(), "down", "--rmi", "all"]).ok();
    assert!(!has(&own) && !has(&named), "{}", ran.told());
}

#[test]
fn an_image_that_another_project_uses_stays_and_that_is_said() {
    let (one, other) = (Scenario::empty(), Scenario::empty());
    let image = format!("{}-shared:latest", one.project());
    one.write("Dockerfile", "FROM busybox\nCMD [\"true\"]\n");
    one.write("compose.yaml", &format!("services: {{a: {{build: ., image: '{image}'}}}}\n"));
    other.write("compose.yaml", &format!("services: {{a: {{image: '{image}'}}}}\n"));
    one.hoist(["up"]).ok();
    other.hoist(["up"]).ok();
    let ran = one.hoist(["down", "--rmi", "all"]).ok();
    assert_eq!(one.docker(["image", "inspect", &image]).code, Some(0), "{}", ran.told());
    ran.says("passed over");
    other.hoist(["down", "--rmi", "all"]).ok();
    assert_eq!(one.docker(["image", "inspect", &image]).code, Some(1));
}
