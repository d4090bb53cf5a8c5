//! The command line itself: help, versions, faults of flags.

use crate::support::Scenario;

#[test]
fn version_needs_no_engine() {
    let ran = Scenario::empty().hoist(["version", "--short"]).ok();
    assert_eq!(ran.stdout, format!("{}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn version_as_json_is_an_object() {
    let ran = Scenario::empty().hoist(["version", "-f", "json"]).ok();
    assert_eq!(ran.stdout, format!("{{\"version\":\"{}\"}}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_names_every_command() {
    let ran = Scenario::empty().hoist(["--help"]).ok();
    for command in
        ["up", "down", "ps", "logs", "plan", "check", "config", "env", "graph", "build", "pull", "schema", "version"]
    {
        assert!(ran.stdout.lines().any(|line| line.trim_start().starts_with(command)), "{command}\n{}", ran.told());
    }
}

#[test]
fn an_unknown_flag_or_command_exits_1() {
    let scenario = Scenario::empty();
    scenario.hoist(["up", "--nope"]).code(1).says("--nope");
    scenario.hoist(["upp"]).code(1).says("upp");
}

#[test]
fn flags_that_exclude_each_other_exit_1() {
    Scenario::empty().hoist(["up", "--build", "--no-build"]).code(1).says("--no-build");
}

#[test]
fn a_scale_that_is_no_number_exits_1() {
    Scenario::new("three_services").hoist(["up", "--scale", "web=many"]).code(1).says("web=many");
}

#[test]
fn no_engine_is_one_error_and_no_panic() {
    let mut scenario = Scenario::new("three_services");
    scenario.at("unix:///no/such/engine.sock");
    for command in ["up", "down", "ps", "logs", "plan"] {
        let ran = scenario.hoist([command]).code(1);
        assert!(ran.stderr.contains("error: no engine answers at unix:///no/such/engine.sock"), "{}", ran.told());
        assert!(ran.stderr.contains("help:") && !ran.stderr.contains("panicked"), "{}", ran.told());
    }
}

#[test]
fn an_address_that_is_none_is_one_error() {
    let mut scenario = Scenario::new("three_services");
    scenario.at("gopher://engine");
    scenario.hoist(["ps"]).code(1).says("gopher://engine");
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let scenario = Scenario::new("web_and_db");
    let hoist = env!("CARGO_BIN_EXE_hoist");
    let mut shell = std::process::Command::new("sh");
    shell.current_dir(scenario.folder()).args(["-c", &format!("{hoist} schema | head -c 1 >/dev/null; echo done")]);
    let said = shell.output().unwrap();
    assert!(!String::from_utf8_lossy(&said.stderr).contains("panicked"));
}
