//! `config` says what `docker compose config` says, on every case that can be loaded.

use crate::support::{Running, Scenario, engine, scenario};
use std::path::Path;
use std::process::Command;

/// What both tools print about a case: Compose first.
fn printed(case: &Path, format: &str) -> [String; 2] {
    let lines = |name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(case.join(name)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    };
    let mut words = vec!["-p".to_owned(), "case".to_owned()];
    words.extend(lines("files").into_iter().flat_map(|file| ["-f".to_owned(), file]));
    words.extend(lines("profiles").into_iter().flat_map(|profile| ["--profile".to_owned(), profile]));
    words.extend(["config", "--format", format].map(str::to_owned));
    let environment = lines("environment");
    [("docker", vec!["compose"]), (env!("CARGO_BIN_EXE_hoist"), vec![])].map(|(program, first)| {
        let mut command = Command::new(program);
        command.current_dir(case).args(first).args(&words);
        command.envs(environment.iter().filter_map(|line| line.split_once('=')));
        Running::spawn(command).wait().ok().stdout
    })
}

/// Compares what both print about every case that can be loaded.
#[track_caller]
fn same_everywhere<T: PartialEq + std::fmt::Debug>(format: &str, parse: impl Fn(&str) -> T) {
    engine::socket();
    let cases = std::fs::read_dir(scenario::root().join("tests/cases/load")).unwrap().flatten();
    let good = cases.map(|entry| entry.path()).filter(|case| case.join("expect.json").exists());
    let mut faults = Vec::new();
    for case in good {
        let [theirs, ours] = printed(&case, format).map(|text| parse(&text));
        if theirs != ours {
            faults.push(format!("{}\n  compose {theirs:?}\n  hoist   {ours:?}", case.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn config_prints_what_compose_prints() {
    same_everywhere("json", |text| serde_json::from_str::<serde_json::Value>(text).unwrap());
}

#[test]
fn config_as_yaml_says_what_composes_says() {
    same_everywhere("yaml", |text| serde_yaml::from_str::<serde_yaml::Value>(text).unwrap());
}

#[test]
fn config_hash_prints_the_label_that_up_writes() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let hash = scenario.container("web").label("com.docker.compose.config-hash");
    assert_eq!(scenario.hoist(["config", "--hash", "web"]).ok().stdout, format!("web {hash}\n"));
}

#[test]
fn what_config_prints_reads_back_as_the_same_project() {
    for case in ["twin_ports", "twin_mounts", "twin_environment", "twin_networks", "twin_dependencies", "twin_process"]
    {
        let scenario = Scenario::new(case);
        let first = scenario.hoist(["config"]).ok().stdout;
        scenario.write("again.yaml", &first);
        let second = scenario.hoist(["-f", "again.yaml", "config"]).ok().stdout;
        assert_eq!(first, second, "{case}");
    }
}
