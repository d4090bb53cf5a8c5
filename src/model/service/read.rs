//! A [`Service`] from a canonical node.

use super::Service;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, did_you_mean};
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use crate::model::fields::{self, Fields, Values};
use crate::model::{
    Attachment, BlockIo, Build, CredentialSpec, Dependency, Deploy, Develop, Device, DeviceRequest, FileReference,
    Healthcheck, Hook, Logging, Memory, ModelBinding, Mount, Networking, Port, Processor, Provider, Restart, Ulimit,
};
use crate::source::Span;
use crate::value::{ImageName, Name};
use indexmap::IndexMap;
use std::collections::BTreeMap;

impl Service {
    /// Reads a canonical service.
    #[expect(clippy::too_many_lines, reason = "one line for each attribute")]
    pub(crate) fn read(name: Name, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if node.is_null() {
            let fault = Diagnostic::error("empty-service", format!("service '{name}' is empty")).at(node.span);
            diagnostics.push(fault.help("give it an 'image' or a 'build'"));
            return None;
        }
        let mut fields = Fields::of("service", node, diagnostics)?;
        let service = Self {
            profiles: fields.texts("profiles"),
            annotations: fields.map("annotations"),
            attach: fields.flag("attach"),
            build: fields.mapping("build", Build::read),
            block_io: fields.mapping("blkio_config", BlockIo::read),
            cap_add: fields.texts("cap_add"),
            cap_drop: fields.texts("cap_drop"),
            cgroup: fields.parsed("cgroup"),
            cgroup_parent: fields.text("cgroup_parent"),
            command: fields.optional_texts("command"),
            configs: fields.items("configs", FileReference::read_config),
            container_name: fields.text("container_name"),
            credential_spec: fields.mapping("credential_spec", CredentialSpec::read),
            depends_on: named(&mut fields, "depends_on", Dependency::read),
            deploy: fields.nested("deploy").and_then(|(node, faults)| Deploy::read(node, faults)),
            develop: fields.nested("develop").and_then(|(node, faults)| Develop::read(node, faults)),
            device_cgroup_rules: fields.texts("device_cgroup_rules"),
            devices: fields.items("devices", Device::read),
            dns: fields.texts("dns"),
            dns_opt: fields.texts("dns_opt"),
            dns_search: fields.texts("dns_search"),
            domainname: fields.text("domainname"),
            entrypoint: fields.optional_texts("entrypoint"),
            environment: fields.optional_map("environment"),
            expose: fields.scalars("expose"),
            external_links: fields.texts("external_links"),
            extra_hosts: fields.texts("extra_hosts"),
            gpus: fields.items("gpus", DeviceRequest::read_gpu),
            group_add: fields.scalars("group_add"),
            hostname: fields.text("hostname"),
            healthcheck: fields.mapping("healthcheck", Healthcheck::read),
            image: image(&mut fields),
            init: fields.flag("init"),
            ipc: fields.parsed_unless_empty("ipc"),
            isolation: fields.text("isolation"),
            labels: fields.map("labels"),
            label_files: fields.scalars("label_file"),
            links: fields.parsed_items("links"),
            logging: fields.mapping("logging", Logging::read),
            mac_address: fields.text("mac_address"),
            memory: Memory::read(&mut fields),
            models: models(&mut fields),
            networking: networking(&mut fields),
            oom_kill_disable: fields.flag("oom_kill_disable").unwrap_or(false),
            oom_score_adj: fields.ranged("oom_score_adj"),
            pid: fields.parsed_unless_empty("pid"),
            pids_limit: fields.whole_part("pids_limit"),
            platform: fields.text("platform"),
            ports: fields.items("ports", Port::read),
            post_start: fields.items("post_start", Hook::read),
            pre_start: fields.items("pre_start", Hook::read),
            pre_stop: fields.items("pre_stop", Hook::read),
            privileged: fields.flag("privileged").unwrap_or(false),
            processor: Processor::read(&mut fields),
            provider: fields.mapping("provider", Provider::read),
            pull_policy: fields.parsed("pull_policy"),
            read_only: fields.flag("read_only").unwrap_or(false),
            restart: restart(&mut fields),
            runtime: fields.text("runtime"),
            scale: fields.integer("scale"),
            secrets: fields.items("secrets", FileReference::read_secret),
            security_opt: fields.texts("security_opt"),
            shm_size: fields.bytes("shm_size"),
            stdin_open: fields.flag("stdin_open").unwrap_or(false),
            stop_grace_period: fields.timespan("stop_grace_period"),
            stop_signal: fields.text("stop_signal"),
            storage_opt: fields.map_of("storage_opt", Values::Whole),
            sysctls: fields.map("sysctls"),
            tmpfs: fields.texts("tmpfs"),
            tty: fields.flag("tty").unwrap_or(false),
            ulimits: Ulimit::read_all(&mut fields),
            use_api_socket: use_api_socket(&mut fields),
            user: fields.text("user"),
            userns_mode: fields.text("userns_mode"),
            uts: fields.parsed_unless_empty("uts"),
            volumes: fields.items("volumes", Mount::read),
            volumes_from: fields.parsed_items("volumes_from"),
            working_dir: fields.text("working_dir"),
            name,
        };
        pull_refresh_after(&mut fields);
        fields.finish();
        Some(service)
    }
}

fn named<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: impl Fn(&Node, &mut Diagnostics) -> Option<T>,
) -> IndexMap<Name, T> {
    let Some((node, diagnostics)) = fields.nested(key) else { return IndexMap::new() };
    let Some(entries) = node.as_map() else {
        diagnostics.push(fields::wrong_kind(key, "a list of names or a mapping", node));
        return IndexMap::new();
    };
    let mut all = IndexMap::new();
    for (name, value) in entries {
        let text = name.as_text().unwrap_or_default();
        let Ok(name) = (if key == "networks" { Name::of_network(text) } else { text.parse() }) else {
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

/// The image; an empty one is none, as in Compose, when there is a build to make it.
fn image(fields: &mut Fields<'_>) -> Option<ImageName> {
    let image: ImageName = match fields.node("build") {
        Some(_) => fields.parsed_unless_empty("image"),
        None => fields.parsed("image"),
    }?;
    if let Err(invalid) = image.check() {
        let place = fields.node("image").map_or(Span::NOWHERE, |node| node.span);
        let mut warning = fields::invalid_value(invalid, place);
        warning.severity = Severity::Warning;
        fields.report(warning);
    }
    Some(image)
}

fn models(fields: &mut Fields<'_>) -> BTreeMap<Name, Option<ModelBinding>> {
    let models = named(fields, "models", |node, diagnostics| {
        if node.is_null() { Some(None) } else { ModelBinding::read(node, diagnostics).map(Some) }
    });
    models.into_iter().collect()
}

/// The restart policy; one that no engine knows loads, as in Compose, and is warned about.
fn restart(fields: &mut Fields<'_>) -> Option<Restart> {
    let restart: Option<Restart> = fields.parsed_unless_empty("restart");
    if let Some(Restart::Unknown(text)) = restart.as_ref().filter(|restart| !restart.is_of_deploy()) {
        let place = fields.node("restart").map(|node| node.span);
        let words = ["no", "always", "unless-stopped", "on-failure"];
        let help = match did_you_mean(text, words) {
            Some(near) => format!("did you mean '{near}'?"),
            None => "one of no, always, unless-stopped, on-failure, on-failure:3".into(),
        };
        let message = format!("'{text}' is not a restart policy, no container can be created with it");
        fields.report(Diagnostic::warning("invalid-value", message).at(place).help(help));
    }
    restart
}

/// Part of the language, and without effect in every version of Compose.
fn pull_refresh_after(fields: &mut Fields<'_>) {
    let Some(place) = fields.node("pull_refresh_after").map(|node| node.span) else { return };
    if fields.text("pull_refresh_after").is_some() {
        let warning = Diagnostic::warning("no-effect", "'pull_refresh_after' does nothing, in docker compose neither");
        fields.report(warning.at(place).help("remove it, or set 'pull_policy: every_12h'"));
    }
}

/// The one boolean that Compose does not take as a string.
fn use_api_socket(fields: &mut Fields<'_>) -> bool {
    let Some(node) = fields.node("use_api_socket") else { return false };
    if let Value::Scalar { text, plain: true } = &node.value
        && let Scalar::Bool(value) = scalar::resolve(text)
    {
        return value;
    }
    fields.report(fields::wrong_kind("use_api_socket", "true or false", node).help("write it without quotes"));
    false
}

fn networking(fields: &mut Fields<'_>) -> Networking {
    let mode = fields.parsed_unless_empty("network_mode");
    let attached = named(fields, "networks", |node, diagnostics| {
        if node.is_null() { Some(None) } else { Attachment::read(node, diagnostics).map(Some) }
    });
    let Some(mode) = mode else { return Networking::Attached(attached.into_iter().collect()) };
    if !attached.is_empty() {
        fields.exclude(&["network_mode", "networks"], "remove one of the two");
    }
    Networking::Mode(mode)
}
