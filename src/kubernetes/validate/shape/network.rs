//! Rules about Ingresses and `NetworkPolicies`.

use super::super::Faults;
use super::super::field::is_address;
use super::super::reach::{entry, integer, items, meaning, number, text};
use super::{excluded, first, one_of, out_of_place, wrong};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::document::scalar::Scalar;
use crate::kubernetes::name::Form;
use std::net::IpAddr;

/// A backend is a Service or something else.
pub(super) fn backend(node: &Node, faults: &mut Faults) {
    faults.extend(one_of(node, &["service", "resource"]));
}

/// A port is said in one way.
pub(super) fn backend_port(node: &Node, faults: &mut Faults) {
    // The number 0 and the empty name are none.
    let (by_name, by_number) = (text(node, "name").and(entry(node, "name")), number(node, "number"));
    match (by_name, by_number.filter(|number| *number != 0).and(entry(node, "number"))) {
        (Some(name), Some(number)) => faults.push(excluded(name, number)),
        (None, None) if entry(node, "number").is_none() => faults.extend(one_of(node, &["name", "number"])),
        _ => {}
    }
}

/// Sequences that a path cannot have.
const STRANGE: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];

/// A path of an Ingress is one from the root, and nothing strange.
pub(super) fn path(node: &Node, faults: &mut Faults) {
    let is_plain = matches!(text(node, "pathType"), Some("Exact" | "Prefix"));
    match entry(node, "path") {
        None if is_plain => {
            let fault = Diagnostic::error("missing-value", "an Ingress matches a path, and none is said");
            faults.push(fault.at(node.span).help("add 'path: /'"));
        }
        Some((_, value)) if is_plain => {
            let path = value.as_text().unwrap_or_default();
            if STRANGE.iter().any(|one| path.contains(one)) || path.ends_with("/..") || path.ends_with("/.") {
                faults.push(
                    wrong(value, "is no path that an Ingress can match").help("write it without '//', '.' and '..'"),
                );
            }
        }
        _ => {}
    }
}

/// A host is a name of DNS, with a star as its first part or without.
pub(super) fn host(node: &Node, faults: &mut Faults) {
    let Some((_, value)) = entry(node, "host") else { return };
    let text = value.as_text().unwrap_or_default();
    if text.parse::<IpAddr>().is_ok() {
        faults
            .push(wrong(value, "is an address, and a host of an Ingress is a name").help("remove it, or write a name"));
    } else if !text.is_empty() {
        faults.extend(no_host(value));
    }
}

/// Hosts of a certificate are such names, too.
pub(super) fn certified(node: &Node, faults: &mut Faults) {
    faults.extend(items(node, "hosts").iter().filter_map(no_host));
}

fn no_host(value: &Node) -> Option<Diagnostic> {
    let text = value.as_text()?;
    let help = "write a name of DNS without a port, such as shop.example.com";
    let is_host = Form::Subdomain.accepts(text.strip_prefix("*.").unwrap_or(text));
    (!is_host).then(|| wrong(value, "is no name of a host").help(help))
}

/// An Ingress leads somewhere.
pub(super) fn rules(node: &Node, faults: &mut Faults) {
    if items(node, "rules").is_empty() && entry(node, "defaultBackend").is_none() {
        let fault = Diagnostic::error("missing-value", "this Ingress leads nowhere");
        faults.push(fault.at(node.span).help("add 'rules' or 'defaultBackend'"));
    }
}

/// Who is meant is said, by labels or by addresses.
pub(super) fn peer(node: &Node, faults: &mut Faults) {
    let block = entry(node, "ipBlock");
    match (first(node, &["podSelector", "namespaceSelector"]), block) {
        (Some(selector), Some(block)) => faults.push(excluded(selector, block)),
        (None, None) => faults.extend(one_of(node, &["podSelector", "namespaceSelector", "ipBlock"])),
        _ => {}
    }
}

/// There are two directions.
pub(super) fn directions(node: &Node, faults: &mut Faults) {
    if let Some((key, _)) = entry(node, "policyTypes").filter(|_| items(node, "policyTypes").len() > 2) {
        let fault = Diagnostic::error("out-of-range", "'policyTypes' has more than 2 items").at(key.span);
        faults.push(fault.help("write 'Ingress' and 'Egress' at most once"));
    }
}

/// A range of ports begins with a number and does not end before it.
pub(super) fn port_range(node: &Node, faults: &mut Faults) {
    let Some(end) = entry(node, "endPort") else { return };
    match entry(node, "port").map(|(_, port)| (meaning(port), integer(port))) {
        None => faults.push(out_of_place(end, "no 'port'")),
        Some((Some(Scalar::Text(_)), _)) => faults.push(out_of_place(end, "a 'port' that has a name")),
        Some((_, begin)) => {
            if begin.zip(integer(end.1)).is_some_and(|(begin, end)| end < begin) {
                faults.push(
                    wrong(end.1, "is less than 'port', where the range begins")
                        .help("write the last port of the range"),
                );
            }
        }
    }
}

/// What is left out of a network lies in it.
pub(super) fn exceptions(node: &Node, faults: &mut Faults) {
    let Some(whole) = text(node, "cidr").and_then(network) else { return };
    for value in items(node, "except") {
        let Some(part) = value.as_text().and_then(network) else { continue };
        let outside = (part.1 ^ whole.1).checked_shr(128_u32.saturating_sub(whole.2)).unwrap_or_default();
        if part.0 != whole.0 || part.2 <= whole.2 || outside != 0 {
            faults.push(wrong(value, "is no part of 'cidr'").help("write a smaller network that lies in it"));
        }
    }
}

/// A network: whether it is of IPv4, its bits from the left, and how many of them count.
fn network(text: &str) -> Option<(bool, u128, u32)> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    match address.parse().ok()? {
        IpAddr::V4(address) => Some((true, u128::from(u32::from(address)) << 96, bits)),
        IpAddr::V6(address) => Some((false, address.to_bits(), bits)),
    }
}

/// Addresses of an `EndpointSlice` are of its type.
pub(super) fn endpoints(node: &Node, faults: &mut Faults) {
    let kind = text(node, "addressType").unwrap_or_default();
    let is_good = |text: &str| match kind {
        "IPv4" => is_address(text) && !text.contains(':'),
        "IPv6" => is_address(text) && text.contains(':'),
        "FQDN" => Form::Subdomain.accepts(text),
        _ => true,
    };
    for value in items(node, "endpoints").iter().flat_map(|endpoint| items(endpoint, "addresses")) {
        if value.as_text().is_some_and(|text| !is_good(text)) {
            faults.push(wrong(value, &format!("is no address of type {kind}")).help("write one of 'addressType'"));
        }
    }
}
