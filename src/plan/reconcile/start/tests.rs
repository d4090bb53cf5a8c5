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
    let plan = restart(&project(CHAIN), &seen(|_| State::Running), &targets(["api"])).expect("possible");
    let expected = ["stop api-1", "start api-1 [stop api-1]", "stop web-1 [start api-1]", "start web-1 [stop web-1]"];
    assert_eq!(plan_lines(&plan), expected);
    assert_eq!(reasons(&plan)[2], "stop web-1: its dependency 'api' is restarted");
}

#[test]
fn restart_of_a_database_waits_until_it_is_healthy_before_its_dependent_stops() {
    let plan = restart(&project(CHAIN), &seen(|_| State::Running), &targets(["db", "api"])).expect("possible");
    assert_eq!(plan_lines(&plan)[3], "stop api-1 [await db-1 healthy]");
}

#[test]
fn restart_without_dependents_is_of_the_targets_only() {
    let policy = Policy { dependencies: Dependencies::Leave, ..targets(["api"]) };
    let plan = restart(&project(CHAIN), &seen(|_| State::Running), &policy).expect("possible");
    assert_eq!(plan_lines(&plan), ["stop api-1", "start api-1 [stop api-1]"]);
}

#[test]
fn restart_starts_what_does_not_run() {
    let plan = restart(&project(CHAIN), &seen(|_| State::Exited(3)), &targets(["other"])).expect("possible");
    assert_eq!(plan_lines(&plan), ["start other-1"]);
}

/// Once `b` lived in the network of `a`; the file says it no more.
fn apart(state: impl Fn(&str) -> State) -> (Project, Observed) {
    let shares = "services:
  a: {image: x}
  b: {image: x, network_mode: 'service:a', depends_on: {a: {condition: service_started, restart: true}}}";
    let mut seen = applied(&project(shares));
    for container in &mut seen.containers {
        container.state = state(container.service.as_str());
    }
    (project("services: {b: {image: x}, a: {image: x}}"), seen)
}

#[test]
fn start_follows_what_containers_share_and_not_only_what_the_file_says() {
    let (file, seen) = apart(|_| State::Exited(0));
    let plan = start(&file, &seen, &Policy::default()).expect("both can run");
    assert_eq!(plan_lines(&plan), ["start a-1", "start b-1 [start a-1]"]);
}

#[test]
fn restart_stops_what_lives_in_a_container_before_that_one_whatever_the_file_says() {
    let (file, seen) = apart(|_| State::Running);
    let plan = restart(&file, &seen, &Policy::default()).expect("both can run");
    let expected = ["stop b-1", "stop a-1 [stop b-1]", "start a-1 [stop a-1]", "start b-1 [start a-1, stop b-1]"];
    assert_eq!(plan_lines(&plan), expected);
}

#[test]
fn what_shares_with_a_container_that_does_not_run_is_not_started_nor_stopped() {
    let words = "'p-b-1' shares with 'p-a-1', which does not run";
    let (file, seen) = apart(|_| State::Exited(0));
    let blocked = start(&file, &seen, &targets(["b"])).expect_err("'a' does not run");
    assert_eq!(blocked.to_string(), words);
    assert_eq!(blocked.faults[0].help.as_deref(), Some("'hoist up -d b' makes it anew, as the file says"));
    let (file, seen) = apart(|name| if name == "a" { State::Exited(1) } else { State::Running });
    let blocked = restart(&file, &seen, &targets(["b"])).expect_err("'a' does not run");
    assert_eq!(blocked.to_string(), words);
}

#[test]
fn what_shared_with_a_container_that_is_gone_is_not_started() {
    let (file, mut seen) = apart(|_| State::Exited(0));
    seen.containers.remove(0);
    let blocked = start(&file, &seen, &targets(["b"])).expect_err("'a' is gone");
    assert_eq!(blocked.to_string(), "'p-b-1' shares with a container of 'a' that is gone");
}

#[test]
fn what_comes_after_the_one_that_lives_in_it_by_now_is_refused() {
    let (_, seen) = apart(|_| State::Exited(0));
    let file = project("services: {b: {image: x}, a: {image: x, depends_on: {b: {condition: service_started}}}}");
    for blocked in [start(&file, &seen, &Policy::default()), restart(&file, &seen, &Policy::default())] {
        let message = blocked.expect_err("neither can come first").to_string();
        assert!(message.starts_with("'p-b-1' shares with 'p-a-1', which "), "{message}");
    }
}
