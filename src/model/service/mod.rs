//! [`Service`]: one service of a project. Spec: `services`.

mod read;
mod write;

use super::{
    BlockIo, Build, Cgroup, CredentialSpec, Dependency, Deploy, Develop, Device, DeviceRequest, FileReference,
    Healthcheck, Hook, Link, Logging, Memory, ModelBinding, Mount, MountKind, MountsOf, Namespace, Networking, Port,
    Processor, Provider, PullPolicy, Restart, Ulimit, VolumesFrom,
};
use crate::value::{ByteSize, ImageName, Name, OomScore, Timespan};
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
    /// Notes for the runtime, such as `io.kubernetes.cri`.
    pub annotations: BTreeMap<String, String>,
    /// Whether an attached `up` shows its output. Default true.
    pub attach: Option<bool>,
    /// How its image is made.
    pub build: Option<Build>,
    /// How much it may read and write. Default: no limit. Spec: `blkio_config`.
    pub block_io: Option<BlockIo>,
    /// Kernel capabilities to add.
    pub cap_add: Vec<String>,
    /// Kernel capabilities to drop.
    pub cap_drop: Vec<String>,
    /// Whose control group it lives in. Default: the engine's.
    pub cgroup: Option<Cgroup>,
    /// The control group above its own. Default: the engine's.
    pub cgroup_parent: Option<String>,
    /// The command; nothing keeps the image's, an empty list clears it.
    pub command: Option<Vec<String>>,
    /// Configs that its containers see as files.
    pub configs: Vec<FileReference>,
    /// A name instead of `<project>-<service>-<number>`; allows one container only.
    pub container_name: Option<String>,
    /// The managed account of a Windows container. Default: none.
    pub credential_spec: Option<CredentialSpec>,
    /// What it waits for.
    pub depends_on: IndexMap<Name, Dependency>,
    /// How many containers, what they may use, and how a cluster rolls them out.
    pub deploy: Option<Deploy>,
    /// What `watch` does when a file changes.
    pub develop: Option<Develop>,
    /// What it may do with devices, as lines for the control group, such as `c 1:3 mr`.
    pub device_cgroup_rules: Vec<String>,
    /// Devices of the host.
    pub devices: Vec<Device>,
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
    /// Containers of other projects under names of this one, as `container` or `container:alias`.
    pub external_links: Vec<String>,
    /// More lines of `/etc/hosts`, as `host=ip`, sorted.
    pub extra_hosts: Vec<String>,
    /// GPUs.
    pub gpus: Vec<DeviceRequest>,
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
    /// Whose shared memory it has. Default: the engine's, its own.
    pub ipc: Option<Namespace>,
    /// How containers are kept apart, such as `hyperv`; Windows only. Default: the engine's.
    pub isolation: Option<String>,
    /// Labels of the user.
    pub labels: BTreeMap<String, String>,
    /// The files that some of `labels` come from, absolute. `config` does not show them.
    pub label_files: Vec<String>,
    /// Other services under further names.
    pub links: Vec<Link>,
    /// Where its output is kept.
    pub logging: Option<Logging>,
    /// A fixed MAC address in its first network. Default: the engine chooses.
    pub mac_address: Option<String>,
    /// How much memory it gets.
    pub memory: Memory,
    /// The models that it is told about; nothing stands for an entry without options.
    pub models: BTreeMap<Name, Option<ModelBinding>>,
    /// How it is connected.
    pub networking: Networking,
    /// Whether the kernel lets it hang rather than kill it when memory runs out.
    pub oom_kill_disable: bool,
    /// How readily the kernel kills it when memory runs out. Default 0.
    pub oom_score_adj: Option<OomScore>,
    /// Whose processes it sees. Default: the engine's, its own.
    pub pid: Option<Namespace>,
    /// The most processes; -1 means no limit, and 0 nothing. Default: none.
    pub pids_limit: Option<i64>,
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
    /// How much processor time it gets. Spec: `cpu_*`, `cpus` and `cpuset`.
    pub processor: Processor,
    /// The program that provides it in place of a container.
    pub provider: Option<Provider>,
    /// When its image is fetched or built.
    pub pull_policy: Option<PullPolicy>,
    /// Whether its root file system cannot be written.
    pub read_only: bool,
    /// What happens when it ends.
    pub restart: Option<Restart>,
    /// The runtime, such as `runc`. Default: the engine's.
    pub runtime: Option<String>,
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
    /// What the engine's storage driver is told, such as `size`.
    pub storage_opt: BTreeMap<String, String>,
    /// Kernel parameters.
    pub sysctls: BTreeMap<String, String>,
    /// Folders in memory, as `path[:options]`.
    pub tmpfs: Vec<String>,
    /// Whether it has a terminal.
    pub tty: bool,
    /// Limits of the kernel on each process, by kind such as `nofile`. Default: the engine's.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// Whether it may talk to the engine, with the user's credentials.
    pub use_api_socket: bool,
    /// The user, such as `1000:1000`. Default: the image's.
    pub user: Option<String>,
    /// Whose users it has, such as `host`. Default: the engine's.
    pub userns_mode: Option<String>,
    /// Whose host name it has. Default: the engine's, its own.
    pub uts: Option<Namespace>,
    /// Folders and volumes.
    pub volumes: Vec<Mount>,
    /// The mounts of other containers.
    pub volumes_from: Vec<VolumesFrom>,
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

    /// What its mounts of images name: images, or services that have one.
    pub fn image_sources(&self) -> impl Iterator<Item = &str> {
        let images = self.volumes.iter().filter(|mount| matches!(mount.kind, MountKind::Image { .. }));
        images.filter_map(|mount| mount.kind.source())
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

    /// The images of the hooks that run before it starts, where they are not its own.
    pub fn hook_images(&self) -> impl Iterator<Item = ImageName> {
        self.pre_start.iter().filter_map(|hook| hook.image.as_ref()?.parse().ok())
    }

    /// The services whose namespaces it lives in: when their container goes, it cannot stay.
    pub fn namespace_services(&self) -> impl Iterator<Item = &Name> {
        self.namespaces().filter_map(Namespace::service)
    }

    /// The containers that it is made with by their name, whoever makes them: they must be there before it is.
    pub fn named_containers(&self) -> impl Iterator<Item = &str> {
        let joined = self.namespaces().filter_map(|namespace| match namespace {
            Namespace::Container(name) => Some(name.as_str()),
            Namespace::Service(_) | Namespace::Mode(_) => None,
        });
        let mounts = self.volumes_from.iter().filter_map(|from| match &from.source {
            MountsOf::Container(name) => Some(name.as_str()),
            MountsOf::Service(_) | MountsOf::Id(_) => None,
        });
        let linked =
            self.external_links.iter().map(|link| link.split_once(':').map_or(link.as_str(), |(name, _)| name));
        joined.chain(mounts).chain(linked)
    }

    fn namespaces(&self) -> impl Iterator<Item = &Namespace> {
        let network = match &self.networking {
            Networking::Mode(mode) => Some(mode),
            Networking::Attached(_) => None,
        };
        [network, self.ipc.as_ref(), self.pid.as_ref()].into_iter().flatten()
    }

    /// The services whose mounts it has.
    pub fn mount_services(&self) -> impl Iterator<Item = &Name> {
        self.volumes_from.iter().filter_map(|from| match &from.source {
            MountsOf::Service(name) => Some(name),
            MountsOf::Container(_) | MountsOf::Id(_) => None,
        })
    }

    /// The services of which it shares a container: its namespaces or its mounts.
    pub fn shared_services(&self) -> impl Iterator<Item = &Name> {
        self.namespace_services().chain(self.mount_services())
    }

    /// The services that it finds under further names.
    pub fn linked_services(&self) -> impl Iterator<Item = &Name> {
        self.links.iter().map(|link| &link.service)
    }

    /// Whether the file gives it a health check; the image may still bring one where it does not.
    pub fn has_healthcheck(&self) -> bool {
        self.healthcheck.as_ref().is_some_and(|check| !check.is_disabled() && !check.test.is_empty())
    }

    /// Whether it says under `develop` what happens when files change.
    pub fn is_watched(&self) -> bool {
        self.develop.as_ref().is_some_and(|develop| !develop.watch.is_empty())
    }

    /// How many containers it has.
    pub fn replicas(&self) -> u32 {
        let deployed = self.deploy.as_ref().and_then(|deploy| deploy.replicas);
        self.scale.or(deployed).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests;
