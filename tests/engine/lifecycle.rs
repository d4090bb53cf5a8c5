//! `start`, `stop`, `restart`, `kill`, `rm`, `pause` and `unpause`: side by side with docker compose, which must leave the
//! same world behind and end with the same exit code.

use crate::support::{Container, Fault, Proxy, Scenario};
use std::collections::BTreeMap;
use std::time::Duration;

/// What two tools have to agree on: for each container its state, its exit code, and whether it is the one of before, and
/// still in the same run.
type World = BTreeMap<String, String>;

fn world(scenario: &Scenario, before: &[Container]) -> World {
    let line = |one: &Container| {
        let then = before.iter().find(|then| then.id() == one.id());
        let run = match then {
            None => "another container",
            Some(then) if then.started_at() == one.started_at() => "the same run",
            Some(_) => "another run",
        };
        let name = one.name().replace(scenario.project(), "PROJECT");
        (name, format!("{} {} {run}", one.state(), one.exit_code()))
    };
    scenario.containers().iter().map(line).collect()
}

/// Brings the case up, prepares it, and gives one command to each tool in turn.
#[track_caller]
fn alike<const N: usize>(case: &str, prepare: impl Fn(&Scenario), words: [&str; N]) -> World {
    let run = |ours: bool| {
        let scenario = Scenario::new(case);
        scenario.compose(["up", "-d"]).ok();
        prepare(&scenario);
        let before = scenario.containers();
        let ran = if ours { scenario.hoist(words) } else { scenario.compose(words) };
        if words.first() == Some(&"kill") {
            // The engine answers before the process is gone.
            let ended = |one: &&Container| !words.contains(&"other") || one.service() == "other";
            before.iter().filter(ended).filter(|one| one.state() != "exited").for_each(Container::wait);
        }
        ((ran.code, world(&scenario, &before)), ran)
    };
    let (theirs, theirs_ran) = run(false);
    let (ours, ours_ran) = run(true);
    assert_eq!(ours, theirs, "{}\n{}", ours_ran.told(), theirs_ran.told());
    ours.1
}

fn nothing(_: &Scenario) {}

fn stopped(scenario: &Scenario) {
    scenario.compose(["stop"]).ok();
}

#[test]
fn stop_ends_all_or_what_is_named_and_keeps_it() {
    let all = alike("three_services", nothing, ["stop"]);
    assert!(all.values().all(|one| one == "exited 137 the same run"), "{all:?}");
    alike("three_services", nothing, ["stop", "db"]);
    alike("three_services", stopped, ["stop"]);
}

#[test]
fn start_starts_what_is_named_with_what_it_needs() {
    alike("three_services", stopped, ["start"]);
    let some = alike("three_services", stopped, ["start", "web"]);
    let running: Vec<_> = some.iter().filter(|(_, state)| state.starts_with("running")).map(|(name, _)| name).collect();
    assert_eq!(running, ["PROJECT-db-1", "PROJECT-web-1"]);
    alike("three_services", nothing, ["start"]);
}

#[test]
fn restart_takes_those_along_that_asked_for_it() {
    alike("restart_with", nothing, ["restart"]);
    let some = alike("restart_with", nothing, ["restart", "base"]);
    assert_eq!(some["PROJECT-follows-1"], "running 0 another run");
    assert_eq!(some["PROJECT-stays-1"], "running 0 the same run");
    alike("restart_with", nothing, ["restart", "--no-deps", "base"]);
    alike("restart_with", stopped, ["restart", "stays"]);
}

#[test]
fn kill_ends_all_or_what_is_named() {
    let all = alike("three_services", nothing, ["kill"]);
    assert!(all.values().all(|one| one == "exited 137 the same run"), "{all:?}");
    alike("three_services", nothing, ["kill", "other"]);
    alike("three_services", stopped, ["kill"]);
}

#[test]
fn kill_sends_the_signal_that_is_named() {
    for signal in ["TERM", "sigterm", "15"] {
        let all = alike("talkers", nothing, ["kill", "-s", signal]);
        assert!(all.values().all(|one| one == "exited 0 the same run"), "{all:?}");
    }
}

#[test]
fn rm_removes_what_does_not_run() {
    let none = alike("three_services", nothing, ["rm", "-f"]);
    assert_eq!(none.len(), 3);
    let some = alike("three_services", |scenario| drop(scenario.compose(["stop", "other"]).ok()), ["rm", "-f"]);
    assert_eq!(some.len(), 2);
    let more = alike("three_services", nothing, ["rm", "-fs", "web"]);
    assert_eq!(more.len(), 2);
}

#[test]
fn pause_freezes_and_unpause_goes_on() {
    let all = alike("three_services", nothing, ["pause"]);
    assert!(all.values().all(|one| one == "paused 0 the same run"), "{all:?}");
    let one = alike("three_services", |scenario| drop(scenario.compose(["pause"]).ok()), ["unpause", "db"]);
    assert_eq!(one["PROJECT-db-1"], "running 0 the same run");
    assert_eq!(one["PROJECT-web-1"], "paused 0 the same run");
}

#[test]
fn each_ends_as_composes_does_when_there_is_nothing_to_do() {
    for words in [["stop"], ["restart"], ["kill"], ["pause"], ["unpause"]] {
        let scenario = Scenario::new("three_services");
        let theirs = scenario.compose(words);
        let ran = scenario.hoist(words);
        assert_eq!(ran.code, theirs.code, "{}\n{}", ran.told(), theirs.told());
    }
    let scenario = Scenario::new("three_services");
    let theirs = scenario.compose(["start"]);
    let ran = scenario.hoist(["start"]).says("service 'db' has no container to start").says("help: make it with");
    assert_eq!(ran.code, theirs.code);
    scenario.hoist(["rm", "-f"]).ok().says("no stopped containers");
}

#[test]
fn each_works_by_name_without_the_file() {
    let scenario = Scenario::new("restart_with");
    scenario.hoist(["up", "-d"]).ok();
    std::fs::remove_file(scenario.folder().join("compose.yaml")).unwrap();
    let states = |scenario: &Scenario| -> Vec<String> {
        scenario.containers().iter().map(|one| one.state().to_owned()).collect()
    };
    let name = scenario.project();
    scenario.hoist(["-p", name, "stop"]).ok();
    assert_eq!(states(&scenario), ["exited", "exited", "exited"]);
    scenario.hoist(["-p", name, "start", "follows"]).ok();
    assert_eq!(states(&scenario), ["running", "running", "exited"]);
    let before = scenario.container("follows");
    scenario.hoist(["-p", name, "restart", "base"]).ok();
    assert_ne!(scenario.container("follows").started_at(), before.started_at());
    scenario.hoist(["-p", name, "kill", "-s", "KILL"]).ok();
    scenario.containers().iter().for_each(Container::wait);
    scenario.hoist(["-p", name, "rm", "--force"]).ok();
    assert!(scenario.containers().is_empty());
    scenario.hoist(["-p", name, "start"]).code(1).says("has no container to start");
    scenario.hoist(["-p", name, "stop", "nope"]).code(1).says("no such service: nope");
}

#[test]
fn stop_keeps_within_the_grace_that_is_given() {
    let scenario = Scenario::new("talkers");
    scenario.edit("compose.yaml", "trap 'exit 0' TERM", "trap '' TERM");
    scenario.edit("compose.yaml", "  b:\n", "  b:\n    stop_grace_period: 100s\n");
    scenario.hoist(["up", "-d"]).ok();
    let began = std::time::Instant::now();
    scenario.hoist(["stop", "--timeout", "1"]).ok();
    assert_eq!(scenario.container("b").state(), "exited");
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}

#[test]
fn start_waits_until_all_is_ready_when_asked() {
    let scenario = Scenario::new("ordered");
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["stop", "-t", "0"]).ok();
    scenario.hoist(["start", "--wait", "db"]).ok();
    assert_eq!(scenario.container("db").state(), "running");
}

#[test]
fn start_gives_up_waiting_when_the_time_is_over() {
    let scenario = Scenario::empty();
    let check = "healthcheck: {test: 'false', interval: 1s, retries: 1000}";
    scenario.write("compose.yaml", &format!("services: {{a: {{image: busybox, command: sleep 1000, {check}}}}}\n"));
    scenario.hoist(["create"]).ok();
    let ran = scenario.hoist(["start", "--wait", "--wait-timeout", "5"]).code(1);
    assert_eq!(scenario.container("a").state(), "running", "{}", ran.told());
}

#[test]
fn the_time_that_start_has_includes_that_of_the_look() {
    let (mut scenario, proxy) = (Scenario::new("three_services"), Proxy::new());
    scenario.hoist(["create"]).ok();
    scenario.through(&proxy);
    proxy.when("GET", "/containers/json", Fault::Delay(Duration::from_secs(2)));
    let ran = scenario.hoist(["start", "--wait", "--wait-timeout", "1"]).code(1).says("not ready after 1s");
    assert!(scenario.containers().iter().all(|one| one.state() == "created"), "{}", ran.told());
}

#[test]
fn rm_asks_and_says_so_when_nobody_can_answer() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d", "other"]).ok();
    scenario.hoist(["stop"]).ok();
    let ran = scenario.hoist(["rm"]);
    assert_eq!(scenario.container("other").state(), "exited", "{}", ran.told());
    ran.code(1).says("--force");
    let ran = scenario.fed(b"n\n", ["rm"]);
    assert_eq!(scenario.container("other").state(), "exited", "{}", ran.told());
    ran.ok().says(&format!("remove {}-other-1? [y/N]", scenario.project()));
    scenario.fed(b"y\n", ["rm"]).ok();
    assert!(scenario.containers().is_empty());
}

#[test]
fn rm_removes_anonymous_volumes_only_when_asked() {
    for (flag, stays) in [("-sf", true), ("-sfv", false)] {
        let scenario = Scenario::new("web_and_db");
        scenario.hoist(["up", "-d"]).ok();
        scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
        scenario.hoist(["up", "-d"]).ok();
        let anonymous = scenario.container("db").volumes()["/cache"].clone();
        scenario.hoist(["rm", flag]).ok();
        assert!(scenario.containers().is_empty());
        assert_eq!(crate::support::engine::volume(&anonymous).is_some(), stays, "{flag}");
        assert!(scenario.volumes().contains_key(&scenario.name_of("data")));
    }
}
