//! [`Service`]: one service of a project. Spec: `services`.

use super::fields::{Fields, unsupported_attribute};
use super::writer::Writer;
use super::{
    Attachment, Build, Dependency, Healthcheck, Logging, Mount, MountKind, Networking, Port, PullPolicy, Restart,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
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
    /// A name instead of `<project>-<service>-<number>`; allows one container only.
    pub container_name: Option<String>,
    /// What it waits for.
    pub depends_on: IndexMap<Name, Dependency>,
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
    /// Whether it has all rights on the host.
    pub privileged: bool,
    /// When its image is fetched or built.
    pub pull_policy: Option<PullPolicy>,
    /// Whether its root file system cannot be written.
    pub read_only: bool,
    /// What happens when it ends.
    pub restart: Option<Restart>,
    /// How many containers. Default 1.
    pub scale: Option<u32>,
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

/// Attributes of the compose language that this version cannot carry out yet.
const UNSUPPORTED: [&str; 47] = [
    "annotations",
    "blkio_config",
    "cgroup",
    "cgroup_parent",
    "configs",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "env_file",
    "extends",
    "external_links",
    "gpus",
    "ipc",
    "isolation",
    "label_file",
    "links",
    "mac_address",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "post_start",
    "pre_start",
    "pre_stop",
    "provider",
    "pull_refresh_after",
    "runtime",
    "secrets",
    "storage_opt",
    "ulimits",
    "use_api_socket",
    "userns_mode",
];
const UNSUPPORTED_TOO: [&str; 2] = ["uts", "volumes_from"];

impl Service {
    /// Reads a canonical service.
    pub(super) fn read(name: Name, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if node.is_null() {
            let fault = Diagnostic::error("empty-service", format!("service '{name}' is empty")).at(node.span);
            diagnostics.push(fault.help("give it an 'image' or a 'build'"));
            return None;
        }
        let mut fields = Fields::of("service", node, diagnostics)?;
        let service = Self {
            profiles: fields.texts("profiles"),
            attach: fields.flag("attach"),
            build: fields.nested("build").and_then(|(node, faults)| Build::read(node, faults)),
            cap_add: fields.texts("cap_add"),
            cap_drop: fields.texts("cap_drop"),
            command: fields.optional_texts("command"),
            container_name: fields.text("container_name"),
            depends_on: named(&mut fields, "depends_on", Dependency::read),
            dns: fields.texts("dns"),
            dns_opt: fields.texts("dns_opt"),
            dns_search: fields.texts("dns_search"),
            domainname: fields.text("domainname"),
            entrypoint: fields.optional_texts("entrypoint"),
            environment: fields.optional_map("environment"),
            expose: fields.scalars("expose"),
            extra_hosts: fields.texts("extra_hosts"),
            group_add: fields.scalars("group_add"),
            hostname: fields.text("hostname"),
            healthcheck: fields.nested("healthcheck").and_then(|(node, faults)| Healthcheck::read(node, faults)),
            image: fields.parsed("image"),
            init: fields.flag("init"),
            labels: fields.map("labels"),
            logging: fields.nested("logging").and_then(|(node, faults)| Logging::read(node, faults)),
            mem_limit: fields.parsed_scalar("mem_limit"),
            networking: networking(&mut fields),
            platform: fields.text("platform"),
            ports: fields.items("ports", Port::read),
            privileged: fields.flag("privileged").unwrap_or(false),
            pull_policy: fields.parsed("pull_policy"),
            read_only: fields.flag("read_only").unwrap_or(false),
            restart: fields.parsed("restart"),
            scale: fields.integer("scale"),
            security_opt: fields.texts("security_opt"),
            shm_size: fields.parsed_scalar("shm_size"),
            stdin_open: fields.flag("stdin_open").unwrap_or(false),
            stop_grace_period: fields.timespan("stop_grace_period"),
            stop_signal: fields.text("stop_signal"),
            sysctls: fields.map("sysctls"),
            tmpfs: fields.texts("tmpfs"),
            tty: fields.flag("tty").unwrap_or(false),
            user: fields.text("user"),
            volumes: fields.items("volumes", Mount::read),
            working_dir: fields.text("working_dir"),
            name,
        };
        fields.finish(&[&UNSUPPORTED[..], &UNSUPPORTED_TOO[..]].concat());
        Some(service)
    }

    /// The whole service in Compose's key order.
    pub fn write(&self) -> Node {
        self.write_parts(&Part::ALL)
    }

    /// The part that Compose hashes: `build`, `depends_on`, `profiles`, `pull_policy` and `scale` do not count.
    pub fn write_hashed(&self) -> Node {
        self.write_parts(&[])
    }

    fn write_parts(&self, parts: &[Part]) -> Node {
        let with = |part: Part| parts.contains(&part);
        let mut writer = Writer::default();
        if with(Part::Profiles) {
            writer.texts("profiles", &self.profiles);
        }
        writer.number("attach", self.attach);
        if with(Part::Build) {
            writer.optional("build", self.build.as_ref().map(Build::write));
        }
        writer.texts("cap_add", &self.cap_add).texts("cap_drop", &self.cap_drop);
        writer.node("command", words(self.command.as_ref())).text("container_name", self.container_name.as_ref());
        if with(Part::DependsOn) && !self.depends_on.is_empty() {
            let mut all: Vec<_> = self.depends_on.iter().collect();
            all.sort_by_key(|(name, _)| *name);
            let all = all.into_iter().map(|(name, dependency)| (name.as_str(), dependency.write()));
            writer.node("depends_on", Node::map(all));
        }
        writer.texts("dns", &self.dns).texts("dns_opt", &self.dns_opt).texts("dns_search", &self.dns_search);
        writer.text("domainname", self.domainname.as_ref());
        writer.node("entrypoint", words(self.entrypoint.as_ref())).optional_map("environment", &self.environment);
        writer.texts("expose", &self.expose).texts("extra_hosts", &self.extra_hosts);
        writer.texts("group_add", &self.group_add).text("hostname", self.hostname.as_ref());
        writer.optional("healthcheck", self.healthcheck.as_ref().map(Healthcheck::write));
        writer.text("image", self.image.as_ref()).number("init", self.init).map("labels", &self.labels);
        writer.optional("logging", self.logging.as_ref().map(Logging::write));
        writer.text("mem_limit", self.mem_limit.as_ref());
        match &self.networking {
            Networking::Mode(mode) => writer.text("network_mode", Some(mode)),
            Networking::Attached(networks) => {
                let one =
                    |attachment: &Option<Attachment>| attachment.as_ref().map_or_else(Node::null, Attachment::write);
                let all = networks.iter().map(|(name, attachment)| (name.as_str(), one(attachment)));
                writer.optional("networks", (!networks.is_empty()).then(|| Node::map(all)))
            }
        };
        writer.text("platform", self.platform.as_ref()).items("ports", &self.ports, Port::write);
        writer.flag("privileged", self.privileged);
        if with(Part::PullPolicy) {
            writer.text("pull_policy", self.pull_policy.as_ref());
        }
        writer.flag("read_only", self.read_only).text("restart", self.restart.as_ref());
        if with(Part::Scale) {
            writer.number("scale", self.scale);
        }
        writer.texts("security_opt", &self.security_opt).text("shm_size", self.shm_size.as_ref());
        writer.flag("stdin_open", self.stdin_open).text("stop_grace_period", self.stop_grace_period.as_ref());
        writer.text("stop_signal", self.stop_signal.as_ref()).map("sysctls", &self.sysctls);
        writer.texts("tmpfs", &self.tmpfs).flag("tty", self.tty).text("user", self.user.as_ref());
        writer.items("volumes", &self.volumes, Mount::write).text("working_dir", self.working_dir.as_ref());
        writer.finish()
    }

    /// The keys of the volumes that it mounts.
    pub fn volume_keys(&self) -> impl Iterator<Item = &Name> {
        self.volumes.iter().filter_map(|mount| match &mount.kind {
            MountKind::Volume { source, .. } => source.as_ref(),
            MountKind::Bind { .. } | MountKind::Tmpfs { .. } => None,
        })
    }

    /// Whether the file gives it a health check; the image may still bring one where it does not.
    pub fn has_healthcheck(&self) -> bool {
        self.healthcheck.as_ref().is_some_and(|check| !check.is_disabled() && !check.test.is_empty())
    }

    /// How many containers it has.
    pub fn replicas(&self) -> u32 {
        self.scale.unwrap_or(1)
    }
}

/// The parts of a service that do not count in Compose's hash.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Profiles,
    Build,
    DependsOn,
    PullPolicy,
    Scale,
}

impl Part {
    const ALL: [Self; 5] = [Self::Profiles, Self::Build, Self::DependsOn, Self::PullPolicy, Self::Scale];
}

/// `command` and `entrypoint` print null when they are not set.
fn words(words: Option<&Vec<String>>) -> Node {
    words.map_or_else(Node::null, |words| Node::list(words.iter().map(|word| Node::text(word.as_str()))))
}

fn named<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: impl Fn(&Node, &mut Diagnostics) -> Option<T>,
) -> IndexMap<Name, T> {
    let Some((node, diagnostics)) = fields.nested(key) else { return IndexMap::new() };
    let Some(entries) = node.as_map() else {
        diagnostics.push(super::fields::wrong_kind(key, "a list of names or a mapping", node));
        return IndexMap::new();
    };
    let mut all = IndexMap::new();
    for (name, value) in entries {
        let Ok(name) = name.as_text().unwrap_or_default().parse() else {
            let fault = Diagnostic::error("invalid-value", "this is not the name of a service or network");
            diagnostics.push(fault.at(name.span));
            continue;
        };
        if let Some(value) = read(value, diagnostics) {
            all.insert(name, value);
        }
    }
    all
}

fn networking(fields: &mut Fields<'_>) -> Networking {
    let place = fields.node("network_mode").map(|node| node.span);
    let mode = fields.text("network_mode");
    let attached = named(fields, "networks", |node, diagnostics| {
        if node.is_null() { Some(None) } else { Attachment::read(node, diagnostics).map(Some) }
    });
    let Some(mode) = mode else { return Networking::Attached(attached.into_iter().collect()) };
    if mode.starts_with("service:") {
        let place = place.unwrap_or(crate::source::Span::NOWHERE);
        fields.report(unsupported_attribute("network_mode: service:…", place));
    }
    if !attached.is_empty() {
        fields.report(
            Diagnostic::error("conflict", "'network_mode' and 'networks' exclude each other")
                .at(place)
                .help("remove one of the two"),
        );
    }
    Networking::Mode(mode)
}
