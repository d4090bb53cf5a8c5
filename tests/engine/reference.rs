//! References to other services: namespaces, mounts and links of containers, as Compose makes them, and what becomes of
//! them when the other container goes.

use crate::support::{Scenario, compose, engine, replaced, running, same_container, up};
use std::collections::BTreeMap;

const SERVICES: [&str; 6] = ["linked", "mounts", "network", "memory", "apart", "owner"];

fn shared() -> Scenario {
    Scenario::new("shared").step("hoist up", up(["-d"]), SERVICES.map(running))
}

/// What each container was made with, with the names of containers in place of their ids.
fn made_with(scenario: &Scenario) -> BTreeMap<String, serde_json::Value> {
    let all = scenario.containers();
    let named = |text: String| all.iter().fold(text, |text, one| text.replace(one.id(), one.name()));
    let made = |one: &engine::Container| {
        let keys = ["NetworkMode", "IpcMode", "PidMode", "UTSMode", "Links", "VolumesFrom"];
        let host = keys.map(|key| one.0["HostConfig"][key].clone());
        let networks = one.0["NetworkSettings"]["Networks"].as_object().cloned().unwrap_or_default();
        let links: Vec<_> = networks.values().map(|network| network["Links"].clone()).collect();
        serde_json::from_str(&named(serde_json::json!([host, links]).to_string())).expect("JSON")
    };
    all.iter().map(|one| (one.name().to_owned(), made(one))).collect()
}

/// The number of a namespace that a service's containers are in.
fn namespace(scenario: &Scenario, service: &str, kind: &str) -> String {
    scenario.inside(service, &format!("readlink /proc/self/ns/{kind}")).ok().stdout
}

#[test]
fn containers_share_and_link_as_compose_lets_them() {
    let mut scenario = Scenario::new("shared");
    let project = scenario.project().to_owned();
    scenario.set("COMPOSE_PROJECT_NAME", &project);
    scenario.compose(["up", "-d"]).ok();
    let theirs = made_with(&scenario);
    scenario.compose(["down", "-v"]).ok();
    scenario.hoist(["up", "-d"]).ok();
    let ours = made_with(&scenario);
    let mounts = scenario.container("mounts").name().to_owned();
    for (name, theirs) in &theirs {
        // Compose loses the mode of `volumes_from`.
        let wanted = theirs.to_string();
        let wanted = if *name == mounts { wanted.replace("-owner-1\"", "-owner-1:ro\"") } else { wanted };
        assert_eq!(ours[name].to_string(), wanted, "{name}");
    }
    assert_eq!(ours.len(), SERVICES.len());
}

#[test]
fn neither_tool_replaces_what_shares_with_containers_of_the_other() {
    let scenario = Scenario::new("shared").step("compose up", compose(["up", "-d"]), SERVICES.map(running));
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    let scenario = scenario.step("compose up again", compose(["up", "-d"]), SERVICES.map(same_container));
    scenario.compose(["down", "-v"]).ok();
    let scenario = scenario.step("hoist up", up(["-d"]), SERVICES.map(running));
    let scenario = scenario.step("compose up", compose(["up", "-d"]), SERVICES.map(same_container));
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}

#[test]
fn what_shares_with_a_replaced_container_is_replaced_with_it_and_says_why() {
    let scenario = shared();
    let volume = scenario.container("owner").volumes()["/data"].clone();
    scenario.edit("compose.yaml", "MODE: plain", "MODE: fancy");
    let plan = scenario.hoist(["plan"]).code(2);
    let plan =
        plan.prints("it shares with 'owner', which is made or started anew").prints("1 to restart, 4 to replace");
    assert!(plan.stdout.contains("environment.MODE changed"), "{}", plan.told());
    let checks =
        [replaced("owner"), replaced("network"), replaced("memory"), replaced("mounts"), same_container("apart")];
    let linked = scenario.container("linked").id().to_owned();
    let scenario = scenario.step("up again", up(["-d"]), checks).step("all run", up(["-d"]), SERVICES.map(running));
    assert_eq!(scenario.container("linked").id(), linked);
    assert_eq!(scenario.container("mounts").volumes()["/data"], volume);
    for (service, kind) in [("network", "net"), ("memory", "ipc"), ("memory", "pid")] {
        assert_eq!(namespace(&scenario, service, kind), namespace(&scenario, "owner", kind), "{service} {kind}");
    }
    scenario.step("compose up", compose(["up", "-d"]), SERVICES.map(same_container));
}

#[test]
fn what_lives_in_the_network_of_a_stopped_container_is_started_with_it() {
    let scenario = shared();
    let network = scenario.container("network").id().to_owned();
    scenario.docker(["stop", scenario.container("owner").id()]).ok();
    scenario.hoist(["up", "-d"]).ok();
    assert_eq!(scenario.container("network").id(), network);
    assert_eq!(namespace(&scenario, "network", "net"), namespace(&scenario, "owner", "net"));
    scenario.inside("network", "ip address show eth0").ok();
    scenario.hoist(["up", "-d"]).ok().says("up to date");
}

#[test]
fn mounts_of_another_container_keep_their_mode() {
    let scenario = shared();
    scenario.inside("owner", "echo here >/data/file").ok();
    scenario.inside("mounts", "cat /data/file").ok().prints("here");
    assert_ne!(scenario.inside("mounts", "echo more >/data/file").code, Some(0));
}

#[test]
fn a_link_is_a_further_name() {
    let scenario = shared();
    let found = |name: &str| scenario.inside("linked", &format!("ping -c 1 -W 2 {name}")).ok();
    for name in ["owner", "store", "owner-1"] {
        found(name);
    }
}

#[test]
fn down_leaves_nothing_of_containers_that_share() {
    let scenario = shared();
    scenario.hoist(["down", "-v"]).ok();
    scenario.is_gone();
    scenario.hoist(["up", "-d"]).ok();
    scenario.hoist(["-p", scenario.project(), "down", "-v"]).ok();
    scenario.is_gone();
}

#[test]
fn what_cannot_be_shared_is_told_before_anything_is_made() {
    let faults = [
        (
            "network_mode: service:owner",
            "network_mode: service:owner\n    ports: ['80']",
            "'ports' of service 'network'",
        ),
        ("network_mode: service:owner", "uts: service:owner", "'uts' of service 'network' cannot be that of another"),
        ("MODE: plain", "MODE: plain\n    scale: 0", "shares with 'owner', which has no container"),
    ];
    for (from, to, told) in faults {
        let scenario = Scenario::new("shared");
        scenario.edit("compose.yaml", from, to);
        scenario.hoist(["up", "-d"]).code(1).says(told);
        scenario.is_gone();
    }
}

/// Services that refer to a container that nobody here makes, each in one way.
const OUTSIDE: &str = "services:
  net:
    image: busybox
    network_mode: container:NAME
  memory:
    image: busybox
    ipc: container:NAME
  process:
    image: busybox
    pid: container:NAME
  mounts:
    image: busybox
    volumes_from: [container:NAME]
  linked:
    image: busybox
    external_links: ['NAME:store']
";

#[test]
fn a_container_of_somebody_else_that_is_not_there_is_told_with_its_place_before_anything_is_made() {
    let scenario = Scenario::empty();
    let name = format!("{}-outside", scenario.project());
    scenario.write("compose.yaml", &OUTSIDE.replace("NAME", &name));
    let places = [("net", 4), ("memory", 7), ("process", 10), ("mounts", 13)];
    for (service, line) in places {
        for words in [["up", "-d", service], ["plan", "--wait", service], ["run", "--rm", service]] {
            let ran = scenario.hoist(words).code(1).says(&format!("compose.yaml:{line}:"));
            ran.says(&format!("container '{name}'")).says("is not there").says("help: start it first");
        }
    }
    // An engine takes such a link, and nobody is found by it.
    scenario
        .hoist(["run", "--rm", "linked", "true"])
        .ok()
        .says("compose.yaml:16:")
        .says("nobody is found by that name");
    assert!(scenario.containers().is_empty());
}

#[test]
fn a_container_of_somebody_else_has_to_run_where_its_namespaces_are_shared() {
    let scenario = Scenario::empty();
    let name = format!("{}-outside", scenario.project());
    scenario.write(
        "compose.yaml",
        &OUTSIDE.replace("NAME", &name).replace("image: busybox", "image: busybox\n    command: 'true'"),
    );
    let holder = Scenario::empty();
    let service =
        format!("{{image: busybox, container_name: {name}, ipc: shareable, command: sleep 1000, init: true}}");
    holder.write("compose.yaml", &format!("services: {{other: {service}}}\n"));
    holder.hoist(["create"]).ok();
    for service in ["net", "memory", "process"] {
        let told = format!("help: start it with 'docker start {name}'");
        scenario.hoist(["up", "-d", service]).code(1).says("does not run").says(&told);
    }
    scenario.hoist(["run", "--rm", "mounts", "true"]).ok();
    holder.hoist(["start"]).ok();
    for service in ["net", "memory", "process", "mounts", "linked"] {
        scenario.hoist(["run", "--rm", service, "true"]).ok().never_says("is not there");
    }
}

#[test]
fn one_run_shares_with_the_containers_that_the_run_starts() {
    let scenario = Scenario::new("shared");
    let shown = |service: &str, kind: &str| {
        let link = format!("/proc/self/ns/{kind}");
        scenario.hoist(["run", "--rm", "-T", service, "readlink", &link]).ok().stdout
    };
    let once = [("network", "net"), ("memory", "ipc"), ("memory", "pid")].map(|(name, kind)| (kind, shown(name, kind)));
    for (kind, namespace) in once {
        assert_eq!(namespace, self::namespace(&scenario, "owner", kind), "{kind}");
    }
    scenario.inside("owner", "echo here >/data/file").ok();
    scenario.hoist(["run", "--rm", "-T", "mounts", "cat", "/data/file"]).ok().prints("here");
    scenario.hoist(["run", "--rm", "-T", "linked", "ping", "-c1", "-W2", "store"]).ok();
    assert_eq!(scenario.containers().len(), 1, "only what is shared was started");
}

#[test]
fn one_run_without_dependencies_shares_with_what_runs_and_else_says_what_is_missing() {
    let scenario = Scenario::new("shared");
    let run = |service: &str| scenario.hoist(["run", "--rm", "-T", "--no-deps", service, "true"]);
    for (service, key) in [("network", "network_mode"), ("memory", "ipc"), ("mounts", "volumes_from")] {
        let ran = run(service).code(1).says(&format!("'{key}' of service '{service}' refers to service 'owner'"));
        ran.says("compose.yaml:").says("'hoist up -d owner'");
    }
    assert!(scenario.containers().is_empty());
    run("linked").ok();
    scenario.hoist(["up", "-d", "owner"]).ok();
    for service in ["network", "memory", "mounts", "linked"] {
        run(service).ok();
    }
    scenario.hoist(["stop"]).ok();
    run("network").code(1).says("which does not run");
    run("mounts").ok();
}
