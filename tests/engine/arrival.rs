//! `watch`: where what changes arrives, and that it arrives whole.

use crate::support::trees::until_inside;
use crate::support::{Running, Scenario};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

fn watched(rules: &str) -> (Scenario, Running) {
    from("image: busybox", rules)
}

/// A service that is made from this, with rules.
fn from(source: &str, rules: &str) -> (Scenario, Running) {
    let scenario = Scenario::empty();
    let text = format!(
        "
services:
  web:
    {source}
    command: sh -c 'mkdir -p /app /conf && exec httpd -f'
    stop_signal: SIGKILL
    develop:
      watch: [{rules}]
"
    );
    scenario.write("compose.yaml", &text);
    scenario.write("Dockerfile", "FROM busybox\n");
    fs::create_dir_all(scenario.folder().join("src/tmp")).unwrap();
    scenario.write(".dockerignore", "src/tmp\n");
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    (scenario, running)
}

#[test]
fn a_file_that_comes_later_goes_into_the_folder_that_its_rule_names() {
    let (scenario, running) = watched("{path: ./late.conf, action: sync, target: /conf/}");
    scenario.write("late.conf", "one");
    until_inside(&scenario, ("web", "cat /conf/late.conf"), "one", &running);
    scenario.write("late.conf", "two");
    until_inside(&scenario, ("web", "cat /conf/late.conf"), "two", &running);
    fs::remove_file(scenario.folder().join("late.conf")).unwrap();
    until_inside(&scenario, ("web", "ls /conf"), "", &running);
}

#[test]
fn a_file_of_any_size_arrives_whole() {
    let (scenario, running) = watched("{path: ./src, action: sync, target: /app}");
    let text: Vec<u8> = (0..6_000_000u32).flat_map(u32::to_le_bytes).collect();
    fs::write(scenario.folder().join("src/large"), &text).unwrap();
    scenario.write("src/small", "with it");
    until_inside(&scenario, ("web", "cat /app/small"), "with it", &running);
    let told = Command::new("sha256sum").arg(scenario.folder().join("src/large")).output().unwrap();
    let sum = String::from_utf8(told.stdout).unwrap().split(' ').next().unwrap().to_owned();
    until_inside(&scenario, ("web", "sha256sum < /app/large | cut -d' ' -f1"), &sum, &running);
}

#[test]
fn a_file_that_is_written_to_all_the_time_keeps_nobody_from_his_restart() {
    let (scenario, running) = watched("{path: ./src, action: sync+restart, target: /app}");
    let writer = "while :; do echo line; sleep 0.02; done > src/log";
    let mut steady = Command::new("sh").args(["-c", writer]).current_dir(scenario.folder()).spawn().unwrap();
    scenario.write("src/f", "f");
    running.until_prints("restarted web: src/f");
    steady.kill().unwrap();
    steady.wait().unwrap();
}

#[test]
fn the_root_of_a_container_can_be_a_target() {
    let (scenario, running) = watched("{path: ./src, action: sync, target: /}");
    fs::set_permissions(scenario.folder().join("src"), fs::Permissions::from_mode(0o700)).unwrap();
    scenario.write("src/one", "one");
    until_inside(&scenario, ("web", "cat /one"), "one", &running);
    fs::remove_dir_all(scenario.folder().join("src")).unwrap();
    fs::create_dir(scenario.folder().join("src")).unwrap();
    scenario.write("src/two", "two");
    until_inside(&scenario, ("web", "cat /two; ls /one; ls -d /bin"), "two/bin", &running);
}

#[test]
fn a_comparison_with_nobody_is_none() {
    let (scenario, running) = watched("{path: ./src, action: sync, target: /app}");
    drop(running);
    scenario.hoist(["watch", "--check"]).code(1).prints("1 differ").prints("missing ").prints(": tmp");
    scenario.hoist(["down"]).ok();
    scenario.hoist(["watch", "--check"]).code(1).says("no container is there").says("hoist up -d");
}

#[test]
fn an_edit_of_dockerignore_counts_at_once() {
    let (scenario, running) = from("build: .", "{path: ./src, action: sync, target: /app}");
    scenario.write("src/tmp/x", "left out");
    scenario.write("src/f", "one");
    until_inside(&scenario, ("web", "cat /app/f; ls /app"), "onef", &running);
    let container = scenario.container("web").id().to_owned();
    scenario.write(".dockerignore", "src/other\n");
    running.until_says(".dockerignore changed");
    until_inside(&scenario, ("web", "cat /app/tmp/x"), "left out", &running);
    scenario.write("src/other", "left out");
    scenario.write("src/f", "two");
    until_inside(&scenario, ("web", "cat /app/f; ls /app"), "twof\ntmp", &running);
    assert_eq!(scenario.container("web").id(), container, "nothing is replaced for it");
    drop(running);
    scenario.hoist(["down", "-v", "--rmi", "local"]).ok();
}

#[test]
fn quiet_json_says_no_more_than_what_goes_wrong() {
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        "services:\n  web:\n    image: busybox\n    command: sh -c 'mkdir -p /app && exec httpd -f'\n    \
         stop_signal: SIGKILL\n    develop: {watch: [{path: ./src, action: sync, target: /app}]}\n",
    );
    fs::create_dir(scenario.folder().join("src")).unwrap();
    let running = scenario.spawn(["watch", "--quiet", "--json"]);
    running.until_prints("{\"event\":\"enabled\"}");
    scenario.write("src/f", "f");
    until_inside(&scenario, ("web", "cat /app/f"), "f", &running);
    running.interrupt();
    assert_eq!(running.wait().stdout, "{\"event\":\"enabled\"}\n");
}
