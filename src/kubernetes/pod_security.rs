//! Which level of the Pod Security Standards a pod meets, and what stands in the way of the strictest.

use super::options::Security;
use k8s_openapi::api::core::v1::{Container, PodSpec, SecurityContext};

/// Capabilities that the baseline level lets a container add.
pub(super) const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Kernel parameters that stay within a pod: every cluster lets one set them.
pub(super) const SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

/// The level that a pod meets, and what stands in the way of the next one.
pub(super) fn judge(pod: &PodSpec) -> (Security, Vec<String>) {
    let mut faults = Vec::new();
    below_baseline(pod, &mut faults);
    if !faults.is_empty() {
        return (Security::Privileged, faults);
    }
    for container in containers(pod) {
        below_restricted(container, &mut faults);
    }
    let level = if faults.is_empty() { Security::Restricted } else { Security::Baseline };
    (level, faults)
}

fn containers(pod: &PodSpec) -> impl Iterator<Item = &Container> {
    pod.init_containers.iter().flatten().chain(&pod.containers)
}

fn below_baseline(pod: &PodSpec, faults: &mut Vec<String>) {
    for (field, value) in [("hostNetwork", pod.host_network), ("hostPID", pod.host_pid), ("hostIPC", pod.host_ipc)] {
        if value == Some(true) {
            faults.push(format!("'{field}'"));
        }
    }
    for volume in pod.volumes.iter().flatten().filter(|volume| volume.host_path.is_some()) {
        faults.push(format!("the folder of the host in volume '{}'", volume.name));
    }
    let sysctls = pod.security_context.iter().flat_map(|context| context.sysctls.iter().flatten());
    for sysctl in sysctls.filter(|sysctl| !SYSCTLS.contains(&sysctl.name.as_str())) {
        faults.push(format!("the kernel parameter '{}'", sysctl.name));
    }
    for container in containers(pod) {
        let Container { name, ports, security_context, .. } = container;
        if ports.iter().flatten().any(|port| port.host_port.is_some()) {
            faults.push(format!("a port of the host in container '{name}'"));
        }
        let Some(security) = security_context else { continue };
        if security.privileged == Some(true) {
            faults.push(format!("'privileged' in container '{name}'"));
        }
        let added = security.capabilities.iter().flat_map(|capabilities| capabilities.add.iter().flatten());
        for capability in added.filter(|capability| !CAPABILITIES.contains(&capability.as_str())) {
            faults.push(format!("the capability '{capability}' of container '{name}'"));
        }
        if security.proc_mount.as_deref().is_some_and(|mount| mount != "Default") {
            faults.push(format!("the unmasked '/proc' of container '{name}'"));
        }
        let unconfined = |type_: Option<&str>| type_ == Some("Unconfined");
        if unconfined(security.seccomp_profile.as_ref().map(|profile| profile.type_.as_str()))
            || unconfined(security.app_armor_profile.as_ref().map(|profile| profile.type_.as_str()))
        {
            faults.push(format!("the unconfined container '{name}'"));
        }
    }
}

fn below_restricted(container: &Container, faults: &mut Vec<String>) {
    let name = &container.name;
    let default = SecurityContext::default();
    let security = container.security_context.as_ref().unwrap_or(&default);
    if security.run_as_non_root != Some(true) || security.run_as_user == Some(0) {
        faults.push(format!("container '{name}' has no 'user' with a number other than 0"));
        return;
    }
    if security.allow_privilege_escalation != Some(false) {
        faults.push(format!("container '{name}' may gain rights"));
    }
    let capabilities = security.capabilities.as_ref();
    if !capabilities.is_some_and(|all| all.drop.iter().flatten().any(|one| one == "ALL")) {
        faults.push(format!("container '{name}' keeps capabilities"));
    }
    let added = capabilities.and_then(|all| all.add.as_ref()).into_iter().flatten();
    for capability in added.filter(|capability| *capability != "NET_BIND_SERVICE") {
        faults.push(format!("the capability '{capability}' of container '{name}'"));
    }
}
