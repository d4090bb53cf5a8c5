//! A [`Service`] from a canonical node.

use super::Service;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::model::fields::{self, Fields, unsupported_attribute};
use crate::model::{
    Attachment, Build, Dependency, Deploy, Develop, FileReference, Healthcheck, Hook, Logging, Mount, Networking, Port,
};
use crate::value::Name;
use indexmap::IndexMap;

/// Attributes of the compose language that this version cannot carry out yet.
const UNSUPPORTED: [&str; 40] = [
    "annotations",
    "blkio_config",
    "cgroup",
    "cgroup_parent",
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
    "provider",
    "pull_refresh_after",
    "runtime",
    "storage_opt",
    "ulimits",
    "use_api_socket",
    "userns_mode",
];
const UNSUPPORTED_TOO: [&str; 2] = ["uts", "volumes_from"];

impl Service {
    /// Reads a canonical service.
    pub(in crate::model) fn read(name: Name, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if node.is_null() {
            let fault = Diagnostic::error("empty-service", format!("service '{name}' is empty")).at(node.span);
            diagnostics.push(fault.help("give it an 'image' or a 'build'"));
            return None;
        }
        let mut fields = Fields::of("service", node, diagnostics)?;
        let service = Self {
            profiles: fields.texts("profiles"),
            attach: fields.flag("attach"),
            build: fields.part("build", Build::read),
            cap_add: fields.texts("cap_add"),
            cap_drop: fields.texts("cap_drop"),
            command: fields.optional_texts("command"),
            configs: fields.items("configs", FileReference::read_config),
            container_name: fields.text("container_name"),
            depends_on: named(&mut fields, "depends_on", Dependency::read),
            deploy: fields.nested("deploy").and_then(|(node, faults)| Deploy::read(node, faults)),
            develop: fields.nested("develop").and_then(|(node, faults)| Develop::read(node, faults)),
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
            post_start: fields.items("post_start", Hook::read),
            pre_start: fields.items("pre_start", Hook::read),
            pre_stop: fields.items("pre_stop", Hook::read),
            privileged: fields.flag("privileged").unwrap_or(false),
            pull_policy: fields.parsed("pull_policy"),
            read_only: fields.flag("read_only").unwrap_or(false),
            restart: fields.parsed("restart"),
            scale: fields.integer("scale"),
            secrets: fields.items("secrets", FileReference::read_secret),
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
