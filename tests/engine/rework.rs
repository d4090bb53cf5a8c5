//! `watch`: what is under way is ended, followed and brought about anew without losing what it was for.

use crate::support::trees::until_inside;
use crate::support::{Running, Scenario};
use std::fs;

/// A project that is watched, with these folders.
fn watched<const N: usize>(text: &str, folders: [&str; N]) -> (Scenario, Running) {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", text);
    scenario.write(".env", "WORD=one\n");
    for folder in folders {
        fs::create_dir(scenario.folder().join(folder)).unwrap();
    }
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    (scenario, running)
}

/// Two services that are built from the same file; one of them takes its time for `slow`, and fails for `wrong`.
fn built() -> (Scenario, Running) {
    let scenario = Scenario::empty();
    let text = r#"
services:
  a:
    build:
      context: ./src
      dockerfile_inline: |
        FROM busybox
        COPY shared patience /
        RUN ! grep -q wrong /shared && if grep -q slow /shared && grep -q yes /patience; then sleep 600; fi
    command: httpd -f
    stop_signal: SIGKILL
    develop: {watch: [{path: ./src/shared, action: rebuild}, {path: ./src/patience, action: rebuild}]}
  b:
    build: {context: ./src, dockerfile_inline: "FROM busybox\nCOPY shared /\n"}
    command: httpd -f
    stop_signal: SIGKILL
    develop: {watch: [{path: ./src/shared, action: rebuild}]}
"#;
    scenario.write("compose.yaml", text);
    fs::create_dir(scenario.folder().join("src")).unwrap();
    scenario.write("src/shared", "quick");
    scenario.write("src/patience", "yes");
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    (scenario, running)
}

/// A service that takes its time to stop, and says when it is asked to.
const SLOW: &str = "
  slow:
    image: busybox
    command: [sh, -c, 'rm -f /asked; trap \"echo asked > /asked\" TERM; while :; do sleep 0.1; done']
    stop_grace_period: 5s
    volumes: ['./slow:/slow:ro']
";

fn forget(scenario: &Scenario) {
    scenario.hoist(["down", "-v", "--rmi", "local"]).ok();
}

#[test]
fn a_build_that_newer_input_ends_is_made_anew_for_all_it_was_for() {
    let (scenario, running) = built();
    scenario.write("src/shared", "slow");
    running.until_says("building a, b: src/shared changed");
    scenario.write("src/patience", "no");
    until_inside(&scenario, ("a", "cat /shared /patience"), "slowno", &running);
    until_inside(&scenario, ("b", "cat /shared"), "slow", &running);
    drop(running);
    forget(&scenario);
}

#[test]
fn a_build_that_fails_holds_back_no_other() {
    let (scenario, running) = built();
    let failing = scenario.container("a").id().to_owned();
    scenario.write("src/shared", "wrong");
    until_inside(&scenario, ("b", "cat /shared"), "wrong", &running);
    running.until_says("'a' could not be built: ");
    assert_eq!(scenario.container("a").id(), failing, "it runs on");
    drop(running);
    forget(&scenario);
}

#[test]
fn who_ends_a_watch_in_the_middle_of_a_restart_leaves_the_containers_running() {
    let (scenario, running) = watched(&format!("services:{SLOW}"), ["slow"]);
    scenario.write("slow/f", "new");
    until_inside(&scenario, ("slow", "cat /asked"), "asked", &running);
    running.interrupt();
    let ran = running.wait().code(130);
    assert_eq!(scenario.container("slow").state(), "running", "{}", ran.told());
}

#[test]
fn who_ends_a_watch_while_an_edit_waits_for_a_restart_has_it_ended() {
    let text = format!(
        "services:{SLOW}  web: {{image: busybox, command: httpd -f, stop_signal: SIGKILL, environment: {{WORD: $WORD}}}}\n"
    );
    let (scenario, running) = watched(&text, ["slow"]);
    scenario.write("slow/f", "new");
    until_inside(&scenario, ("slow", "cat /asked"), "asked", &running);
    scenario.write(".env", "WORD=two\n");
    running.until_says(".env changed");
    running.interrupt();
    let ran = running.wait().code(130);
    assert_eq!(scenario.container("slow").state(), "running", "{}", ran.told());
    assert_eq!(scenario.inside("web", "echo $WORD").stdout, "one\n", "{}", ran.told());
}

#[test]
fn a_command_that_writes_what_it_is_run_for_is_let_go() {
    let text = "
services:
  web:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    volumes:
      - type: bind
        source: ./conf
        target: /conf
        x-reload: {exec: [sh, -c, 'cat /proc/sys/kernel/random/uuid > /conf/out']}
    develop: {watch: [{path: ./src, action: sync, target: /app}]}
";
    let (scenario, running) = watched(text, ["conf", "src"]);
    scenario.write("conf/f", "new");
    running.until_says("runs in web again and again for conf/out: it is no longer run");
    // Its files are still copied.
    scenario.write("src/f", "f");
    until_inside(&scenario, ("web", "cat /app/f"), "f", &running);
}

#[test]
fn a_service_that_writes_what_it_is_built_from_is_let_go() {
    let text = "
services:
  web:
    build: .
    command: sh -c 'cat /proc/sys/kernel/random/uuid > /data/x; exec httpd -f'
    stop_signal: SIGKILL
    volumes: ['./data:/data']
    develop: {watch: [{path: ./data, action: rebuild}, {path: ./src, action: sync, target: /app}]}
";
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", text);
    scenario.write("Dockerfile", "FROM busybox\nCOPY data /copied\n");
    for folder in ["data", "src"] {
        fs::create_dir(scenario.folder().join(folder)).unwrap();
    }
    scenario.write("data/y", "y");
    let running = scenario.spawn(["watch"]);
    running.until_says("web is built again and again for data/x: it is no longer built");
    // Its files are still copied.
    scenario.write("src/f", "f");
    until_inside(&scenario, ("web", "cat /app/f"), "f", &running);
    drop(running);
    scenario.hoist(["down", "-v", "--rmi", "local"]).ok();
}

#[test]
fn a_container_that_an_edit_replaces_has_its_files_before_it_starts() {
    let text = "
services:
  web:
    image: busybox
    command: sh -c 'cat /app/f > /first; exec httpd -f'
    stop_signal: SIGKILL
    environment: {WORD: $WORD}
    develop: {watch: [{path: ./src, action: sync+restart, target: /app}]}
";
    let (scenario, running) = watched(text, ["src"]);
    scenario.write("src/f", "new");
    until_inside(&scenario, ("web", "cat /first"), "new", &running);
    scenario.write(".env", "WORD=two\n");
    until_inside(&scenario, ("web", "echo $WORD; cat /first"), "two\nnew", &running);
}

#[test]
fn a_save_restarts_what_shares_the_folder_and_depends_on_it_once() {
    let text = "
services:
  a:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    volumes: ['./conf:/conf:ro']
  b:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    depends_on: {a: {condition: service_started, restart: true}}
    volumes: ['./conf:/conf:ro']
  other: {image: busybox, command: httpd -f, stop_signal: SIGKILL, volumes: ['./other:/other:ro']}
";
    let (scenario, running) = watched(text, ["conf", "other"]);
    scenario.write("conf/f", "new");
    running.until_prints("conf/f changed, ");
    // What was to follow would be told first, or together.
    scenario.write("other/f", "new");
    running.until_prints("other/f changed, ");
    running.interrupt();
    let ran = running.wait().code(130);
    let told: Vec<_> = ran.stdout.lines().filter(|line| line.starts_with("restarted")).collect();
    let [first, second] = told[..] else { panic!("{}", ran.told()) };
    assert!(first.starts_with("restarted a, b: conf/f changed, "), "{first}");
    assert!(second.starts_with("restarted other: other/f changed, "), "{second}");
}

#[test]
fn a_restart_is_not_lost_to_a_replacement_that_replaces_nothing() {
    let web = r#"
  web:
    build: {context: ./src, dockerfile_inline: "FROM busybox\n"}
    command: httpd -f
    stop_signal: SIGKILL
    volumes: ['./conf:/conf:ro']
    develop: {watch: [{path: ./src, action: rebuild}]}
"#;
    let (scenario, running) = watched(&format!("services:{SLOW}{web}"), ["slow", "src", "conf"]);
    scenario.write("slow/f", "new");
    until_inside(&scenario, ("slow", "cat /asked"), "asked", &running);
    // Both wait for the restart that is under way.
    scenario.write("src/f", "not in the image");
    scenario.write("conf/f", "new");
    running.until_says("but the image of web is the same");
    running.until_prints("restarted web: conf/f changed, ");
    drop(running);
    forget(&scenario);
}

#[test]
fn a_command_that_does_not_end_holds_up_neither_an_edit_nor_the_end() {
    let text = "
services:
  web:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    environment: {WORD: $WORD}
    volumes:
      - {type: bind, source: ./conf, target: /conf, x-reload: {exec: [sh, -c, 'touch /begun; exec sleep 1000']}}
";
    let (scenario, running) = watched(text, ["conf"]);
    scenario.write("conf/f", "new");
    until_inside(&scenario, ("web", "ls /begun"), "/begun", &running);
    scenario.write(".env", "WORD=two\n");
    running.until_says("goes on in web: it is no longer waited for");
    until_inside(&scenario, ("web", "echo $WORD"), "two", &running);
    scenario.write("conf/f", "newer");
    until_inside(&scenario, ("web", "ls /begun"), "/begun", &running);
    running.interrupt();
    running.wait().code(130);
}
