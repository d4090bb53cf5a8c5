//! The engine is restarted in the middle of a command: one clear error, and the next `up` converges.

use crate::support::own_engine::OwnEngine;
use crate::support::{Fault, Proxy, Scenario};
use std::time::Duration;

/// Two services in a chain.
const STACK: &str = "
services:
  web:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    depends_on: {db: {condition: service_healthy}}
  db:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    volumes: [data:/data]
    healthcheck: {test: test -e /data/ready, interval: 1s, retries: 1000}
volumes: {data: }
";

fn stack() -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", STACK);
    scenario
}

/// Fails unless all is up after one more `up`.
fn converges(scenario: &mut Scenario, engine: &OwnEngine) {
    scenario.at(&engine.address());
    scenario.edit("compose.yaml", "test -e /data/ready", "'true'");
    scenario.hoist(["up", "-d"]).ok();
    let project = scenario.project();
    let wanted = [format!("{project}-db-1 running"), format!("{project}-web-1 running")];
    assert_eq!(engine.containers(project), wanted);
    scenario.hoist(["down", "-v"]).ok();
    assert!(engine.containers(project).is_empty());
}

#[test]
fn an_up_that_waits_while_the_engine_is_restarted_says_so_and_the_next_converges() {
    let engine = OwnEngine::start("waits");
    let mut scenario = stack();
    scenario.at(&engine.address());
    let up = scenario.spawn(["up", "-d"]);
    up.until_says("has not succeeded yet");
    engine.restart();
    let ran = up.wait().code(1);
    assert!(ran.stderr.contains("error: "), "{}", ran.told());
    assert!(!ran.stderr.contains("panicked"), "{}", ran.told());
    converges(&mut scenario, &engine);
}

#[test]
fn an_up_that_creates_while_the_engine_is_restarted_says_so_and_the_next_converges() {
    let engine = OwnEngine::start("creates");
    let mut scenario = stack();
    let proxy = Proxy::to(engine.socket());
    proxy.when("POST", "/start", Fault::Delay(Duration::from_secs(1)));
    scenario.at(&proxy.address());
    let up = scenario.spawn(["up", "-d"]);
    proxy.until("POST /containers/create");
    engine.restart();
    let ran = up.wait().code(1);
    assert!(ran.stderr.contains("error: "), "{}", ran.told());
    assert!(!ran.stderr.contains("panicked"), "{}", ran.told());
    converges(&mut scenario, &engine);
}
