//! `logs` and `ps`.

use crate::support::Scenario;

#[test]
fn logs_prints_what_was_written_behind_names() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let mut lines: Vec<_> = scenario.hoist(["logs"]).ok().stdout.lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["db-1   | db is up", "web-1  | web is up"]);
}

#[test]
fn logs_of_one_service_leave_out_the_others() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.hoist(["logs", "db"]).ok().stdout, "db-1  | db is up\n");
}

#[test]
fn logs_without_prefix_are_what_the_container_wrote() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.hoist(["logs", "--no-log-prefix", "web"]).ok().stdout, "web is up\n");
}

#[test]
fn a_tail_is_the_last_lines() {
    let scenario = Scenario::new("short_lived");
    scenario.edit("compose.yaml", "command: echo one", "command: seq 1 100");
    scenario.hoist(["up", "-d", "one"]).ok();
    scenario.container("one").wait();
    assert_eq!(scenario.hoist(["logs", "--tail", "2", "one"]).ok().stdout, "one-1  | 99\none-1  | 100\n");
}

#[test]
fn followed_logs_go_on_and_end_with_the_containers() {
    let scenario = Scenario::new("talkers");
    scenario.hoist(["up", "-d"]).ok();
    let running = scenario.spawn(["logs", "-f"]);
    running.until_prints("| first");
    scenario.hoist(["down"]).ok();
    running.wait().ok().prints("| bye");
}

#[test]
fn followed_logs_show_a_container_that_starts_later() {
    let scenario = Scenario::new("talkers");
    scenario.hoist(["up", "-d", "b"]).ok();
    let running = scenario.spawn(["logs", "-f"]);
    running.until_prints("| third");
    scenario.hoist(["up", "-d"]).ok();
    running.until_prints("long-name-1  | first");
}

#[test]
fn ctrl_c_ends_the_reading_and_nothing_else() {
    let scenario = Scenario::new("talkers");
    scenario.hoist(["up", "-d"]).ok();
    let running = scenario.spawn(["logs", "-f"]);
    running.until_prints("| third");
    running.interrupt();
    running.wait();
    assert!(scenario.containers().iter().all(|one| one.state() == "running"));
}

#[test]
fn ps_lists_what_runs() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.docker(["kill", scenario.container("db").id()]).ok();
    scenario.container("db").wait();
    assert_eq!(scenario.hoist(["ps", "--services"]).ok().stdout, "web\n");
    assert_eq!(scenario.hoist(["ps", "--all", "--services"]).ok().stdout, "db\nweb\n");
}

#[test]
fn ps_has_the_columns_of_compose() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let header = |ran: crate::support::Ran| -> Vec<String> {
        ran.ok().stdout.lines().next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(header(scenario.hoist(["ps"])), header(scenario.compose(["ps"])));
}

#[test]
fn ps_as_json_gives_composes_facts() {
    let mut scenario = Scenario::new("published");
    scenario.set("PORT", &crate::support::example::free_port().0.to_string());
    scenario.hoist(["up", "-d"]).ok();
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text.lines().next().unwrap()).unwrap();
    let ours = parse(&scenario.hoist(["ps", "--format", "json"]).ok().stdout);
    let theirs = parse(&scenario.compose(["ps", "--format", "json"]).ok().stdout);
    let facts = ["ExitCode", "Health", "ID", "Image", "Name", "Project", "Publishers", "Service", "State", "Ports"];
    for fact in facts {
        assert_eq!(ours[fact], theirs[fact], "{fact}");
    }
    let missing: Vec<_> = theirs.as_object().unwrap().keys().filter(|key| ours.get(key.as_str()).is_none()).collect();
    assert!(missing.is_empty(), "keys that compose has and hoist has not: {missing:?}");
}

#[test]
fn ps_quiet_prints_ids_only() {
    let scenario = Scenario::new("three_services");
    scenario.hoist(["up", "-d", "db"]).ok();
    let id = scenario.container("db").id().to_owned();
    assert_eq!(scenario.hoist(["ps", "-q"]).ok().stdout, format!("{id}\n"));
}
