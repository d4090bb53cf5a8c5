//! `watch`: images are built anew, and the project is read anew, when their files change.

use crate::support::trees::until_inside;
use crate::support::{Running, Scenario, Terminal};
use std::fs;

/// A service that is built from `src`, which is copied as it changes, and built anew for `Dockerfile`.
fn built() -> Scenario {
    let scenario = Scenario::empty();
    scenario.write(
        "compose.yaml",
        "
services:
  web:
    build: .
    command: sh -c 'cat /app/f > /first; exec httpd -f'
    stop_signal: SIGKILL
    develop:
      watch:
        - {path: ./src, action: sync, target: /app}
        - {path: ./Dockerfile, action: rebuild}
        - {path: ./build.txt, action: rebuild}
",
    );
    scenario.write("Dockerfile", "FROM busybox\nCOPY build.txt /built\nCOPY src /app\n");
    scenario.write("build.txt", "one");
    fs::create_dir(scenario.folder().join("src")).unwrap();
    scenario.write("src/f", "first");
    scenario
}

fn watched(scenario: &Scenario) -> Running {
    let running = scenario.spawn(["watch"]);
    running.until_prints("Watch enabled");
    running
}

fn forget(scenario: &Scenario) {
    scenario.hoist(["down", "-v", "--rmi", "local"]).ok();
}

#[test]
fn a_rebuilt_service_has_all_its_files_before_it_starts_and_the_old_image_goes() {
    let scenario = built();
    let running = watched(&scenario);
    let image =
        || scenario.docker(["image", "inspect", "--format", "{{.Id}}", &scenario.name_of("web").replace('_', "-")]);
    let (old, container) = (image().ok().stdout, scenario.container("web").id().to_owned());
    scenario.write("src/f", "copied");
    until_inside(&scenario, ("web", "cat /app/f"), "copied", &running);
    // The copy is made while the image is built, and is in the new container when its process starts.
    scenario.write("build.txt", "two");
    scenario.write("src/f", "while it is built");
    running.until_prints("rebuilt web: build.txt changed, ");
    until_inside(&scenario, ("web", "cat /built /first"), "twowhile it is built", &running);
    assert_ne!(scenario.container("web").id(), container);
    assert_ne!(image().ok().stdout, old);
    let left = scenario.docker(["image", "inspect", old.trim()]);
    assert_ne!(left.code, Some(0), "the image that nobody uses any more is gone");
    drop(running);
    forget(&scenario);
}

#[test]
fn a_build_that_fails_costs_no_copy_and_the_next_one_mends_it() {
    let scenario = built();
    let running = watched(&scenario);
    let container = scenario.container("web").id().to_owned();
    scenario.write("Dockerfile", "FROM busybox\nRUN echo so wrong && exit 7\n");
    scenario.write("src/f", "with it");
    running.until_says("so wrong");
    until_inside(&scenario, ("web", "cat /app/f"), "with it", &running);
    assert_eq!(scenario.container("web").id(), container, "it runs on");
    scenario.write("Dockerfile", "FROM busybox\nCOPY src /app\nRUN echo mended > /built\n");
    running.until_prints("rebuilt web: Dockerfile changed, ");
    until_inside(&scenario, ("web", "cat /built"), "mended", &running);
    drop(running);
    forget(&scenario);
}

#[test]
fn newer_input_ends_a_build_that_is_under_way() {
    let scenario = built();
    let running = watched(&scenario);
    scenario.write("Dockerfile", "FROM busybox\nRUN sleep 600\n");
    running.until_says("building web: Dockerfile changed");
    scenario.write("Dockerfile", "FROM busybox\nRUN echo quick > /built\nCOPY src /app\n");
    running.until_prints("rebuilt web: Dockerfile changed, ");
    until_inside(&scenario, ("web", "cat /built"), "quick", &running);
    drop(running);
    forget(&scenario);
}

#[test]
fn an_edit_of_the_compose_file_is_done_at_once_and_copying_goes_on() {
    let scenario = Scenario::empty();
    let text = "
services:
  web:
    image: busybox
    command: sh -c 'mkdir -p /app; exec httpd -f'
    stop_signal: SIGKILL
    environment: {WORD: $WORD}
    develop: {watch: [{path: ./src, action: sync, target: /app}]}
  other: {image: busybox, command: httpd -f, stop_signal: SIGKILL}
";
    scenario.write("compose.yaml", text);
    scenario.write(".env", "WORD=one\n");
    fs::create_dir(scenario.folder().join("src")).unwrap();
    let running = watched(&scenario);
    let other = scenario.container("other").id().to_owned();
    scenario.write("src/f", "before");
    until_inside(&scenario, ("web", "cat /app/f"), "before", &running);
    scenario.write(".env", "WORD=two\n");
    until_inside(&scenario, ("web", "echo $WORD; cat /app/f"), "two\nbefore", &running);
    // What is wrong is told, and all goes on as it was.
    scenario.edit(
        "compose.yaml",
        "    stop_signal: SIGKILL\n    environment",
        "    stop_sgnal: SIGKILL\n    environment",
    );
    running.until_says("did you mean 'stop_signal'");
    scenario.write("src/f", "meanwhile");
    until_inside(&scenario, ("web", "cat /app/f"), "meanwhile", &running);
    // A service that is gone stays, and is told of; the new target holds what the old one held.
    scenario.write("compose.yaml", text.replace("target: /app", "target: /app2").split("  other:").next().unwrap());
    running.until_says("left alone");
    running.until_says("web replaced: develop.watch changed");
    // By now the new container is there.
    until_inside(&scenario, ("web", "ls -d /app"), "/app", &running);
    scenario.write("src/g", "after");
    until_inside(&scenario, ("web", "cat /app2/g"), "after", &running);
    assert_eq!(scenario.container("other").id(), other, "nothing is removed that nobody asked to remove");
}

#[test]
fn what_is_left_out_from_now_on_stays_in_the_container() {
    let scenario = built();
    fs::create_dir(scenario.folder().join("src/gen")).unwrap();
    scenario.write("src/gen/made", "by the build");
    let running = watched(&scenario);
    scenario.edit("compose.yaml", "target: /app}", "target: /app, ignore: [gen]}");
    running.until_says("web replaced: develop.watch changed");
    scenario.write("src/f", "copied");
    until_inside(&scenario, ("web", "cat /app/f /app/gen/made"), "copiedby the build", &running);
    drop(running);
    forget(&scenario);
}

#[test]
fn check_lists_what_differs_and_changes_nothing() {
    let scenario = built();
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["watch", "--check"]).code(0).prints("2 files, 0 differ");
    scenario.write("src/f", "edited");
    scenario.write("src/new", "new");
    let ran = scenario.hoist(["watch", "--check"]).code(1);
    assert!(ran.stdout.contains("-web-1: f\n") && ran.stdout.contains("missing "), "{}", ran.told());
    assert_eq!(scenario.inside("web", "cat /app/f; ls /app").stdout, "firstf\n");
    let json = scenario.hoist(["watch", "--check", "--json"]).code(1).stdout;
    let objects: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects[0]["event"], "compared");
    assert_eq!(objects[0]["differ"], 2);
    forget(&scenario);
}

#[test]
fn what_is_saved_while_a_restart_comes_to_its_end_is_not_lost() {
    let scenario = Scenario::empty();
    let text = "
services:
  slow:
    image: busybox
    command: [sh, -c, 'trap \"echo asked to stop\" TERM; while :; do sleep 0.1; done']
    stop_grace_period: 3s
    volumes: ['./slow:/slow:ro']
  web:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    volumes: [{type: bind, source: ./conf, target: /conf, x-reload: {exec: [sh, -c, 'cat /conf/f >> /seen']}}]
";
    scenario.write("compose.yaml", text);
    for folder in ["slow", "conf"] {
        fs::create_dir(scenario.folder().join(folder)).unwrap();
    }
    let running = scenario.spawn(["up", "--watch"]);
    running.until_prints("Watch enabled");
    scenario.write("slow/f", "new");
    running.until_prints("slow-1  | asked to stop");
    // The restart still waits for three seconds, and the edit for the restart.
    scenario
        .write("compose.yaml", &format!("{text}  more: {{image: busybox, command: httpd -f, stop_signal: SIGKILL}}\n"));
    running.until_says("compose.yaml changed");
    scenario.write("conf/f", "meanwhile");
    until_inside(&scenario, ("web", "cat /seen"), "meanwhile", &running);
    until_inside(&scenario, ("more", "echo there"), "there", &running);
    until_inside(&scenario, ("slow", "echo there"), "there", &running);
}

#[test]
fn what_would_be_lost_by_an_edit_waits_for_a_key() {
    let scenario = Scenario::empty();
    let text = "
services:
  web:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    volumes: [data:/data]
    develop: {watch: [{path: ./src, action: sync, target: /app}]}
  third: {image: busybox, command: httpd -f, stop_signal: SIGKILL}
  other: {image: busybox, command: httpd -f, stop_signal: SIGKILL}
volumes: {data: {labels: {version: one}}}
";
    scenario.write("compose.yaml", text);
    fs::create_dir(scenario.folder().join("src")).unwrap();
    let mut terminal = Terminal::of(&scenario, ["--ansi", "never", "--progress", "plain", "watch"], (40, 150));
    terminal.until_shows("Watch enabled");
    scenario.inside("web", "echo precious > /data/f").ok();
    scenario.edit("compose.yaml", "  other:", "x-other:");
    terminal.until_shows("other is no longer in the file: type 'y' and Enter");
    // Copying goes on while nobody answers.
    scenario.write("src/f", "f");
    terminal.until_shows("synced web: 1 file, ");
    assert_eq!(scenario.container("other").state(), "running");
    terminal.types("y\n");
    terminal.until_shows("other removed");
    scenario.edit("compose.yaml", "version: one", "version: two");
    terminal.until_shows("' changed: type 'y' and Enter");
    assert_eq!(scenario.inside("web", "cat /data/f").stdout, "precious\n");
    terminal.types("y\n");
    terminal.until_shows("web replaced");
    terminal.until_shows("up in ");
    scenario.edit("compose.yaml", "  third:", "x-third:");
    terminal.until_shows("third is no longer in the file: type 'y' and Enter");
    terminal.types("no\n");
    terminal.terminate();
    assert_eq!(terminal.wait(), 130);
    assert_eq!(scenario.volumes()[&scenario.name_of("data")]["version"], "two");
    assert_eq!(scenario.container("third").state(), "running");
}
