//! What goes wrong in the world: one clear error, exit code 1, nothing half made, and the next command works.

use crate::support::{Container, Fault, Proxy, Ran, Scenario, engine, example, replaced, running, up};
use std::time::Duration;

/// Fails unless the command said exactly one error, with a remedy.
#[track_caller]
fn one_error(ran: Ran) -> Ran {
    let ran = ran.code(1);
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("error")).count(), 1, "{}", ran.told());
    assert!(!ran.stderr.contains("panicked"), "{}", ran.told());
    ran
}

#[test]
fn a_port_that_a_container_of_another_project_has_is_named_with_its_holder() {
    let (mut holder, mut scenario) = (Scenario::new("published"), Scenario::new("published"));
    let port = example::free_port().0.to_string();
    holder.set("PORT", &port);
    scenario.set("PORT", &port);
    holder.hoist(["up", "-d"]).ok();
    let ran = one_error(scenario.hoist(["up", "-d"]));
    scenario.is_gone();
    let ran = ran.says(&format!("port {port} is in use")).says("compose.yaml:7:9");
    ran.says(holder.container("web").name()).says(holder.project());
    holder.hoist(["down"]).ok();
    scenario.step("the next up works", up(["-d"]), [running("web")]);
}

#[test]
fn a_port_that_a_process_of_the_host_has_is_named_with_its_holder() {
    let mut scenario = Scenario::new("published");
    let (port, listener) = example::free_port();
    scenario.set("PORT", &port.to_string());
    let ran = one_error(scenario.hoist(["up", "-d"]));
    scenario.is_gone();
    ran.says(&format!("port {port} is in use")).says(&format!("(pid {})", std::process::id()));
    drop(listener);
    scenario.step("the next up works", up(["-d"]), [running("web")]);
}

#[test]
fn all_ports_that_are_taken_are_told_at_once() {
    let [(one, _first), (other, _second)] = [example::free_port(), example::free_port()];
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        &format!(
            "services:\n  a: {{image: busybox, ports: ['{one}:80']}}\n  b: {{image: busybox, ports: ['127.0.0.1:{other}:80']}}\n"
        ),
    );
    let ran = scenario.hoist(["up", "-d"]).code(1);
    scenario.is_gone();
    ran.says(&format!("a: port {one} is in use")).says(&format!("b: port {other} is in use"));
}

#[test]
fn two_services_with_one_port_are_told_with_both_places() {
    let port = example::free_port().0;
    let scenario = Scenario::empty();
    let service = |name: &str| format!("  {name}:\n    image: busybox\n    ports: ['{port}:80']\n");
    scenario.write("compose.yaml", &format!("services:\n{}{}", service("a"), service("b")));
    let ran = scenario.hoist(["up", "-d"]).code(1);
    scenario.is_gone();
    ran.says(&format!("port {port} is published by 'a' and by 'b'")).says("compose.yaml:7:").says("compose.yaml:4:");
}

#[test]
fn a_port_stays_with_the_container_that_is_replaced() {
    let mut scenario = Scenario::new("published");
    scenario.set("PORT", &example::free_port().0.to_string());
    scenario.step("up", up(["-d"]), [running("web")]).step(
        "a forced up",
        up(["-d", "--force-recreate"]),
        [running("web"), replaced("web")],
    );
}

#[test]
fn an_image_that_cannot_be_pulled_is_named_and_nothing_is_made() {
    let mut scenario = Scenario::new("unknown_image");
    let ran = scenario.hoist(["up", "-d"]);
    scenario.is_gone();
    one_error(ran).says("127.0.0.1:9/no/such:1").says("help:").says("not created  its image cannot be fetched");
    scenario.set("IMAGE", "busybox");
    scenario.step("the next up works", up(["-d"]), [running("web")]);
}

#[test]
fn an_image_that_cannot_be_built_is_named_with_what_the_builder_said() {
    let scenario = Scenario::new("built");
    scenario.edit("Dockerfile", "COPY content /content", "RUN echo about to fail && exit 9");
    let ran = scenario.hoist(["up", "-d"]);
    scenario.is_gone();
    one_error(ran).says("app").says("about to fail");
    scenario.edit("Dockerfile", "RUN echo about to fail && exit 9", "COPY content /content");
    scenario.step("the next up works", up(["-d"]), [running("app"), running("other")]);
}

#[test]
fn an_external_network_that_is_missing_is_named_before_anything_is_made() {
    let scenario = Scenario::new("external_missing");
    let ran = scenario.hoist(["up", "-d"]);
    scenario.is_gone();
    one_error(ran).says("hoist-test-never-made").says("docker network create hoist-test-never-made");
}

#[test]
fn a_command_that_is_not_in_the_image_is_named() {
    let mut scenario = Scenario::new("no_such_command");
    one_error(scenario.hoist(["up", "-d"])).says("web").says("/no/such/program");
    scenario.set("COMMAND", "httpd -f");
    scenario.step("the next up works", up(["-d"]), [running("web")]);
}

#[test]
fn a_dependency_that_dies_at_start_keeps_its_dependent_from_starting() {
    let scenario = Scenario::new("dies_at_start");
    let ran = scenario.hoist(["up", "-d"]);
    let web: Vec<_> = scenario.containers().into_iter().filter(|one| one.service() == "web").collect();
    assert!(web.iter().all(|one| one.state() == "created"), "{}", ran.told());
    one_error(ran).says("db").says("exited with code 3").says("bad configuration");
}

#[test]
fn after_a_death_at_start_a_mended_file_comes_up() {
    let mut scenario = Scenario::new("dies_at_start");
    scenario.hoist(["up", "-d"]).code(1);
    scenario.set("DB", "httpd -f");
    scenario.step("the next up works", up(["-d"]), [running("web"), running("db")]);
}

#[test]
fn an_unhealthy_dependency_keeps_its_dependent_from_starting() {
    let scenario = Scenario::new("unhealthy");
    let ran = scenario.hoist(["up", "-d"]);
    let web: Vec<_> = scenario.containers().into_iter().filter(|one| one.service() == "web").collect();
    assert!(web.iter().all(|one| one.state() == "created"), "{}", ran.told());
    assert_eq!(scenario.container("db").health(), "unhealthy");
    one_error(ran);
}

#[test]
fn an_unhealthy_dependency_is_told_by_its_last_probe_and_its_own_last_lines() {
    let ran = one_error(Scenario::new("unhealthy").hoist(["up", "-d"]));
    let ran = ran.says("db").says("unhealthy").says("exit code 7").says("the journal is missing");
    ran.says("cannot open the journal").never_says("chatter of another service");
}

#[test]
fn a_job_that_fails_keeps_its_dependent_from_starting() {
    let scenario = Scenario::new("failing_job");
    let ran = scenario.hoist(["up", "-d"]);
    let web: Vec<_> = scenario.containers().into_iter().filter(|one| one.service() == "web").collect();
    assert!(web.iter().all(|one| one.state() == "created"), "{}", ran.told());
    let ran = one_error(ran).says("job").says("exited with code 4").says("no such table");
    ran.says("✘ job  exited with code 4").says("needs job");
}

#[test]
fn a_job_that_is_not_required_may_fail() {
    let mut scenario = Scenario::new("failing_job");
    scenario.set("REQUIRED", "false");
    scenario.step("up", up(["-d"]), [running("web")]);
}

#[test]
fn down_cleans_up_after_a_failed_up() {
    let scenario = Scenario::new("unhealthy");
    scenario.hoist(["up", "-d"]).code(1);
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn no_engine_at_the_socket_is_one_error_with_its_address() {
    let mut scenario = Scenario::new("three_services");
    scenario.at("unix:///no/such/engine.sock");
    for command in ["ps", "plan", "down", "logs"] {
        one_error(scenario.hoist([command])).says("/no/such/engine.sock").says("help:");
    }
    one_error(scenario.hoist(["up", "-d"])).says("/no/such/engine.sock");
    scenario.directly();
    scenario.step("the next up works", up(["-d"]), [running("web")]);
}

#[test]
fn a_refused_create_is_told_in_the_engines_words_and_the_next_up_converges() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    proxy.when("POST", "/containers/create", Fault::Refuse { status: 500, message: "the disk is on fire".into() });
    let ran = scenario.hoist(["up", "-d"]);
    assert!(scenario.containers().is_empty());
    ran.code(1).says("the disk is on fire");
    proxy.calm();
    scenario.step("the next up works", up(["-d"]), [running("web"), running("db")]);
}

#[test]
fn a_refused_start_skips_what_needs_it() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    proxy.when("POST", "/start", Fault::Refuse { status: 500, message: "not today".into() });
    let ran = scenario.hoist(["up", "-d"]);
    assert!(scenario.containers().iter().all(|one| one.state() == "created"), "{}", ran.told());
    one_error(ran).says("not today").says("✘ web  not started").says("✘ db   not started  cannot be started");
    proxy.calm();
    scenario.step("the next up works", up(["-d"]), [running("web"), running("db")]);
}

#[test]
fn a_connection_that_breaks_after_the_engine_did_the_work_leaves_nothing_double() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    proxy.when("POST", "/containers/create", Fault::CutAfter);
    scenario.hoist(["up", "-d"]).code(1);
    proxy.calm();
    scenario.hoist(["up", "-d"]).ok();
    let names: Vec<_> = scenario.containers().iter().map(|one| one.name().to_owned()).collect();
    assert_eq!(names, ["db", "web"].map(|service| format!("{}-{service}-1", scenario.project())));
}

#[test]
fn a_connection_that_breaks_is_one_error() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    proxy.when("GET", "/containers/json", Fault::Cut);
    one_error(scenario.hoist(["up", "-d"])).says("connection");
}

#[test]
fn a_container_that_dies_while_the_rest_comes_up_is_an_error_with_its_last_lines() {
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        "services:\n  dead: {image: busybox, command: sh -c 'echo boom; exit 3'}\n  \
         db: {image: busybox, init: true, command: sh -c 'sleep 1; touch /ok; sleep 1000', \
         healthcheck: {test: test -f /ok, interval: 30s}}\n  \
         web: {image: busybox, init: true, command: sleep 1000, depends_on: {db: {condition: service_healthy}}}\n",
    );
    let ran = scenario.hoist(["up", "-d"]).code(1);
    assert_eq!(scenario.container("web").state(), "running");
    ran.says("dead exited with code 3 right after its start").says("boom");
}

#[test]
fn a_wait_ends_with_an_error_when_the_engine_tells_no_more() {
    let (mut scenario, proxy) = (Scenario::empty(), Proxy::new());
    scenario.write(
        "compose.yaml",
        "services:\n  job: {image: busybox, init: true, command: sleep 1000}\n  \
         web: {image: busybox, depends_on: {job: {condition: service_completed_successfully}}}\n",
    );
    scenario.through(&proxy);
    proxy.when("GET", "/events", Fault::Cut);
    let ran = scenario.hoist(["up", "-d"]).code(1);
    assert_eq!(scenario.container("web").state(), "created");
    ran.says("job: ");
    proxy.calm();
    scenario.hoist(["down", "-t", "0"]).ok();
    assert!(scenario.containers().is_empty());
}

#[test]
fn a_slow_engine_is_waited_for() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    proxy.when("POST", "/networks/create", Fault::Delay(Duration::from_secs(2)));
    scenario.step("up", up(["-d"]), [running("web"), running("db")]);
}

#[test]
fn a_container_that_vanishes_during_down_is_no_fault() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.hoist(["up", "-d"]).ok();
    scenario.through(&proxy);
    proxy.when("DELETE", "/containers/", Fault::Refuse { status: 404, message: "No such container".into() });
    let ran = scenario.hoist(["down"]);
    engine::sweep(scenario.project());
    assert!(!ran.stderr.contains("No such container"), "{}", ran.told());
}

#[test]
fn one_removal_that_fails_leaves_the_others_going_and_is_named() {
    let (mut scenario, proxy) = (Scenario::new("three_services"), Proxy::new());
    scenario.hoist(["up", "-d"]).ok();
    scenario.through(&proxy);
    let other = scenario.container("other");
    let id: &'static str = Box::leak(other.id().to_owned().into_boxed_str());
    proxy.when("DELETE", id, Fault::Refuse { status: 500, message: "it will not go".into() });
    let ran = scenario.hoist(["down"]);
    let left: Vec<_> = scenario.containers().iter().map(Container::service).collect();
    assert_eq!(left, ["other"], "{}", ran.told());
    ran.code(1).says("other").says("it will not go");
    proxy.calm();
    scenario.hoist(["down"]).ok();
    scenario.is_gone();
}
