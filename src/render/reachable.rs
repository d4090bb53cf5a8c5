//! Where a person can reach what runs.

use crate::plan::{PublishedPort, SeenContainer};
use std::net::IpAddr;

/// The published ports of containers that run, `http://localhost:5000`, `localhost:5432` or `localhost:53/udp`; the same
/// address is named once.
pub fn addresses(containers: &[&SeenContainer]) -> Vec<String> {
    let mut ports: Vec<&PublishedPort> = containers.iter().flat_map(|container| &container.ports).collect();
    ports.sort_by_key(|port| (port.target, port.published));
    let mut all: Vec<String> = Vec::new();
    for address in ports.into_iter().filter_map(address) {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    all
}

fn address(port: &PublishedPort) -> Option<String> {
    let published = port.published?;
    let host = host(&port.address);
    Some(match (port.protocol.as_str(), port.target) {
        ("tcp", 443) if published == 443 => format!("https://{host}"),
        ("tcp", 443 | 8443 | 9443) => format!("https://{host}:{published}"),
        ("tcp", target) if is_web(target) && published == 80 => format!("http://{host}"),
        ("tcp", target) if is_web(target) => format!("http://{host}:{published}"),
        ("tcp", _) => format!("{host}:{published}"),
        (protocol, _) => format!("{host}:{published}/{protocol}"),
    })
}

/// Whether people usually serve web pages on a port of a container.
fn is_web(port: u16) -> bool {
    matches!(port, 80 | 1313 | 3000..=3010 | 4000 | 4200 | 5000 | 5001 | 5173 | 8000..=8999 | 9000 | 9001 | 9090)
}

fn host(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) if !address.is_unspecified() && !address.is_loopback() => format!("[{address}]"),
        Ok(IpAddr::V4(address)) if !address.is_unspecified() && !address.is_loopback() => address.to_string(),
        _ => "localhost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, published: u16, target: u16, protocol: &str) -> Option<String> {
        let port =
            PublishedPort { address: host.into(), published: Some(published), target, protocol: protocol.into() };
        address(&port)
    }

    #[test]
    fn web_ports_are_links_and_others_are_addresses() {
        assert_eq!(at("0.0.0.0", 5000, 5000, "tcp").as_deref(), Some("http://localhost:5000"));
        assert_eq!(at("::", 80, 80, "tcp").as_deref(), Some("http://localhost"));
        assert_eq!(at("0.0.0.0", 8443, 443, "tcp").as_deref(), Some("https://localhost:8443"));
        assert_eq!(at("0.0.0.0", 5432, 5432, "tcp").as_deref(), Some("localhost:5432"));
        assert_eq!(at("127.0.0.1", 53, 53, "udp").as_deref(), Some("localhost:53/udp"));
        assert_eq!(at("192.168.1.4", 8080, 80, "tcp").as_deref(), Some("http://192.168.1.4:8080"));
        assert_eq!(at("fd00::1", 8080, 80, "tcp").as_deref(), Some("http://[fd00::1]:8080"));
    }

    #[test]
    fn an_exposed_port_is_not_reachable() {
        let port = PublishedPort { address: String::new(), published: None, target: 80, protocol: "tcp".into() };
        assert_eq!(address(&port), None);
    }
}
