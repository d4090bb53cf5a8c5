//! Addresses: of name servers, of hosts, and of a container in its networks.

use super::{Fault, wrong};
use crate::document::Path;
use crate::model::{Attachment, Service};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) fn faults(service: &Service) -> Vec<Fault> {
    let mut all: Vec<Fault> =
        service.dns.iter().enumerate().filter_map(|(index, text)| name_server(index, text)).collect();
    all.extend(service.extra_hosts.iter().filter_map(|line| host(line)));
    all.extend(mac(service.mac_address.as_deref(), Path::of(["mac_address"])));
    for (key, attachment) in service.networking.in_order() {
        let place = Path::of(["networks", key.as_str()]);
        all.extend(attachment.map(|attachment| of_network(attachment, &place)).unwrap_or_default());
    }
    all.extend(two_macs(service));
    all
}

fn name_server(index: usize, text: &str) -> Option<Fault> {
    let is_address = text.parse::<IpAddr>().is_ok();
    let fault =
        || wrong(format!("'{text}' is not an IP address"), "a name server is given by its address: write '1.1.1.1'");
    (!is_address).then(|| (Path::of(["dns"]).index(index), fault()))
}

/// A line `name=address`.
fn host(line: &str) -> Option<Fault> {
    let (name, address) = line.split_once('=').unwrap_or((line, ""));
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    let known = bare == "host-gateway" || bare.parse::<IpAddr>().is_ok();
    let fault =
        || wrong(format!("'{address}' is not an address for host '{name}'"), "write an IP address, or 'host-gateway'");
    (!known || name.is_empty()).then(|| (Path::of(["extra_hosts"]), fault()))
}

fn of_network(attachment: &Attachment, place: &Path) -> Vec<Fault> {
    let Attachment { ipv4_address, ipv6_address, link_local_ips, mac_address, .. } = attachment;
    let mut all = Vec::new();
    if let Some(text) = ipv4_address.as_deref().filter(|text| text.parse::<Ipv4Addr>().is_err()) {
        all.push((place.key("ipv4_address"), wrong(format!("'{text}' is not an IPv4 address"), "write '172.28.0.10'")));
    }
    if let Some(text) = ipv6_address.as_deref().filter(|text| text.parse::<Ipv6Addr>().is_err()) {
        all.push((
            place.key("ipv6_address"),
            wrong(format!("'{text}' is not an IPv6 address"), "write '2001:db8::10'"),
        ));
    }
    for (index, text) in link_local_ips.iter().enumerate().filter(|(_, text)| text.parse::<IpAddr>().is_err()) {
        let fault = wrong(format!("'{text}' is not an IP address"), "write '169.254.8.8'");
        all.push((place.key("link_local_ips").index(index), fault));
    }
    all.extend(mac(mac_address.as_deref(), place.key("mac_address")));
    all
}

fn mac(text: Option<&str>, place: Path) -> Option<Fault> {
    let text = text.filter(|text| !text.is_empty())?;
    let pair = |part: &str| part.len() == 2 && part.chars().all(|digit| digit.is_ascii_hexdigit());
    let is_mac = text.split([':', '-']).count() == 6 && text.split([':', '-']).all(pair);
    (!is_mac).then(|| (place, wrong(format!("'{text}' is not a MAC address"), "write '02:42:ac:11:00:03'")))
}

/// The address of the service is that of its first network.
fn two_macs(service: &Service) -> Option<Fault> {
    let own = service.mac_address.as_deref().filter(|text| !text.is_empty())?;
    let (key, attachment) = service.networking.in_order().into_iter().next()?;
    let other = attachment?.mac_address.as_deref().filter(|other| !other.is_empty() && *other != own)?;
    let message = format!("'mac_address' is {own}, and {other} in network '{key}', which is the first");
    Some((Path::of(["mac_address"]), wrong(message, "they say the same thing: keep one of them")))
}
