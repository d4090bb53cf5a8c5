//! Host names: that of a pod, those it knows besides DNS, and how it asks DNS.

use super::draft::Draft;
use super::ledger::pod;
use super::object_name;

/// The host name of the pods.
pub(super) fn name(draft: &mut Draft<'_, '_>, hostname: Option<&str>, domain: Option<&str>) {
    if domain.is_some() {
        draft
            .claim(["domainname"])
            .dropped("it has no effect on the names of a cluster")
            .remedy("use the name of the service");
    }
    let Some(hostname) = hostname else { return };
    if draft.workload.pod.hostname.is_some() {
        draft.claim(["hostname"]).dropped("another container of the same pod gives the pod its name");
        return;
    }
    let first = hostname.split('.').next().unwrap_or_default().to_ascii_lowercase();
    if !object_name::is_digit_label(&first) {
        draft
            .claim(["hostname"])
            .dropped("Kubernetes takes no pod of this host name")
            .remedy("use lower case letters, digits and dashes");
        return;
    }
    draft.workload.pod.hostname = Some(first.clone());
    if first == hostname {
        draft.claim(["hostname"]).exact(pod("hostname"));
        return;
    }
    let version = draft.scene.options.version;
    if version.enables("PodSpec", "hostnameOverride") && object_name::is_domain(hostname) && hostname.len() <= 64 {
        draft.workload.pod.hostname = None;
        draft.workload.pod.hostname_override = Some(hostname.to_owned());
        draft.claim(["hostname"]).exact(pod("hostnameOverride"));
    } else {
        let reason = format!("Kubernetes {version} gives pods a name without dots and capitals");
        draft.claim(["hostname"]).approximated(reason, pod("hostname"));
    }
}

/// Hosts that are known besides those of DNS.
pub(super) fn hosts(draft: &mut Draft<'_, '_>, hosts: &[String]) {
    for (index, _) in hosts.iter().enumerate() {
        draft.claim_item("extra_hosts", index).dropped("lines of '/etc/hosts' are not converted yet");
    }
}

/// How DNS is asked.
pub(super) fn resolver(draft: &mut Draft<'_, '_>, lists: (&[String], &[String], &[String])) {
    let (servers, options, search) = lists;
    for (key, list) in [("dns", servers), ("dns_opt", options), ("dns_search", search)] {
        if !list.is_empty() {
            draft.claim([key]).dropped("the settings of the resolver are not converted yet");
        }
    }
}
