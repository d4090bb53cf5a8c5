//! Bad input: one clear error on stderr with place and remedy, exit code 1, nothing on stdout, and the next command works.

use crate::support::Scenario;

const GOOD: &str = "services:\n  web:\n    image: busybox\n  db:\n    image: busybox\n";

/// Fails unless `config` refuses this file with exactly these words, and reads the mended file afterwards.
#[track_caller]
fn refused(text: &str, words: &str) {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", text);
    for command in ["config", "up", "plan", "graph"] {
        let ran = scenario.hoist([command]);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", words), "{}", ran.told());
        ran.code(1);
    }
    scenario.write("compose.yaml", GOOD);
    scenario.hoist(["config", "--quiet"]).ok();
}

#[test]
fn an_unknown_key_is_told_with_what_was_meant() {
    refused(
        "services:\n  web:\n    image: busybox\n    prots: ['80:80']\n",
        "\
compose.yaml:4:5: error[unknown-key]: 'prots' is not a service attribute
  |
4 |     prots: ['80:80']
  |     ^^^^^
help: did you mean 'ports'?
",
    );
}

#[test]
fn a_cycle_is_shown_as_a_path() {
    refused(
        "services:\n  a:\n    image: x\n    depends_on: [b]\n  b:\n    image: x\n    depends_on: [a]\n",
        "\
compose.yaml:4:18: error[cycle]: services depend on each other: a -> b -> a
  |
4 |     depends_on: [b]
  |                  ^
compose.yaml:7:18: note: 'b' depends on 'a'
  |
7 |     depends_on: [a]
  |                  ^
help: remove one of these dependencies: nothing in a cycle can start first
",
    );
}

#[test]
fn a_missing_dependency_is_told_with_its_place() {
    refused(
        "services:\n  web:\n    image: x\n    depends_on: [redis]\n",
        "\
compose.yaml:4:18: error[missing-dependency]: service 'web' depends on 'redis', which is not a service
  |
4 |     depends_on: [redis]
  |                  ^^^^^
help: add 'redis' under 'services', or remove the dependency
",
    );
}

#[test]
fn an_undefined_volume_is_told_with_its_place() {
    refused(
        "services:\n  web:\n    image: x\n    volumes: ['data:/data']\n",
        "\
compose.yaml:4:15: error[undeclared]: volume 'data' is used by 'web' but not declared
  |
4 |     volumes: ['data:/data']
  |               ^^^^^^^^^^^^
help: add 'data:' under 'volumes', or write './data' for a folder
",
    );
}

#[test]
fn an_undefined_network_is_told_with_its_place() {
    refused(
        "services:\n  web:\n    image: x\n    networks: [back]\n",
        "\
compose.yaml:4:16: error[undeclared]: network 'back' is used by 'web' but not declared
  |
4 |     networks: [back]
  |                ^^^^
help: add 'back:' under 'networks'
",
    );
}

#[test]
fn bad_yaml_is_told_with_its_place() {
    refused(
        "services:\n  web:\n\timage: x\n",
        "\
compose.yaml:3:1: error[yaml-syntax]: a tab cannot indent
  |
3 |     image: x
  | ^^^^
help: indent with spaces: YAML allows no tabs there
",
    );
}

#[test]
fn an_attribute_that_a_stack_is_wrong_without_stops_all_that_would_make_it() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services:\n  web:\n    image: x\n    healthcheck: {test: x, start_interval: 5s}\n");
    let words = "\
compose.yaml:4:44: error[invalid-value]: 'start_interval' needs a 'start_period'
  |
4 |     healthcheck: {test: x, start_interval: 5s}
  |                                            ^^
help: add 'start_period', the time in which 'start_interval' holds
";
    for command in ["up", "plan"] {
        let ran = scenario.hoist([command]);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", words), "{}", ran.told());
        ran.code(1);
    }
    scenario.hoist(["config", "--quiet"]).ok();
}

#[test]
fn an_attribute_without_effect_is_named_by_plan_and_not_by_config() {
    let scenario = Scenario::empty();
    scenario
        .write("compose.yaml", "services:\n  web:\n    image: x\n    credential_spec: {file: a}\n  db:\n    image: x\n    deploy: {mode: global}\n");
    let words = "\
compose.yaml:4:5: warning[no-effect]: 'credential_spec' of service 'web' does nothing, in docker compose neither
  |
4 |     credential_spec: {file: a}
  |     ^^^^^^^^^^^^^^^
help: give it to the engine as 'security_opt: [\"credentialspec=file://…\"]'
";
    let planned = scenario.hoist(["plan", "web"]);
    assert!(planned.stderr.starts_with(words) && !planned.stderr.contains("cluster"), "{}", planned.told());
    let shown = scenario.hoist(["config"]);
    assert_eq!(shown.stderr, "", "{}", shown.told());
    shown.ok();
}

#[test]
fn all_faults_of_a_file_are_told_at_once() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services:\n  web:\n    image: x\n    prots: []\n    ports: ['x']\n    tyt: true\n");
    let ran = scenario.hoist(["config"]).code(1);
    assert_eq!(ran.stderr.matches("error[").count(), 3, "{}", ran.told());
}

#[test]
fn no_file_is_told_with_where_it_was_looked_for() {
    let scenario = Scenario::empty();
    let ran = scenario.hoist(["config"]).code(1);
    assert!(ran.stderr.starts_with("error"), "{}", ran.told());
    ran.says("compose.yaml").says("help:");
}

#[test]
fn a_named_file_that_is_missing_is_told_by_its_name() {
    Scenario::empty().hoist(["-f", "nowhere.yaml", "config"]).code(1).says("compose file 'nowhere.yaml' not found");
}

#[test]
fn an_env_file_that_is_missing_is_told_by_its_name() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", GOOD);
    scenario.hoist(["--env-file", "nowhere.env", "config"]).code(1).says("nowhere.env");
}

#[test]
fn an_unknown_service_is_told_with_those_that_are_there() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", GOOD);
    for command in ["config", "up", "plan"] {
        scenario.hoist([command, "nope"]).code(1).says("no such service: nope").says("web");
    }
}

#[test]
fn a_warning_is_no_error() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &format!("version: '3'\n{GOOD}"));
    scenario.hoist(["config", "--services"]).ok().says("warning[obsolete-version]").prints("db\nweb\n");
}

#[test]
fn the_value_of_a_variable_is_traced_to_where_it_came_from() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services:\n  web:\n    image: x\n    ports: ['${PORT}:80']\n");
    scenario.write(".env", "PORT=eighty\n");
    scenario.hoist(["config"]).code(1).says("compose.yaml:4:").says("the value of 'PORT' came from .env");
}

#[test]
fn faults_as_json_give_machines_the_place() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", "services:\n  web:\n    image: x\n    prots: []\n");
    let ran = scenario.hoist(["--progress", "json", "config"]).code(1);
    let fault: serde_json::Value = serde_json::from_str(ran.stderr.lines().next().unwrap()).unwrap();
    assert_eq!((&fault["line"], &fault["column"], &fault["code"]), (&4.into(), &5.into(), &"unknown-key".into()));
}

#[test]
fn who_says_nothing_is_told_what_there_is_to_say() {
    let scenario = Scenario::empty();
    scenario.hoist_words(&[]).ok().prints("Usage: hoist").prints("down");
    scenario.hoist(["help", "up"]).ok().prints("--detach");
    scenario.hoist(["ps", "--status", "nope"]).code(1).says("exited");
    scenario.hoist(["help", "nope"]).code(1).says("nope");
}

#[test]
fn a_broken_configuration_of_the_docker_client_is_told_before_the_wrong_engine_is_used() {
    let mut scenario = Scenario::empty();
    scenario.write("compose.yaml", GOOD);
    scenario.write("config.json", "{\n  \"auths\": ");
    scenario.set("DOCKER_CONFIG", &scenario.folder().display().to_string());
    scenario.set("DOCKER_HOST", "");
    for command in ["ps", "up", "down"] {
        scenario.hoist([command]).code(1).says("config.json is not valid JSON, line 2").says("help: mend it");
    }
}

#[test]
fn what_a_reload_cannot_be_is_told_with_its_place() {
    let of = |reload: &str| {
        format!(
            "services:\n  web:\n    image: x\n    volumes:\n      - {{type: bind, source: ./a, target: /a, x-reload: {reload}}}\n"
        )
    };
    let scenario = Scenario::empty();
    for (reload, words) in [
        ("reload", "compose.yaml:5:57: error[invalid-value]: 'reload' is not a value of 'x-reload'"),
        ("{signals: HUP}", "compose.yaml:5:58: error[unknown-key]: 'signals' is not a x-reload attribute"),
        ("{signal: TERM}", "compose.yaml:5:66: error[invalid-value]: SIGTERM makes no process read its files"),
        ("{exec: [a], signal: HUP}", "compose.yaml:5:69: error[conflict]: 'exec' and 'signal' exclude each other"),
        ("{dependents: [wbe]}", "compose.yaml:5:71: error[undeclared]: there is no service 'wbe' to restart"),
    ] {
        scenario.write("compose.yaml", &of(reload));
        let ran = scenario.hoist(["config", "--quiet"]).code(1);
        assert!(ran.stderr.starts_with(words), "{}", ran.told());
    }
}
