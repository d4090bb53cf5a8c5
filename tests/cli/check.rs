//! `check`: what it finds, in which form, and how it ends.

use crate::support::Scenario;
use serde_json::Value;

const GOOD: &str = "services:\n  web:\n    image: busybox:1\n";

fn project(compose: &str) -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", compose);
    scenario
}

#[test]
fn a_project_without_faults_has_nothing_to_say() {
    let ran = project(GOOD).hoist(["check"]).ok();
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "nothing to say\n"));
}

#[test]
fn advice_is_data_and_no_failure() {
    let ran = project("services:\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n").hoist(["check"]).ok();
    let expected = "\
compose.yaml:4:13: advice[open-port]: port 5432 of 'db' is open on every address of this machine
  |
4 |     ports: ['5432:5432']
  |             ^^^^^^^^^^^
help: write '127.0.0.1:5432:5432' if only this machine needs it, or '0.0.0.0:5432:5432' if all should
";
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (expected, "1 piece of advice\n"));
}

#[test]
fn errors_end_with_1_and_all_are_counted() {
    let ran = project("services:\n  web:\n    image: x\n    prots: []\n    ports: ['x']\n").hoist(["check"]).code(1);
    assert_eq!(ran.stdout.matches("error[").count(), 2, "{}", ran.told());
    assert_eq!(ran.stderr, "2 errors\n");
}

#[test]
fn a_warning_alone_is_no_failure() {
    let ran = project(&format!("version: '3'\n{GOOD}")).hoist(["check"]).ok();
    ran.prints("warning[obsolete-version]").says("1 warning");
}

#[test]
fn no_file_is_a_fault_too() {
    Scenario::empty().hoist(["check"]).code(1).prints("error[no-compose-file]");
}

#[test]
fn what_is_found_is_sorted_by_place() {
    let file =
        "services:\n  web:\n    image: nginx\n    environment:\n      A: 3.10\n      PASSWORD: x\n    ports: ['80']\n";
    let ran = project(&format!("{file}volumes:\n  data:\n")).hoist(["check"]).ok();
    let heads = ran.stdout.lines().filter_map(|line| line.split_once(": advice[")).map(|(place, _)| place);
    let wanted =
        ["compose.yaml:3:12", "compose.yaml:5:10", "compose.yaml:6:17", "compose.yaml:7:13", "compose.yaml:9:3"];
    assert_eq!(heads.collect::<Vec<_>>(), wanted);
}

#[test]
fn a_fault_of_a_value_names_the_line_that_set_its_variable() {
    let scenario = project("services:\n  web:\n    image: x\n    ports: ['${PORT}:80']\n");
    scenario.write(".env", "# ports\nPORT=eighty\n");
    scenario.hoist(["check"]).code(1).prints("note: the value of 'PORT' came from .env:2");
}

#[test]
fn json_has_the_shape_that_the_page_promises() {
    let scenario = project("services:\n  web:\n    image: x:1\n    ports: ['${PORT}:80']\n");
    scenario.write(".env", "PORT=eighty\n");
    let ran = scenario.hoist(["check", "--format", "json"]).code(1);
    let object: Value = serde_json::from_str(&ran.stdout).unwrap();
    let one = &object["diagnostics"][0];
    assert_eq!((&one["severity"], &one["code"]), (&"error".into(), &"invalid-value".into()));
    assert_eq!((&one["file"], &one["line"], &one["column"]), (&"compose.yaml".into(), &4.into(), &13.into()));
    assert_eq!(one["end"], serde_json::json!({"line": 4, "column": 25}));
    assert!(one["message"].is_string() && one["help"].is_string());
    let variable = &one["variables"][0];
    assert_eq!((&variable["name"], &variable["file"], &variable["line"]), (&"PORT".into(), &".env".into(), &1.into()));
    assert_eq!((&object["errors"], &object["warnings"], &object["advice"]), (&1.into(), &0.into(), &0.into()));
}

#[test]
fn sarif_is_a_log_with_one_run() {
    let ran = project("services:\n  web:\n    image: nginx\n").hoist(["check", "--format", "sarif"]).ok();
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "floating-image");
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"floating-image".into(), &"note".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "compose.yaml");
    assert_eq!(place["region"], serde_json::json!({"startLine": 3, "startColumn": 12, "endColumn": 17}));
}

#[test]
fn global_flags_count() {
    let scenario = project(GOOD);
    scenario.write("other.yaml", "services:\n  web:\n    image: nginx\n");
    scenario.hoist(["-f", "other.yaml", "check"]).ok().prints("other.yaml:3:12: advice[floating-image]");
}

#[test]
fn other_commands_end_several_errors_with_their_number() {
    let scenario = project("services:\n  web:\n    image: x\n    prots: []\n    ports: ['x']\n");
    assert!(scenario.hoist(["config"]).code(1).stderr.ends_with("\n\n2 errors\n"));
}
