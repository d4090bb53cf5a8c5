//! How a container is connected to each of its networks.

use super::Wanted;
use crate::model::{Attachment, Project};
use crate::value::Name;
use bollard::models::{EndpointIpamConfig, EndpointSettings};
use std::collections::BTreeSet;

/// The networks by their name on the engine, in the order in which they are connected; none with a network mode.
pub(in crate::engine) fn endpoints(wanted: &Wanted<'_>) -> Vec<(String, EndpointSettings)> {
    let networks = wanted.service.networking.in_order();
    networks
        .into_iter()
        .map(|(key, attachment)| (network_name(wanted.project, key), endpoint(wanted, attachment)))
        .collect()
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
        interface_name: _,
        ipv4_address,
        ipv6_address,
        link_local_ips,
        mac_address,
        priority: _,
    } = attachment.unwrap_or(&default);
    let mut seen = BTreeSet::new();
    let service = std::iter::once(wanted.service.name.to_string()).chain(aliases.iter().cloned());
    let shared = wanted.one_off.is_none_or(|one_off| one_off.aliases);
    let names = std::iter::once(wanted.final_name()).chain(service.filter(|_| shared));
    let has_address = ipv4_address.is_some() || ipv6_address.is_some() || !link_local_ips.is_empty();
    EndpointSettings {
        aliases: Some(names.filter(|name| seen.insert(name.clone())).collect()),
        driver_opts: (!driver_opts.is_empty()).then(|| driver_opts.clone().into_iter().collect()),
        gw_priority: (*gw_priority != 0).then_some(*gw_priority),
        ipam_config: has_address.then(|| EndpointIpamConfig {
            ipv4_address: ipv4_address.clone(),
            ipv6_address: ipv6_address.clone(),
            link_local_ips: (!link_local_ips.is_empty()).then(|| link_local_ips.clone()),
        }),
        mac_address: mac_address.clone(),
        ..EndpointSettings::default()
    }
}
