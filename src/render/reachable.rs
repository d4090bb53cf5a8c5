//! [`Reachable`]: where a person can reach what runs.

use super::width::{columns, pad};
use crate::model::Project;
use crate::plan::{Observed, PublishedPort};
use std::net::IpAddr;

/// A port that the host publishes for a service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reachable {
    /// The service.
    pub service: String,
    /// Where: `http://localhost:5000`, `localhost:5432` or `localhost:53/udp`.
    pub address: String,
}

/// The published ports of the containers that run, by service in file order; the same address is named once.
pub fn reachable(project: &Project, seen: &Observed) -> Vec<Reachable> {
    let mut all: Vec<Reachable> = Vec::new();
    for service in project.services.keys() {
        let mut ports: Vec<&PublishedPort> =
            seen.replicas(service).into_iter().flat_map(|container| &container.ports).collect();
        ports.sort_by_key(|port| (port.target, port.published));
        for address in ports.into_iter().filter_map(address) {
            let one = Reachable { service: service.to_string(), address };
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// A line for each, services in a column: `api    http://localhost:5000`.
pub fn reachable_text(all: &[Reachable]) -> String {
    let width = all.iter().map(|one| columns(&one.service)).max().unwrap_or(0);
    let lines: Vec<String> = all.iter().map(|one| format!("{}  {}\n", pad(&one.service, width), one.address)).collect();
    lines.concat()
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
