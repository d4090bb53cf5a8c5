//! Who is slow to stop, and Ctrl-C that does not wait for it.

use crate::support::Scenario;
use std::time::{Duration, Instant};

/// A service that ignores SIGTERM for so many seconds, and one that needs it and ends at once.
fn deaf(grace: u32) -> Scenario {
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        &format!(
            "services:\n  deaf:\n    image: busybox\n    stop_grace_period: {grace}s\n    \
             command: sh -c \"trap '' TERM; echo deaf; while true; do sleep 0.1; done\"\n  \
             quick: {{image: busybox, command: sleep 1000, stop_signal: SIGKILL}}\n"
        ),
    );
    scenario.hoist(["up", "-d"]).ok();
    scenario
}

#[test]
fn who_is_slow_to_stop_is_named_with_the_time_it_has() {
    let scenario = deaf(3);
    let ran = scenario.hoist(["down"]).ok();
    scenario.is_gone();
    let ran = ran.says("deaf still stopping: it has 3s to end after SIGTERM").never_says("quick still stopping");
    ran.says("killed, since SIGTERM did not end it within 3s: deaf").says("'init: true'").says("stop_signal");
}

#[test]
fn machines_are_told_who_was_killed() {
    let scenario = deaf(3);
    let ran = scenario.hoist(["--progress", "json", "down"]).ok();
    let line = ran.stderr.lines().find(|line| line.contains("\"killed\"")).unwrap_or_else(|| panic!("{}", ran.told()));
    let told: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&told["service"], &told["grace"]), (&"deaf".into(), &3.0.into()));
}

#[test]
fn ctrl_c_ends_a_down_when_what_is_being_done_is_finished() {
    let scenario = deaf(5);
    let running = scenario.spawn(["down"]);
    running.until_says("deaf still stopping");
    running.interrupt();
    let ran = running.wait();
    assert_eq!(scenario.container("deaf").state(), "exited", "{}", ran.told());
    assert!(!scenario.networks().is_empty(), "{}", ran.told());
    ran.code(130).says("Ctrl-C again ends at once").says("stopped and not removed: deaf");
}

#[test]
fn a_second_ctrl_c_ends_a_down_at_once() {
    let scenario = deaf(100);
    let running = scenario.spawn(["down"]);
    running.until_says("deaf still stopping");
    let began = Instant::now();
    running.interrupt();
    running.until_says("Ctrl-C again ends at once");
    running.interrupt();
    let ran = running.wait();
    scenario.docker(["kill", scenario.container("deaf").id()]).ok();
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}\n{}", began.elapsed(), ran.told());
    ran.code(130);
}
