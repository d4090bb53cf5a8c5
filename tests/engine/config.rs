//! `config` next to what `up` does. That it says what `docker compose config` says is seen by `tests/conformance/`.

use crate::support::Scenario;

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
