//! Rules about Services, one by one.

use super::Faults;
use super::container::twice;
use super::object::Object;
use super::port::twice_numbered;
use super::reach::{entry, integer, items, text};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// The ports of nodes that a cluster gives away, unless it is told otherwise.
const NODE_PORTS: std::ops::RangeInclusive<i128> = 30000..=32767;

/// The specification of a Service.
fn spec<'a>(object: &Object<'a>) -> Option<&'a Node> {
    object.get(&["spec"]).filter(|spec| object.kind == "Service" && !spec.is_null())
}

/// A Service has ports, and can tell them apart.
pub(super) fn ports(object: &Object<'_>, faults: &mut Faults) {
    let Some(spec) = spec(object) else { return };
    let ports = items(spec, "ports");
    let is_external = text(spec, "type") == Some("ExternalName");
    if ports.is_empty() && !is_external && text(spec, "clusterIP") != Some("None") {
        let message = format!("{} has no ports", object.title());
        let help = "add 'ports', or 'clusterIP: None' for one that only names its pods";
        faults.push(Diagnostic::error("missing-value", message).at(object.place()).help(help));
    }
    if is_external && text(spec, "externalName").is_none() {
        let fault =
            Diagnostic::error("missing-value", format!("{} does not say which name it stands for", object.title()));
        faults.push(fault.at(object.place()).help("add 'externalName'"));
    }
    if ports.len() > 1 {
        for port in ports.iter().filter(|port| text(port, "name").is_none()) {
            let fault = Diagnostic::error("missing-value", "a port has no name, and its Service has several");
            faults.push(fault.at(port.span).help("add 'name'"));
        }
    }
    faults.extend(twice(ports.iter().filter_map(|port| port.get("name")), "port"));
    faults.extend(twice_numbered(ports.iter(), "port"));
}

/// A port of the nodes is one that can be had.
pub(super) fn node_ports(object: &Object<'_>, faults: &mut Faults) {
    let Some(spec) = spec(object) else { return };
    let kind = text(spec, "type").unwrap_or("ClusterIP");
    for (key, value) in items(spec, "ports").iter().filter_map(|port| entry(port, "nodePort")) {
        let Some(number) = integer(value).filter(|number| *number != 0) else { continue };
        if !NODE_PORTS.contains(&number) {
            let message = format!("{number} is not a port that a cluster opens on its nodes");
            let help = "write a number from 30000 to 32767, or leave the choice to the cluster";
            faults.push(Diagnostic::error("node-port", message).at(value.span).help(help));
        } else if !matches!(kind, "NodePort" | "LoadBalancer") {
            let message = format!("a Service of type {kind} has no port on the nodes");
            faults.push(
                Diagnostic::error("node-port", message).at(key.span).help("write 'type: NodePort', or remove it"),
            );
        }
    }
}
