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

/// Nobody says as which user a container runs, or that it is root.
const NO_USER: &str = "no 'user' with a number other than 0";

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

/// Types of `SELinux` that the baseline level lets a container have.
pub(super) const SELINUX: [&str; 4] = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// The level that a pod meets, and what stands in the way of the next one.
pub(super) fn judge(pod: &PodSpec) -> (Security, Vec<String>) {
    let mut faults = Vec::new();
    below_baseline(pod, &mut faults);
    if !faults.is_empty() {
        return (Security::Privileged, faults);
    }
    for one in containers(pod) {
        below_restricted(one, &mut faults);
    }
    let level = if faults.is_empty() { Security::Restricted } else { Security::Baseline };
    (level, faults)
}

/// What can be done about what stands in the way of a stricter level.
pub(super) fn remedy(level: Security, faults: &[String]) -> &'static str {
    if level == Security::Privileged {
        "take away what it does not need: no 'user' makes up for the rest, and its namespace has to allow it"
    } else if faults.iter().any(|fault| fault.starts_with(NO_USER)) {
        "give it 'user: \"1000:1000\"' or another number that its image can run as, and no more rights than it needs"
    } else {
        "take these rights away, if its image can do without"
    }
}

/// A container, and how it is told from the others of its pod.
type Told<'p> = (&'p Container, String);

/// All containers of a pod; the only one that does the work is not named.
fn containers(pod: &PodSpec) -> impl Iterator<Item = Told<'_>> {
    let is_alone = pod.containers.len() == 1;
    let named = |one: &Container| format!(" of container '{}'", one.name);
    let first = pod.init_containers.iter().flatten().map(move |one| (one, named(one)));
    first.chain(pod.containers.iter().map(move |one| (one, if is_alone { String::new() } else { named(one) })))
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
    for (container, of) in containers(pod) {
        if container.ports.iter().flatten().any(|port| port.host_port.is_some()) {
            faults.push(format!("a port of the host{of}"));
        }
        if let Some(security) = &container.security_context {
            rights_below_baseline(security, &of, faults);
        }
    }
}

fn rights_below_baseline(security: &SecurityContext, of: &str, faults: &mut Vec<String>) {
    if security.privileged == Some(true) {
        faults.push(format!("'privileged'{of}"));
    }
    let added = security.capabilities.iter().flat_map(|capabilities| capabilities.add.iter().flatten());
    for capability in added.filter(|capability| !CAPABILITIES.contains(&capability.as_str())) {
        faults.push(format!("the capability '{capability}'{of}"));
    }
    if security.proc_mount.as_deref().is_some_and(|mount| mount != "Default") {
        faults.push(format!("the unmasked '/proc'{of}"));
    }
    let profiles = [
        security.seccomp_profile.as_ref().map(|profile| &profile.type_),
        security.app_armor_profile.as_ref().map(|profile| &profile.type_),
    ];
    if profiles.into_iter().flatten().any(|kind| kind == "Unconfined") {
        faults.push(format!("a security module that is switched off{of}"));
    }
    let is_foreign = |kind: &String| !SELINUX.contains(&kind.as_str());
    let label = security.se_linux_options.as_ref();
    if label.is_some_and(|all| all.user.is_some() || all.role.is_some() || all.type_.as_ref().is_some_and(is_foreign)) {
        faults.push(format!("the label of SELinux{of}"));
    }
}

fn below_restricted((container, of): Told<'_>, faults: &mut Vec<String>) {
    let default = SecurityContext::default();
    let security = container.security_context.as_ref().unwrap_or(&default);
    if security.run_as_non_root != Some(true) || security.run_as_user == Some(0) {
        faults.push(format!("{NO_USER}{of}"));
        return;
    }
    if security.allow_privilege_escalation != Some(false) {
        faults.push(format!("rights that can grow{of}"));
    }
    let capabilities = security.capabilities.as_ref();
    if !capabilities.is_some_and(|all| all.drop.iter().flatten().any(|one| one == "ALL")) {
        faults.push(format!("capabilities that are kept{of}"));
    }
    let added = capabilities.and_then(|all| all.add.as_ref()).into_iter().flatten();
    for capability in added.filter(|capability| *capability != "NET_BIND_SERVICE") {
        faults.push(format!("the capability '{capability}'{of}"));
    }
}
