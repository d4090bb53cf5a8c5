//! Ctrl-C while an `up` comes up, and where something is slow to end.

use crate::support::{Fault, Proxy, Running, Scenario};

/// A service that does not hear SIGTERM and has all the time of the world.
const DEAF: &str = "services:
  web:
    image: busybox
    init: true
    stop_grace_period: 1000s
    command: sh -c \"trap '' TERM; echo ready; while true; do sleep 0.1; done\"
";

fn scenario(more: &str) -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &format!("{DEAF}{more}"));
    scenario
}

/// Ctrl-C, and again as soon as that is said to kill.
fn interrupt_twice(running: &Running) {
    running.interrupt();
    running.until_says("Ctrl-C again kills");
    running.interrupt();
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_a_farewell() {
    let scenario = scenario("    pre_stop: [{command: [sleep, '1000']}]\n");
    let running = scenario.spawn(["up"]);
    running.until_says("web  running");
    interrupt_twice(&running);
    let ran = running.wait();
    assert_eq!(scenario.container("web").exit_code(), 137, "{}", ran.told());
    ran.code(130);
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_a_program_that_provides_a_service() {
    let mut scenario = Scenario::new("provided");
    let path = format!("{}:{}", scenario.folder().join("bin").display(), std::env::var("PATH").unwrap());
    scenario.set("PATH", &path);
    scenario.write("metadata", r#"{"description":"d","up":{},"down":{},"stop":{}}"#);
    scenario.edit("bin/test-provider", "[ \"$3\" = up ]", "[ \"$3\" = stop ] && exec sleep 1000\n[ \"$3\" = up ]");
    let running = scenario.spawn(["up"]);
    running.until_says("web  running");
    interrupt_twice(&running);
    running.wait().code(130);
    assert!(scenario.containers().iter().all(|one| one.state() == "exited"));
}

#[test]
fn a_third_ctrl_c_ends_the_command() {
    let (mut scenario, proxy) = (scenario(""), Proxy::new());
    scenario.through(&proxy);
    let running = scenario.spawn(["up"]);
    running.until_says("web  running");
    proxy.when("POST", "/stop", Fault::Hold);
    interrupt_twice(&running);
    running.until_says("killing");
    running.interrupt();
    running.wait().code(130);
}

#[test]
fn two_times_ctrl_c_kill_what_is_still_coming_up() {
    let scenario = scenario("    post_start: [{command: [sleep, '1000']}]\n");
    let running = scenario.spawn(["up"]);
    running.until_prints("| ready");
    interrupt_twice(&running);
    let ran = running.wait();
    assert_eq!(scenario.container("web").exit_code(), 137, "{}", ran.told());
    ran.code(130);
}

#[test]
fn ctrl_c_stops_also_when_a_time_to_wait_is_over() {
    let scenario = Scenario::empty();
    let command = "sh -c \"trap 'exit 9' TERM; sleep 2; echo late; while true; do sleep 0.1; done\"";
    scenario.write("compose.yaml", &format!("services: {{web: {{image: busybox, init: true, command: {command}}}}}\n"));
    let running = scenario.spawn(["up", "--wait-timeout", "1"]);
    running.until_prints("| late");
    running.interrupt();
    let ran = running.wait();
    assert_eq!(scenario.container("web").exit_code(), 9, "{}", ran.told());
    ran.code(130);
}

#[test]
fn a_time_to_wait_without_a_wait_has_no_effect() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d", "--wait-timeout", "0"]).ok();
    scenario.hoist(["stop", "-t", "0"]).ok();
    scenario.hoist(["start", "--wait-timeout", "0"]).ok();
    assert!(scenario.containers().iter().all(|one| one.state() == "running"));
}

#[test]
fn an_error_after_ctrl_c_is_told() {
    for words in [&["up", "-d"][..], &["up"], &["create"], &["run", "web"]] {
        let (mut scenario, proxy) = (scenario(""), Proxy::new());
        scenario.through(&proxy);
        proxy.when("GET", "/volumes", Fault::Hold);
        let running = scenario.spawn_words(words);
        proxy.until_held();
        running.interrupt();
        running.until_says("Ctrl-C again ends at once");
        proxy.calm();
        running.wait().code(130).says("error: ").says("the connection to the engine");
    }
}
