//! Where Hoist's containers differ from Compose's on purpose.

use super::Difference;

/// A difference that is meant.
struct Exception {
    group: &'static str,
    /// Such as `container web`.
    thing: &'static str,
    /// The place, from where `docker inspect` begins.
    path: &'static str,
    reason: &'static str,
}

const fn but(group: &'static str, thing: &'static str, path: &'static str, reason: &'static str) -> Exception {
    Exception { group, thing, path, reason }
}

/// Compose 5 writes the protocol out and a range port by port; 2.40 sends the text, and the engine takes a range for 0.
const EXPOSE: &str = "2.40 sends what 'expose' says as it stands, Compose 5 writes it out";

/// Only the engine's other way of mounting knows labels for `SELinux`; that the source is there was looked for before.
const LABEL: &str = "Compose loses the label of a source that is not to be made";

const CONFIG_HASH: &str = "/Config/Labels/com.docker.compose.config-hash";

/// It has the id of the other container in it, which is another one each time.
const HASH: &str = "the hash covers the id of the container that is shared with";

/// Compose's parser drops it, also where a container is named.
const MODE: &str = "Compose loses the mode of 'volumes_from'";

/// The name of such a container counts in its hash.
const NAME: &str = "Compose hashes the name, which is made up for each run";

const EXCEPTIONS: [Exception; 28] = [
    but("binds", "container relabelled_not_made", "/HostConfig/Binds", LABEL),
    but("binds", "container relabelled_not_made", "/HostConfig/Mounts", LABEL),
    but("binds", "container relabelled_not_made", "/Mounts", LABEL),
    but(
        "config",
        "container part_of_a_second",
        "/Config/StopTimeout",
        "Compose cuts the grace off to 0, which kills at once",
    ),
    but(
        "networks",
        "container addresses",
        "/NetworkSettings/Networks/project_six/IPv6Gateway",
        "Compose gives an endpoint its own address as the gateway, until it starts",
    ),
    but("namespaces", "container memory", CONFIG_HASH, HASH),
    but("namespaces", "container mounts", CONFIG_HASH, HASH),
    but("namespaces", "container mounts_of_container", "/HostConfig/VolumesFrom", MODE),
    but("namespaces", "container mounts_of_container", "/Mounts", MODE),
    but("namespaces", "container mounts_read_only", CONFIG_HASH, HASH),
    but("namespaces", "container mounts_read_only", "/HostConfig/VolumesFrom", MODE),
    but("namespaces", "container mounts_read_only", "/Mounts", MODE),
    but("namespaces", "container network", CONFIG_HASH, HASH),
    but("namespaces", "container processes", CONFIG_HASH, HASH),
    but("one_offs", "container deaf run", CONFIG_HASH, NAME),
    but("one_offs", "container known run", CONFIG_HASH, NAME),
    but("one_offs", "container published run", CONFIG_HASH, NAME),
    but("one_offs", "container published_otherwise run", CONFIG_HASH, NAME),
    but("one_offs", "container reader run", CONFIG_HASH, NAME),
    but("one_offs", "container removed run", CONFIG_HASH, NAME),
    but("ports", "container exposed", "/Config/ExposedPorts/80", EXPOSE),
    but("ports", "container exposed", "/Config/ExposedPorts/80/tcp", EXPOSE),
    but("ports", "container exposed", "/Config/ExposedPorts/81", EXPOSE),
    but("ports", "container exposed", "/Config/ExposedPorts/81/tcp", EXPOSE),
    but("ports", "container exposed_range", "/Config/ExposedPorts/9000-9002", EXPOSE),
    but("ports", "container exposed_range", "/Config/ExposedPorts/9000/tcp", EXPOSE),
    but("ports", "container exposed_range", "/Config/ExposedPorts/9001/tcp", EXPOSE),
    but("ports", "container exposed_range", "/Config/ExposedPorts/9002/tcp", EXPOSE),
];

/// What is no exception, and exceptions that do not occur.
pub fn judge(group: &str, found: &[Difference]) -> Vec<String> {
    let mine = || EXCEPTIONS.iter().filter(|one| one.group == group);
    let is_at = |one: &Exception, found: &Difference| one.thing == found.thing && one.path == found.path;
    let unexpected = found.iter().filter(|found| !mine().any(|one| is_at(one, found)));
    let unexpected = unexpected
        .map(|one| format!("{}: {}\n  compose {:?}\n  hoist   {:?}", one.thing, one.path, one.theirs, one.ours));
    let idle = mine().filter(|one| !found.iter().any(|found| is_at(one, found)));
    let idle = idle.map(|one| format!("{}: {} is the same, no exception: '{}'", one.thing, one.path, one.reason));
    unexpected.chain(idle).collect()
}
