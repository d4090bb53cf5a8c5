//! Rules about the specification of a Service.

use super::super::Faults;
use super::super::field::is_address;
use super::super::reach::{entry, items, number, text};
use super::{out_of_place, wrong};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::kubernetes::name::Form;
use std::net::IpAddr;

fn kind(node: &Node) -> &str {
    text(node, "type").unwrap_or("ClusterIP")
}

/// The addresses that a Service asks for.
fn own(node: &Node) -> Vec<&Node> {
    let said = entry(node, "clusterIP").map(|(_, value)| value);
    said.into_iter().chain(items(node, "clusterIPs")).filter(|value| value.as_text() != Some("")).collect()
}

/// Addresses are such that a Service can have.
pub(super) fn addresses(node: &Node, faults: &mut Faults) {
    for value in own(node) {
        if value.as_text().is_some_and(|text| text != "None" && !is_address(text)) {
            faults
                .push(wrong(value, "is no address that a Service can have").help("write an address, None, or nothing"));
        }
    }
    for value in items(node, "externalIPs") {
        let address: Option<IpAddr> = value.as_text().and_then(|text| text.parse().ok());
        let is_near = |address: IpAddr| match address {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        };
        if address.is_some_and(|one| one.is_loopback() || one.is_unspecified() || one.is_multicast() || is_near(one)) {
            faults.push(wrong(value, "is no address that others can reach").help("write one of the nodes' own"));
        }
    }
}

/// An address and its family are said in one way.
pub(super) fn families(node: &Node, faults: &mut Faults) {
    let families = items(node, "ipFamilies");
    if let [first, second] = families
        && first.as_text() == second.as_text()
    {
        let fault = Diagnostic::error("duplicate-item", "a family of addresses is there twice").at(second.span);
        faults.push(fault.label(first.span, "first here").help("keep one of the two"));
    }
    let policy = entry(node, "ipFamilyPolicy").filter(|(_, policy)| policy.as_text() == Some("SingleStack"));
    if let Some((_, policy)) = policy.filter(|_| families.len() > 1 || items(node, "clusterIPs").len() > 1) {
        let fault = Diagnostic::error("conflict", "a Service of two families is none of 'SingleStack'");
        faults.push(fault.at(policy.span).help("write 'PreferDualStack' or 'RequireDualStack', or name one family"));
    }
    let own = text(node, "clusterIP").and(entry(node, "clusterIP")).map(|(_, own)| own);
    if let (Some(own), Some(first)) = (own, items(node, "clusterIPs").first())
        && own.as_text() != first.as_text()
    {
        let fault = Diagnostic::error("conflict", "'clusterIP' is not the first of 'clusterIPs'").at(first.span);
        faults.push(fault.label(own.span, "it is this").help("write the same, or remove one of the two"));
    }
}

/// One without an address of its own cannot be reached from outside.
pub(super) fn headless(node: &Node, faults: &mut Faults) {
    if let Some(value) = own(node).into_iter().find(|value| value.as_text() == Some("None"))
        && matches!(kind(node), "NodePort" | "LoadBalancer")
    {
        let message = format!("a Service of type {} has an address, and 'None' is none", kind(node));
        faults.push(Diagnostic::error("conflict", message).at(value.span).help("remove one of the two"));
    }
}

/// One that stands for a name outside has no address, and names it.
pub(super) fn external(node: &Node, faults: &mut Faults) {
    if kind(node) != "ExternalName" {
        return;
    }
    if let Some(value) = own(node).first() {
        let fault = Diagnostic::error("conflict", "a Service of type ExternalName has no address").at(value.span);
        faults.push(fault.help("remove it"));
    }
    let name = entry(node, "externalName").map(|(_, value)| value);
    if let Some(value) = name
        && let Some(text) = value.as_text().filter(|text| !text.is_empty())
        && !Form::Subdomain.accepts(text.strip_suffix('.').unwrap_or(text))
    {
        faults.push(wrong(value, "is no name of a host").help("write a name of DNS, such as db.example.com"));
    }
}

/// What only a load balancer has.
const BALANCED: [&str; 3] = ["loadBalancerClass", "allocateLoadBalancerNodePorts", "loadBalancerSourceRanges"];

/// What is said of a load balancer needs one.
pub(super) fn balanced(node: &Node, faults: &mut Faults) {
    if kind(node) != "LoadBalancer" {
        let said = BALANCED.iter().filter_map(|key| entry(node, key));
        let said = said.filter(|(_, value)| value.as_list().is_none_or(|items| !items.is_empty()));
        faults.extend(said.map(|one| out_of_place(one, &format!("'type: {}'", kind(node)))));
    }
}

/// What is said of traffic from outside needs some.
pub(super) fn traffic(node: &Node, faults: &mut Faults) {
    let is_open = matches!(kind(node), "NodePort" | "LoadBalancer")
        || kind(node) == "ClusterIP" && !items(node, "externalIPs").is_empty();
    let policy = text(node, "externalTrafficPolicy").and(entry(node, "externalTrafficPolicy"));
    if let Some(policy) = policy.filter(|_| !is_open) {
        faults.push(out_of_place(policy, &format!("'type: {}'", kind(node))));
    }
    let is_local = kind(node) == "LoadBalancer" && text(node, "externalTrafficPolicy") == Some("Local");
    let health = number(node, "healthCheckNodePort").filter(|number| *number != 0);
    if let Some(port) = health.and(entry(node, "healthCheckNodePort")).filter(|_| !is_local) {
        faults.push(out_of_place(port, "anything but 'type: LoadBalancer' and 'externalTrafficPolicy: Local'"));
    }
}

/// What is said of affinity needs it.
pub(super) fn affinity(node: &Node, faults: &mut Faults) {
    if let Some(config) = entry(node, "sessionAffinityConfig")
        && text(node, "sessionAffinity") != Some("ClientIP")
    {
        faults.push(out_of_place(config, "no 'sessionAffinity: ClientIP'"));
    }
}
