//! `up --watch`: the output of all services, and containers that are as the files of the host are.

use crate::support::trees::until_inside;
use crate::support::{Running, Scenario};
use std::fs;

/// A service that says what is in its file when it starts, and waits.
fn project(more: &str) -> Scenario {
    let scenario = Scenario::empty();
    let text = format!(
        "
services:
  web:
    image: busybox
    init: true
    command: sh -c 'cat /app/f; echo so far; exec sleep 1000'
    develop: {{watch: [{{path: ./src, action: sync+restart, target: /app}}]}}
{more}"
    );
    scenario.write("compose.yaml", &text);
    fs::create_dir(scenario.folder().join("src")).unwrap();
    scenario
}

fn watched<const N: usize>(scenario: &Scenario, words: [&str; N]) -> Running {
    let running = scenario.spawn(words);
    running.until_prints("Watch enabled");
    running
}

fn states(scenario: &Scenario) -> Vec<String> {
    scenario.containers().iter().map(|one| one.state().to_owned()).collect()
}

#[test]
fn its_output_goes_on_after_a_restart_and_ctrl_c_stops_all() {
    let scenario = project("");
    let running = watched(&scenario, ["up", "--watch"]);
    running.until_prints("web-1  | so far");
    scenario.write("src/f", "saved\n");
    running.until_prints("web-1  | saved");
    running.until_prints("restarted web: src/f changed, ");
    running.interrupt();
    let ran = running.wait();
    assert_eq!(states(&scenario), ["exited"], "{}", ran.told());
    ran.code(130).never_says("aborting");
}

#[test]
fn a_restart_is_no_end_where_an_end_is_that_of_all() {
    let scenario = project("");
    let running = watched(&scenario, ["up", "-w", "--abort-on-container-exit"]);
    for text in ["one", "two"] {
        scenario.write("src/f", text);
        running.until_prints(&format!("web-1  | {text}"));
    }
    assert_eq!(states(&scenario), ["running"], "{}", running.so_far());
    scenario.docker(["kill", scenario.container("web").id()]).ok();
    running.wait().code(137).says("web-1 exited with code 137: aborting");
}

#[test]
fn what_has_ended_is_started_by_the_next_save() {
    let scenario = project("");
    scenario.edit("compose.yaml", "exec sleep 1000", "test ! -s /app/f || exec sleep 1000");
    let running = watched(&scenario, ["up", "--watch"]);
    running.until_says("web-1 exited with code 0");
    scenario.write("src/f", "mended\n");
    running.until_prints("web-1  | mended");
    until_inside(&scenario, ("web", "cat /app/f"), "mended", &running);
}

#[test]
fn a_service_that_an_edit_adds_is_heard_and_stopped_with_the_others() {
    let scenario = project("");
    let running = watched(&scenario, ["up", "--watch", "--scale", "web=2"]);
    let text = fs::read_to_string(scenario.folder().join("compose.yaml")).unwrap();
    let added = "  new: {image: busybox, init: true, command: sh -c 'echo new here; exec sleep 1000'}\n";
    scenario.write("compose.yaml", &format!("{text}{added}"));
    running.until_prints("new-1  | new here");
    assert_eq!(states(&scenario), ["running"; 3], "two of web stay two\n{}", running.so_far());
    running.interrupt();
    let ran = running.wait();
    assert_eq!(states(&scenario), ["exited"; 3], "{}", ran.told());
    ran.code(130);
}

#[test]
fn what_contradicts_it_is_refused_as_by_docker_compose() {
    let scenario = project("");
    let of_compose =
        "--abort-on-container-exit, --abort-on-container-failure, --attach, --attach-dependencies or --watch";
    for (flag, words) in [
        ("-d", format!("--detach cannot be combined with {of_compose}")),
        ("--wait", format!("--wait cannot be combined with {of_compose}")),
        ("--no-build", "--no-build and --watch are incompatible".to_owned()),
    ] {
        scenario.hoist(["up", flag, "--watch"]).code(1).says(&words);
    }
    scenario.edit("compose.yaml", "    develop", "    x-develop");
    scenario.hoist(["up", "--watch"]).code(1).says("nothing to watch");
    scenario.is_gone();
}
