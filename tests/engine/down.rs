//! `down` and `down -v`: what goes, what stays, and what is never touched.

use crate::support::{Container, Scenario, absent, down, engine, running, up};

/// The project with a volume and a network that somebody else made.
fn with_outside() -> (Scenario, String, String) {
    let mut scenario = Scenario::new("volumes");
    let (volume, network) = (scenario.external_volume("volume"), scenario.external_network("network"));
    scenario.set("OUTSIDE", &volume);
    scenario.set("OUTSIDE_NETWORK", &network);
    (scenario, volume, network)
}

#[test]
fn down_keeps_named_volumes() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let ran = scenario.hoist(["down"]);
    assert!(scenario.containers().is_empty() && scenario.networks().is_empty(), "{}", ran.told());
    assert!(scenario.volumes().contains_key(&scenario.name_of("data")));
    ran.ok();
}

#[test]
fn down_v_removes_declared_and_anonymous_volumes() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let anonymous = scenario.container("db").volumes()["/cache"].clone();
    let ran = scenario.hoist(["down", "-v"]);
    scenario.is_gone();
    assert_eq!(engine::volume(&anonymous), None, "{}", ran.told());
    ran.ok();
}

#[test]
fn down_v_removes_an_anonymous_volume_that_a_replacement_inherited() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let anonymous = scenario.container("db").volumes()["/cache"].clone();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("db").volumes()["/cache"], anonymous);
    let ran = scenario.hoist(["down", "-v"]).ok();
    assert_eq!(engine::volume(&anonymous), None, "{}", ran.told());
}

#[test]
fn down_v_keeps_and_names_a_volume_that_is_no_longer_declared() {
    let (scenario, ..) = with_outside();
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "      - old:/old\n", "");
    scenario.edit("compose.yaml", "  old:\n", "");
    scenario.hoist(["up", "-d"]).ok();
    let ran = scenario.hoist(["down", "-v"]);
    assert_eq!(scenario.volumes().into_keys().collect::<Vec<_>>(), [scenario.name_of("old")], "{}", ran.told());
    ran.ok().says(&scenario.name_of("old"));
}

#[test]
fn down_v_never_touches_what_is_external() {
    let (scenario, volume, network) = with_outside();
    scenario.hoist(["up", "-d"]).ok();
    let ran = scenario.hoist(["down", "-v"]);
    assert!(engine::volume(&volume).is_some() && engine::has_network(&network), "{}", ran.told());
    scenario.is_gone();
    ran.ok();
}

#[test]
fn down_v_keeps_a_volume_of_a_declared_name_that_somebody_else_made() {
    let scenario = Scenario::new("web_and_db");
    let name = scenario.name_of("data");
    scenario.docker(["volume", "create", &name]).ok();
    scenario.hoist(["up", "-d"]).ok();
    let ran = scenario.hoist(["down", "-v"]);
    let kept = engine::volume(&name).is_some();
    engine::request("DELETE", &format!("/volumes/{name}"), None);
    assert!(kept, "{}", ran.told());
}

#[test]
fn down_v_tells_what_went_with_its_size() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.inside("db", "dd if=/dev/zero of=/data/file bs=1000 count=3500 && sync").ok();
    let ran = scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
    let ran = ran.says("removed with their data:").says(&format!("{}-db-1:/cache", scenario.project()));
    let data = format!("  {} ", scenario.name_of("data"));
    let line = ran.stderr.lines().find(|line| line.starts_with(&data)).unwrap_or_default();
    assert!(line.contains("   3.5 MB   ") && line.ends_with(" old"), "{}", ran.told());
}

#[test]
fn down_v_keeps_a_volume_that_another_projects_container_has() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let (volume, other) = (scenario.name_of("data"), format!("{}-other", scenario.project()));
    scenario.docker(["create", "--name", &other, "--volume", &format!("{volume}:/data"), "busybox", "true"]).ok();
    let ran = scenario.hoist(["down", "-v"]);
    let kept = engine::volume(&volume).is_some();
    scenario.docker(["rm", "--force", &other]).ok();
    assert!(kept && scenario.containers().is_empty() && scenario.networks().is_empty(), "{}", ran.told());
    ran.code(1).says(&format!("volume '{volume}' is kept: container '{other}' has it"));
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn down_v_yes_takes_what_it_can() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let (volume, other) = (scenario.name_of("data"), format!("{}-other", scenario.project()));
    scenario.docker(["create", "--name", &other, "--volume", &format!("{volume}:/data"), "busybox", "true"]).ok();
    let ran = scenario.hoist(["down", "-v", "--yes"]);
    let kept = engine::volume(&volume).is_some();
    scenario.docker(["rm", "--force", &other]).ok();
    assert!(kept && scenario.containers().is_empty(), "{}", ran.told());
    ran.ok().says("is kept");
}

#[test]
fn a_second_down_finds_nothing_and_is_no_fault() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["down", "-v"]).ok();
    scenario.hoist(["down", "-v"]).ok().says("nothing to remove");
}

#[test]
fn down_works_by_name_without_the_file() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    std::fs::remove_file(scenario.folder().join("compose.yaml")).unwrap();
    let ran = scenario.hoist(["-p", scenario.project(), "down"]);
    assert!(scenario.containers().is_empty() && scenario.networks().is_empty(), "{}", ran.told());
    ran.ok();
}

#[test]
fn a_down_of_one_service_leaves_the_others() {
    Scenario::new("three_services").step("up", up(["-d"]), [running("other")]).step(
        "down of 'other'",
        down(["other"]),
        [absent("other"), running("web"), running("db")],
    );
}

#[test]
fn a_container_gone_in_the_meantime_is_no_fault() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.docker(["rm", "--force", "--volumes", scenario.container("web").id()]).ok();
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn down_takes_an_orphan_only_when_asked() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "  other:\n", "  another:\n");
    let ran = scenario.hoist(["down"]);
    let left: Vec<_> = scenario.containers().iter().map(Container::service).collect();
    assert_eq!(left, ["other"], "{}", ran.told());
    let ran = scenario.hoist(["down", "--remove-orphans"]);
    scenario.is_gone();
    ran.ok();
}
