//! How the container is connected to its networks.

use super::{Pair, plain, texts};
use crate::model::Project;
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn compare(pair: &Pair, project: &Project, all: &mut BTreeSet<String>) {
    let asked = &pair.wanted["NetworkingConfig"]["EndpointsConfig"];
    let there = &pair.now["NetworkSettings"]["Networks"];
    let id = pair.now["Id"].as_str().unwrap_or_default();
    let key = |name: &str| {
        let found = project.networks.iter().find(|(_, network)| network.name == name);
        found.map(|(key, _)| format!("networks.{key}"))
    };
    for (name, endpoint) in asked.as_object().into_iter().flatten() {
        if there[name].is_null() || differs(endpoint, &there[name], id) {
            all.insert(key(name).unwrap_or_else(|| "networks".into()));
        }
    }
    // What somebody connected by hand is nobody's business here.
    let prefix = format!("{}_", project.name());
    for (name, _) in there.as_object().into_iter().flatten().filter(|(name, _)| asked[name.as_str()].is_null()) {
        let ours = name.starts_with(&prefix).then(|| "networks".to_owned());
        all.extend(key(name).or(ours));
    }
}

fn differs(asked: &Value, there: &Value, id: &str) -> bool {
    let aliases = |one: &Value| -> BTreeSet<String> {
        // Older engines add the short id.
        texts(&one["Aliases"]).filter(|alias| !id.starts_with(alias)).map(str::to_owned).collect()
    };
    let same = |key: &str| plain(&asked[key]) == plain(&there[key]);
    let mac = asked["MacAddress"].as_str().is_some_and(|mac| there["MacAddress"] != mac);
    aliases(asked) != aliases(there) || mac || !["IPAMConfig", "DriverOpts", "GwPriority"].iter().all(|key| same(key))
}
