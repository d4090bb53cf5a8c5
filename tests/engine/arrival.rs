//! `watch`: where what changes arrives, and that it arrives whole.

use crate::support::trees::until_inside;
use crate::support::{Running, Scenario};
use std::fs;

fn watched(rules: &str) -> (Scenario, Running) {
    let scenario = Scenario::empty();
    let text = format!(
        "
services:
  web:
    image: busybox
    build: .
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
    let told = std::process::Command::new("sha256sum").arg(scenario.folder().join("src/large")).output().unwrap();
    let sum = String::from_utf8(told.stdout).unwrap().split(' ').next().unwrap().to_owned();
    until_inside(&scenario, ("web", "sha256sum < /app/large | cut -d' ' -f1"), &sum, &running);
}

#[test]
fn an_edit_of_dockerignore_counts_at_once() {
    let (scenario, running) = watched("{path: ./src, action: sync, target: /app}");
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
