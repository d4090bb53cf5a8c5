//! `x-reload`: a service takes up what changed in its mounts as the file says.

use crate::support::trees::until_inside;
use crate::support::{Running, Scenario};
use std::fs;

/// A service that writes down what it reads at each SIGHUP, and others beside it.
const TEXT: &str = "
services:
  web:
    image: busybox
    command:
      - sh
      - -c
      - 'cat /conf/f >> /seen; trap \"cat /conf/f >> /seen\" HUP; trap exit TERM; while :; do sleep 0.05; done'
    volumes:
      - {type: bind, source: ./conf, target: /conf, x-reload: RELOAD}
  proxy: {image: busybox, command: httpd -f, stop_signal: SIGKILL}
";

fn project(reload: &str) -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &TEXT.replace("RELOAD", reload));
    fs::create_dir(scenario.folder().join("conf")).unwrap();
    scenario.write("conf/f", "one\n");
    scenario
}

fn watched(scenario: &Scenario) -> Running {
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    running
}

/// Saves a file as editors do: a new file takes its place.
fn replace(scenario: &Scenario, file: &str, text: &str) {
    scenario.write("beside", text);
    fs::rename(scenario.folder().join("beside"), scenario.folder().join(file)).unwrap();
}

#[test]
fn a_signal_makes_the_process_read_its_files_and_restarts_nobody_but_dependents() {
    let scenario = project("{signal: HUP, ignore: [draft], dependents: [proxy]}");
    let running = watched(&scenario);
    let (web, proxy) = (scenario.container("web"), scenario.container("proxy"));
    scenario.write("conf/draft", "x");
    replace(&scenario, "conf/f", "two\n");
    running.until_prints("sent SIGHUP to web: conf/f changed, ");
    running.until_prints("restarted proxy: conf/f changed, ");
    until_inside(&scenario, ("web", "cat /seen"), "one\ntwo", &running);
    assert_eq!(scenario.container("web").started_at(), web.started_at());
    assert_ne!(scenario.container("proxy").started_at(), proxy.started_at());
}

#[test]
fn a_command_runs_in_the_container_once_for_a_save() {
    let scenario = project("{exec: [sh, -c, 'echo ran >> /seen']}");
    let running = watched(&scenario);
    replace(&scenario, "conf/f", "two\n");
    running.until_prints("in web, ");
    scenario.write("conf/f", "three\n");
    until_inside(&scenario, ("web", "cat /seen"), "one\nran\nran", &running);
}

#[test]
fn a_writable_mount_restarts_when_it_says_so_and_none_is_left_alone() {
    let scenario = project("restart");
    let running = watched(&scenario);
    scenario.write("conf/f", "two\n");
    running.until_prints("restarted web: conf/f changed, ");
    drop(running);
    scenario.edit("compose.yaml", "x-reload: restart", "read_only: true, x-reload: 'off'");
    scenario.hoist(["watch"]).code(1).says("nothing to watch");
}

#[test]
fn a_file_that_another_took_the_place_of_is_seen_after_a_restart_and_that_is_said() {
    let scenario = project("{signal: HUP}");
    scenario.edit("compose.yaml", "source: ./conf, target: /conf", "source: ./conf/f, target: /conf/f");
    scenario.hoist(["up", "-d"]).ok();
    // By now the container is older than the file, whatever the clock says.
    scenario.docker(["restart", "-t", "0", scenario.container("web").id()]).ok();
    let running = watched(&scenario);
    let before = scenario.container("web").started_at().to_owned();
    scenario.write("conf/f", "two\n");
    running.until_prints("sent SIGHUP to web: conf/f changed, ");
    until_inside(&scenario, ("web", "cat /seen"), "one\none\ntwo", &running);
    assert_eq!(scenario.container("web").started_at(), before, "it was only told");
    replace(&scenario, "conf/f", "three\n");
    running.until_says("conf/f is another file by now, which web sees only after a restart");
    running.until_prints("restarted web: conf/f changed, ");
    until_inside(&scenario, ("web", "tail -n 1 /seen"), "three", &running);
}

#[test]
fn what_can_never_work_is_refused_with_its_place_and_may_still_be_brought_up() {
    let scenario = project("restart");
    scenario.edit("compose.yaml", "  proxy:", "    develop: {watch: [{path: ., action: rebuild}]}\n  proxy:");
    scenario.hoist(["watch"]).code(1).says("compose.yaml:11:41").says("'web' cannot be rebuilt: it has no 'build'");
    scenario.hoist(["up", "--watch"]).code(1).says("'web' cannot be rebuilt");
    scenario.is_gone();
    scenario.edit("compose.yaml", "action: rebuild", "action: sync+exec, target: /x");
    scenario.hoist(["watch"]).code(1).says("the action 'sync+exec' of 'web' needs 'exec.command'");
    scenario.hoist(["up", "-d"]).ok();
}
