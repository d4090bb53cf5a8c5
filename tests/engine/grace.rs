//! The time between the stop signal and the kill.

use crate::support::{Scenario, engine};
use serde_json::Value;

/// The engine's events of a container so far: what happened, and when, in milliseconds.
fn events(id: &str) -> Vec<(String, u64)> {
    let filters = engine::encoded(&format!(r#"{{"container":["{id}"]}}"#));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    let path = format!("/events?since={}&until={}&filters={filters}", now - 600, now + 1);
    let (_, text) = engine::request("GET", &path, None);
    let event = |line: &str| {
        let event: Value = serde_json::from_str(line).ok()?;
        let signal = event.pointer("/Actor/Attributes/signal").and_then(Value::as_str).unwrap_or_default();
        let what = format!("{} {signal}", event["Action"].as_str()?);
        Some((what.trim().to_owned(), event["timeNano"].as_u64()? / 1_000_000))
    };
    text.lines().filter_map(event).collect()
}

fn when(events: &[(String, u64)], what: &str) -> u64 {
    events.iter().find(|(one, _)| one == what).unwrap_or_else(|| panic!("no '{what}' in {events:?}")).1
}

const DEAF: &str = "services:\n  web:\n    image: busybox\n    init: false\n    stop_grace_period: GRACE\n    \
    command: [sh, -c, \"trap '' TERM; while :; do sleep 0.1; done\"]\n";

#[test]
fn half_a_second_of_grace_is_half_a_second() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &DEAF.replace("GRACE", "500ms"));
    scenario.hoist(["up", "-d"]).ok();
    let id = scenario.container("web").id().to_owned();
    scenario.hoist(["down"]).ok();
    let all = events(&id);
    let took = when(&all, "kill 9") - when(&all, "kill 15");
    assert!((450..1000).contains(&took), "{took} ms: {all:?}");
}

#[test]
fn a_container_that_compose_made_has_the_same_grace() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &DEAF.replace("GRACE", "1500ms"));
    scenario.compose(["up", "-d"]).ok();
    let id = scenario.container("web").id().to_owned();
    scenario.hoist(["down"]).ok();
    let all = events(&id);
    let took = when(&all, "kill 9") - when(&all, "kill 15");
    assert!((1450..2000).contains(&took), "{took} ms: {all:?}");
}
