//! What an engine would refuse is told before anything is created.

use crate::support::{Fault, Proxy, Scenario};

/// Brings a service up where the engine says nothing of its age, which then is the greatest.
fn on_an_old_engine(service: &str) -> (crate::support::Ran, Vec<String>) {
    let mut scenario = Scenario::empty();
    scenario.write("compose.yaml", &format!("services:\n  web:\n    image: busybox\n{service}"));
    let proxy = Proxy::new();
    proxy.when("GET", "/version", Fault::Refuse { status: 200, message: String::new() });
    scenario.through(&proxy);
    let ran = scenario.hoist(["up", "-d"]);
    (ran, proxy.writes())
}

#[test]
fn what_the_engine_is_too_old_for_is_told_with_its_place_before_the_first_write() {
    for (service, place) in [
        (
            "    volumes:\n      - {type: image, source: alpine, target: /a}\n",
            "compose.yaml:5:9: error[engine-too-old]: a mount",
        ),
        (
            "    networks:\n      default: {interface_name: eth7}\n",
            "compose.yaml:5:33: error[engine-too-old]: 'interface_name'",
        ),
        (
            "    healthcheck:\n      test: a\n      start_period: 1s\n      start_interval: 1s\n",
            "compose.yaml:7:23: error[engine-too-old]: 'start_interval'",
        ),
        ("    annotations: {a: b}\n", "error[engine-too-old]: 'annotations' of service 'web' needs"),
    ] {
        let (ran, writes) = on_an_old_engine(service);
        assert!(writes.is_empty(), "{writes:?}");
        ran.says(place).code(1);
    }
}

#[test]
fn what_every_engine_has_is_no_matter_of_age() {
    let (ran, _) = on_an_old_engine("    command: sleep 1d\n    stop_signal: SIGKILL\n    mem_limit: 64m\n");
    ran.never_says("too-old").ok();
}

#[test]
fn a_missing_source_that_is_not_to_be_made_is_told_before_the_first_write() {
    let mut scenario = Scenario::empty();
    let text = "services:\n  web:\n    image: busybox\n    volumes:\n      - type: bind\n        source: ./none\n        target: /a\n        bind: {create_host_path: false}\n";
    scenario.write("compose.yaml", text);
    let proxy = Proxy::new();
    scenario.through(&proxy);
    let ran = scenario.hoist(["up", "-d"]);
    assert!(proxy.writes().is_empty(), "{:?}", proxy.writes());
    ran.says("compose.yaml:5:9: error[invalid-value]: '")
        .says("/none', which '/a' of service 'web' shows, is not there")
        .code(1);
}
