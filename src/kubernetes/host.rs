//! Host names: that of a pod, those it knows besides DNS, and how it asks DNS.

use super::dialling;
use super::draft::Draft;
use super::host_port;
use super::kind::Kind;
use super::ledger::pod;
use super::object_name;
use super::scene::Scene;
use crate::model::Service;
use crate::value::Name;
use k8s_openapi::api::core::v1::{HostAlias, PodDNSConfig, PodDNSConfigOption};
use std::net::IpAddr;

/// The most name servers of a pod, which has one of the cluster already.
const SERVERS: usize = 2;

/// The host name of the pods.
pub(super) fn name(draft: &mut Draft<'_, '_>, hostname: Option<&str>, domain: Option<&str>) {
    if domain.is_some() {
        draft
            .claim(["domainname"])
            .dropped("it has no effect on the names of a cluster")
            .remedy("use the name of the service");
    }
    let Some(hostname) = hostname else { return own_name(draft) };
    if draft.workload.pod.hostname.is_some() || draft.workload.pod.hostname_override.is_some() {
        draft.claim(["hostname"]).dropped("another container of the same pod gives the pod its name");
        return;
    }
    if host_port::is_on_host(draft.scene, &draft.home.owner) {
        let remedy = "others reach it at the name of the service";
        draft.claim(["hostname"]).dropped("a pod on the network of its machine has the name of that").remedy(remedy);
        return;
    }
    if draft.home.kind == Kind::StatefulSet {
        let reason =
            format!("the pods of a StatefulSet have names of their own: '{}-0' and so on", draft.home.workload());
        let remedy = "if it has to know itself by this name, set 'x-kubernetes.kind: Deployment'";
        draft.claim(["hostname"]).dropped(reason).remedy(remedy);
        return;
    }
    let Some(given) = Given::of(draft.scene, hostname) else {
        own_name(draft);
        draft
            .claim(["hostname"])
            .dropped("Kubernetes takes no pod of this host name")
            .remedy("use lower case letters, digits and dashes");
        return;
    };
    match given {
        Given::Plain(name) => {
            let is_own = name == draft.scene.name_of(&draft.service.name) && finds_itself(draft);
            draft.workload.pod.hostname = Some(name);
            let claim = draft.claim(["hostname"]);
            if is_own {
                claim.same_without(pod("hostname"))
            } else {
                claim.exact(pod("hostname"))
            };
        }
        Given::Whole(name) => {
            draft.workload.pod.hostname_override = Some(name);
            draft.claim(["hostname"]).exact(pod("hostnameOverride"));
        }
        Given::Short(name) => {
            draft.workload.pod.hostname = Some(name);
            let reason =
                format!("Kubernetes {} gives pods a name without dots and capitals", draft.scene.options.version);
            draft.claim(["hostname"]).approximated(reason, pod("hostname"));
        }
    }
}

/// What pods are called that are to have a host name.
enum Given {
    /// Just so.
    Plain(String),
    /// So, as some releases can.
    Whole(String),
    /// By the first part of it alone.
    Short(String),
}

impl Given {
    /// Nothing for a name that no pod can have.
    fn of(scene: &Scene<'_>, hostname: &str) -> Option<Self> {
        let first = hostname.split('.').next().unwrap_or_default().to_ascii_lowercase();
        if !object_name::is_digit_label(&first) {
            return None;
        }
        if first == hostname {
            return Some(Self::Plain(first));
        }
        let has_override = scene.options.enables("PodSpec", "hostnameOverride");
        let is_taken = has_override && object_name::is_domain(hostname) && hostname.len() <= 64;
        Some(if is_taken { Self::Whole(hostname.to_owned()) } else { Self::Short(first) })
    }

    fn name(self) -> String {
        match self {
            Self::Plain(name) | Self::Whole(name) | Self::Short(name) => name,
        }
    }
}

/// The host name that the pods of a service will have; nothing for those that are called otherwise than the file says.
pub(super) fn of_pods(scene: &Scene<'_>, owner: &Name) -> Option<String> {
    let members = scene.members(owner);
    let is_on_host = host_port::is_on_host(scene, owner);
    let is_numbered = scene.home_of(owner)?.kind == Kind::StatefulSet;
    let own = |one: &Service| dialling::dials_itself(one).then(|| scene.name_of(&one.name).to_owned());
    let name = |one: &Service| {
        let given = one.hostname.as_deref().and_then(|hostname| Given::of(scene, hostname));
        given.map(Given::name).or_else(|| own(one))
    };
    members.into_iter().filter(|_| !is_on_host && !is_numbered).find_map(name)
}

/// A service's name leads to pods that are ready only. One that dials it before, as many health checks do, finds itself by
/// its host name.
fn own_name(draft: &mut Draft<'_, '_>) {
    let pod = &draft.workload.pod;
    let has_none = pod.hostname.is_none() && pod.hostname_override.is_none();
    if has_none && finds_itself(draft) {
        draft.workload.pod.hostname = Some(draft.scene.name_of(&draft.service.name).to_owned());
    }
}

/// Whether a service dials its name, and its pods may be called so.
fn finds_itself(draft: &Draft<'_, '_>) -> bool {
    let is_free = draft.home.kind != Kind::StatefulSet && draft.workload.pod.host_network != Some(true);
    is_free && dialling::dials_itself(draft.service)
}

/// Hosts that are known besides those of DNS: one entry for each address.
pub(super) fn hosts(draft: &mut Draft<'_, '_>, hosts: &[String]) {
    if hosts.is_empty() {
        draft.claim(["extra_hosts"]).dropped("it is empty");
    }
    for (index, line) in hosts.iter().enumerate() {
        let (name, address) = line.split_once('=').unwrap_or((line, ""));
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let host = name.to_ascii_lowercase();
        if address == "host-gateway" {
            let reason = "a pod has no host of its own to reach";
            let remedy = format!("name what '{name}' is: an address, or a Service of type ExternalName");
            draft.claim_item("extra_hosts", index).dropped(reason).remedy(remedy);
        } else if address.parse::<IpAddr>().is_err() || !object_name::is_domain(&host) {
            draft.claim_item("extra_hosts", index).dropped("it is no name and address that Kubernetes takes");
        } else {
            let (at, is_new) = add_host(draft, address, host);
            let claim = draft.claim_item("extra_hosts", index);
            let place = pod(format!("hostAliases[{at}]"));
            if is_new {
                claim.exact(place);
            } else {
                claim.approximated("another line says the same", place);
            }
        }
    }
}

/// Adds a name of an address; gives where it is, and whether it is new.
fn add_host(draft: &mut Draft<'_, '_>, address: &str, host: String) -> (usize, bool) {
    let aliases = draft.workload.pod.host_aliases.get_or_insert_default();
    let at = aliases.iter().position(|alias| alias.ip == address).unwrap_or_else(|| {
        aliases.push(HostAlias { hostnames: None, ip: address.to_owned() });
        aliases.len() - 1
    });
    let names = aliases.get_mut(at).map(|alias| alias.hostnames.get_or_insert_default());
    let is_new = names.is_some_and(|names| {
        let is_new = !names.contains(&host);
        if is_new {
            names.push(host);
        }
        is_new
    });
    (at, is_new)
}

/// How DNS is asked. The name server of the cluster stays the first, or no service would find another one.
pub(super) fn resolver(draft: &mut Draft<'_, '_>, (servers, options, search): (&[String], &[String], &[String])) {
    for (key, list) in [("dns", servers), ("dns_opt", options), ("dns_search", search)] {
        if list.is_empty() {
            draft.claim([key]).dropped("it is empty");
        }
    }
    for (index, server) in servers.iter().enumerate() {
        let known = config(draft).nameservers.get_or_insert_default();
        let fits = known.len() < SERVERS && !known.contains(server) && server.parse::<IpAddr>().is_ok();
        if fits {
            known.push(server.clone());
        }
        let claim = draft.claim_item("dns", index);
        if fits {
            let reason = "the cluster's own name server is asked first";
            claim.approximated(reason, pod("dnsConfig.nameservers"));
        } else {
            claim.dropped("a pod has three name servers at most, each once, and one is the cluster's");
        }
    }
    for (index, option) in options.iter().enumerate() {
        let (name, value) = option.split_once(':').map_or((option.as_str(), None), |(name, value)| (name, Some(value)));
        let known = config(draft).options.get_or_insert_default();
        let one = PodDNSConfigOption { name: Some(name.to_owned()), value: value.map(str::to_owned) };
        let is_new = !known.contains(&one);
        if is_new {
            known.push(one);
        }
        let claim = draft.claim_item("dns_opt", index);
        if is_new {
            claim.exact(pod("dnsConfig.options"));
        } else {
            claim.dropped("it is said already");
        }
    }
    for (index, domain) in search.iter().enumerate() {
        let known = config(draft).searches.get_or_insert_default();
        let fits = object_name::is_domain(domain) && !known.contains(domain);
        if fits {
            known.push(domain.clone());
        }
        let claim = draft.claim_item("dns_search", index);
        if fits {
            claim.approximated("the domains of the cluster are searched first", pod("dnsConfig.searches"));
        } else {
            claim.dropped("pods search the domains of the cluster anyway, and no domain twice");
        }
    }
    let is_empty = |config: &mut PodDNSConfig| {
        config.nameservers.take_if(|all| all.is_empty());
        config.searches.take_if(|all| all.is_empty());
        *config == PodDNSConfig::default()
    };
    draft.workload.pod.dns_config.take_if(is_empty);
}

fn config<'d>(draft: &'d mut Draft<'_, '_>) -> &'d mut PodDNSConfig {
    draft.workload.pod.dns_config.get_or_insert_default()
}
