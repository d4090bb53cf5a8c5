//! Users and rights of a container, as strict as it can do with.

use super::draft::Draft;
use super::inspected::{self, User};
use super::ledger::{Spot, container, pod};
use super::options::Security;
use super::pod_security::SYSCTLS;
use crate::model::{Namespace, Networking, Service};
use k8s_openapi::api::core::v1::{AppArmorProfile, Capabilities, SELinuxOptions, SeccompProfile, Sysctl};
use std::collections::BTreeMap;

/// The user and its groups. A user with a number that is not 0 can do with the least rights.
pub(super) fn user(draft: &mut Draft<'_, '_>, user: Option<&str>, groups: &[String]) {
    let (mut is_plain, mut is_root) = (false, false);
    if let Some(text) = user.filter(|text| !text.is_empty()) {
        let (name, group) = text.split_once(':').map_or((text, None), |(name, group)| (name, Some(group)));
        let (id, group_id) = (id(name), group.map(id));
        (is_plain, is_root) = (id.is_some_and(|id| id != 0), id == Some(0));
        run_as(draft, id, group_id);
    }
    if is_plain || !is_root && draft.scene.options.security == Some(Security::Restricted) {
        restrict(draft);
    }
    for (index, group) in groups.iter().enumerate() {
        match id(group) {
            Some(number) if !known_group(draft, number) => {
                draft.pod_security().supplemental_groups.get_or_insert_default().push(number);
                draft.claim_item("group_add", index).exact(pod("securityContext.supplementalGroups"));
            }
            Some(_) => {
                draft.claim_item("group_add", index).same_without(pod("securityContext.supplementalGroups"));
            }
            None => {
                let reason = format!("'{group}' is a name: Kubernetes needs the number of a group");
                draft.claim_item("group_add", index).dropped(reason).remedy("write its number");
            }
        }
    }
}

fn known_group(draft: &mut Draft<'_, '_>, number: i64) -> bool {
    draft.pod_security().supplemental_groups.as_ref().is_some_and(|known| known.contains(&number))
}

/// The number of a user or group; `root` has 0 everywhere.
fn id(text: &str) -> Option<i64> {
    if text == "root" { Some(0) } else { text.parse().ok().filter(|id| *id >= 0) }
}

/// The fields of a container that would be others without the user of its service: that of the image counts then.
fn of_user(own: User, image: Option<User>) -> Vec<Spot> {
    let id = Some(own.0).filter(|id| image.is_none_or(|image| image.0 != *id)).map(|_| "runAsUser");
    let group = own.1.filter(|group| image.and_then(|image| image.1) != Some(*group)).map(|_| "runAsGroup");
    id.into_iter().chain(group).flat_map(|field| container(format!("securityContext.{field}"))).collect()
}

#[expect(clippy::option_option, reason = "a group may be missing, or be a name")]
fn run_as(draft: &mut Draft<'_, '_>, id: Option<i64>, group: Option<Option<i64>>) {
    let security = draft.security();
    security.run_as_user = id;
    security.run_as_group = group.flatten().filter(|_| id.is_some());
    let image = draft.scene.image_facts(draft.service).and_then(inspected::user);
    let claim = draft.claim(["user"]);
    match (id, group) {
        (None, _) => {
            let reason = "it is a name: Kubernetes needs the number of a user";
            let claimed = match image {
                Some(_) => claim.approximated(format!("{reason}; that of the image does not count"), []),
                None => claim.dropped(reason),
            };
            claimed.remedy("write the number that the image gives it, such as '1000:1000'");
        }

        (Some(_), Some(None)) => {
            claim
                .approximated(
                    "its group is a name: Kubernetes needs the number of a group",
                    container("securityContext.runAsUser"),
                )
                .remedy("write the number of the group");
        }

        (Some(id), group) => {
            let fields = of_user((id, group.flatten()), image);
            if fields.is_empty() {
                claim.same_without(container("securityContext.runAsUser"));
            } else {
                claim.exact(fields);
            }
        }
    }
}

/// The least rights: what the `restricted` level of the Pod Security Standards asks for.
fn restrict(draft: &mut Draft<'_, '_>) {
    let security = draft.security();
    security.run_as_non_root = Some(true);
    security.allow_privilege_escalation = Some(false);
    security.capabilities.get_or_insert_default().drop = Some(vec!["ALL".into()]);
}

/// Whether a container is given the least rights.
fn is_restricted(draft: &mut Draft<'_, '_>) -> bool {
    draft.security().run_as_non_root == Some(true)
}

/// Capabilities, and all rights at once.
pub(super) fn capabilities(draft: &mut Draft<'_, '_>, (add, drop): (&[String], &[String]), privileged: bool) {
    let is_restricted = is_restricted(draft);
    let plain = |name: &String| name.to_ascii_uppercase().trim_start_matches("CAP_").to_owned();
    if privileged {
        let security = draft.security();
        security.privileged = Some(true);
        security.allow_privilege_escalation = None;
        draft.claim(["privileged"]).exact(container("securityContext.privileged"));
    } else {
        draft.claim(["privileged"]).same_without([]);
    }
    let field = "securityContext.capabilities";
    let mut added: Vec<String> = Vec::new();
    for (index, name) in add.iter().enumerate() {
        let claim = draft.claim_item("cap_add", index);
        if added.contains(&plain(name)) {
            claim.same_without(container(format!("{field}.add")));
        } else {
            claim.exact(container(format!("{field}.add")));
            added.push(plain(name));
        }
    }
    let mut dropped: Vec<String> = if is_restricted { vec!["ALL".into()] } else { Vec::new() };
    for (index, name) in drop.iter().enumerate() {
        let claim = draft.claim_item("cap_drop", index);
        if dropped.contains(&plain(name)) || dropped.contains(&"ALL".to_owned()) {
            claim.approximated("all are dropped anyway", container(format!("{field}.drop")));
        } else {
            claim.exact(container(format!("{field}.drop")));
            dropped.push(plain(name));
        }
    }
    if !added.is_empty() || !dropped.is_empty() {
        let some = |names: Vec<String>| Some(names).filter(|names| !names.is_empty());
        draft.security().capabilities = Some(Capabilities { add: some(added), drop: some(dropped) });
    }
}

/// Gives all rights to a container that cannot do with less. It may gain rights, whatever else is said.
pub(super) fn privilege(draft: &mut Draft<'_, '_>) {
    let security = draft.security();
    security.privileged = Some(true);
    let was_bound = security.allow_privilege_escalation.take().is_some();
    if draft.service.privileged {
        draft.claim(["privileged"]).same_without(container("securityContext.privileged"));
    }
    let options = draft.service.security_opt.iter().enumerate();
    for (index, _) in options.filter(|(_, option)| was_bound && option.starts_with("no-new-privileges")) {
        draft.claim_item("security_opt", index).dropped("a privileged container may gain rights");
    }
}

/// Options of the security modules, and a root file system that cannot be written.
pub(super) fn options(draft: &mut Draft<'_, '_>, options: &[String], read_only: bool) {
    for (index, option) in options.iter().enumerate() {
        self::option(draft, option, index);
    }
    if read_only {
        draft.security().read_only_root_filesystem = Some(true);
        let has_room = has_folder(draft.service, "/tmp");
        let claim = draft.claim(["read_only"]).exact(container("securityContext.readOnlyRootFilesystem"));
        if !has_room {
            claim.note("nothing is mounted at '/tmp', where many programs write").remedy("add 'tmpfs: /tmp'");
        }
    } else {
        draft.claim(["read_only"]).same_without([]);
    }
}

/// Whether something is mounted at a path.
fn has_folder(service: &Service, path: &str) -> bool {
    let of_memory = service.tmpfs.iter().map(|text| text.split(':').next().unwrap_or(text));
    let mut all = of_memory.chain(service.volumes.iter().map(|mount| mount.target.as_str()));
    all.any(|target| target.trim_end_matches('/') == path)
}

fn option(draft: &mut Draft<'_, '_>, option: &str, index: usize) {
    let (name, value) = option.split_once(['=', ':']).unwrap_or((option, ""));
    if let Some((reason, remedy)) = no_field(draft, (name, value)) {
        let claimed = draft.claim_item("security_opt", index).dropped(reason);
        remedy.map(|remedy| claimed.remedy(remedy));
        return;
    }
    let field = match name {
        "no-new-privileges" => return no_new_privileges(draft, value, index),
        "seccomp" => {
            draft.security().seccomp_profile = Some(seccomp(value));
            "seccompProfile"
        }
        "apparmor" => {
            draft.security().app_armor_profile = Some(app_armor(value));
            "appArmorProfile"
        }
        "label" => {
            labelled(draft.security().se_linux_options.get_or_insert_default(), value);
            "seLinuxOptions"
        }
        _ => {
            draft.security().proc_mount = Some("Unmasked".into());
            // A cluster takes it in pods with users of their own only.
            draft.workload.pod.host_users = Some(false);
            "procMount"
        }
    };
    let claim = draft.claim_item("security_opt", index).exact(container(format!("securityContext.{field}")));
    if name == "seccomp" && !["unconfined", "builtin", ""].contains(&value) {
        claim.note("every node must have the profile in the seccomp folder of its kubelet").remedy("put it there");
    }
}

/// Why no field says an option, and what helps; nothing where one does.
fn no_field(draft: &mut Draft<'_, '_>, (name, value): (&str, &str)) -> Option<(&'static str, Option<&'static str>)> {
    match (name, value) {
        ("no-new-privileges", "" | "true") if draft.security().privileged == Some(true) => {
            let reason =
                "a privileged container has all rights from its beginning: Kubernetes refuses the two together";
            Some((reason, Some("remove 'privileged'")))
        }
        ("no-new-privileges", "false") if is_restricted(draft) => {
            Some(("the service gets the least rights, with which no process gains more", None))
        }
        ("systempaths", "unconfined") if shares_host(draft.service) => {
            let reason = "Kubernetes takes it in pods with users of their own only, which see nothing of the machine";
            Some((reason, Some("remove what it shares with the machine")))
        }
        ("no-new-privileges", "" | "true" | "false") | ("seccomp" | "apparmor", _) | ("systempaths", "unconfined") => {
            None
        }
        ("label", label) if label.contains(':') => None,
        _ => Some(("no field of a container says it", None)),
    }
}

fn no_new_privileges(draft: &mut Draft<'_, '_>, value: &str, index: usize) {
    let place = container("securityContext.allowPrivilegeEscalation");
    let is_said = is_restricted(draft) || draft.security().allow_privilege_escalation == Some(false);
    if value != "false" {
        draft.security().allow_privilege_escalation = Some(false);
    }
    let claim = draft.claim_item("security_opt", index);
    if value == "false" || is_said {
        claim.same_without(place)
    } else {
        claim.exact(place)
    };
}

/// Whether a container sees the network, the processes, the memory or the users of its machine.
fn shares_host(service: &Service) -> bool {
    let network = matches!(&service.networking, Networking::Mode(mode) if mode.is_host());
    let others = [&service.pid, &service.ipc].into_iter().flatten().any(Namespace::is_host);
    network || others || service.userns_mode.as_deref() == Some("host")
}

fn seccomp(profile: &str) -> SeccompProfile {
    let (type_, file) = match profile {
        "unconfined" => ("Unconfined", None),
        "builtin" | "" => ("RuntimeDefault", None),
        file => ("Localhost", Some(file.rsplit('/').next().unwrap_or(file).to_owned())),
    };
    SeccompProfile { localhost_profile: file, type_: type_.into() }
}

fn app_armor(profile: &str) -> AppArmorProfile {
    let (type_, name) = match profile {
        "unconfined" => ("Unconfined", None),
        "docker-default" | "" => ("RuntimeDefault", None),
        name => ("Localhost", Some(name.to_owned())),
    };
    AppArmorProfile { localhost_profile: name, type_: type_.into() }
}

/// `label:type:svirt_t` and its kin.
fn labelled(options: &mut SELinuxOptions, label: &str) {
    let Some((key, value)) = label.split_once(':') else { return };
    let field = match key {
        "user" => &mut options.user,
        "role" => &mut options.role,
        "level" => &mut options.level,
        _ => &mut options.type_,
    };
    *field = Some(value.to_owned());
}

/// Kernel parameters, and whose users it has.
pub(super) fn kernel(draft: &mut Draft<'_, '_>, sysctls: &BTreeMap<String, String>, users: Option<&str>) {
    if sysctls.is_empty() {
        draft.claim(["sysctls"]).dropped("it is empty");
    }
    for (name, value) in sysctls {
        let all = draft.pod_security().sysctls.get_or_insert_default();
        let other = all.iter().find(|known| known.name == *name).map(|known| known.value == *value);
        let place = pod(format!("securityContext.sysctls[{}]", all.len()));
        if other.is_none() {
            all.push(Sysctl { name: name.clone(), value: value.clone() });
        }
        let claim = draft.claim(["sysctls", name]);
        match other {
            Some(true) => {
                claim.same_without(place);
            }

            Some(false) => {
                claim.dropped("another container of the same pod says otherwise");
            }

            None if SYSCTLS.contains(&name.as_str()) => {
                claim.exact(place);
            }

            None => {
                claim
                    .exact(place)
                    .note("nodes refuse it until they are told to allow it")
                    .remedy(format!("start the kubelet with '--allowed-unsafe-sysctls={name}'"));
            }
        }
    }
    match users {
        Some("host") => {
            draft.workload.pod.host_users = Some(true);
            draft.claim(["userns_mode"]).exact(pod("hostUsers"));
        }
        Some(_) => {
            draft.claim(["userns_mode"]).dropped("pods know the users of the host and users of their own");
        }

        None => {}
    }
}

/// A user that is not root may listen on every port, as in an engine.
pub(super) fn low_ports(draft: &mut Draft<'_, '_>) {
    const LOWEST: &str = "net.ipv4.ip_unprivileged_port_start";
    let is_plain = draft.security().run_as_user.is_some_and(|id| id != 0);
    let ports = draft.container.ports.iter().flatten();
    let is_low = ports.map(|port| port.container_port).any(|port| port < 1024);
    if !is_plain || !is_low || draft.workload.pod.host_network == Some(true) {
        return;
    }
    let all = draft.pod_security().sysctls.get_or_insert_default();
    match all.iter().position(|known| known.name == LOWEST) {
        None => all.push(Sysctl { name: LOWEST.into(), value: "0".into() }),
        Some(at) if draft.service.sysctls.get(LOWEST).is_some_and(|value| value == "0") => {
            let place = pod(format!("securityContext.sysctls[{at}]"));
            draft.claim(["sysctls", LOWEST]).same_without(place);
        }
        Some(_) => {}
    }
}
