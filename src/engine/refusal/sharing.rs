//! What no engine does with a container that lives in the namespaces of another one.

use super::Fault;
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::{Namespace, Networking, Service};

/// What belongs to the container whose network it is, and namespaces that no containers share.
pub(super) fn faults(service: &Service) -> Vec<Fault> {
    let mut all = Vec::new();
    if service.uts.as_ref().is_some_and(|uts| !matches!(uts, Namespace::Mode(_))) {
        let message = format!("'uts' of service '{}' cannot be that of another container", service.name);
        let help = "use 'network_mode' in its place, with which the host name is shared too, or 'uts: host'";
        all.push((Path::of(["uts"]), Diagnostic::error("unsupported", message).help(help)));
    }
    let Networking::Mode(Namespace::Service(_) | Namespace::Container(_)) = &service.networking else { return all };
    let belong_to_the_other = [
        ("ports", !service.ports.is_empty()),
        ("expose", !service.expose.is_empty()),
        ("hostname", service.hostname.as_ref().is_some_and(|name| !name.is_empty())),
        ("dns", !service.dns.is_empty()),
        ("extra_hosts", !service.extra_hosts.is_empty()),
        ("links", !service.links.is_empty() || !service.external_links.is_empty()),
    ];
    for (key, _) in belong_to_the_other.into_iter().filter(|(_, is_set)| *is_set) {
        let message = format!("'{key}' of service '{}' has no place: it has the network of another", service.name);
        let help = format!("move '{key}' to the service whose network it is");
        all.push((Path::of([key]), Diagnostic::error("conflict", message).help(help)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn what_belongs_to_the_owner_of_a_network_is_named() {
        let of = |text: &str| -> Vec<String> {
            let project = project(&format!("services: {{web: {{image: x, {text}}}, b: {{image: x}}}}"));
            faults(&project.services[0]).iter().map(|(place, _)| place.to_string()).collect()
        };
        let text =
            "ports: [{target: 80}], expose: ['1'], hostname: h, dns: [1.1.1.1], extra_hosts: [a=1.2.3.4], links: [b]";
        let wanted = ["ports", "expose", "hostname", "dns", "extra_hosts", "links"];
        assert_eq!(of(&format!("network_mode: 'service:b', {text}")), wanted);
        assert_eq!(of("network_mode: 'container:b', hostname: h"), ["hostname"]);
        assert_eq!(of("uts: 'service:b'"), ["uts"]);
        assert!(of("network_mode: host, uts: host, ports: [{target: 80}]").is_empty());
        assert!(of("network_mode: 'service:b', ipc: 'service:b', hostname: ''").is_empty());
    }
}
