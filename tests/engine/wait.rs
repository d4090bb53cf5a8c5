//! `up --wait`: one deadline over all, verdicts that come early, and what explains them.

use crate::support::{Fault, Proxy, Ran, Scenario, exited, running, up};
use std::time::{Duration, Instant};

/// Far below any interval and deadline in the cases, far above the work.
const SOON: Duration = Duration::from_secs(20);

/// A project of these services.
fn of(services: &str) -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &format!("services:\n{services}"));
    scenario
}

/// `up --wait` that fails with one error, long before anybody's patience ends.
#[track_caller]
fn fails_soon(scenario: &Scenario) -> Ran {
    let began = Instant::now();
    let ran = scenario.hoist(["up", "--wait"]).code(1);
    assert!(began.elapsed() < SOON, "{:?}\n{}", began.elapsed(), ran.told());
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("error")).count(), 1, "{}", ran.told());
    ran
}

#[test]
fn it_waits_until_all_is_healthy() {
    let scenario = Scenario::new("ordered");
    let ran = scenario.hoist(["up", "-d", "--wait", "db"]);
    scenario.inside("db", "test -e /ready").ok();
    ran.ok();
}

/// A job that ends with a code when it is told to, next to a service that is healthy when the test says so.
fn job_and_slow(code: u8) -> Scenario {
    of(&format!(
        "  job: {{image: busybox, command: sh -c \"trap 'echo the end; exit {code}' TERM; sleep 1000 & wait\"}}\n  \
         slow: {{image: busybox, init: true, command: sleep 1000, healthcheck: {{test: test -e /ok, interval: 60s}}}}\n"
    ))
}

/// `up --wait` in which the job ends long after the first look at it, and long before all is ready.
fn ends_in_between(scenario: &Scenario) -> Ran {
    let waiting = scenario.spawn(["up", "--wait"]);
    waiting.until_says("job running");
    let job = scenario.container("job");
    scenario.docker(["kill", "--signal", "TERM", job.id()]).ok();
    job.wait();
    scenario.inside("slow", "touch /ok").ok();
    waiting.wait()
}

#[test]
fn a_one_shot_that_has_ended_well_before_the_first_look_is_success() {
    let scenario = of("  job: {image: busybox, command: 'true'}\n  \
                       web: {image: busybox, init: true, command: sleep 1000}\n");
    scenario.step("up", up(["--wait"]), [exited("job", 0), running("web")]);
}

#[test]
fn a_one_shot_that_ends_well_after_the_first_look_is_success() {
    let scenario = job_and_slow(0);
    let ran = ends_in_between(&scenario);
    assert_eq!(scenario.container("job").state(), "exited", "{}", ran.told());
    ran.ok();
}

#[test]
fn a_one_shot_that_fails_after_the_first_look_is_a_failure() {
    ends_in_between(&job_and_slow(4)).code(1).says("job exited with code 4").says("the end");
}

#[test]
fn every_replica_is_looked_at() {
    let scenario = job_and_slow(0);
    scenario.edit("compose.yaml", "{image: busybox, command: sh -c", "{image: busybox, scale: 3, command: sh -c");
    let waiting = scenario.spawn(["up", "--wait"]);
    waiting.until_says("job-2 running");
    let second = scenario.containers().into_iter().find(|one| one.name().ends_with("job-2")).unwrap();
    scenario.docker(["kill", second.id()]).ok();
    second.wait();
    scenario.inside("slow", "touch /ok").ok();
    waiting
        .wait()
        .code(1)
        .says(&format!("{} exited with code 137", second.name()))
        .says("2 running, 1 exited with code 137");
}

#[test]
fn a_crash_loop_ends_the_wait_early_with_a_verdict() {
    let scenario = of("  web: {image: busybox, restart: always, command: sh -c 'echo no database; exit 1'}\n");
    let ran = fails_soon(&scenario);
    scenario.docker(["kill", scenario.container("web").id()]);
    ran.says("crash-looping: 5 restarts, last exit 1").says("no database").says("restarted 5 times");
}

#[test]
fn a_dependency_that_crash_loops_keeps_its_dependent_from_starting() {
    let scenario = of(
        "  db: {image: busybox, restart: always, command: sh -c 'exit 7', healthcheck: {test: 'true', interval: 60s}}\n  \
                       web: {image: busybox, depends_on: {db: {condition: service_healthy}}}\n",
    );
    let ran = fails_soon(&scenario);
    assert_eq!(scenario.container("web").state(), "created", "{}", ran.told());
    ran.says("crash-looping: 5 restarts, last exit 7").says("created and not started: web");
}

#[test]
fn a_container_that_recovers_from_a_few_crashes_is_no_crash_loop() {
    let scenario = of("  web:\n    image: busybox\n    restart: always\n    init: true\n    \
                       command: sh -c 'echo x >>/tries; test $$(wc -l </tries) -gt 2 || exit 1; touch /ok; sleep 1000'\n    \
                       healthcheck: {test: test -e /ok, interval: 60s}\n");
    scenario.step("up", up(["--wait"]), [running("web")]);
}

#[test]
fn a_job_that_the_engine_may_try_again_has_all_its_tries() {
    let scenario = of("  job:\n    image: busybox\n    restart: on-failure:7\n    \
                       command: sh -c 'echo x >>/tries; test $$(wc -l </tries) -gt 6'\n  \
                       web: {image: busybox, init: true, command: sleep 1000, depends_on: {job: {condition: service_completed_successfully}}}\n");
    scenario.step("up", up(["--wait"]), [exited("job", 0), running("web")]);
}

#[test]
fn at_the_deadline_it_says_what_was_still_waited_for_and_why() {
    let scenario = Scenario::new("ordered");
    scenario.edit("compose.yaml", "sleep 1; touch /ready", "sleep 1000");
    scenario.edit("compose.yaml", "test: test -e /ready", "test: ls /ready");
    let began = Instant::now();
    let ran = scenario.hoist(["up", "-d", "--wait", "--wait-timeout", "9"]);
    assert!(began.elapsed() < SOON);
    let ran = ran.code(1).says("db-1 is not ready after 9s: its health check has not succeeded yet");
    ran.says("exit code 1").says("/ready: No such file").says("created and not started: web");
}

#[test]
fn the_deadline_holds_for_images_too() {
    let (mut scenario, proxy) = (Scenario::new("unknown_image"), Proxy::new());
    scenario.through(&proxy);
    proxy.when("POST", "/images/create", Fault::Delay(Duration::from_mins(1)));
    let began = Instant::now();
    let ran = scenario.hoist(["up", "--wait", "--wait-timeout", "2"]);
    assert!(began.elapsed() < SOON);
    scenario.is_gone();
    ran.code(1).says("the time of 2s was over");
}

#[test]
fn an_end_for_want_of_memory_is_told() {
    // Not ready before its end, however long a busy machine takes to fill the memory.
    let ran = fails_soon(&of("  web:\n    image: busybox\n    mem_limit: 16m\n    memswap_limit: 16m\n    \
                              command: tail /dev/zero\n    healthcheck: {test: 'false', interval: 60s}\n"));
    ran.says("exited with code 137").says("killed for want of memory").says("mem_limit");
}

#[test]
fn a_wait_for_the_health_of_what_has_no_health_check_is_told_with_the_remedy() {
    let scenario = of("  db: {image: busybox, init: true, command: sleep 1000}\n  \
                       web: {image: busybox, depends_on: {db: {condition: service_healthy}}}\n");
    let ran = fails_soon(&scenario);
    ran.says("db").says("without a health check").says("give 'db' a 'healthcheck'");
}

#[test]
fn machines_get_the_evidence_as_data() {
    let scenario = of("  job: {image: busybox, command: sh -c 'echo no table; exit 4'}\n");
    let ran = scenario.hoist(["--progress", "json", "up", "--wait"]).code(1);
    let line =
        ran.stderr.lines().find(|line| line.contains("\"evidence\"")).unwrap_or_else(|| panic!("{}", ran.told()));
    let told: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(told["level"], "error");
    assert_eq!((&told["evidence"]["exit_code"], &told["evidence"]["log"][0]), (&4.into(), &"no table".into()));
}
