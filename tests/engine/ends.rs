//! `up` in the foreground that ends when a container has: which end that is.

use crate::support::{Proxy, Scenario};

/// `web` goes on until there is a file `go`, and then ends with 7; one that is stopped ends with 9.
const WEB: &str = "services:
  web:
    image: busybox
    init: true
    volumes: ['.:/out']
    environment: {MARK: first}
    command: sh -c \"trap 'exit 9' TERM; echo mark $$MARK; until test -e /out/go; do sleep 0.1; done; exit 7\"
";

fn scenario(more: &str) -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &format!("{WEB}{more}"));
    scenario
}

/// Each way to end with a container.
const WAYS: [&[&str]; 3] =
    [&["up", "--abort-on-container-exit"], &["up", "--abort-on-container-failure"], &["up", "--exit-code-from", "web"]];

#[test]
fn the_end_of_what_is_replaced_is_not_the_end() {
    for way in WAYS {
        let scenario = scenario("");
        scenario.hoist(["up", "-d"]).ok();
        scenario.edit("compose.yaml", "MARK: first", "MARK: second");
        let running = scenario.spawn_words(way);
        running.until_prints("| mark second");
        scenario.write("go", "");
        running.wait().code(7).says("web-1 exited with code 7: aborting").never_says("exited with code 9");
    }
}

#[test]
fn the_end_of_what_is_one_too_many_is_not_the_end() {
    for way in WAYS {
        let scenario = scenario("");
        scenario.hoist(["up", "-d", "--scale", "web=2"]).ok();
        let running = scenario.spawn_words(way);
        running.until_says("web  running");
        scenario.write("go", "");
        running.wait().code(7).says("web-1 exited with code 7: aborting");
    }
}

#[test]
fn the_end_before_a_new_start_is_not_the_end() {
    let scenario = scenario(
        "    depends_on: {db: {condition: service_started, restart: true}}
  db: {image: busybox, command: sleep 1000, stop_signal: SIGKILL, environment: {MARK: first}}
",
    );
    scenario.hoist(["up", "-d"]).ok();
    let before = scenario.container("web").id().to_owned();
    scenario.edit("compose.yaml", "SIGKILL, environment: {MARK: first}", "SIGKILL, environment: {MARK: second}");
    scenario.write("go", "");
    scenario.hoist(["up", "--exit-code-from", "web"]).code(7).says("web-1 exited with code 7: aborting");
    assert_eq!(scenario.container("web").id(), before, "it was to be restarted");
}

#[test]
fn the_end_of_a_container_that_stays_while_others_come_up_counts() {
    let scenario = scenario("  late: {image: busybox, command: sleep 1000, stop_signal: SIGKILL}\n");
    scenario.edit(
        "compose.yaml",
        "stop_signal: SIGKILL",
        "stop_signal: SIGKILL, volumes: ['.:/out'], post_start: [{command: sh -c 'touch /out/go; sleep 2'}]",
    );
    scenario.hoist(["up", "-d", "web"]).ok();
    scenario.hoist(["up", "--abort-on-container-exit"]).code(7).says("web-1 exited with code 7: aborting");
}

#[test]
fn the_end_of_what_prepares_a_service_is_not_the_end() {
    for way in WAYS {
        let scenario = scenario("    pre_start: [{command: 'true'}]\n");
        let running = scenario.spawn_words(way);
        running.until_prints("| mark first");
        scenario.write("go", "");
        running.wait().code(7).says("web-1 exited with code 7: aborting");
    }
}

#[test]
fn an_engine_that_tells_no_more_is_no_end_of_the_containers() {
    let (mut scenario, proxy) = (scenario(""), Proxy::new());
    scenario.through(&proxy);
    let running = scenario.spawn(["up"]);
    running.until_prints("| mark first");
    running.until_says("web  running");
    proxy.end_events();
    running.wait().code(1).says("no longer tells what happens to the containers").says("'hoist ps'");
    assert_eq!(scenario.container("web").state(), "running");
}
