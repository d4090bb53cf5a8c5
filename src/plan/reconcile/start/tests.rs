//! What `start` and `restart` do, one obligation each.

use super::*;
use crate::testing::{applied, plan_lines, project, reasons};

const CHAIN: &str = "services:
  web: {image: web, depends_on: {api: {condition: service_started, restart: true}}}
  api: {image: api, depends_on: {db: {condition: service_healthy}}}
  db: {image: db, healthcheck: {test: [CMD, ok]}}
  other: {image: other}";

fn seen(state: impl Fn(&str) -> State) -> Observed {
    let mut seen = applied(&project(CHAIN));
    for container in &mut seen.containers {
        container.state = state(container.service.as_str());
        container.health = None;
    }
    seen
}

fn targets<const N: usize>(names: [&str; N]) -> Policy {
    Policy { targets: names.map(|name| name.parse().expect("valid")).into(), ..Policy::default() }
}

#[test]
fn start_brings_what_a_service_needs_first_and_waits_for_it() {
    let plan = start(&project(CHAIN), &seen(|_| State::Exited(0)), &targets(["api"])).expect("all are there");
    let expected = ["start db-1", "await db-1 healthy [start db-1]", "start api-1 [await db-1 healthy]"];
    assert_eq!(plan_lines(&plan), expected);
    assert_eq!(reasons(&plan)[0], "start db-1: exited (0)");
}

#[test]
fn start_leaves_alone_what_runs() {
    let plan = start(&project(CHAIN), &seen(|_| State::Running), &Policy::default()).expect("all are there");
    assert!(plan.is_empty(), "{:?}", plan_lines(&plan));
}

#[test]
fn start_wants_a_container_of_each_service_before_it_starts_any() {
    let mut seen = seen(|_| State::Created);
    seen.containers.retain(|one| one.service.as_str() != "other");
    let blocked = start(&project(CHAIN), &seen, &Policy::default()).expect_err("'other' has none");
    assert_eq!(blocked.to_string(), "service 'other' has no container to start");
    assert!(start(&project(CHAIN), &seen, &targets(["web"])).is_ok());
}

#[test]
fn start_with_wait_ends_when_all_are_ready() {
    let policy = Policy { reach: Reach::Ready, ..targets(["db", "other"]) };
    let plan = start(&project(CHAIN), &seen(|_| State::Exited(0)), &policy).expect("all are there");
    let last: Vec<_> = plan_lines(&plan).into_iter().filter(|line| line.starts_with("await")).collect();
    assert_eq!(last, ["await db-1 healthy [start db-1]", "await other-1 running [start other-1]"]);
}

#[test]
fn restart_draws_in_what_asked_to_be_restarted_and_nothing_else() {
    let plan = restart(&project(CHAIN), &seen(|_| State::Running), &targets(["api"]));
    let expected = ["stop api-1", "start api-1 [stop api-1]", "stop web-1 [start api-1]", "start web-1 [stop web-1]"];
    assert_eq!(plan_lines(&plan), expected);
    assert_eq!(reasons(&plan)[2], "stop web-1: its dependency 'api' is restarted");
}

#[test]
fn restart_of_a_database_waits_until_it_is_healthy_before_its_dependent_stops() {
    let plan = restart(&project(CHAIN), &seen(|_| State::Running), &targets(["db", "api"]));
    assert_eq!(plan_lines(&plan)[3], "stop api-1 [await db-1 healthy]");
}

#[test]
fn restart_without_dependents_is_of_the_targets_only() {
    let policy = Policy { dependencies: Dependencies::Leave, ..targets(["api"]) };
    let plan = restart(&project(CHAIN), &seen(|_| State::Running), &policy);
    assert_eq!(plan_lines(&plan), ["stop api-1", "start api-1 [stop api-1]"]);
}

#[test]
fn restart_starts_what_does_not_run() {
    let plan = restart(&project(CHAIN), &seen(|_| State::Exited(3)), &targets(["other"]));
    assert_eq!(plan_lines(&plan), ["start other-1"]);
}
