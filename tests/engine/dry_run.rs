//! A dry run shows what would be done, and no request that writes leaves the program.

use crate::support::{Container, Proxy, Scenario};

/// Every command that changes something, in a state in which it would.
#[test]
fn no_dry_run_sends_a_request_that_writes() {
    let (mut scenario, proxy) = (Scenario::new("web_and_db"), Proxy::new());
    scenario.through(&proxy);
    let dry = |scenario: &Scenario, words: &[&str]| {
        proxy.reset();
        let ran = scenario.hoist_words(words);
        assert!(proxy.writes().is_empty(), "{:?}\n{}", proxy.writes(), ran.told());
        assert_eq!(ran.code, Some(0), "{}", ran.told());
        assert!(ran.stdout.contains(" to "), "no plan is shown\n{}", ran.told());
    };
    dry(&scenario, &["up", "-d", "--dry-run"]);
    dry(&scenario, &["up", "--dry-run"]);
    dry(&scenario, &["--dry-run", "up", "-d", "--wait"]);
    dry(&scenario, &["up", "--no-start", "--dry-run"]);
    dry(&scenario, &["create", "--dry-run"]);
    dry(&scenario, &["scale", "--dry-run", "web=2"]);
    dry(&scenario, &["pull", "--dry-run"]);
    scenario.hoist(["up", "-d"]).ok();
    let before = states(&scenario);
    dry(&scenario, &["up", "-d", "--force-recreate", "--dry-run"]);
    dry(&scenario, &["up", "-d", "-V", "--dry-run"]);
    dry(&scenario, &["scale", "--dry-run", "web=2"]);
    dry(&scenario, &["down", "--rmi", "all", "--dry-run"]);
    dry(&scenario, &["stop", "--dry-run"]);
    dry(&scenario, &["restart", "--dry-run"]);
    dry(&scenario, &["kill", "--dry-run"]);
    dry(&scenario, &["pause", "--dry-run"]);
    dry(&scenario, &["rm", "-sf", "--dry-run"]);
    dry(&scenario, &["rm", "-s", "--dry-run"]);
    dry(&scenario, &["down", "--dry-run"]);
    dry(&scenario, &["--dry-run", "down", "-v", "--remove-orphans"]);
    assert_eq!(before, states(&scenario));
    scenario.hoist(["pause"]).ok();
    dry(&scenario, &["unpause", "--dry-run"]);
    scenario.hoist(["unpause"]).ok();
    scenario.hoist(["stop"]).ok();
    dry(&scenario, &["start", "--dry-run"]);
    dry(&scenario, &["rm", "--dry-run"]);
}

/// What a command would have changed: a health check writes its own lines into the rest.
fn states(scenario: &Scenario) -> Vec<String> {
    let state = |one: &Container| format!("{} {} {} {}", one.name(), one.id(), one.state(), one.started_at());
    scenario.containers().iter().map(state).collect()
}

#[test]
fn a_dry_run_of_a_build_writes_nothing() {
    let (mut scenario, proxy) = (Scenario::new("built"), Proxy::new());
    scenario.through(&proxy);
    for words in [["build", "--dry-run"], ["up", "--dry-run"]] {
        let ran = scenario.hoist(words);
        assert!(proxy.writes().is_empty(), "{:?}", proxy.writes());
        ran.ok().prints("1 to build");
    }
    scenario.is_gone();
}

#[test]
fn a_dry_run_of_down_lists_the_data_that_would_be_lost() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    let ran = scenario.hoist(["down", "-v", "--dry-run"]).ok();
    ran.prints(&format!("the data in volume '{}' is lost", scenario.name_of("data")));
    assert!(scenario.volumes().contains_key(&scenario.name_of("data")));
}
