//! Ports of the host that somebody has: told before anything is done, by every command that starts a container.

use crate::support::{Scenario, example, running, up};

/// A project whose port another project's running container has.
fn crossed() -> (Scenario, Scenario, String) {
    let (mut holder, mut scenario) = (Scenario::new("published"), Scenario::new("published"));
    let port = example::free_port().0.to_string();
    holder.set("PORT", &port);
    scenario.set("PORT", &port);
    (holder, scenario, port)
}

/// The same, where the project has a container that is not started.
fn crossed_and_made() -> (Scenario, Scenario, String) {
    let (holder, scenario, port) = crossed();
    scenario.hoist(["create"]).ok();
    holder.hoist(["up", "-d"]).ok();
    (holder, scenario, port)
}

#[test]
fn start_and_restart_name_theholder_and_start_nothing() {
    let (holder, scenario, port) = crossed_and_made();
    for command in ["start", "restart"] {
        for ran in [scenario.hoist([command]), scenario.hoist([command, "--dry-run"])] {
            assert_eq!(scenario.container("web").state(), "created", "{}", ran.told());
            let ran = ran.code(1).says(&format!("web: port {port} is in use")).says(holder.container("web").name());
            ran.says("compose.yaml:7:9");
        }
    }
    scenario.hoist(["-p", scenario.project(), "start"]).code(1).says(&format!("web: port {port} is in use"));
    holder.hoist(["down"]).ok();
    scenario.hoist(["start"]).ok();
    scenario.hoist(["restart"]).ok();
    assert_eq!(scenario.container("web").state(), "running");
}

#[test]
fn start_goes_by_what_the_container_was_made_to_take() {
    let (holder, mut scenario, port) = crossed();
    let (free, listener) = example::free_port();
    drop(listener);
    scenario.set("PORT", &free.to_string());
    scenario.hoist(["create"]).ok();
    holder.hoist(["up", "-d"]).ok();
    scenario.set("PORT", &port);
    scenario.hoist(["start"]).ok();
    assert_eq!(scenario.container("web").state(), "running");
    scenario.hoist(["up", "-d"]).code(1).says(&format!("web: port {port} is in use"));
}

#[test]
fn scale_names_theholder_and_makes_nothing() {
    let (mut scenario, port) = (Scenario::new("published"), example::free_port().0.to_string());
    scenario.set("PORT", &port);
    scenario.hoist(["up", "-d"]).ok();
    let ran = scenario.hoist(["scale", "web=2"]);
    assert_eq!(scenario.containers().len(), 1, "{}", ran.told());
    ran.code(1).says(&format!("web: port {port} is in use")).says(scenario.container("web").name());
}

#[test]
fn run_with_ports_names_theholder_and_makes_nothing() {
    let (mut scenario, port) = (Scenario::new("published"), example::free_port().0.to_string());
    scenario.set("PORT", &port);
    scenario.hoist(["up", "-d"]).ok();
    let publish = format!("{port}:80");
    let flags: [&[&str]; 2] = [&["--service-ports"], &["-p", &publish]];
    for flags in flags {
        for dry in [&[][..], &["--dry-run"]] {
            let words = [&["run", "--rm", "-T"], dry, flags, &["web", "true"]].concat();
            let ran = scenario.hoist_words(&words);
            assert_eq!(scenario.containers().len(), 1, "{}", ran.told());
            let ran = ran.code(1).says(&format!("web: port {port} is in use")).says(scenario.container("web").name());
            assert_eq!(ran.stderr.contains("compose.yaml:7:9"), flags.len() == 1, "{}", ran.told());
        }
    }
    scenario.hoist(["run", "--rm", "-T", "web", "true"]).ok();
    let free = format!("{}:80", example::free_port().0);
    scenario.hoist(["run", "--rm", "-T", "-p", &free, "web", "true"]).ok();
}

#[test]
fn a_plan_that_would_be_refused_says_so_and_ends_as_up_would() {
    let (holder, scenario, port) = crossed();
    holder.hoist(["up", "-d"]).ok();
    let told = format!("web: port {port} is in use");
    for words in [&["plan"][..], &["up", "-d", "--dry-run"], &["create", "--dry-run"]] {
        let ran = scenario.hoist_words(words);
        if words[0] == "create" {
            // Nothing takes a port that is not started.
            ran.ok();
        } else {
            ran.code(1).prints("to create").says(&told).says(holder.container("web").name());
        }
    }
    let json = scenario.hoist(["plan", "--format", "json"]).code(1).says(&told);
    serde_json::from_str::<serde_json::Value>(&json.stdout).expect("JSON");
    scenario.is_gone();
    holder.hoist(["down"]).ok();
    scenario.hoist(["plan"]).code(2);
    scenario.step("up", up(["-d"]), [running("web")]);
}

#[test]
fn a_plan_without_the_image_that_it_may_not_build_is_refused() {
    let scenario = Scenario::new("built");
    for words in [["plan", "--no-build"], ["create", "--no-build"]] {
        scenario.hoist(words).code(1).says("--no-build forbids to build it");
    }
    scenario.hoist(["up", "--dry-run", "--no-build"]).code(1).prints("to build").says("--no-build forbids");
    scenario.is_gone();
}
