//! A [`Service`] in Compose's key order.

use super::Service;
use crate::document::Node;
use crate::model::writer::{Writer, words};
use crate::model::{
    Attachment, CredentialSpec, Deploy, Device, DeviceRequest, Dialect, FileReference, Healthcheck, Logging,
    ModelBinding, Mount, Networking, Port, Provider,
};
use crate::value::Name;
use std::collections::BTreeMap;

impl Service {
    /// The whole service in Compose's key order.
    pub fn write(&self, dialect: Dialect) -> Node {
        self.write_parts(&Part::ALL, dialect)
    }

    /// The part that Compose hashes: `build`, `depends_on`, `profiles`,
    /// `pull_policy` and the number of containers do not count.
    pub fn write_hashed(&self) -> Node {
        self.write_parts(&[], Dialect::Json)
    }

    /// The part that Compose hashes for the label of a container: `label_file` too, which it forgets for
    /// `config --hash`.
    pub fn write_recorded(&self) -> Node {
        self.write_parts(&[Part::LabelFiles], Dialect::Json)
    }

    #[expect(clippy::too_many_lines, reason = "one call for each attribute, in an order that is part of the hash")]
    fn write_parts(&self, parts: &[Part], dialect: Dialect) -> Node {
        let with = |part: Part| parts.contains(&part);
        let mut writer = Writer::default();
        if with(Part::Profiles) {
            writer.texts("profiles", &self.profiles);
        }
        writer.map("annotations", &self.annotations).number("attach", self.attach);
        if with(Part::Build) {
            writer.optional("build", self.build.as_ref().map(|build| build.write(dialect)));
        }
        writer.optional("develop", self.develop.as_ref().map(|develop| develop.write(dialect)));
        writer.optional("blkio_config", self.block_io.as_ref().map(|limits| limits.write(dialect)));
        writer.texts("cap_add", &self.cap_add).texts("cap_drop", &self.cap_drop);
        writer.text("cgroup_parent", self.cgroup_parent.as_ref()).text("cgroup", self.cgroup.as_ref());
        self.processor.write(&mut writer);
        writer.optional("command", words(self.command.as_ref(), dialect));
        writer.items("configs", &self.configs, FileReference::write);
        writer.text("container_name", self.container_name.as_ref());
        writer.optional("credential_spec", self.credential_spec.as_ref().map(CredentialSpec::write));
        if with(Part::DependsOn) && !self.depends_on.is_empty() {
            let mut all: Vec<_> = self.depends_on.iter().collect();
            all.sort_by_key(|(name, _)| *name);
            let all = all.into_iter().map(|(name, dependency)| (name.as_str(), dependency.write()));
            writer.node("depends_on", Node::map(all));
        }
        // `scale` and `deploy.replicas` say the same: Compose copies the one to the other.
        let replicas = |deploy: &Deploy| self.scale.or(deploy.replicas).filter(|_| with(Part::Scale));
        let deploy = |deploy: &Deploy| Deploy { replicas: replicas(deploy), ..deploy.clone() }.write(dialect);
        writer.optional("deploy", self.deploy.as_ref().map(deploy));
        writer.texts("device_cgroup_rules", &self.device_cgroup_rules);
        writer.items("devices", &self.devices, Device::write);
        writer.texts("dns", &self.dns).texts("dns_opt", &self.dns_opt).texts("dns_search", &self.dns_search);
        writer.text("domainname", self.domainname.as_ref());
        writer.optional("entrypoint", words(self.entrypoint.as_ref(), dialect));
        writer.optional("provider", self.provider.as_ref().map(Provider::write));
        writer.optional_map("environment", &self.environment);
        writer.texts("expose", &self.expose).texts("external_links", &self.external_links);
        writer.texts("extra_hosts", &self.extra_hosts).texts("group_add", &self.group_add);
        writer.items("gpus", &self.gpus, DeviceRequest::write).text("hostname", self.hostname.as_ref());
        writer.optional("healthcheck", self.healthcheck.as_ref().map(Healthcheck::write));
        writer.text("image", self.image.as_ref()).number("init", self.init);
        writer.text("ipc", self.ipc.as_ref()).text("isolation", self.isolation.as_ref());
        writer.map("labels", &self.labels);
        if with(Part::LabelFiles) {
            writer.texts("label_file", &self.label_files);
        }
        writer.displayed("links", &self.links);
        writer.optional("logging", self.logging.as_ref().map(Logging::write));
        self.memory.write(&mut writer);
        writer.text("mac_address", self.mac_address.as_ref());
        writer.optional("models", named(&self.models, ModelBinding::write));
        match &self.networking {
            Networking::Mode(mode) => writer.text("network_mode", Some(mode)),
            Networking::Attached(networks) => writer.optional("networks", named(networks, Attachment::write)),
        };
        writer.flag("oom_kill_disable", self.oom_kill_disable).nonzero("oom_score_adj", self.oom_score_adj);
        writer.text("pid", self.pid.as_ref()).nonzero("pids_limit", self.pids_limit);
        writer.text("platform", self.platform.as_ref()).items("ports", &self.ports, Port::write);
        writer.flag("privileged", self.privileged);
        if with(Part::PullPolicy) {
            writer.text("pull_policy", self.pull_policy.as_ref());
        }
        writer.flag("read_only", self.read_only).text("restart", self.restart.as_ref());
        writer.text("runtime", self.runtime.as_ref());
        if with(Part::Scale) {
            writer.number("scale", self.scale);
        }
        writer.items("secrets", &self.secrets, FileReference::write);
        writer.texts("security_opt", &self.security_opt).bytes("shm_size", self.shm_size);
        writer.flag("stdin_open", self.stdin_open).text("stop_grace_period", self.stop_grace_period.as_ref());
        writer.text("stop_signal", self.stop_signal.as_ref()).map("storage_opt", &self.storage_opt);
        writer.map("sysctls", &self.sysctls).texts("tmpfs", &self.tmpfs).flag("tty", self.tty);
        let limits = self.ulimits.iter().map(|(kind, limit)| (kind.as_str(), limit.write(dialect)));
        writer.optional("ulimits", (!self.ulimits.is_empty()).then(|| Node::map(limits)));
        writer.flag("use_api_socket", self.use_api_socket).text("user", self.user.as_ref());
        writer.text("userns_mode", self.userns_mode.as_ref()).text("uts", self.uts.as_ref());
        writer.items("volumes", &self.volumes, Mount::write).displayed("volumes_from", &self.volumes_from);
        writer.text("working_dir", self.working_dir.as_ref());
        for (key, hooks) in
            [("pre_start", &self.pre_start), ("post_start", &self.post_start), ("pre_stop", &self.pre_stop)]
        {
            writer.items(key, hooks, |hook| hook.write(dialect));
        }
        writer.finish()
    }
}

/// The parts of a service that are not always written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Profiles,
    Build,
    DependsOn,
    LabelFiles,
    PullPolicy,
    Scale,
}

impl Part {
    /// All that `config` shows.
    const ALL: [Self; 5] = [Self::Profiles, Self::Build, Self::DependsOn, Self::PullPolicy, Self::Scale];
}

/// Entries by name, null for one without options; nothing when there is none.
fn named<T>(entries: &BTreeMap<Name, Option<T>>, write: impl Fn(&T) -> Node) -> Option<Node> {
    let one = |entry: &Option<T>| entry.as_ref().map_or_else(Node::null, &write);
    let all = entries.iter().map(|(name, entry)| (name.as_str(), one(entry)));
    (!entries.is_empty()).then(|| Node::map(all))
}
