//! What the engine holds of a project, leaf by leaf, with what it makes up anew each time made plain.

use crate::support::{Container, Scenario, engine};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is known about each thing, such as `container web-1`: paths of leaves to values.
pub type Record = BTreeMap<String, BTreeMap<String, String>>;

/// Times, places on the engine's disk, and what only a running container has.
const OF_CHANCE: [&str; 17] = [
    "/Id",
    "/Created",
    "/CreatedAt",
    "/State",
    "/ResolvConfPath",
    "/HostnamePath",
    "/HostsPath",
    "/LogPath",
    "/GraphDriver",
    "/NetworkSettings/SandboxID",
    "/NetworkSettings/SandboxKey",
    "/NetworkID",
    "/EndpointID",
    "/Containers",
    "/Config/Labels/dev.hoist.fingerprint",
    "/DNSNames",
    "/Config/Labels/com.docker.compose.project.config_files",
];

/// Lists in which order means nothing; that of links is the order in which their targets happened to be made.
const SETS: [&str; 6] = ["/Env", "/Binds", "/Mounts", "/ExtraHosts", "/Ulimits", "/Links"];

/// All containers, networks and volumes of a project.
pub fn record(scenario: &Scenario) -> Record {
    let all = scenario.containers();
    // An id that is somebody else's is that one by its name.
    let names: Vec<_> = all.iter().map(|one| (one.id().to_owned(), format!("<{}>", title(scenario, one)))).collect();
    let containers = all.iter().map(|one| {
        let own = [(one.id().to_owned(), "<id>".to_owned()), (one.id()[..12].to_owned(), "<id>".to_owned())];
        let ids: Vec<_> = own.iter().chain(&names).cloned().collect();
        (format!("container {}", title(scenario, one)), named(scenario, of(&one.0, &ids)))
    });
    let networks = scenario.networks().into_keys().map(|name| {
        (format!("network {}", plain(scenario, &name)), of(&engine::get(&format!("/networks/{name}")), &[]))
    });
    let volumes = scenario
        .volumes()
        .into_keys()
        .map(|name| (format!("volume {}", plain(scenario, &name)), of(&engine::get(&format!("/volumes/{name}")), &[])));
    containers.chain(networks).chain(volumes).collect()
}

/// A container by its service, with its number but for the first one.
fn title(scenario: &Scenario, container: &Container) -> String {
    let service = container.service();
    match container.label("com.docker.compose.container-number").as_str() {
        "" => format!("{service} run"),
        "1" => service,
        number => plain(scenario, &format!("{service}-{number}")),
    }
}

/// Paths with the project's name made plain.
fn named(scenario: &Scenario, leaves: BTreeMap<String, String>) -> BTreeMap<String, String> {
    leaves.into_iter().map(|(path, value)| (plain(scenario, &path), value)).collect()
}

fn plain(scenario: &Scenario, name: &str) -> String {
    name.replace(scenario.project(), "project")
}

fn of(thing: &Value, ids: &[(String, String)]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    flatten("", thing, ids, &mut all);
    all
}

fn flatten(path: &str, value: &Value, ids: &[(String, String)], into: &mut BTreeMap<String, String>) {
    if OF_CHANCE.iter().any(|end| path.ends_with(end)) {
        return;
    }
    match value {
        Value::Object(all) if !all.is_empty() => {
            all.iter().for_each(|(key, value)| flatten(&format!("{path}/{key}"), value, ids, into));
        }
        Value::Array(all) if !all.is_empty() => {
            let mut items: Vec<String> = all.iter().map(|item| anonymous(item, ids)).collect();
            if SETS.iter().any(|set| path.ends_with(set)) {
                items.sort();
            }
            into.insert(path.to_owned(), items.join(" "));
        }
        leaf if path.ends_with("/com.docker.compose.depends_on") => {
            let words = leaf.as_str().unwrap_or_default().split(',').collect::<BTreeSet<_>>();
            into.insert(path.to_owned(), format!("{words:?}"));
        }
        leaf if path.ends_with("/com.docker.compose.config-hash") => {
            into.insert(path.to_owned(), leaf.to_string());
        }
        leaf => drop(into.insert(path.to_owned(), anonymous(leaf, ids))),
    }
}

/// A value without names that the engine or a tool made up, and without addresses from the engine's own pool.
fn anonymous(value: &Value, ids: &[(String, String)]) -> String {
    let text = ids.iter().fold(value.to_string(), |text, (id, name)| text.replace(id, name));
    let words = text.split_inclusive(|end: char| !end.is_ascii_hexdigit());
    let text: String = words.map(|word| if word.len() >= 64 { "<hex>\"" } else { word }).collect();
    let words = text.split_inclusive(|end: char| !(end.is_ascii_digit() || end == '.' || end == '/'));
    let text: String = words
        .map(|word| if word.starts_with("198.18.") || word.starts_with("198.19.") { "<pool>\"" } else { word })
        .collect();
    match text.split_once("-run-") {
        Some((service, rest)) if rest.len() > 12 => format!("{service}-run-<slug>{}", &rest[12..]),
        _ => text,
    }
}
