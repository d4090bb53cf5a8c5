//! [`Interior`]: what of a container matters to who puts files into it.

use super::put::Road;
use super::{Engine, EngineError};
use crate::value::ContainerId;
use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::InspectContainerOptions;
use std::path::{Path, PathBuf};

/// What of a container matters to who puts files into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interior {
    /// Whether its process has a user of its own: then files get that owner.
    pub has_user: bool,
    /// Whether its process runs.
    pub is_running: bool,
    /// When its process was started last, in the engine's words.
    pub started: String,
    /// Whether its root may only be read.
    read_only: bool,
    /// What is mounted in it.
    mounts: Vec<InnerMount>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct InnerMount {
    target: PathBuf,
    kind: Inside,
}

/// What is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// A file or folder of the host.
    Host,
    /// Memory.
    Memory,
    /// A volume, or what else the archive API sees.
    Volume,
}

impl Engine {
    /// Looks into a container.
    pub async fn interior(&self, id: &ContainerId) -> Result<Interior, EngineError> {
        let answer = self.docker.inspect_container(id.as_str(), None::<InspectContainerOptions>).await;
        Ok(Interior::of(answer.map_err(|fault| self.sorted(fault))?))
    }
}

impl Interior {
    fn of(answer: ContainerInspectResponse) -> Self {
        let host = answer.host_config.unwrap_or_default();
        let mounted = answer.mounts.into_iter().flatten().filter_map(|mount| {
            let kind = match mount.typ?.as_str() {
                "bind" => Inside::Host,
                "tmpfs" => Inside::Memory,
                _ => Inside::Volume,
            };
            Some(InnerMount { target: mount.destination?.into(), kind })
        });
        let memory = host
            .tmpfs
            .into_iter()
            .flatten()
            .map(|(target, _)| InnerMount { target: target.into(), kind: Inside::Memory });
        let state = answer.state.unwrap_or_default();
        Self {
            has_user: answer.config.and_then(|config| config.user).is_some_and(|user| !user.is_empty()),
            is_running: state.running == Some(true),
            started: state.started_at.unwrap_or_default(),
            read_only: host.readonly_rootfs == Some(true),
            mounts: mounted.chain(memory).collect(),
        }
    }

    /// The way to a path; nothing for what the host has mounted there: that is not ours to write.
    pub fn road(&self, path: &Path) -> Option<Road> {
        match self.nearest(path) {
            Some(Inside::Host) => None,
            Some(Inside::Memory) => Some(self.inner_road()),
            _ if self.read_only => Some(self.inner_road()),
            _ => Some(Road::Archive),
        }
    }

    /// Whether some of it is memory, which is empty at each start of its process.
    pub fn has_memory(&self) -> bool {
        self.mounts.iter().any(|mount| mount.kind == Inside::Memory)
    }

    /// Whether a path is in memory.
    pub fn is_memory(&self, path: &Path) -> bool {
        self.nearest(path) == Some(Inside::Memory)
    }

    /// Whether the archive API sees what is at a path, and it is not the host's.
    pub fn is_seen(&self, path: &Path) -> bool {
        !matches!(self.nearest(path), Some(Inside::Memory | Inside::Host))
    }

    fn nearest(&self, path: &Path) -> Option<Inside> {
        let around = self.mounts.iter().filter(|mount| path.starts_with(&mount.target));
        Some(around.max_by_key(|mount| mount.target.as_os_str().len())?.kind)
    }

    fn inner_road(&self) -> Road {
        if self.has_user { Road::OwnTar } else { Road::Tar }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interior(text: &str) -> Interior {
        Interior::of(serde_json::from_str(text).expect("as an engine writes it"))
    }

    #[test]
    fn the_nearest_mount_says_which_way_leads_to_a_path() {
        let inside = interior(
            r#"{"HostConfig":{"Tmpfs":{"/app/cache":""}},"Mounts":[{"Type":"bind","Destination":"/app/conf"},
            {"Type":"volume","Destination":"/app"},{"Type":"tmpfs","Destination":"/run"}]}"#,
        );
        let road = |path: &str| inside.road(Path::new(path));
        assert_eq!([road("/app/x"), road("/etc/x"), road("/application")], [Some(Road::Archive); 3]);
        assert_eq!([road("/app/cache/x"), road("/run/x")], [Some(Road::Tar); 2]);
        assert_eq!([road("/app/conf"), road("/app/conf/x")], [None, None]);
        assert_eq!(
            ["/app/cache/x", "/app/x", "/x"].map(|path| inside.is_memory(Path::new(path))),
            [true, false, false]
        );
        assert_eq!(
            ["/app/cache/x", "/app/conf", "/app/x"].map(|path| inside.is_seen(Path::new(path))),
            [false, false, true]
        );
        assert!(inside.has_memory() && !interior("{}").has_memory());
    }

    #[test]
    fn a_root_that_may_only_be_read_is_written_to_from_within() {
        let inside =
            interior(r#"{"HostConfig":{"ReadonlyRootfs":true},"Config":{"User":"app"},"State":{"Running":true}}"#);
        assert_eq!(inside.road(Path::new("/x")), Some(Road::OwnTar));
        assert!(inside.has_user && inside.is_running);
    }
}
