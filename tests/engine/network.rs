//! Names resolve within a network, and not across.

use crate::support::Scenario;

#[track_caller]
fn resolves(scenario: &Scenario, from: &str, name: &str) -> bool {
    let ran = scenario.inside(from, &format!("nslookup -type=a {name}"));
    assert!(ran.stdout.contains("127.0.0.11"), "nobody answered\n{}", ran.told());
    ran.code == Some(0)
}

#[test]
fn every_service_resolves_by_its_name_on_the_projects_network() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    for (from, name) in [("web", "db"), ("db", "web"), ("web", "web")] {
        assert!(resolves(&scenario, from, name), "'{name}' from '{from}'");
    }
}

#[test]
fn a_service_resolves_on_each_network_it_is_on() {
    let scenario = Scenario::new("two_networks");
    scenario.hoist(["up", "-d"]).ok();
    for (from, name) in [("front", "middle"), ("back", "middle"), ("middle", "front"), ("middle", "back")] {
        assert!(resolves(&scenario, from, name), "'{name}' from '{from}'");
    }
}

#[test]
fn a_service_does_not_resolve_across_networks() {
    let scenario = Scenario::new("two_networks");
    scenario.hoist(["up", "-d"]).ok();
    for (from, name) in [("front", "back"), ("back", "front")] {
        assert!(!resolves(&scenario, from, name), "'{name}' from '{from}'");
    }
}

#[test]
fn an_alias_resolves_on_its_network_only() {
    let scenario = Scenario::new("two_networks");
    scenario.hoist(["up", "-d"]).ok();
    assert!(resolves(&scenario, "back", "nickname"));
    assert!(!resolves(&scenario, "front", "nickname"));
}

#[test]
fn names_still_resolve_after_a_replacement() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    scenario.hoist(["up", "-d"]).ok();
    assert!(resolves(&scenario, "web", "db"));
}

#[test]
fn every_replica_answers_to_the_services_name() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d", "--scale", "db=2"]).ok();
    let found = scenario.inside("web", "nslookup -type=a db").ok().stdout;
    assert_eq!(found.lines().filter(|line| line.starts_with("Address")).count(), 1 + 2, "{found}");
}
