//! The rows of the create request: what Compose sends, section by section as the reference has it. Each is named by a
//! case, with the place where `docker inspect` then has something: a row that sets nothing would compare nothing.
//!
//! A row without a place is one that the engine does not show: it drops it on Linux (`CpuPercent`), or the kernel may not
//! have it (`BlkioWeight`), or it comes with the start. These are in the tests of `engine/body` and `engine/upload` too.

use super::{GROUPS, Record, Sheet, refused};
use std::collections::BTreeSet;

const CONFIG: &[&str] = &[
    "Hostname",
    "Domainname",
    "User",
    "WorkingDir",
    "Tty",
    "OpenStdin",
    "StopSignal",
    "Cmd",
    "Entrypoint",
    "Env",
    "Env of proxies",
    "AttachStdout",
    "AttachStderr",
    "AttachStdin and StdinOnce",
    "ExposedPorts",
    "Healthcheck",
    "Healthcheck times and retries",
    "StopTimeout",
    "NetworkDisabled",
    "Image",
    "Image of a build",
    "Labels",
    "Labels of the tool",
    "Labels of a one-off",
    "Labels of the replacing",
    "platform",
];

const HOST: &[&str] = &[
    "NetworkMode",
    "NetworkMode of a service",
    "NetworkMode of a container",
    "PortBindings",
    "RestartPolicy",
    "RestartPolicy of deploy",
    "Memory",
    "MemorySwap",
    "MemoryReservation",
    "MemorySwappiness",
    "NanoCpus",
    "CpuShares",
    "CpuQuota",
    "CpuPeriod",
    "CpuRealtimePeriod",
    "CpuRealtimeRuntime",
    "CpusetCpus",
    "CpuCount",
    "CpuPercent",
    "PidsLimit",
    "OomKillDisable",
    "CgroupParent",
    "DeviceCgroupRules",
    "limits of deploy",
    "BlkioWeight",
    "BlkioWeightDevice",
    "BlkioDeviceReadBps",
    "BlkioDeviceReadIOps",
    "BlkioDeviceWriteBps",
    "BlkioDeviceWriteIOps",
    "Devices",
    "Devices by CDI name",
    "DeviceRequests of gpus",
    "DeviceRequests of deploy",
    "DeviceRequests in order",
    "Ulimits",
    "LogConfig",
    "SecurityOpt",
    "SecurityOpt of seccomp",
    "SecurityOpt of systempaths",
    "CapAdd",
    "CapDrop",
    "Privileged",
    "ReadonlyRootfs",
    "GroupAdd",
    "Sysctls",
    "ShmSize",
    "OomScoreAdj",
    "Init",
    "Runtime",
    "Isolation",
    "StorageOpt",
    "Annotations",
    "UsernsMode",
    "UTSMode",
    "CgroupnsMode",
    "IpcMode",
    "IpcMode of a service",
    "IpcMode of a container",
    "PidMode",
    "PidMode of a service",
    "PidMode of a container",
    "Dns",
    "DnsSearch",
    "DnsOptions",
    "ExtraHosts",
    "Tmpfs",
    "VolumesFrom",
    "VolumesFrom of a container",
    "AutoRemove",
    "credential_spec and the rest of deploy",
];

const NETWORKS: &[&str] = &[
    "networks by priority",
    "Aliases",
    "Aliases of a one-off",
    "addresses",
    "LinkLocalIPs",
    "DriverOpts",
    "interface_name",
    "GwPriority",
    "MAC of the endpoint",
    "MAC of the service",
    "Links",
    "Links of the bridge",
    "Links of several networks",
    "external Links",
    "depends_on of links",
    "depends_on of namespaces",
    "network create",
    "external network",
];

const MOUNTS: &[&str] = &[
    "bind",
    "bind without create_host_path",
    "bind with propagation",
    "bind with recursive",
    "bind with selinux",
    "volume",
    "volume with nocopy",
    "volume with subpath",
    "volume with labels",
    "volume create",
    "external volume",
    "anonymous volume",
    "tmpfs mount",
    "image mount",
    "npipe mount",
    "cluster mount",
    "secret from a file",
    "secret in memory",
    "target of a secret",
    "config from a file",
    "config in memory",
    "target of a config",
    "use_api_socket",
    "volumes of the replaced",
];

/// What others set for a service.
const TOLD: &[&str] = &["Env of a provider", "Env of models"];

#[test]
fn every_row_has_a_case() {
    let rows: BTreeSet<String> =
        [CONFIG, HOST, NETWORKS, MOUNTS, TOLD].concat().iter().map(|row| (*row).to_owned()).collect();
    let sheets = GROUPS.iter().flat_map(|group| Sheet::of(group).rows.into_keys());
    let cases: BTreeSet<String> = sheets.chain(refused::ROWS.iter().map(|row| (*row).to_owned())).collect();
    let without: Vec<_> = rows.difference(&cases).collect();
    let unknown: Vec<_> = cases.difference(&rows).collect();
    assert!(without.is_empty() && unknown.is_empty(), "without a case: {without:?}\nunknown: {unknown:?}");
}

/// The places of a group's rows in which Compose's containers have nothing, or which are none.
pub fn unset(sheet: &Sheet, theirs: &Record) -> Vec<String> {
    let is_nothing = |path: &str, value: &str| {
        !path.contains("/ExposedPorts/") && ["null", "\"\"", "[]", "{}", "0", "false"].contains(&value)
    };
    let mut unset = Vec::new();
    for (row, thing, paths) in sheet.claims() {
        let Some(found) = theirs.get(&thing) else {
            unset.push(format!("{row}: compose makes no {thing}"));
            continue;
        };
        let idle = paths.iter().filter(|path| found.get(*path).is_none_or(|value| is_nothing(path, value)));
        unset.extend(idle.map(|path| format!("{row}: {thing} of compose has nothing at {path}")));
    }
    unset
}
