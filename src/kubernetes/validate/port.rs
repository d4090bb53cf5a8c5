//! Rules about the ports of containers.

use super::Faults;
use super::container::twice;
use super::pod::{Container, Pod, Role};
use super::reach::{entry, integer, number, text, truth};
use super::reference::mild;
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// No port of a list is there twice.
pub(super) fn twice_numbered<'a>(ports: impl Iterator<Item = &'a Node>, field: &str) -> Vec<Diagnostic> {
    let mut seen: Vec<((i128, &str, &str), &Node)> = Vec::new();
    let mut faults = Vec::new();
    for port in ports {
        let Some((_, place)) = entry(port, field) else { continue };
        let Some(number) = integer(place).filter(|number| *number != 0) else { continue };
        let protocol = text(port, "protocol").unwrap_or("TCP");
        // A port of the host is one of an address.
        let address = text(port, "hostIP").filter(|_| field == "hostPort").unwrap_or_default();
        let key = (number, protocol, address);
        match seen.iter().find(|(other, _)| *other == key) {
            Some((_, first)) => {
                let fault = Diagnostic::error("duplicate-port", format!("port {number}/{protocol} is there twice"));
                faults.push(fault.at(place.span).label(first.span, "first here").help("keep one of the two"));
            }
            None => seen.push((key, place)),
        }
    }
    faults
}

/// No port of a container is there twice, by number or by name. A cluster takes a number twice, and uses it once.
pub(super) fn repeated(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers() {
        faults.extend(twice(container.ports().iter().filter_map(|port| port.get("name")), "port"));
        faults.extend(twice_numbered(container.ports().iter(), "containerPort").into_iter().map(mild));
    }
}

/// No port of the host is there twice: containers run together, but for those that end before the others start.
pub(super) fn of_host_repeated(pod: &Pod<'_>, faults: &mut Faults) {
    let (together, early): (Vec<_>, Vec<_>) = pod.containers().partition(|container| container.role == Role::Main);
    faults.extend(twice_numbered(together.iter().flat_map(Container::ports), "hostPort"));
    for container in early {
        faults.extend(twice_numbered(container.ports().iter(), "hostPort"));
    }
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
