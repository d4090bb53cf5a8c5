//! The fields of the create request that Compose fills, each with a row that fills it: section by section of the
//! engine's API. Rows that set nothing would compare nothing.
//!
//! What an engine on Linux drops (`CpuPercent`, `Isolation`) or a kernel may not have (`BlkioWeight`) is in the tests of
//! `engine/body` only.

use super::Record;

/// A place of `docker inspect`, and the thing of a group that has something there.
type Field = (&'static str, &'static str, &'static str);

const FIELDS: [Field; 84] = [
    ("/Config/Hostname", "config", "container names"),
    ("/Config/Domainname", "config", "container names"),
    ("/Config/User", "config", "container names"),
    ("/Config/WorkingDir", "config", "container names"),
    ("/Config/Tty", "config", "container terminal"),
    ("/Config/OpenStdin", "config", "container terminal"),
    ("/Config/StopSignal", "config", "container signal"),
    ("/Config/StopTimeout", "config", "container signal"),
    ("/Config/Cmd", "config", "container command_list"),
    ("/Config/Entrypoint", "config", "container entrypoint"),
    ("/Config/Env", "config", "container environment"),
    ("/Config/AttachStdout", "config", "container names"),
    ("/Config/AttachStderr", "config", "container names"),
    ("/Config/ExposedPorts/82/udp", "ports", "container exposed"),
    ("/Config/Healthcheck/Test", "health", "container shell"),
    ("/Config/Healthcheck/Interval", "health", "container shell"),
    ("/Config/Healthcheck/Timeout", "health", "container shell"),
    ("/Config/Healthcheck/StartPeriod", "health", "container shell"),
    ("/Config/Healthcheck/StartInterval", "health", "container shell"),
    ("/Config/Healthcheck/Retries", "health", "container shell"),
    ("/Config/Image", "config", "container names"),
    ("/Config/Labels/mine", "config", "container labels"),
    ("/Config/Labels/com.docker.compose.config-hash", "config", "container labels"),
    ("/Platform", "config", "container platform"),
    ("/HostConfig/NetworkMode", "host", "container host_network"),
    ("/HostConfig/PortBindings/80/tcp", "ports", "container published"),
    ("/HostConfig/PortBindings/200/tcp", "ports", "container chosen_from_range"),
    ("/HostConfig/RestartPolicy/Name", "restart", "container always"),
    ("/HostConfig/RestartPolicy/MaximumRetryCount", "restart", "container on_failure_thrice"),
    ("/HostConfig/RestartPolicy/Name", "restart", "container deployed_any"),
    ("/HostConfig/RestartPolicy/MaximumRetryCount", "restart", "container deployed_on_failure"),
    ("/HostConfig/Memory", "limits", "container memory"),
    ("/HostConfig/MemorySwap", "limits", "container memory"),
    ("/HostConfig/MemoryReservation", "limits", "container memory"),
    ("/HostConfig/MemorySwappiness", "limits", "container memory"),
    ("/HostConfig/NanoCpus", "limits", "container cpus"),
    ("/HostConfig/CpuShares", "limits", "container cpu_time"),
    ("/HostConfig/CpuQuota", "limits", "container cpu_time"),
    ("/HostConfig/CpuPeriod", "limits", "container cpu_time"),
    ("/HostConfig/CpusetCpus", "limits", "container cpu_time"),
    ("/HostConfig/CpuCount", "limits", "container cpu_windows"),
    ("/HostConfig/PidsLimit", "limits", "container processes"),
    ("/HostConfig/OomKillDisable", "limits", "container out_of_memory"),
    ("/HostConfig/CgroupParent", "limits", "container cgroup_parent"),
    ("/HostConfig/CgroupnsMode", "limits", "container cgroup_private"),
    ("/HostConfig/Memory", "limits", "container deployed"),
    ("/HostConfig/NanoCpus", "limits", "container deployed"),
    ("/HostConfig/PidsLimit", "limits", "container deployed"),
    ("/HostConfig/MemoryReservation", "limits", "container deployed"),
    ("/HostConfig/Ulimits", "limits", "container ulimits"),
    ("/HostConfig/OomScoreAdj", "limits", "container out_of_memory"),
    ("/HostConfig/ShmSize", "limits", "container shared_memory"),
    ("/HostConfig/BlkioDeviceReadBps", "block_io", "container rates"),
    ("/HostConfig/BlkioDeviceReadIOps", "block_io", "container rates"),
    ("/HostConfig/BlkioDeviceWriteBps", "block_io", "container rates"),
    ("/HostConfig/BlkioDeviceWriteIOps", "block_io", "container rates"),
    ("/HostConfig/Devices", "devices", "container path"),
    ("/HostConfig/DeviceCgroupRules", "devices", "container rules"),
    ("/HostConfig/DeviceRequests", "devices", "container interface_name"),
    ("/HostConfig/DeviceRequests", "devices", "container gpus"),
    ("/HostConfig/DeviceRequests", "devices", "container reserved"),
    ("/HostConfig/DeviceRequests", "devices", "container in_order"),
    ("/HostConfig/LogConfig/Type", "host", "container logging"),
    ("/HostConfig/LogConfig/Config/max-size", "host", "container logging"),
    ("/HostConfig/SecurityOpt", "host", "container security"),
    ("/HostConfig/SecurityOpt", "host", "container seccomp"),
    ("/HostConfig/CapAdd", "host", "container capabilities"),
    ("/HostConfig/CapDrop", "host", "container capabilities"),
    ("/HostConfig/Privileged", "host", "container privileged"),
    ("/HostConfig/ReadonlyRootfs", "host", "container privileged"),
    ("/HostConfig/GroupAdd", "host", "container groups"),
    ("/HostConfig/Sysctls/net.core.somaxconn", "host", "container kernel"),
    ("/HostConfig/Init", "host", "container init"),
    ("/HostConfig/Runtime", "host", "container runtime"),
    ("/HostConfig/Annotations/note", "config", "container labels"),
    ("/HostConfig/UsernsMode", "host", "container user_namespace"),
    ("/HostConfig/UTSMode", "host", "container host_names"),
    ("/HostConfig/IpcMode", "host", "container host_memory"),
    ("/HostConfig/PidMode", "host", "container host_processes"),
    ("/HostConfig/Dns", "host", "container lookup"),
    ("/HostConfig/DnsSearch", "host", "container lookup"),
    ("/HostConfig/DnsOptions", "host", "container lookup"),
    ("/HostConfig/ExtraHosts", "host", "container hosts"),
    ("/HostConfig/Tmpfs//tmp", "host", "container memory_folders"),
];

/// The fields of a group in which Compose's containers have nothing.
pub fn unset(group: &str, theirs: &Record) -> Vec<String> {
    let mine = FIELDS.iter().filter(|(_, of, _)| *of == group);
    let is_nothing = |path: &str, value: &str| {
        !path.contains("/ExposedPorts/") && ["null", "\"\"", "[]", "{}", "0", "false"].contains(&value)
    };
    let value = |path: &str, thing: &str| theirs.get(thing).and_then(|all| all.get(path));
    let unset = mine.filter(|(path, _, thing)| value(path, thing).is_none_or(|value| is_nothing(path, value)));
    unset.map(|(path, _, thing)| format!("{thing} of compose has nothing at {path}")).collect()
}
