//! The ports of a container: those that the host publishes and those that are only told of.

use crate::model::Port;
use bollard::models::{PortBinding, PortMap};
use std::collections::BTreeSet;

/// What the host publishes, by the container's port, in the order of the file.
pub(super) fn bindings(ports: &[Port]) -> PortMap {
    let mut all = PortMap::new();
    for port in ports {
        let Port { name: _, mode: _, host_ip, target, published, protocol, app_protocol: _ } = port;
        let binding = PortBinding { host_ip: host_ip.map(|address| address.to_string()), host_port: published.clone() };
        all.entry(format!("{target}/{protocol}")).or_default().get_or_insert_default().push(binding);
    }
    all
}

/// All ports of the container, ranges written out.
pub(super) fn exposed(ports: &[Port], expose: &[String]) -> Option<Vec<String>> {
    let published = ports.iter().map(|port| format!("{}/{}", port.target, port.protocol));
    let all: BTreeSet<_> = published.chain(expose.iter().flat_map(|text| range(text))).collect();
    (!all.is_empty()).then(|| all.into_iter().collect())
}

/// `9000-9002/udp` is three ports; what is no number is left to the engine to refuse.
fn range(text: &str) -> Vec<String> {
    let (numbers, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let bounds = numbers.split_once('-').unwrap_or((numbers, numbers));
    match (bounds.0.parse::<u16>(), bounds.1.parse::<u16>()) {
        (Ok(first), Ok(last)) => (first..=last).map(|port| format!("{port}/{protocol}")).collect(),
        _ => vec![format!("{numbers}/{protocol}")],
    }
}
