//! What this machine's engine refuses to create, it refuses both tools, with the same words.

use crate::support::Scenario;

/// The rows of the create request that are here.
pub const ROWS: [&str; 4] = ["Isolation", "StorageOpt", "npipe mount", "cluster mount"];

/// Both tools fail, both pass on these words of the engine, and neither leaves a container.
fn refused(service: &str, words: &str) {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &format!("services: {{web: {{image: busybox, command: sleep 1d, {service}}}}}"));
    let theirs = scenario.compose(["create"]);
    let theirs = (theirs.told(), theirs.code, scenario.containers().len());
    scenario.compose(["down", "-v"]).ok();
    let ours = scenario.hoist(["create"]).code(1).told();
    assert!(theirs.1 != Some(0) && theirs.2 == 0 && theirs.0.contains(words), "{}", theirs.0);
    assert!(scenario.containers().is_empty() && ours.contains(words), "{ours}\n{}", theirs.0);
}

#[test]
fn storage_opt() {
    refused("storage_opt: {size: 1g}", "storage-opt");
}

#[test]
fn isolation() {
    refused("isolation: hyperv", "solation");
}

#[test]
fn runtime() {
    refused("runtime: none-such", "unknown or invalid runtime name: none-such");
}

#[test]
fn logging_driver() {
    refused("logging: {driver: none-such}", "none-such");
}

#[test]
fn named_pipe() {
    refused("volumes: [{type: npipe, source: /a, target: /b}]", "npipe");
}

#[test]
fn cluster_volume() {
    refused("volumes: [{type: cluster, source: 'group:a', target: /b}]", "cluster");
}
