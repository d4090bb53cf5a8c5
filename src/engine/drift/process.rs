//! What runs in the container: command, environment, labels, health check. What the request leaves open, the image says.

use super::{Pair, entries, plain, texts, unequal};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the engine calls an attribute and what the compose file does.
const ATTRIBUTES: [(&str, &str); 10] = [
    ("Domainname", "domainname"),
    ("Entrypoint", "entrypoint"),
    ("Image", "image"),
    ("MacAddress", "mac_address"),
    ("OpenStdin", "stdin_open"),
    ("StopSignal", "stop_signal"),
    ("StopTimeout", "stop_grace_period"),
    ("Tty", "tty"),
    ("User", "user"),
    ("WorkingDir", "working_dir"),
];

const HEALTHCHECK: [(&str, &str); 6] = [
    ("Test", "test"),
    ("Interval", "interval"),
    ("Timeout", "timeout"),
    ("Retries", "retries"),
    ("StartPeriod", "start_period"),
    ("StartInterval", "start_interval"),
];

/// Labels that tools put on a container, not the user.
const OF_TOOLS: [&str; 2] = ["com.docker.compose.", "dev.hoist."];

pub(super) fn compare(pair: &Pair, all: &mut BTreeSet<String>) {
    let Pair { wanted, image, .. } = pair;
    let now = &pair.now["Config"];
    for (key, name) in ATTRIBUTES {
        let asked = if wanted[key].is_null() { &image[key] } else { &wanted[key] };
        if root(&plain(asked)) != root(&plain(&now[key])) {
            all.insert(name.into());
        }
    }
    if plain(command(wanted, image)) != plain(&now["Cmd"]) {
        all.insert("command".into());
    }
    if hostname_differs(pair) {
        all.insert("hostname".into());
    }
    let mut asked = variables(&image["Env"]);
    asked.extend(variables(&wanted["Env"]));
    let environment = unequal(&asked, &variables(&now["Env"]));
    all.extend(environment.into_iter().map(|key| format!("environment.{key}")));
    let labels = unequal(&labels([&image["Labels"], &wanted["Labels"]]), &self::labels([&now["Labels"], &Value::Null]));
    all.extend(labels.into_iter().map(|key| format!("labels.{key}")));
    healthcheck(pair, all);
    let (asked, there) = (exposed([&image["ExposedPorts"], &wanted["ExposedPorts"]]), exposed([&now["ExposedPorts"]]));
    let published =
        |port: &str| [wanted, &pair.now].iter().any(|one| !one["HostConfig"]["PortBindings"][port].is_null());
    if asked.symmetric_difference(&there).any(|port| !published(port)) {
        all.insert("expose".into());
    }
}

/// `/` is where a process begins whose image says nothing.
fn root(value: &Value) -> Option<&Value> {
    Some(value).filter(|value| !value.is_null() && *value != "/")
}

/// A request with an entry point of its own does without the command of the image.
fn command<'a>(wanted: &'a Value, image: &'a Value) -> &'a Value {
    let takes_image = wanted["Cmd"].is_null() && wanted["Entrypoint"].is_null();
    if takes_image { &image["Cmd"] } else { &wanted["Cmd"] }
}

/// The engine makes the host name from the id, or takes the host's own.
fn hostname_differs(Pair { wanted, now, .. }: &Pair) -> bool {
    let there = now["Config"]["Hostname"].as_str().unwrap_or_default();
    let made_up = now["Id"].as_str().is_some_and(|id| id.starts_with(there));
    match wanted["Hostname"].as_str() {
        Some(asked) => asked != there,
        None => !made_up && now["HostConfig"]["NetworkMode"] != "host" && now["HostConfig"]["UTSMode"] != "host",
    }
}

/// A variable without a value is told from one that is not there.
fn variables(list: &Value) -> BTreeMap<&str, Option<&str>> {
    let one = |text| str::split_once(text, '=').map_or((text, None), |(name, value)| (name, Some(value)));
    texts(list).map(one).collect()
}

fn labels(all: [&Value; 2]) -> BTreeMap<&str, Value> {
    let users = |key: &&str| !OF_TOOLS.iter().any(|tool| key.starts_with(tool));
    // A label without a value is still one.
    let kept = all.into_iter().flat_map(|one| one.as_object().into_iter().flatten());
    kept.map(|(key, value)| (key.as_str(), value.clone())).filter(|(key, _)| users(key)).collect()
}

fn healthcheck(pair: &Pair, all: &mut BTreeSet<String>) {
    let (asked, image) = (entries(&pair.wanted["Healthcheck"]), entries(&pair.image["Healthcheck"]));
    let now = entries(&pair.now["Config"]["Healthcheck"]);
    let disabled = |check: &BTreeMap<&str, Value>| check.get("Test").is_some_and(|test| test[0] == "NONE");
    for (key, name) in HEALTHCHECK {
        let asked = if disabled(&asked) { asked.get(key) } else { asked.get(key).or(image.get(key)) };
        if asked != now.get(key) {
            all.insert(format!("healthcheck.{name}"));
        }
    }
}

fn exposed<const N: usize>(all: [&Value; N]) -> BTreeSet<&str> {
    all.into_iter().flat_map(|one| one.as_object().into_iter().flatten()).map(|(port, _)| port.as_str()).collect()
}
