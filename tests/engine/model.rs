//! Language models, served by a plugin of the docker client.

use crate::support::Scenario;

fn scenario() -> Scenario {
    let mut scenario = Scenario::new("modelled");
    let config = scenario.folder().join("config").display().to_string();
    scenario.set("DOCKER_CONFIG", &config);
    scenario
}

#[test]
fn models_are_fetched_and_set_up_and_their_services_are_told() {
    let scenario = scenario();
    scenario.hoist(["up", "-d"]).ok();
    let text = std::fs::read_to_string(scenario.folder().join("asked")).unwrap();
    let mut asked: Vec<&str> = text.lines().filter(|line| !line.ends_with("--json")).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["configure --context-size 4096 ai/small -- --fast", "configure ai/other", "pull ai/small"]);
    let environment = scenario.container("web").environment();
    for wanted in [
        "SMALL_ONE_MODEL=ai/small",
        "SMALL_ONE_URL=http://models.here/v1/",
        "OTHER_NAME=ai/other",
        "OTHER_PLACE=http://models.here/v1/",
    ] {
        assert!(environment.contains(wanted), "{environment:?}");
    }
    let before = scenario.container("web").id().to_owned();
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("web").id(), before);
    let plan = scenario.hoist(["plan"]).ok().says("what other, small-one would change is known only when 'up' asks");
    assert!(!plan.stdout.contains("replace"), "{}", plan.told());
}

#[test]
fn without_the_plugin_nothing_is_made() {
    let scenario = scenario();
    std::fs::remove_file(scenario.folder().join("config/cli-plugins/docker-model")).unwrap();
    let ran = scenario.hoist(["up", "-d"]).code(1);
    ran.says("needs the docker client's plugin 'model', which is not there");
    scenario.is_gone();
}
