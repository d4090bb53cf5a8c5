//! Who has a port of the host: a container of any project, or a process of this machine.

use super::{Engine, EngineError};
use crate::plan::labels;
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;
use std::collections::{BTreeSet, HashMap};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

impl Engine {
    /// The error for a port that is taken; finding out by whom never fails.
    pub(super) async fn port_in_use(&self, port: u16) -> EngineError {
        let holder = match self.publisher(port).await {
            Some(container) => Some(container),
            None if self.host.is_local() => tokio::task::spawn_blocking(move || process(port)).await.ok().flatten(),
            None => None,
        };
        EngineError::PortInUse { port, holder }
    }

    async fn publisher(&self, port: u16) -> Option<String> {
        let filters = HashMap::from([("publish", vec![format!("{port}/tcp"), format!("{port}/udp")])]);
        let options = ListContainersOptionsBuilder::new().filters(&filters).build();
        let running = self.docker.list_containers(Some(options)).await.ok()?;
        running.into_iter().find(|container| publishes(container, port)).map(|container| described(&container))
    }
}

/// The filter of the engine also finds containers that only expose the port.
fn publishes(container: &ContainerSummary, port: u16) -> bool {
    container.ports.iter().flatten().any(|one| one.public_port == Some(port))
}

pub(super) fn described(container: &ContainerSummary) -> String {
    let name = container.names.iter().flatten().next().map(|name| name.trim_start_matches('/')).unwrap_or_default();
    match container.labels.as_ref().and_then(|all| all.get(labels::PROJECT)) {
        Some(project) => format!("container '{name}' of project '{project}'"),
        None => format!("container '{name}'"),
    }
}

/// The port that an engine's refusal says is taken; nothing when it was refused for another reason.
pub(super) fn port_in_use(message: &str) -> Option<u16> {
    let is_taken = ["port is already allocated", "address already in use"].iter().any(|words| message.contains(words));
    if !is_taken {
        return None;
    }
    message.split_whitespace().find_map(port_of)
}

/// `0.0.0.0:8080`, `[::]:8080/tcp:`, `:::8080` or `0.0.0.0:8080:172.17.0.2:80/tcp:`; the first port is the host's.
fn port_of(word: &str) -> Option<u16> {
    let bracketed = word.strip_prefix('[').and_then(|rest| rest.split_once("]:"));
    let all_of_six = word.strip_prefix(":::").map(|rest| ("", rest));
    let of_four = || word.split_once(':').filter(|(address, _)| address.parse::<Ipv4Addr>().is_ok());
    let (_, rest) = bracketed.or(all_of_six).or_else(of_four)?;
    rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// The process of this machine that listens on a port, as far as this user may see.
fn process(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"];
    let texts = tables.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let sockets: BTreeSet<String> = texts.flat_map(|text| listening(&text, port)).collect();
    if sockets.is_empty() {
        return None;
    }
    with_one_of(&sockets)
}

/// The process of this machine that has a socket, as far as this user may see.
pub(super) fn owner(inode: u64) -> Option<String> {
    with_one_of(&BTreeSet::from([format!("socket:[{inode}]")]))
}

fn with_one_of(sockets: &BTreeSet<String>) -> Option<String> {
    let entries = std::fs::read_dir("/proc").ok()?.flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let number = numbers.into_iter().find(|number| holds(&folder_of(*number), sockets))?;
    let name = std::fs::read_to_string(folder_of(number).join("comm")).ok()?;
    Some(format!("{} (pid {number})", name.trim_end()))
}

/// The inodes of sockets in the kernel's table that listen on a port: state 0A for TCP, 07 for UDP.
fn listening(table: &str, port: u16) -> Vec<String> {
    let suffix = format!(":{port:04X}");
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines
        .filter(|columns| columns.get(1).is_some_and(|local| local.ends_with(&suffix)))
        .filter(|columns| columns.get(3).is_some_and(|state| matches!(*state, "0A" | "07")))
        .filter_map(|columns| columns.get(9).map(|inode| format!("socket:[{inode}]")))
        .collect()
}

fn folder_of(process: u32) -> PathBuf {
    Path::new("/proc").join(process.to_string())
}

fn holds(process: &Path, sockets: &BTreeSet<String>) -> bool {
    let Ok(files) = std::fs::read_dir(process.join("fd")) else { return false };
    files.flatten().any(|file| {
        std::fs::read_link(file.path()).is_ok_and(|target| sockets.contains(target.to_string_lossy().as_ref()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_what_engines_of_all_ages_say() {
        let taken = [
            "driver failed programming external connectivity on endpoint x (0011): Bind for 0.0.0.0:8080 failed: port is already allocated",
            "failed to set up container networking: driver failed programming external connectivity on endpoint x: failed to bind host port for 0.0.0.0:8080:172.18.0.2:80/tcp: address already in use",
            "failed to bind host port 0.0.0.0:8080/tcp: address already in use",
            "Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use",
            "listen tcp6 [::]:8080: bind: address already in use",
            "Bind for :::8080 failed: port is already allocated",
        ];
        for message in taken {
            assert_eq!(port_in_use(message), Some(8080), "{message}");
        }
    }

    #[test]
    fn another_refusal_is_no_port_in_use() {
        assert_eq!(port_in_use("failed to set up container networking: Address already in use"), None);
        assert_eq!(port_in_use("OCI runtime create failed: 0.0.0.0:80 whatever"), None);
    }

    #[test]
    fn the_kernels_table_gives_the_listening_socket() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
             0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0\n   \
             1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0\n";
        assert_eq!(listening(table, 8080), ["socket:[4711]"]);
        assert!(listening(table, 80).is_empty());
    }
}
