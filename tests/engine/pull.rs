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

#[test]
fn a_policy_with_a_time_fetches_again_when_it_has_passed() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let image = registry.put(&scenario, "timed:1", MEGABYTE);
    let keep = registry.image("kept:1");
    scenario.write("compose.yaml", &format!("services: {{a: {{image: '{image}', pull_policy: daily}}}}\n"));
    scenario.hoist(["up", "-d"]).ok().says("pulled");
    // The pull counts: tomorrow is the next one.
    let plan = scenario.hoist(["plan"]);
    assert!(!plan.stdout.contains("pull"), "{}", plan.told());
    scenario.docker(["tag", &image, &keep]).ok();
    registry.put(&scenario, "timed:1", MEGABYTE);
    scenario.docker(["tag", &keep, &image]).ok();
    let first = scenario.container("a").id().to_owned();
    scenario.hoist(["up", "-d"]).ok().never_says("pulled");
    assert_eq!(scenario.container("a").id(), first);
    scenario.edit("compose.yaml", "daily", "every_0s");
    scenario.hoist(["plan"]).code(2).prints("its pull policy is 'every_0s'");
    scenario.hoist(["up", "-d"]).ok().says("pulled").says("is newer");
    assert_ne!(scenario.container("a").id(), first);
    scenario.hoist(["down"]).ok();
    scenario.docker(["rmi", "--force", &image, &keep]);
}

#[test]
fn an_image_for_another_platform_counts_as_absent() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let image = registry.put(&scenario, "platform:1", MEGABYTE);
    scenario.docker(["pull", "--quiet", &image]).ok();
    let file = format!("services: {{a: {{image: '{image}', platform: linux/s390x}}}}\n");
    scenario.write("compose.yaml", &file);
    scenario.hoist(["plan"]).code(2).prints("the one that is there is for linux/amd64");
    scenario.hoist(["up", "-d"]).code(1).says("platform");
    assert!(scenario.containers().is_empty());
    scenario.edit("compose.yaml", "linux/s390x", "linux/x86_64");
    scenario.hoist(["up", "-d"]).ok().never_says("pulled");
    scenario.hoist(["down"]).ok();
    scenario.docker(["rmi", "--force", &image]);
}

#[test]
fn a_registry_that_is_out_of_order_is_asked_again() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    registry.put(&scenario, "later:1", MEGABYTE);
    let gate = registry.behind_a_gate();
    let image = gate.image("later:1");
    scenario.write("compose.yaml", &format!("services: {{a: {{image: '{image}'}}}}\n"));
    let pull = scenario.spawn(["pull"]);
    pull.until_says("trying again in");
    gate.open();
    let ran = pull.wait().ok();
    scenario.docker(["image", "inspect", &image]).ok();
    ran.says("out of order (503 Service Unavailable)");
    scenario.docker(["rmi", "--force", &image]);
}

#[test]
fn what_cannot_be_fetched_is_built_when_it_can_be() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let image = registry.image("mine:1");
    let file = format!("services: {{a: {{image: '{image}', pull_policy: always, build: .}}}}\n");
    scenario.write("compose.yaml", &file);
    scenario.write("Dockerfile", "FROM busybox\nCMD [\"echo\", \"built\"]\n");
    scenario.hoist(["pull"]).code(1).says("could not be pulled").says("hoist build a");
    scenario.hoist(["pull", "--ignore-buildable"]).ok().says("nothing to fetch");
    scenario.hoist(["up", "-d"]).ok().says("passed over").says("built");
    let container = scenario.container("a");
    container.wait();
    assert_eq!(container.output(), "built\n");
    scenario.hoist(["down"]).ok();
    scenario.docker(["rmi", "--force", &image]);
}

#[test]
fn failures_are_passed_over_when_asked() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let there = registry.put(&scenario, "there:2", MEGABYTE);
    let gone = registry.image("gone:2");
    scenario.write("compose.yaml", &format!("services: {{a: {{image: '{there}'}}, b: {{image: '{gone}'}}}}\n"));
    let ran = scenario.hoist(["pull", "--ignore-pull-failures"]).ok();
    scenario.docker(["image", "inspect", &there]).ok();
    ran.says("does not have it");
    let quiet = scenario.hoist(["pull", "--quiet", "--policy", "always", "a"]).ok();
    assert_eq!(quiet.stderr, "", "{}", quiet.told());
    scenario.hoist(["pull", "--policy", "missing", "a"]).ok().says("nothing to fetch");
    scenario.docker(["rmi", "--force", &there]);
}

#[test]
fn no_more_images_are_fetched_at_once_than_the_limit_says() {
    let (registry, mut scenario) = (Registry::start(), Scenario::empty());
    let images = ["one:1", "two:1", "three:1"].map(|name| registry.put(&scenario, name, MEGABYTE));
    let service = |(number, image): (usize, &String)| format!("  s{number}: {{image: '{image}'}}\n");
    let services: String = images.iter().enumerate().map(service).collect();
    scenario.write("compose.yaml", &format!("services:\n{services}"));
    scenario.set("COMPOSE_PARALLEL_LIMIT", "1");
    let ran = scenario.hoist(["--progress", "json", "pull"]).ok();
    let of = |line: &str| ["began", "done"].into_iter().find(|word| line.contains(&format!("\"event\":\"{word}\"")));
    let turns: Vec<&str> = ran.stderr.lines().filter_map(of).collect();
    assert_eq!(turns, ["began", "done", "began", "done", "began", "done"], "{}", ran.told());
    for image in &images {
        scenario.docker(["rmi", "--force", image]);
    }
}
