//! Ports of the host that somebody has: what containers of all projects publish, and what this machine listens on.

use super::{Engine, EngineError, if_there, port_holder};
use crate::model::Protocol;
use crate::plan::port::{Claim, Holder, Taken};
use crate::plan::{SeenContainer, labels};
use crate::value::{ContainerId, Name};
use bollard::models::{ContainerSummary, HostConfig, PortBinding, PortSummaryTypeEnum};
use bollard::query_parameters::{InspectContainerOptions, ListContainersOptions};
use futures_util::future::try_join_all;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

impl Engine {
    /// The ports that the containers of all projects have.
    pub async fn published(&self) -> Result<Vec<Taken>, EngineError> {
        let listed = self.docker.list_containers(None::<ListContainersOptions>).await;
        Ok(listed.map_err(|fault| self.sorted(fault))?.into_iter().flat_map(of_container).collect())
    }

    /// The ports of the host that containers were made to take, whether they run or not; of those that are gone, none.
    pub async fn bindings(&self, containers: Vec<&SeenContainer>) -> Result<Vec<Claim>, EngineError> {
        let looks = containers.into_iter().map(|one| async move {
            let answer = self.docker.inspect_container(one.id.as_str(), None::<InspectContainerOptions>).await;
            let found = if_there(answer.map_err(|fault| self.sorted(fault)))?;
            let host = found.and_then(|found| found.host_config).unwrap_or_default();
            Ok::<_, EngineError>(bound(&one.service, host))
        });
        Ok(try_join_all(looks).await?.concat())
    }

    /// The ports that sockets of this machine have, containers' among them; none when the engine is elsewhere for sure.
    pub fn listening(&self) -> Vec<Taken> {
        if !self.host.is_local() {
            return Vec::new();
        }
        let tables = [
            ("/proc/net/tcp", Protocol::Tcp),
            ("/proc/net/tcp6", Protocol::Tcp),
            ("/proc/net/udp", Protocol::Udp),
            ("/proc/net/udp6", Protocol::Udp),
        ];
        let read = |(path, protocol): (&str, Protocol)| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            text.lines().skip(1).filter_map(|line| of_socket(line, protocol)).collect::<Vec<_>>()
        };
        tables.into_iter().flat_map(read).collect()
    }

    /// Whether the engine runs on this machine: a socket here may lead to a virtual or a far machine, whose sockets are
    /// not those of this one.
    pub async fn is_on_this_machine(&self) -> bool {
        let ours = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let its = self.docker.info().await.ok().and_then(|info| info.name).unwrap_or_default();
        self.host.is_local() && !its.is_empty() && its == ours.trim_end()
    }

    /// Who has a port, in words; nothing for a process that this user may not see.
    pub async fn holder_in_words(&self, holder: &Holder) -> Option<String> {
        match holder {
            Holder::Container { name, project: Some(project), .. } => {
                Some(format!("container '{name}' of project '{project}'"))
            }
            Holder::Container { name, project: None, .. } => Some(format!("container '{name}'")),
            Holder::Socket(inode) => {
                let inode = *inode;
                tokio::task::spawn_blocking(move || port_holder::owner(inode)).await.ok().flatten()
            }
        }
    }
}

/// A container with the network of the host, of another container, or with none takes no port.
fn bound(service: &Name, host: HostConfig) -> Vec<Claim> {
    let mode = host.network_mode.unwrap_or_default();
    if matches!(mode.as_str(), "host" | "none") || mode.starts_with("container:") {
        return Vec::new();
    }
    let bindings: BTreeMap<_, _> = host.port_bindings.unwrap_or_default().into_iter().collect();
    let all = bindings.into_iter().flat_map(|(target, bindings)| {
        let protocol = match target.rsplit_once('/') {
            Some((_, "udp")) => Protocol::Udp,
            Some((_, "sctp")) => Protocol::Sctp,
            _ => Protocol::Tcp,
        };
        bindings.unwrap_or_default().into_iter().map(move |binding| (binding, protocol))
    });
    let claims = all.filter_map(|(PortBinding { host_ip, host_port }, protocol)| {
        Claim::bound(service, host_ip.as_deref(), (host_port.as_deref()?, protocol))
    });
    claims.collect()
}

fn of_container(container: ContainerSummary) -> Vec<Taken> {
    let name = container.names.iter().flatten().next().map(|name| name.trim_start_matches('/')).unwrap_or_default();
    let holder = Holder::Container {
        id: ContainerId::new(container.id.unwrap_or_default()),
        name: name.to_owned(),
        project: container.labels.as_ref().and_then(|all| all.get(labels::PROJECT)).cloned(),
    };
    let taken = container.ports.unwrap_or_default().into_iter().filter_map(|port| {
        let address = port.ip.as_deref().unwrap_or_default().parse::<IpAddr>().ok();
        let protocol = match port.typ {
            Some(PortSummaryTypeEnum::UDP) => Protocol::Udp,
            Some(PortSummaryTypeEnum::SCTP) => Protocol::Sctp,
            _ => Protocol::Tcp,
        };
        let address = address.filter(|address| !address.is_unspecified());
        Some(Taken { address, port: port.public_port?, protocol, holder: holder.clone() })
    });
    taken.collect()
}

/// A line of the kernel's table: state 0A is a TCP socket that listens, 07 a UDP socket that is not connected.
fn of_socket(line: &str, protocol: Protocol) -> Option<Taken> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    let (local, state, inode) = (columns.get(1)?, columns.get(3)?, columns.get(9)?);
    if !matches!((protocol, *state), (Protocol::Tcp, "0A") | (Protocol::Udp, "07")) {
        return None;
    }
    let (address, port) = local.rsplit_once(':')?;
    let address = address_of(address)?.to_canonical();
    Some(Taken {
        address: Some(address).filter(|address| !address.is_unspecified()),
        port: u16::from_str_radix(port, 16).ok()?,
        protocol,
        holder: Holder::Socket(inode.parse().ok()?),
    })
}

/// An address as the kernel prints it: words of 32 bits, each in the order of this machine's bytes.
fn address_of(text: &str) -> Option<IpAddr> {
    let words = text.as_bytes().chunks(8).map(|word| {
        let word = std::str::from_utf8(word).ok()?;
        u32::from_str_radix(word, 16).ok().map(u32::to_ne_bytes)
    });
    let bytes: Vec<u8> = words.collect::<Option<Vec<_>>>()?.concat();
    let four = <[u8; 4]>::try_from(bytes.as_slice()).map(|bytes| IpAddr::from(Ipv4Addr::from(bytes)));
    four.or_else(|_| <[u8; 16]>::try_from(bytes.as_slice()).map(|bytes| IpAddr::from(Ipv6Addr::from(bytes)))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(local: &str, state: &str, protocol: Protocol) -> Option<(Option<IpAddr>, u16)> {
        let line = format!("0: {local} 00000000:0000 {state} 0:0 0:0 0 0 0 4711 1 0");
        of_socket(&line, protocol).map(|taken| (taken.address, taken.port))
    }

    #[test]
    fn the_kernels_table_is_read_with_its_addresses() {
        let address = |text: &str| Some(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(socket("0100007F:1F90", "0A", Protocol::Tcp), Some((address("127.0.0.1"), 8080)));
        assert_eq!(socket("00000000:0050", "0A", Protocol::Tcp), Some((None, 80)));
        let six = |start: &str| format!("{start}:0050");
        let loopback = six("00000000000000000000000001000000");
        assert_eq!(socket(&loopback, "0A", Protocol::Tcp), Some((address("::1"), 80)));
        let mapped = six("0000000000000000FFFF00000100007F");
        assert_eq!(socket(&mapped, "0A", Protocol::Tcp), Some((address("127.0.0.1"), 80)));
        assert_eq!(socket(&six(&"0".repeat(32)), "07", Protocol::Udp), Some((None, 80)));
    }

    #[test]
    fn a_socket_that_is_connected_has_no_port_to_itself() {
        assert_eq!(socket("0100007F:1F90", "01", Protocol::Tcp), None);
        assert_eq!(socket("0100007F:1F90", "01", Protocol::Udp), None);
    }
}
