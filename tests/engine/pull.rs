//! `pull`, and the pull of what is missing, from a real registry.

use crate::support::Scenario;
use crate::support::registry::Registry;

const MEGABYTE: usize = 1 << 20;

#[test]
fn a_pull_fetches_the_image_and_tells_how_far_each_layer_is() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let image = registry.put(&scenario, "fetched:1", 8 * MEGABYTE);
    scenario.write("compose.yaml", &format!("services: {{a: {{image: '{image}'}}}}\n"));
    let ran = scenario.hoist(["--progress", "json", "pull"]).ok();
    scenario.docker(["image", "inspect", &image]).ok();
    ran.says("\"event\":\"progress\"").says("\"current\":").says("\"status\":\"Pulled\"");
    scenario.docker(["rmi", "--force", &image]);
}

#[test]
fn what_is_missing_is_pulled_by_up() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let image = registry.put(&scenario, "missing:1", MEGABYTE);
    scenario.write("compose.yaml", &format!("services: {{a: {{image: '{image}'}}}}\n"));
    scenario.hoist(["up", "-d"]).ok().says("pulled");
    let container = scenario.container("a");
    container.wait();
    assert_eq!(container.output(), "pulled\n");
    scenario.hoist(["down"]).ok();
    scenario.docker(["rmi", "--force", &image]);
}

#[test]
fn one_image_that_is_not_there_leaves_the_others_alone() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let there = registry.put(&scenario, "there:1", MEGABYTE);
    let gone = registry.image("gone:1");
    scenario.write("compose.yaml", &format!("services: {{a: {{image: '{there}'}}, b: {{image: '{gone}'}}}}\n"));
    let ran = scenario.hoist(["pull"]).code(1);
    scenario.docker(["image", "inspect", &there]).ok();
    ran.says(&format!("image '{gone}' could not be pulled")).says("check name and tag");
    scenario.docker(["rmi", "--force", &there]);
}
