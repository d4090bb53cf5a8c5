//! `up` in the foreground.

use crate::support::Scenario;

fn states(scenario: &Scenario) -> Vec<String> {
    scenario.containers().iter().map(|one| one.state().to_owned()).collect()
}

#[test]
fn each_line_stands_behind_the_name_of_its_container() {
    let scenario = Scenario::new("talkers");
    let running = scenario.spawn(["up"]);
    running.until_prints("long-name-1  | first\n");
    running.until_prints("long-name-1  | second\n");
    running.until_prints("b-1          | third\n");
}

#[test]
fn ctrl_c_stops_all_and_exits_130() {
    let scenario = Scenario::new("talkers");
    let running = scenario.spawn(["up"]);
    running.until_prints("| first");
    running.until_prints("| third");
    running.interrupt();
    let ran = running.wait();
    assert_eq!(states(&scenario), ["exited", "exited"], "{}", ran.told());
    ran.code(130);
}

#[test]
fn ctrl_c_lets_containers_end_in_peace() {
    let scenario = Scenario::new("talkers");
    let running = scenario.spawn(["up"]);
    running.until_prints("| first");
    running.interrupt();
    let ran = running.wait();
    assert_eq!(scenario.container("long-name").exit_code(), 0, "{}", ran.told());
    ran.prints("| bye");
}

#[test]
fn ctrl_c_keeps_within_the_grace() {
    let scenario = Scenario::new("talkers");
    scenario.edit("compose.yaml", "trap 'exit 0' TERM", "trap '' TERM");
    let running = scenario.spawn(["up", "--timeout", "1"]);
    running.until_prints("| third");
    let began = std::time::Instant::now();
    running.interrupt();
    let ran = running.wait();
    assert_eq!(states(&scenario), ["exited", "exited"], "{}", ran.told());
    assert!(began.elapsed().as_secs() < 10);
    ran.code(130);
}

#[test]
fn a_second_ctrl_c_kills() {
    let scenario = Scenario::new("talkers");
    scenario.edit("compose.yaml", "trap 'exit 0' TERM", "trap '' TERM");
    scenario.edit("compose.yaml", "  b:\n", "  b:\n    stop_grace_period: 100s\n");
    let running = scenario.spawn(["up"]);
    running.until_prints("| third");
    let began = std::time::Instant::now();
    running.interrupt();
    running.until_says("Ctrl-C again kills");
    running.interrupt();
    let ran = running.wait();
    assert_eq!(states(&scenario), ["exited", "exited"], "{}", ran.told());
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
    ran.code(130);
}

#[test]
fn ctrl_c_while_waiting_for_health_leaves_nothing_running() {
    let scenario = Scenario::new("ordered");
    scenario.edit("compose.yaml", "sleep 1; touch /ready; echo ready", "echo waiting; sleep 1000");
    let running = scenario.spawn(["up"]);
    running.until_prints("| waiting");
    running.interrupt();
    let ran = running.wait();
    assert!(!states(&scenario).contains(&"running".to_owned()), "{:?}\n{}", states(&scenario), ran.told());
    ran.code(130);
}

#[test]
fn it_ends_when_all_containers_have_ended() {
    let scenario = Scenario::new("short_lived");
    let ran = scenario.hoist(["up"]);
    assert_eq!(states(&scenario), ["exited", "exited"]);
    ran.ok().prints("one-1  | one\n").prints("two-1  | two\n");
}

#[test]
fn it_says_with_which_code_a_container_ended() {
    Scenario::new("short_lived").hoist(["up"]).ok().says("two-1 exited with code 3");
}

#[test]
fn ctrl_c_during_a_detached_up_exits_130_and_the_next_up_converges() {
    let scenario = Scenario::new("ordered");
    scenario.edit("compose.yaml", "sleep 1; touch", "sleep 5; touch");
    let running = scenario.spawn(["up", "-d"]);
    running.until_says("db");
    running.interrupt();
    running.wait().code(130);
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("web").state(), "running");
}

#[test]
fn a_failed_up_exits_1_and_names_the_fault() {
    let scenario = Scenario::new("failing_job");
    scenario.hoist(["up"]).code(1).says("exited with code 4");
}

#[test]
fn attach_shows_what_is_named_and_no_attach_of_all_shows_nothing() {
    let scenario = Scenario::new("short_lived");
    let ran = scenario.hoist(["up", "--attach", "one"]).ok().prints("one-1  | one\n");
    assert!(!ran.stdout.contains("two"), "{}", ran.told());
    let ran = scenario.hoist(["up", "--no-attach", "one", "--no-attach", "two"]).ok();
    assert_eq!(ran.stdout, "", "{}", ran.told());
}

#[test]
fn attach_dependencies_shows_what_a_service_needs() {
    let scenario = Scenario::new("web_and_db");
    let running = scenario.spawn(["up", "--attach-dependencies", "web"]);
    running.until_prints("| db is up");
    running.until_prints("| web is up");
}

#[test]
fn timestamps_say_when_a_line_came() {
    let ran = Scenario::new("short_lived").hoist(["up", "--timestamps", "one"]).ok();
    let line = ran.stdout.lines().next().unwrap_or_default();
    let (prefix, rest) = line.split_once(" | ").unwrap_or_default();
    let (stamp, said) = rest.split_once(' ').unwrap_or_default();
    assert_eq!((prefix.trim(), said, stamp.len()), ("one-1", "one", 30), "{}", ran.told());
}
