//! Rules about the ports of containers.

use super::Faults;
use super::container::twice;
use super::pod::Pod;
use super::reach::{entry, integer, number, text, truth};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// No port is there twice.
pub(super) fn twice_numbered<'a>(ports: impl Iterator<Item = &'a Node>, field: &str) -> Vec<Diagnostic> {
    let mut seen: Vec<(i128, &str, &Node)> = Vec::new();
    let mut faults = Vec::new();
    for port in ports {
        let Some((_, place)) = entry(port, field) else { continue };
        let Some(number) = integer(place).filter(|number| *number != 0) else { continue };
        let protocol = text(port, "protocol").unwrap_or("TCP");
        match seen.iter().find(|(one, other, _)| (*one, *other) == (number, protocol)) {
            Some((_, _, first)) => {
                let fault = Diagnostic::error("duplicate-port", format!("port {number}/{protocol} is there twice"));
                faults.push(fault.at(place.span).label(first.span, "first here").help("keep one of the two"));
            }
            None => seen.push((number, protocol, place)),
        }
    }
    faults
}

/// No port is there twice, by number or by name.
pub(super) fn repeated(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers() {
        faults.extend(twice(container.ports().iter().filter_map(|port| port.get("name")), "port"));
        faults.extend(twice_numbered(container.ports().iter(), "containerPort"));
    }
    let ports = pod.containers().flat_map(|container| container.ports());
    faults.extend(twice_numbered(ports, "hostPort"));
}

/// A pod in the network of its host has the ports of the host.
pub(super) fn of_host(pod: &Pod<'_>, faults: &mut Faults) {
    if truth(pod.spec, "hostNetwork") != Some(true) {
        return;
    }
    for port in pod.containers().flat_map(|container| container.ports()) {
        let (own, host) = (number(port, "containerPort"), number(port, "hostPort"));
        if let (Some(own), Some(host), Some((key, _))) = (own, host.filter(|host| *host != 0), entry(port, "hostPort"))
            && own != host
        {
            let message =
                format!("with 'hostNetwork' port {own} of the container is port {own} of the host, not {host}");
            let help = "write the same number, or remove 'hostPort'";
            faults.push(Diagnostic::error("conflict", message).at(key.span).help(help));
        }
    }
}
