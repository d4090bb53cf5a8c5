//! `config` next to what `up` does. That it says what `docker compose config` says is seen by `tests/conformance/`.

use crate::support::Scenario;
use crate::support::registry::Registry;

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

#[test]
fn config_pins_images_to_the_digests_of_their_registry() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let image = registry.put(&scenario, "pinned:1", 1 << 10);
    scenario.write(
        "compose.yaml",
        &format!("services: {{a: {{image: '{image}', command: [x]}}, b: {{image: '{image}'}}}}\n"),
    );
    let locked = scenario.hoist(["config", "--lock-image-digests"]).ok().stdout;
    let pinned = locked.lines().find_map(|line| line.trim().strip_prefix("image: ")).expect("an image").to_owned();
    assert!(pinned.starts_with(&format!("{image}@sha256:")), "{locked}");
    assert_eq!(locked, format!("services:\n  a:\n    image: {pinned}\n  b:\n    image: {pinned}\n"));
    let whole = scenario.hoist(["config", "--resolve-image-digests"]).ok().stdout;
    assert!(
        whole.contains(&format!("    image: {pinned}\n")) && whole.contains("    command:\n      - x\n"),
        "{whole}"
    );
    assert_eq!(scenario.compose(["config", "--lock-image-digests"]).ok().stdout, locked);
    scenario.docker(["pull", "--quiet", &pinned]).ok();
    scenario.docker(["rmi", "--force", &pinned]).ok();
}

#[test]
fn config_tells_which_images_cannot_be_pinned() {
    let (registry, scenario) = (Registry::start(), Scenario::empty());
    let (one, other) = (registry.image("gone:1"), registry.image("gone:2"));
    scenario.write("compose.yaml", &format!("services: {{a: {{image: '{one}'}}, b: {{image: '{other}'}}}}\n"));
    let ran = scenario.hoist(["config", "--resolve-image-digests"]).code(1);
    assert_eq!(ran.stdout, "");
    ran.says(&format!("the digest of image '{one}' could not be found"))
        .says(&format!("'{other}'"))
        .says("check name and tag");
}
