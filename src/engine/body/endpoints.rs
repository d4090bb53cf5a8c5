//! How a container is connected to each of its networks.

use super::Wanted;
use crate::model::{Attachment, Project};
use crate::value::Name;
use bollard::models::{EndpointIpamConfig, EndpointSettings};
use std::collections::HashMap;

/// What the engine calls the option for the name of an interface.
const INTERFACE: &str = "com.docker.network.endpoint.ifname";

/// The networks by their name on the engine, in the order in which they are connected; none with a network mode.
///
/// The MAC address of the service is that of its first network.
pub(in crate::engine) fn endpoints(wanted: &Wanted<'_>) -> Vec<(String, EndpointSettings)> {
    let networks = wanted.service.networking.in_order().into_iter();
    let endpoint = |(key, attachment)| (network_name(wanted.project, key), endpoint(wanted, attachment));
    let mut all: Vec<(String, EndpointSettings)> = networks.map(endpoint).collect();
    if let Some((_, first)) = all.first_mut() {
        first.mac_address = first.mac_address.take().or_else(|| given(wanted.service.mac_address.as_ref()));
    }
    all
}

/// What the engine calls a network.
pub(super) fn network_name(project: &Project, key: &Name) -> String {
    project.networks.get(key).map_or_else(|| format!("{}_{key}", project.name()), |network| network.name.clone())
}

fn endpoint(wanted: &Wanted<'_>, attachment: Option<&Attachment>) -> EndpointSettings {
    let default = Attachment::default();
    let Attachment {
        aliases,
        driver_opts,
        gw_priority,
        interface_name,
        ipv4_address,
        ipv6_address,
        link_local_ips,
        mac_address,
        priority: _,
    } = attachment.unwrap_or(&default);
    let service = std::iter::once(wanted.service.name.to_string()).chain(aliases.iter().cloned());
    let shared = wanted.one_off.is_none_or(|one_off| one_off.aliases);
    let names = std::iter::once(wanted.final_name()).chain(service.filter(|_| shared));
    let interface = given(interface_name.as_ref()).map(|name| (INTERFACE.to_owned(), name));
    let driver_opts: HashMap<String, String> = driver_opts.clone().into_iter().chain(interface).collect();
    let links = super::reference::links(wanted);
    EndpointSettings {
        aliases: Some(names.collect()),
        driver_opts: (!driver_opts.is_empty()).then_some(driver_opts),
        gw_priority: (*gw_priority != 0).then_some(*gw_priority),
        ip_address: ipv4_address.clone(),
        ipam_config: attachment.map(|_| EndpointIpamConfig {
            ipv4_address: ipv4_address.clone(),
            ipv6_address: ipv6_address.clone(),
            link_local_ips: (!link_local_ips.is_empty()).then(|| link_local_ips.clone()),
        }),
        links: (!links.is_empty()).then_some(links),
        mac_address: given(mac_address.as_ref()),
        ..EndpointSettings::default()
    }
}

fn given(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}
