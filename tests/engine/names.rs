//! `names lookup`: what a name resolves to, as the containers see it.

use crate::support::{Proxy, Scenario};
use serde_json::Value;
use std::collections::BTreeSet;

fn up() -> Scenario {
    let scenario = Scenario::new("named");
    scenario.hoist(["up", "-d"]).ok();
    scenario
}

/// Network, address and container of each line.
fn found(scenario: &Scenario, text: &str) -> BTreeSet<(String, String, String)> {
    let answer: Value = serde_json::from_str(text).expect("JSON");
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().replace(scenario.project(), "p");
    let all = answer["addresses"].as_array().expect("a list");
    assert!(all.iter().all(|one| one["answered"] == true && one["expected"] == true), "{answer:#}");
    all.iter().map(|one| (text(one, "network"), text(one, "address"), text(one, "container"))).collect()
}

/// The same, as the engine says.
fn expected(scenario: &Scenario, service: &str, networks: &[&str]) -> BTreeSet<(String, String, String)> {
    let all = scenario.containers().into_iter().filter(|one| one.service() == service);
    let places = all.flat_map(|one| {
        let address = |key: &str| one.0["NetworkSettings"]["Networks"][scenario.name_of(key)]["IPAddress"].clone();
        let place = |key: &&str| {
            let address = address(key).as_str().expect("it is there").to_owned();
            (format!("p_{key}"), address, one.name().replace(scenario.project(), "p"))
        };
        networks.iter().map(place).collect::<Vec<_>>()
    });
    places.collect()
}

#[test]
fn a_service_has_an_address_for_each_container_in_each_network() {
    let scenario = up();
    let ran = scenario.hoist(["names", "lookup", "web", "--format", "json"]).ok();
    assert_eq!(found(&scenario, &ran.stdout), expected(&scenario, "web", &["front", "back"]), "{}", ran.told());
}

#[test]
fn an_alias_resolves_only_where_it_was_given() {
    let scenario = up();
    let ran = scenario.hoist(["names", "lookup", "store", "--format", "json"]).ok();
    assert_eq!(found(&scenario, &ran.stdout), expected(&scenario, "db", &["back"]), "{}", ran.told());
}

#[test]
fn a_tool_of_the_image_gives_the_same_answer() {
    let scenario = up();
    let ran = scenario.hoist(["names", "lookup", "web", "--format", "json", "--inside"]).ok();
    assert_eq!(found(&scenario, &ran.stdout), expected(&scenario, "web", &["front", "back"]), "{}", ran.told());
}

#[test]
fn nothing_is_run_in_a_container_whose_network_can_be_entered() {
    let (mut scenario, proxy) = (up(), Proxy::new());
    scenario.through(&proxy);
    scenario.hoist(["names", "lookup", "web"]).ok();
    assert!(proxy.writes().is_empty(), "{:?}", proxy.writes());
    scenario.hoist(["names", "lookup", "web", "--inside"]).ok();
    assert!(proxy.writes().iter().any(|line| line.contains("exec")), "{:?}", proxy.writes());
}

#[test]
fn people_get_a_table() {
    let scenario = up();
    let ran = scenario.hoist(["names", "lookup", "db"]).ok();
    let network = scenario.name_of("back");
    let row = ran.stdout.lines().find(|line| line.starts_with(&network)).expect("a row").to_owned();
    assert!(row.contains(&format!("{}-db-1", scenario.project())) && row.ends_with("db"), "{row}");
}

#[test]
fn an_unknown_name_exits_1_and_says_what_may_be_meant() {
    up().hoist(["names", "lookup", "stor"]).code(1).says("'stor' resolves nowhere").says("did you mean 'store'?");
}

#[test]
fn a_container_that_does_not_run_is_named() {
    let scenario = up();
    scenario.docker(["stop", scenario.container("db").id()]).ok();
    scenario.hoist(["names", "lookup", "db"]).code(1).says("db-1 does not run: it is exited");
}

#[test]
fn nobody_can_be_asked_when_nothing_runs() {
    Scenario::new("named").hoist(["names", "lookup", "db"]).code(1).says("hoist up -d");
}
