//! [`Service`]: one service of a project. Spec: `services`.

mod read;
mod write;

use super::{
    Build, Dependency, Deploy, Develop, FileReference, Healthcheck, Hook, Logging, Mount, MountKind, Networking, Port,
    PullPolicy, Restart,
};
use crate::value::{ByteSize, ImageName, Name, Timespan};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// A service: what its containers are made from and how they run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the compose language has them")]
pub struct Service {
    /// The key under `services`.
    pub name: Name,
    /// The service takes part only when one of these is active; always when there is none.
    pub profiles: Vec<String>,
    /// Whether an attached `up` shows its output. Default true.
    pub attach: Option<bool>,
    /// How its image is made.
    pub build: Option<Build>,
    /// Kernel capabilities to add.
    pub cap_add: Vec<String>,
    /// Kernel capabilities to drop.
    pub cap_drop: Vec<String>,
    /// The command; nothing keeps the image's, an empty list clears it.
    pub command: Option<Vec<String>>,
    /// Configs that its containers see as files.
    pub configs: Vec<FileReference>,
    /// A name instead of `<project>-<service>-<number>`; allows one container only.
    pub container_name: Option<String>,
    /// What it waits for.
    pub depends_on: IndexMap<Name, Dependency>,
    /// How many containers, what they may use, and how a cluster rolls them out.
    pub deploy: Option<Deploy>,
    /// What `watch` does when a file changes.
    pub develop: Option<Develop>,
    /// Name servers.
    pub dns: Vec<String>,
    /// Options of the resolver.
    pub dns_opt: Vec<String>,
    /// Search domains.
    pub dns_search: Vec<String>,
    /// The domain part of the host name.
    pub domainname: Option<String>,
    /// The entry point; nothing keeps the image's, an empty list clears it.
    pub entrypoint: Option<Vec<String>>,
    /// Environment, `env_file` included; a variable without value is left to the image.
    pub environment: BTreeMap<String, Option<String>>,
    /// Ports for other containers, such as `80` or `80/udp`; documentation for people.
    pub expose: Vec<String>,
    /// More lines of `/etc/hosts`, as `host=ip`, sorted.
    pub extra_hosts: Vec<String>,
    /// More groups of the user.
    pub group_add: Vec<String>,
    /// The host name. Default: the container's short id.
    pub hostname: Option<String>,
    /// How it is asked whether it works.
    pub healthcheck: Option<Healthcheck>,
    /// The image; what is built gets this name. Default for a build: `<project>-<service>`.
    pub image: Option<ImageName>,
    /// Whether a small init runs as process 1. Default: the engine's, no.
    pub init: Option<bool>,
    /// Labels of the user.
    pub labels: BTreeMap<String, String>,
    /// Where its output is kept.
    pub logging: Option<Logging>,
    /// Memory limit in bytes. Default: none.
    pub mem_limit: Option<ByteSize>,
    /// How it is connected.
    pub networking: Networking,
    /// The platform of its image, such as `linux/amd64`. Default: the engine's.
    pub platform: Option<String>,
    /// Ports that the host publishes.
    pub ports: Vec<Port>,
    /// What runs in a container after it has started.
    pub post_start: Vec<Hook>,
    /// What runs before a container is started, in one of its own. Compose 5.
    pub pre_start: Vec<Hook>,
    /// What runs in a container before it is stopped.
    pub pre_stop: Vec<Hook>,
    /// Whether it has all rights on the host.
    pub privileged: bool,
    /// When its image is fetched or built.
    pub pull_policy: Option<PullPolicy>,
    /// Whether its root file system cannot be written.
    pub read_only: bool,
    /// What happens when it ends.
    pub restart: Option<Restart>,
    /// How many containers. Default: `deploy.replicas`, then 1.
    pub scale: Option<u32>,
    /// Secrets that its containers see as files.
    pub secrets: Vec<FileReference>,
    /// Options of the security modules.
    pub security_opt: Vec<String>,
    /// Size of `/dev/shm`. Engine default 64 MiB.
    pub shm_size: Option<ByteSize>,
    /// Whether standard input stays open.
    pub stdin_open: bool,
    /// Time between the stop signal and the kill. Default 10 s.
    pub stop_grace_period: Option<Timespan>,
    /// The signal that asks it to end. Default: the image's, then SIGTERM.
    pub stop_signal: Option<String>,
    /// Kernel parameters.
    pub sysctls: BTreeMap<String, String>,
    /// Folders in memory, as `path[:options]`.
    pub tmpfs: Vec<String>,
    /// Whether it has a terminal.
    pub tty: bool,
    /// The user, such as `1000:1000`. Default: the image's.
    pub user: Option<String>,
    /// Folders and volumes.
    pub volumes: Vec<Mount>,
    /// The working directory. Default: the image's.
    pub working_dir: Option<String>,
}

impl Service {
    /// The keys of the volumes that it mounts.
    pub fn volume_keys(&self) -> impl Iterator<Item = &Name> {
        self.volumes.iter().filter_map(|mount| match &mount.kind {
            MountKind::Volume { source } => source.as_ref(),
            MountKind::Bind { .. }
            | MountKind::Tmpfs { .. }
            | MountKind::Image { .. }
            | MountKind::NamedPipe { .. }
            | MountKind::Cluster { .. } => None,
        })
    }

    /// The keys of the secrets that its containers or its build see.
    pub fn secret_keys(&self) -> impl Iterator<Item = &Name> {
        let build = self.build.iter().flat_map(|build| &build.secrets);
        self.secrets.iter().chain(build).map(|reference| &reference.source)
    }

    /// The keys of the configs that its containers see.
    pub fn config_keys(&self) -> impl Iterator<Item = &Name> {
        self.configs.iter().map(|reference| &reference.source)
    }

    /// Whether the file gives it a health check; the image may still bring one where it does not.
    pub fn has_healthcheck(&self) -> bool {
        self.healthcheck.as_ref().is_some_and(|check| !check.is_disabled() && !check.test.is_empty())
    }

    /// How many containers it has.
    pub fn replicas(&self) -> u32 {
        let deployed = self.deploy.as_ref().and_then(|deploy| deploy.replicas);
        self.scale.or(deployed).unwrap_or(1)
    }
}
