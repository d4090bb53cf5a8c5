//! What Compose writes on containers, networks and volumes, Hoist writes byte for byte; and the containers are twins.
//!
//! Each case is brought up by `docker compose`, taken down, and brought up by `hoist` in the same folder.

use crate::support::{Scenario, engine};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What the engine holds of a project: `container web-1` and so on, to what is known about it.
type Record = BTreeMap<String, BTreeMap<String, String>>;

/// The labels and the make-up of one case, by both tools.
struct Twins {
    labels: [Record; 2],
    bodies: [Record; 2],
}

fn bring_up(case: &str) -> Twins {
    let mut scenario = Scenario::new(case);
    let project = scenario.project().to_owned();
    scenario.set("COMPOSE_PROJECT_NAME", &project);
    scenario.set("COMPOSE_PROFILES", "on");
    scenario.set("FROM_SHELL", "from the shell");
    scenario.compose(["up", "-d"]).ok();
    let theirs = (labels(&scenario), bodies(&scenario));
    scenario.compose(["down", "-v"]).ok();
    scenario.hoist(["up", "-d"]).ok();
    let ours = (labels(&scenario), bodies(&scenario));
    Twins { labels: [theirs.0, ours.0], bodies: [theirs.1, ours.1] }
}

fn labels(scenario: &Scenario) -> Record {
    let containers = scenario.containers().into_iter().map(|one| (format!("container {}", one.name()), one.labels()));
    let networks = scenario.networks().into_iter().map(|(name, labels)| (format!("network {name}"), labels));
    let volumes = scenario.volumes().into_iter().map(|(name, labels)| (format!("volume {name}"), labels));
    let plain = |(name, labels): (String, BTreeMap<String, String>)| {
        let foreign = labels.into_iter().filter(|(key, _)| !key.starts_with("dev.hoist."));
        (name, foreign.map(|(key, value)| (key.clone(), sorted(&key, value))).collect())
    };
    containers.chain(networks).chain(volumes).map(plain).collect()
}

/// Compose writes dependencies in an order of chance.
fn sorted(key: &str, value: String) -> String {
    if key != "com.docker.compose.depends_on" {
        return value;
    }
    let mut all: Vec<_> = value.split(',').collect();
    all.sort_unstable();
    all.join(",")
}

/// What the engine made of the create requests.
fn bodies(scenario: &Scenario) -> Record {
    let containers = scenario.containers().into_iter().map(|one| {
        let mut fields = BTreeMap::new();
        for part in ["Config", "HostConfig", "Mounts", "NetworkSettings/Networks"] {
            flatten(part, one.0.pointer(&format!("/{part}")).unwrap_or(&Value::Null), &mut fields);
        }
        (format!("container {}", one.name()), fields)
    });
    let networks = scenario.networks().into_keys().map(|name| {
        let mut fields = BTreeMap::new();
        flatten("", &engine::get(&format!("/networks/{name}")), &mut fields);
        (format!("network {name}"), fields)
    });
    containers.chain(networks).collect()
}

/// Made by the engine for each container anew, or ours.
const OF_CHANCE: [&str; 20] = [
    "/Labels",
    "/Hostname",
    "/IPAddress",
    "/MacAddress",
    "/NetworkID",
    "/EndpointID",
    "/Gateway",
    "/DNSNames",
    "/Id",
    "/Created",
    "/Containers",
    "/Subnet",
    "/IPPrefixLen",
    "/Options/com.docker.network.enable_ipv4",
    "/Options/com.docker.network.enable_ipv6",
    "/Status",
    "/ContainerIDFile",
    "/GlobalIPv6Address",
    "/Peers",
    "/IPAM/Config",
];

/// Leaves by path; lists in which order means nothing are sorted.
fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        _ => false,
    };
    // Nothing has several spellings.
    if empty || OF_CHANCE.iter().any(|end| path.ends_with(end)) {
        return;
    }
    match value {
        Value::Object(all) => all.iter().for_each(|(key, value)| flatten(&format!("{path}/{key}"), value, into)),
        Value::Array(all) => {
            let mut items: Vec<String> = all.iter().map(anonymous).collect();
            if !["Cmd", "Entrypoint", "Test"].iter().any(|ordered| path.ends_with(ordered)) {
                items.sort();
            }
            into.insert(path.to_owned(), items.join(" "));
        }
        leaf => drop(into.insert(path.to_owned(), anonymous(leaf))),
    }
}

/// A value with names that the engine made up left out.
fn anonymous(value: &Value) -> String {
    let text = value.to_string();
    let words = text.split_inclusive(|end: char| !end.is_ascii_hexdigit());
    words.map(|word| if word.len() >= 64 { "ID " } else { word }).collect()
}

/// Where two records differ.
fn differences([theirs, ours]: &[Record; 2]) -> Vec<String> {
    let things: std::collections::BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    let mut found = Vec::new();
    for thing in things {
        let (Some(left), Some(right)) = (theirs.get(thing), ours.get(thing)) else {
            found.push(format!("{thing}: compose {}, hoist {}", theirs.contains_key(thing), ours.contains_key(thing)));
            continue;
        };
        let keys: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
        let differ = keys.into_iter().filter(|key| left.get(*key) != right.get(*key));
        found.extend(
            differ.map(|key| format!("{thing}: {key}\n  compose {:?}\n  hoist   {:?}", left.get(key), right.get(key))),
        );
    }
    found
}

macro_rules! twins {
    ($($case:ident)*) => { $(
        mod $case {
            use super::*;

            fn twins() -> &'static Twins {
                static MADE: OnceLock<Twins> = OnceLock::new();
                MADE.get_or_init(|| bring_up(stringify!($case)))
            }

            #[test]
            fn carries_composes_labels_byte_for_byte() {
                let found = differences(&twins().labels);
                assert!(!twins().labels[0].is_empty() && found.is_empty(), "{}", found.join("\n"));
            }

            #[test]
            fn is_made_as_compose_makes_it() {
                let found = differences(&twins().bodies);
                assert!(!twins().bodies[0].is_empty() && found.is_empty(), "{}", found.join("\n"));
            }
        }
    )* };
}

twins! { twin_plain twin_ports twin_mounts twin_files twin_environment twin_networks twin_dependencies twin_process twin_anchors twin_addresses }
