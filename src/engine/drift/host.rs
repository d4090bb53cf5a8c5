//! What the host gives to the container: limits, capabilities, ports, restarts.

use super::{Pair, entries, plain, unequal};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the engine calls an attribute and what the compose file does, where the one does not follow from the other.
const NAMES: [(&str, &str); 24] = [
    ("BlkioDeviceReadBps", "blkio_config"),
    ("BlkioDeviceReadIOps", "blkio_config"),
    ("BlkioDeviceWriteBps", "blkio_config"),
    ("BlkioDeviceWriteIOps", "blkio_config"),
    ("BlkioWeight", "blkio_config"),
    ("BlkioWeightDevice", "blkio_config"),
    ("CgroupnsMode", "cgroup"),
    ("CpuRealtimePeriod", "cpu_rt_period"),
    ("CpuRealtimeRuntime", "cpu_rt_runtime"),
    ("CpusetCpus", "cpuset"),
    ("DeviceRequests", "gpus"),
    ("DnsOptions", "dns_opt"),
    ("IpcMode", "ipc"),
    ("LogConfig", "logging"),
    ("Memory", "mem_limit"),
    ("MemoryReservation", "mem_reservation"),
    ("MemorySwap", "memswap_limit"),
    ("MemorySwappiness", "mem_swappiness"),
    ("NanoCpus", "cpus"),
    ("PidMode", "pid"),
    ("PortBindings", "ports"),
    ("ReadonlyRootfs", "read_only"),
    ("RestartPolicy", "restart"),
    ("UTSMode", "uts"),
];

/// What other parts of the comparison look at, and what the engine or a client fills in as it likes.
const NOT_HERE: [&str; 12] = [
    "AutoRemove",
    "Binds",
    "ConsoleSize",
    "ContainerIDFile",
    "CpuPercent",
    "Links",
    "MaskedPaths",
    "Mounts",
    "NetworkMode",
    "ReadonlyPaths",
    "VolumeDriver",
    "VolumesFrom",
];

/// What the engine does where nothing is asked for.
enum Usual {
    /// It says nothing.
    Nothing,
    /// It says this.
    Says(Value),
    /// It says what it is set up for.
    Anything,
}

fn usual(key: &str) -> Usual {
    match key {
        "ShmSize" => Usual::Says(json!(67_108_864)),
        "RestartPolicy" => Usual::Says(json!({"Name": "no"})),
        "Isolation" => Usual::Says(json!("default")),
        "IpcMode" => Usual::Says(json!("private")),
        "PidsLimit" | "MemorySwappiness" => Usual::Says(json!(-1)),
        "CgroupnsMode" | "Runtime" | "MemorySwap" | "LogConfig" => Usual::Anything,
        _ => Usual::Nothing,
    }
}

/// Mappings of which each entry is an attribute of its own.
const MAPPINGS: [&str; 4] = ["Annotations", "StorageOpt", "Sysctls", "Tmpfs"];
/// Lists in an order that means nothing: docker compose sends them in another one each time.
const UNORDERED: [&str; 3] = ["DeviceCgroupRules", "ExtraHosts", "Ulimits"];

pub(super) fn compare(pair: &Pair, all: &mut BTreeSet<String>) {
    let (wanted, now) = (&pair.wanted["HostConfig"], &pair.now["HostConfig"]);
    let keys = [wanted, now].into_iter().flat_map(|one| one.as_object().into_iter().flatten());
    let keys: BTreeSet<&str> = keys.map(|(key, _)| key.as_str()).filter(|key| !NOT_HERE.contains(key)).collect();
    for key in keys {
        let name =
            NAMES.iter().find(|(engines, _)| *engines == key).map_or_else(|| snake(key), |(_, ours)| (*ours).into());
        if MAPPINGS.contains(&key) {
            let entries = unequal(&entries(&wanted[key]), &entries(&now[key]));
            all.extend(entries.into_iter().map(|entry| format!("{name}.{entry}")));
        } else if differs(key, [&wanted[key], &now[key]]) {
            all.insert(name);
        }
    }
    let security =
        |one: &Value| ["MaskedPaths", "ReadonlyPaths"].map(|key| one[key].as_array().is_some_and(Vec::is_empty));
    if wanted["Privileged"] != true && security(wanted) != security(now) {
        all.insert("security_opt".into());
    }
    let modes = [&wanted["NetworkMode"], &now["NetworkMode"]];
    let is_network = |mode: &Value| {
        let networks = [&pair.wanted["NetworkingConfig"]["EndpointsConfig"], &pair.now["NetworkSettings"]["Networks"]];
        mode.as_str().is_some_and(|mode| networks.iter().any(|all| !all[mode].is_null() && !OWN.contains(&mode)))
    };
    if modes[0] != modes[1] && !modes.iter().all(|mode| is_network(mode)) {
        all.insert("network_mode".into());
    }
}

/// The engine's own networks, which are modes.
const OWN: [&str; 4] = ["bridge", "default", "host", "none"];

fn differs(key: &str, [wanted, now]: [&Value; 2]) -> bool {
    let [mut asked, mut there] = [plain(wanted), plain(now)];
    match usual(key) {
        Usual::Anything if asked.is_null() => return false,
        Usual::Nothing | Usual::Anything => {}
        // To ask for what is usual is to ask for nothing.
        Usual::Says(usual) => {
            for one in [&mut asked, &mut there].into_iter().filter(|one| **one == usual) {
                *one = Value::Null;
            }
        }
    }
    match key {
        // The engine adds this one by itself, for instance to what is privileged.
        "SecurityOpt" => [&mut asked, &mut there].into_iter().for_each(|one| drop_entry(one, "label=disable")),
        "PortBindings" => return ports(wanted) != ports(now),
        _ if UNORDERED.contains(&key) => [&mut asked, &mut there].into_iter().for_each(sort),
        _ => {}
    }
    asked != there
}

fn drop_entry(list: &mut Value, entry: &str) {
    if let Some(all) = list.as_array_mut() {
        all.retain(|one| one != entry);
    }
    *list = plain(list);
}

fn sort(list: &mut Value) {
    if let Some(all) = list.as_array_mut() {
        all.sort_by_key(Value::to_string);
    }
}

/// Port, address and port of the host of each binding.
fn ports(bindings: &Value) -> BTreeSet<(&str, &str, &str)> {
    let all = bindings.as_object().into_iter().flatten();
    all.flat_map(|(port, list)| list.as_array().into_iter().flatten().map(move |binding| (port.as_str(), binding)))
        .map(|(port, binding)| {
            let part = |key| binding[key].as_str().unwrap_or_default();
            (port, part("HostIp"), part("HostPort"))
        })
        .collect()
}

/// `CapAdd` is `cap_add`.
fn snake(key: &str) -> String {
    let mut name = String::new();
    for letter in key.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
