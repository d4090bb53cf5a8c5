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

/// What keeps a pod from a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What it is, in words.
    pub what: String,
    /// What it is about.
    pub kind: FaultKind,
    /// The fields of the pod that have it.
    pub fields: Vec<String>,
    /// What tells it from others in the same field, such as the name of a capability.
    pub word: Option<String>,
}

/// What a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// A folder or device of the machine.
    Folder,
    /// No user but root.
    User,
    /// Something else that is too much.
    Right,
}

impl Fault {
    fn right(what: String, field: String) -> Self {
        Self { what, kind: FaultKind::Right, fields: vec![field], word: None }
    }
}

/// The level that a pod meets, and what keeps it from the next one.
pub(super) fn judge(pod: &PodSpec) -> (Security, Vec<Fault>) {
    let faults = in_the_way(pod, Security::Baseline);
    if !faults.is_empty() {
        return (Security::Privileged, faults);
    }
    let faults = in_the_way(pod, Security::Restricted);
    let level = if faults.is_empty() { Security::Restricted } else { Security::Baseline };
    (level, faults)
}

/// How a service gets a user that the strictest level allows.
pub(super) const USER: &str =
    "give it 'user: \"1000:1000\"' or another number that its image can run as, and no more rights than it needs";

/// What can be done about what stands in the way of a stricter level.
pub(super) fn remedy(level: Security, faults: &[String]) -> &'static str {
    if level == Security::Privileged {
        "take away what it does not need: no 'user' makes up for the rest, and its namespace has to allow it"
    } else if faults.iter().any(|fault| fault.starts_with(NO_USER)) {
        USER
    } else {
        "take these rights away, if its image can do without"
    }
}

/// All that keeps a pod from a level.
pub(super) fn in_the_way(pod: &PodSpec, level: Security) -> Vec<Fault> {
    let mut faults = Vec::new();
    if level <= Security::Baseline {
        below_baseline(pod, &mut faults);
    }
    if level == Security::Restricted {
        containers(pod).for_each(|one| below_restricted(&one, &mut faults));
    }
    faults
}

/// A container, how it is told from the others of its pod, and where it is.
struct Told<'p> {
    container: &'p Container,
    of: String,
    path: String,
}

/// All containers of a pod; the only one that does the work is not named.
fn containers(pod: &PodSpec) -> impl Iterator<Item = Told<'_>> {
    let is_alone = pod.containers.len() == 1;
    let named = |one: &Container| format!(" of container '{}'", one.name);
    let first = pod.init_containers.iter().flatten().enumerate();
    let first = first.map(move |(at, one)| (one, named(one), format!("initContainers[{at}]")));
    let others = pod.containers.iter().enumerate().map(move |(at, one)| {
        let of = if is_alone { String::new() } else { named(one) };
        (one, of, format!("containers[{at}]"))
    });
    first.chain(others).map(|(container, of, path)| Told { container, of, path })
}

fn below_baseline(pod: &PodSpec, faults: &mut Vec<Fault>) {
    for (field, value) in [("hostNetwork", pod.host_network), ("hostPID", pod.host_pid), ("hostIPC", pod.host_ipc)] {
        if value == Some(true) {
            faults.push(Fault::right(format!("'{field}'"), field.to_owned()));
        }
    }
    for volume in pod.volumes.iter().flatten().filter(|volume| volume.host_path.is_some()) {
        let what = format!("the folder of the host in volume '{}'", volume.name);
        faults.push(Fault { what, kind: FaultKind::Folder, fields: mounts_of(pod, &volume.name), word: None });
    }
    let sysctls = pod.security_context.iter().flat_map(|context| context.sysctls.iter().flatten()).enumerate();
    for (at, sysctl) in sysctls.filter(|(_, sysctl)| !SYSCTLS.contains(&sysctl.name.as_str())) {
        let what = format!("the kernel parameter '{}'", sysctl.name);
        faults.push(Fault::right(what, format!("securityContext.sysctls[{at}]")));
    }
    for Told { container, of, path } in containers(pod) {
        let mut ports = container.ports.iter().flatten();
        if let Some(at) = ports.position(|port| port.host_port.is_some()) {
            faults.push(Fault::right(format!("a port of the host{of}"), format!("{path}.ports[{at}].hostPort")));
        }
        if let Some(security) = &container.security_context {
            rights_below_baseline(security, (&of, &format!("{path}.securityContext")), faults);
        }
    }
}

/// Where the containers of a pod have a volume.
fn mounts_of(pod: &PodSpec, volume: &str) -> Vec<String> {
    let mounts = |told: Told<'_>| {
        let all = told.container.volume_mounts.iter().flatten().enumerate();
        let here =
            all.filter(|(_, mount)| mount.name == volume).map(|(at, _)| format!("{}.volumeMounts[{at}]", told.path));
        here.collect::<Vec<_>>()
    };
    containers(pod).flat_map(mounts).collect()
}

fn rights_below_baseline(security: &SecurityContext, (of, path): (&str, &str), faults: &mut Vec<Fault>) {
    let fault = |what: &str, field: &str| Fault::right(format!("{what}{of}"), format!("{path}.{field}"));
    if security.privileged == Some(true) {
        faults.push(fault("'privileged'", "privileged"));
    }
    faults.extend(added(security, (of, path), |name| !CAPABILITIES.contains(&name)));
    if security.proc_mount.as_deref().is_some_and(|mount| mount != "Default") {
        faults.push(fault("the unmasked '/proc'", "procMount"));
    }
    let profiles = [
        ("seccompProfile", security.seccomp_profile.as_ref().map(|profile| &profile.type_)),
        ("appArmorProfile", security.app_armor_profile.as_ref().map(|profile| &profile.type_)),
    ];
    let is_off = |kind: Option<&String>| kind.is_some_and(|kind| kind == "Unconfined");
    if let Some((field, _)) = profiles.into_iter().find(|(_, kind)| is_off(*kind)) {
        faults.push(fault("a security module that is switched off", field));
    }
    let is_foreign = |kind: &String| !SELINUX.contains(&kind.as_str());
    let label = security.se_linux_options.as_ref();
    if label.is_some_and(|all| all.user.is_some() || all.role.is_some() || all.type_.as_ref().is_some_and(is_foreign)) {
        faults.push(fault("the label of SELinux", "seLinuxOptions"));
    }
}

/// The capabilities that are added and that a level does not allow.
fn added(security: &SecurityContext, (of, path): (&str, &str), is_refused: fn(&str) -> bool) -> Vec<Fault> {
    let all = security.capabilities.iter().flat_map(|capabilities| capabilities.add.iter().flatten());
    let fault = |name: &String| Fault {
        word: Some(name.clone()),
        ..Fault::right(format!("the capability '{name}'{of}"), format!("{path}.capabilities.add"))
    };
    all.filter(|name| is_refused(name)).map(fault).collect()
}

/// What the baseline level allows, and the strictest does not.
fn below_restricted(Told { container, of, path }: &Told<'_>, faults: &mut Vec<Fault>) {
    let default = SecurityContext::default();
    let security = container.security_context.as_ref().unwrap_or(&default);
    let path = format!("{path}.securityContext");
    let fault = |what: String, field: &str| Fault::right(what, format!("{path}.{field}"));
    if security.run_as_non_root != Some(true) || security.run_as_user == Some(0) {
        let what = format!("{NO_USER}{of}");
        faults.push(Fault { kind: FaultKind::User, ..fault(what, "runAsUser") });
        return;
    }
    // A privileged container has been told.
    let is_privileged = security.privileged == Some(true);
    if security.allow_privilege_escalation != Some(false) && !is_privileged {
        faults.push(fault(format!("rights that can grow{of}"), "allowPrivilegeEscalation"));
    }
    let dropped = security.capabilities.iter().flat_map(|all| all.drop.iter().flatten());
    if !dropped.into_iter().any(|one| one == "ALL") && !is_privileged {
        faults.push(fault(format!("capabilities that are kept{of}"), "capabilities.drop"));
    }
    faults.extend(added(security, (of, &path), |name| CAPABILITIES.contains(&name) && name != "NET_BIND_SERVICE"));
}
