//! Conditions hold in order, and nobody waits for an interval.

use crate::support::proxy::Request;
use crate::support::{Proxy, Scenario, exited, running, up};
use std::time::{Duration, Instant};

/// Far below any interval in the cases, far above the work.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn conditions_hold_in_order() {
    let scenario = Scenario::new("ordered").step("up", up(["-d"]), [running("web"), running("db"), exited("job", 0)]);
    let [web, db, job] = ["web", "db", "job"].map(|service| scenario.container(service));
    let logged = scenario.docker(["logs", "--timestamps", db.id()]).ok().stdout;
    let ready = logged.lines().find(|line| line.ends_with(" ready")).and_then(|line| line.split(' ').next()).unwrap();
    assert!(job.finished_at() <= db.started_at(), "the job had not ended");
    assert!(ready <= web.started_at(), "the database was not healthy: {ready} and {}", web.started_at());
}

#[test]
fn an_interval_of_30_seconds_delays_nobody() {
    let scenario = Scenario::new("ordered");
    let began = Instant::now();
    let ran = scenario.hoist(["up", "-d"]);
    assert!(began.elapsed() < SOON, "{:?}\n{}", began.elapsed(), ran.told());
    ran.ok();
}

#[test]
fn a_chain_of_five_checks_does_not_wait_for_their_intervals() {
    let scenario = Scenario::new("chain");
    let began = Instant::now();
    let ran = scenario.hoist(["up", "-d"]);
    assert!(began.elapsed() < SOON, "{:?}\n{}", began.elapsed(), ran.told());
    let starts: Vec<_> = scenario.containers().iter().map(|one| one.started_at().to_owned()).collect();
    assert!(starts.len() == 5 && starts.is_sorted(), "{starts:?}");
    ran.ok();
}

#[test]
fn a_check_that_comes_from_the_image_counts() {
    let scenario = Scenario::new("image_check").step("up", up(["-d"]), [running("web"), running("checked")]);
    let logged = scenario.docker(["logs", "--timestamps", scenario.container("checked").id()]).ok().stdout;
    let ready = logged.split(' ').next().unwrap().to_owned();
    assert!(ready.as_str() <= scenario.container("web").started_at());
}

#[test]
fn a_disabled_check_is_never_run_nor_waited_for() {
    let (mut scenario, proxy) = (Scenario::new("disabled_check"), Proxy::new());
    scenario.through(&proxy);
    let ran = scenario.hoist(["up", "-d", "--wait"]);
    assert_eq!(scenario.container("unchecked").state(), "running", "{}", ran.told());
    assert!(!proxy.writes().iter().any(|line| line.contains("exec")), "{:?}", proxy.writes());
    ran.ok();
}

#[test]
fn a_check_that_nobody_waits_for_is_left_to_the_engine() {
    let (mut scenario, proxy) = (Scenario::new("ordered"), Proxy::new());
    scenario.through(&proxy);
    scenario.hoist(["up", "-d", "db"]).ok();
    assert!(!proxy.writes().iter().any(|line| line.contains("exec")), "{:?}", proxy.writes());
}

#[test]
fn only_one_probe_at_a_time_runs_in_a_container() {
    let (mut scenario, proxy) = (Scenario::new("ordered"), Proxy::new());
    scenario.through(&proxy);
    scenario.hoist(["up", "-d"]).ok();
    let probes: Vec<_> = proxy.requests().iter().map(Request::line).filter(|line| line.contains("/exec")).collect();
    let began: Vec<_> = probes.iter().filter(|line| line.ends_with("/exec") || line.ends_with("/start")).collect();
    let alternate =
        began.chunks(2).all(|pair| pair[0].ends_with("/exec") && pair.get(1).is_none_or(|one| one.ends_with("/start")));
    assert!(alternate && began.len() >= 2, "{probes:#?}");
}
