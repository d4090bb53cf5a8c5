//! `simulate(before, plan)` is what the engine then holds, on all that planning reads.

use crate::support::Scenario;
use hoist::engine::{Engine, Host};
use hoist::load::{Request, load};
use hoist::model::Project;
use hoist::plan::reconcile::reconcile;
use hoist::plan::{Observed, Policy, SeenContainer, labels, simulate};
use std::collections::{BTreeMap, BTreeSet};

const READ: [&str; 6] = [
    labels::CONFIG_HASH,
    labels::IMAGE,
    labels::CONTAINER_NUMBER,
    labels::ONEOFF,
    labels::DEPENDS_ON,
    labels::FINGERPRINT,
];

/// What planning reads of a container, without what an engine makes up.
fn essence(container: &SeenContainer) -> (String, BTreeSet<String>) {
    let kind = |name: &str, anonymous| if anonymous { "anonymous".to_owned() } else { name.to_owned() };
    let volumes =
        container.volumes.iter().map(|one| format!("{} at {}", kind(&one.name, one.is_anonymous()), one.target));
    // The engine's own networks are nothing that planning reads.
    let own = |name: &&String| !["none", "host", "bridge"].contains(&name.as_str());
    let networks = container.networks.keys().filter(own).map(|name| format!("on {name}"));
    // What shares with others has their ids in its hash, which nobody can foretell.
    let shares = container
        .label(labels::FINGERPRINT)
        .is_some_and(|fields| [" namespaces.", " mounts."].iter().any(|path| fields.contains(path)));
    let told = |name: &&&str| **name != labels::CONFIG_HASH || !shares;
    let without_ids = |text: &str| {
        text.split(' ')
            .filter(|field| !["namespaces.", "mounts."].iter().any(|path| field.starts_with(path)))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let labels = READ.iter().filter(told).map(|name| format!("{name}: {:?}", container.label(name).map(without_ids)));
    let facts = [format!("{} {} {:?}", container.service, container.number, container.state)];
    (container.name.clone(), volumes.chain(networks).chain(labels).chain(facts).collect())
}

fn world(seen: &Observed) -> BTreeMap<String, BTreeSet<String>> {
    let hash = |all: &BTreeMap<String, String>| [format!("{:?}", all.get(labels::CONFIG_HASH))].into();
    let networks = seen.networks.iter().map(|one| (format!("network {}", one.name), hash(&one.labels)));
    let volumes = seen.volumes.iter().map(|one| (format!("volume {}", one.name), hash(&one.labels)));
    seen.containers.iter().map(essence).chain(networks).chain(volumes).collect()
}

fn environment() -> BTreeMap<String, String> {
    std::env::vars().filter(|(name, _)| name.starts_with("DOCKER_") || name == "HOME").collect()
}

fn project(scenario: &Scenario) -> Project {
    let request = Request { working_directory: scenario.folder(), environment: environment(), ..Request::default() };
    let mut loaded = load(&request).expect("the case is valid");
    let services = loaded.project.services.keys().cloned().collect();
    loaded.read_contents(&services);
    loaded.project
}

fn observe(project: &Project) -> Observed {
    crate::support::engine::socket();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::connect(&Host::resolve(&environment()).unwrap()).unwrap();
        engine.observe(project).await.unwrap()
    })
}

/// Plans, brings up, and compares what was foretold with what is there.
#[track_caller]
fn comes_true(scenario: &Scenario) {
    let project = project(scenario);
    let before = observe(&project);
    let plan = reconcile(&project, &before, &Policy::default()).expect("nothing external is missing");
    let foretold = world(&simulate(&project, &before, &plan).expect("possible"));
    let ran = scenario.hoist(["up", "-d"]).ok();
    let found = world(&observe(&project));
    let names: BTreeSet<_> = foretold.keys().chain(found.keys()).collect();
    let differ: Vec<_> = names.into_iter().filter(|name| foretold.get(*name) != found.get(*name)).collect();
    let both: Vec<_> = differ.into_iter().map(|name| (name, foretold.get(name), found.get(name))).collect();
    let why: Vec<_> = plan.steps().map(|(_, step)| format!("{}: {}", step.subject.name, step.because)).collect();
    assert!(both.is_empty(), "(thing, foretold, found): {both:#?}\nplanned {why:#?}\n{}", ran.told());
}

#[test]
fn a_first_up_is_foretold() {
    for case in ["web_and_db", "killed", "two_networks", "twin_mounts", "twin_networks", "files", "shared"] {
        comes_true(&Scenario::new(case));
    }
}

#[test]
fn an_up_that_does_nothing_is_foretold() {
    let scenario = Scenario::new("killed");
    scenario.hoist(["up", "-d"]).ok();
    comes_true(&scenario);
}

#[test]
fn a_replacement_is_foretold() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    comes_true(&scenario);
}

#[test]
fn a_replacement_of_what_others_share_with_is_foretold() {
    let scenario = Scenario::new("shared");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    comes_true(&scenario);
}

#[test]
fn a_replacement_keeps_the_anonymous_volume_that_was_foretold() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    let project = project(&scenario);
    let before = observe(&project);
    let plan = reconcile(&project, &before, &Policy::default()).unwrap();
    let foretold = simulate(&project, &before, &plan).unwrap();
    scenario.hoist(["up", "-d"]).ok();
    let volumes = |seen: &Observed| -> BTreeSet<String> {
        seen.containers.iter().flat_map(|one| one.volumes.iter().map(|volume| volume.name.clone())).collect()
    };
    assert_eq!(volumes(&foretold), volumes(&observe(&project)));
}

#[test]
fn a_changed_network_is_foretold() {
    let scenario = Scenario::new("two_networks");
    scenario.hoist(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "purpose: first", "purpose: second");
    comes_true(&scenario);
}

#[test]
fn scaling_is_foretold() {
    let scenario = Scenario::new("killed");
    scenario.hoist(["up", "-d"]).ok();
    for scale in ["scale: 3", "scale: 1"] {
        let text = std::fs::read_to_string(scenario.folder().join("compose.yaml")).unwrap();
        let line = text.lines().find(|line| line.contains("scale:")).unwrap().trim().to_owned();
        scenario.edit("compose.yaml", &line, scale);
        comes_true(&scenario);
    }
}

#[test]
fn the_repair_of_a_stopped_container_is_foretold() {
    let scenario = Scenario::new("web_and_db");
    scenario.hoist(["up", "-d"]).ok();
    scenario.docker(["kill", scenario.container("web").id()]).ok();
    scenario.container("web").wait();
    comes_true(&scenario);
}

#[test]
fn what_follows_a_stack_of_composes_is_foretold() {
    let scenario = Scenario::new("two_networks");
    scenario.compose(["up", "-d"]).ok();
    scenario.edit("compose.yaml", "purpose: first", "purpose: second");
    comes_true(&scenario);
}
