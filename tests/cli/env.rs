//! `env explain`: values, where they came from, and what they replaced.

use crate::support::Scenario;

const COMPOSE: &str = "\
services:
  web:
    image: busybox:1
    env_file: [web.env]
    environment:
      LEVEL: info
      URL: http://${HOST}/
      ASKED:
";

fn project() -> Scenario {
    let mut scenario = Scenario::empty();
    scenario.write("compose.yaml", COMPOSE);
    scenario.write("compose.override.yaml", "services:\n  web:\n    environment:\n      - LEVEL=debug\n");
    scenario.write("web.env", "LEVEL=warn\nONLY=here\nMADE=${ONLY}!\n");
    scenario.write(".env", "# names\nHOST=example\n");
    scenario.set("ASKED", "shell");
    scenario
}

#[test]
fn every_variable_says_where_it_is_from() {
    let ran = project().hoist(["env", "explain", "web"]).ok();
    let expected = "\
ASKED=shell
  from the environment, asked for by compose.yaml:8:7
LEVEL=debug
  from compose.override.yaml:4:9
  over 'info' of compose.yaml:6:14
  over 'warn' of env_file web.env:1:7
MADE=here!
  from env_file web.env:3:6, with 'ONLY' from web.env:2
ONLY=here
  from env_file web.env:2:6
URL=http://example/
  from compose.yaml:7:12, with 'HOST' from .env:2
";
    assert_eq!(ran.stdout, expected, "{}", ran.told());
}

#[test]
fn one_variable_is_shown_alone() {
    let ran = project().hoist(["env", "explain", "web", "ONLY"]).ok();
    assert_eq!(ran.stdout, "ONLY=here\n  from env_file web.env:2:6\n");
}

#[test]
fn a_variable_that_nobody_sets_is_said_so() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services:\n  web:\n    image: x:1\n    environment: [NOPE]\n");
    let ran = scenario.hoist(["env", "explain", "web"]).ok();
    ran.prints("NOPE is not set\n  from compose.yaml:4:19, which leaves it to the environment");
}

#[test]
fn an_unknown_variable_or_service_is_told_with_what_was_meant() {
    let scenario = project();
    scenario.hoist(["env", "explain", "web", "LEVLE"]).code(1).says("did you mean 'LEVEL'?");
    scenario.hoist(["env", "explain", "wbe"]).code(1).says("no such service: wbe").says("did you mean 'web'?");
}

#[test]
fn json_gives_machines_the_same_facts() {
    let ran = project().hoist(["env", "explain", "web", "LEVEL", "--format", "json"]).ok();
    let object: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let one = &object["variables"][0];
    assert_eq!((&one["value"], &one["source"]), (&"debug".into(), &"environment".into()));
    assert_eq!((&one["file"], &one["line"]), (&"compose.override.yaml".into(), &4.into()));
    let replaced = one["replaced"].as_array().unwrap().iter().map(|lost| lost["value"].as_str().unwrap());
    assert_eq!(replaced.collect::<Vec<_>>(), ["info", "warn"]);
    assert_eq!(one["replaced"][1]["source"], "env_file");
}
