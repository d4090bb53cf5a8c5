//! Why a container is replaced that docker compose made: the attribute, by what the engine says of it.

use crate::support::{Scenario, compose};

#[test]
fn the_plan_names_the_one_attribute_in_which_a_container_of_composes_differs() {
    let scenario = Scenario::new("drifting").step("compose", compose(["create"]), []);
    let plan = scenario.hoist(["plan"]).code(2).stdout;
    assert!(!plan.contains('~'), "nothing differs yet:\n{plan}");
    let edits = [
        ("networks: {front: {aliases: [before]}}", "networks: {front: {aliases: [after]}}"),
        ("[NET_RAW]", "[NET_RAW, NET_ADMIN]"),
        ("/before]\n  environment", "/after]\n  environment"),
        ("LOG_LEVEL: before", "LOG_LEVEL: after"),
        ("interval: 7s", "interval: 8s"),
        ("{tier: before", "{tier: after"),
        ("64m", "65m"),
        ("127.0.0.1:0:80", "127.0.0.1:0:81"),
        ("restart: \"no\"", "restart: always"),
        ("\"1000\"", "\"1001\""),
        ("data:/before", "data:/after"),
    ];
    for (from, to) in edits {
        scenario.edit("compose.yaml", from, to);
    }
    let expected = [
        ("alias", "networks.front"),
        ("cap_add", "cap_add"),
        ("command", "command"),
        ("environment", "environment.LOG_LEVEL"),
        ("healthcheck", "healthcheck.interval"),
        ("labels", "labels.tier"),
        ("mem_limit", "mem_limit"),
        ("ports", "ports"),
        ("restart", "restart"),
        ("user", "user"),
        ("volumes", "volumes"),
    ];
    let plan = scenario.hoist(["plan"]).code(2).stdout;
    for (service, attribute) in expected {
        let line = plan.lines().find(|line| line.starts_with(&format!("~ {service} "))).unwrap_or_default();
        assert!(line.ends_with(&format!("  {attribute} changed")), "{service}: {line}\n{plan}");
    }
    assert!(!plan.contains("~ as_it_is"), "{plan}");
}
