//! The request that creates a container: a [`Service`] in the words of the engine.
//!
//! Pure but for the seccomp profiles that it reads. It sends nothing.

mod devices;
mod endpoints;
mod files;
mod mounts;
mod ports;
mod reference;
mod resources;
pub(super) mod restart;
mod security;

pub(super) use devices::is_of_interface;
pub(super) use endpoints::endpoints;
pub(super) use mounts::{Place, is_propagation, wants_anonymous};

use super::EngineError;
use crate::model::{Cgroup, HealthTest, Healthcheck, Logging, Namespace, Networking, Project, Service};
use crate::plan::labels::{self, Labelled, Replaces};
use crate::plan::{MountedVolume, OneOff, Peers, Replica};
use crate::value::Timespan;
use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum as CgroupnsMode,
    HostConfigIsolationEnum as Isolation, HostConfigLogConfig, NetworkingConfig,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A container to create.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The project.
    pub project: &'a Project,
    /// The service.
    pub service: &'a Service,
    /// Which of its containers.
    pub number: u32,
    /// What it is called until it is renamed.
    pub name: &'a str,
    /// What makes it the container of one run; nothing for the containers that a service has.
    pub one_off: Option<&'a OneOff>,
    /// The containers that its references mean.
    pub peers: &'a Peers,
}

/// What the engine must be asked before the request is made.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The id of the image, when the engine has it.
    pub image: Option<String>,
    /// The volumes that are taken over from the container that this one replaces; nothing when it replaces none.
    pub inherited: Option<Vec<MountedVolume>>,
    /// The variables of the proxies that the docker client's configuration names.
    pub proxies: BTreeMap<String, String>,
}

impl<'a> Wanted<'a> {
    /// What an action asks for.
    pub fn of(project: &'a Project, replica: &Replica, name: &'a str, peers: &'a Peers) -> Result<Self, EngineError> {
        let missing = || EngineError::Internal(format!("service '{}' is not in the project", replica.service));
        let service = project.services.get(&replica.service).ok_or_else(missing)?;
        Ok(Self { project, service, number: replica.number, name, one_off: None, peers })
    }

    /// The container of one run.
    pub fn once(project: &'a Project, one_off: &'a OneOff, peers: &'a Peers) -> Result<Self, EngineError> {
        let missing = || EngineError::Internal(format!("service '{}' is not in the project", one_off.service));
        let service = project.services.get(&one_off.service).ok_or_else(missing)?;
        Ok(Self { project, service, number: 0, name: &one_off.name, one_off: Some(one_off), peers })
    }

    /// What it is called in the end.
    pub fn final_name(&self) -> String {
        self.project.container_name(self.service, self.number)
    }
}

/// The request. Every attribute of a service is named here, so that a new one does not compile until it has a place;
/// one that goes nowhere yet has its place in `effect`, which says so.
#[expect(clippy::too_many_lines, reason = "one line for each attribute")]
pub(super) fn body(wanted: &Wanted<'_>, found: &Found) -> Result<ContainerCreateBody, EngineError> {
    let Service {
        name: _,
        profiles: _,
        annotations,
        attach: _,
        build: _,
        // In `resources`, as the others that say how much there is.
        block_io: _,
        cap_add,
        cap_drop,
        cgroup,
        cgroup_parent,
        command,
        // In `mounts`, or put in before each start.
        configs: _,
        container_name: _,
        credential_spec: _,
        depends_on: _,
        // In `resources`, `restart` and `devices`.
        deploy: _,
        develop: _,
        device_cgroup_rules,
        devices,
        dns,
        dns_opt,
        dns_search,
        domainname,
        entrypoint,
        environment,
        expose,
        // With `links`.
        external_links: _,
        extra_hosts,
        // In `devices`.
        gpus: _,
        group_add,
        hostname,
        healthcheck,
        image: _,
        init,
        ipc,
        isolation,
        labels: _,
        // In the hash only.
        label_files: _,
        // In `reference` and `endpoints`.
        links: _,
        logging,
        mac_address: _,
        memory: _,
        models: _,
        // In `network_mode` and `endpoints`.
        networking: _,
        oom_kill_disable: _,
        oom_score_adj,
        pid,
        pids_limit: _,
        platform: _,
        ports,
        post_start: _,
        pre_start: _,
        pre_stop: _,
        privileged,
        processor: _,
        provider: _,
        pull_policy: _,
        read_only,
        // In `restart`.
        restart: _,
        runtime,
        scale: _,
        // As configs.
        secrets: _,
        security_opt,
        shm_size,
        stdin_open,
        stop_grace_period,
        stop_signal,
        storage_opt,
        sysctls,
        tmpfs,
        tty,
        ulimits: _,
        // Granted before: a mount, a config and a variable.
        use_api_socket: _,
        user,
        userns_mode,
        uts,
        volumes: _,
        // In `reference`.
        volumes_from: _,
        working_dir,
    } = wanted.service;
    let security = security::resolve(security_opt, &wanted.project.identity.working_dir)?;
    let mounts::Mounts { binds, mounts } = mounts::mounts(wanted, found.inherited.as_deref().unwrap_or_default());
    let reads = wanted.one_off.and_then(|one_off| one_off.stdin.then_some(true));
    let host_config = HostConfig {
        annotations: some_map(annotations),
        auto_remove: wanted.one_off.and_then(|one_off| one_off.ephemeral.then_some(true)),
        binds: some(binds),
        cap_add: some(capabilities(cap_add)),
        cap_drop: some(capabilities(cap_drop)),
        cgroup_parent: cgroup_parent.clone(),
        cgroupns_mode: cgroup.map(cgroup_mode),
        device_cgroup_rules: some(device_cgroup_rules.clone()),
        device_requests: some(devices::requested(wanted.service)),
        devices: some(devices::mapped(devices)),
        dns: some(dns.clone()),
        dns_options: some(dns_opt.clone()),
        dns_search: some(dns_search.clone()),
        extra_hosts: Some(extra_hosts.iter().map(|line| line.replacen('=', ":", 1)).collect()),
        group_add: some(group_add.clone()),
        init: *init,
        ipc_mode: ipc.as_ref().map(|mode| reference::namespace(wanted, mode)),
        isolation: isolation.as_deref().map(isolation_mode).transpose()?,
        links: some(reference::links(wanted)),
        log_config: logging.as_ref().map(log_config),
        masked_paths: security.masked_paths,
        mounts: some(mounts),
        network_mode: Some(network_mode(wanted)),
        oom_score_adj: oom_score_adj.map(|score| score.number().into()),
        pid_mode: pid.as_ref().map(|mode| reference::namespace(wanted, mode)),
        port_bindings: Some(ports::bindings(ports)),
        privileged: privileged.then_some(true),
        readonly_paths: security.readonly_paths,
        readonly_rootfs: read_only.then_some(true),
        restart_policy: restart::policy(wanted.service).map_err(|fault| EngineError::Internal(fault.message))?,
        runtime: runtime.clone(),
        security_opt: some(security.options),
        shm_size: shm_size.map(crate::value::ByteSize::bytes),
        storage_opt: some_map(storage_opt),
        sysctls: some_map(sysctls),
        tmpfs: (!tmpfs.is_empty()).then(|| tmpfs.iter().map(|one| halves(one)).collect()),
        userns_mode: userns_mode.clone(),
        uts_mode: uts.as_ref().map(ToString::to_string),
        volumes_from: some(reference::volumes_from(wanted)),
        ..HostConfig::default()
    };
    let endpoints = endpoints(wanted);
    Ok(ContainerCreateBody {
        attach_stderr: Some(true),
        attach_stdin: reads,
        attach_stdout: Some(true),
        cmd: command.clone(),
        domainname: domainname.clone(),
        entrypoint: entrypoint.clone(),
        env: some(variables(environment, &found.proxies)),
        exposed_ports: ports::exposed(ports, expose),
        healthcheck: healthcheck.as_ref().map(health_config),
        host_config: Some(resources::limited(host_config, wanted.service)),
        hostname: hostname.clone(),
        image: Some(wanted.project.image_of(wanted.service).to_string()),
        labels: Some(labels_of(wanted, found).into_iter().collect()),
        network_disabled: has_no_network(wanted.service).then_some(true),
        networking_config: (!endpoints.is_empty())
            .then(|| NetworkingConfig { endpoints_config: Some(endpoints.into_iter().collect()) }),
        open_stdin: stdin_open.then_some(true),
        stdin_once: reads,
        stop_signal: stop_signal.clone(),
        stop_timeout: stop_grace_period.map(super::stop::timeout_of),
        tty: tty.then_some(true),
        user: user.clone(),
        working_dir: working_dir.clone(),
        ..ContainerCreateBody::default()
    })
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn some_map(map: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!map.is_empty()).then(|| map.clone().into_iter().collect())
}

/// What the service says goes before the proxies, also where it says that a variable is to be left to the image.
fn variables(environment: &BTreeMap<String, Option<String>>, proxies: &BTreeMap<String, String>) -> Vec<String> {
    let proxies = proxies.iter().map(|(name, value)| (name, Some(value)));
    let own = environment.iter().map(|(name, value)| (name, value.as_ref()));
    let all: BTreeMap<&String, Option<&String>> = proxies.chain(own).collect();
    let line = |(name, value): (&String, Option<&String>)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.clone(),
    };
    all.into_iter().map(line).collect()
}

fn labels_of(wanted: &Wanted<'_>, found: &Found) -> BTreeMap<String, String> {
    match wanted.one_off {
        Some(one_off) => labels::of_one_off(&labelled(wanted, found), one_off),
        None => labels::of_container(&labelled(wanted, found)),
    }
}

fn labelled<'a>(wanted: &Wanted<'a>, found: &'a Found) -> Labelled<'a> {
    let Wanted { project, service, number, name: _, one_off: _, peers } = *wanted;
    let replaces = if found.inherited.is_some() { Replaces::Another } else { Replaces::Nothing };
    Labelled { project, service, number, image: found.image.as_deref(), replaces, peers }
}

/// `net_admin` is `CAP_NET_ADMIN`, each once and sorted, as the engine's own client writes them; `ALL` stays.
fn capabilities(names: &[String]) -> Vec<String> {
    let full = |name: &String| match name.trim().to_uppercase() {
        name if name == "ALL" || name.starts_with("CAP_") => name,
        name => format!("CAP_{name}"),
    };
    names.iter().map(full).collect::<BTreeSet<_>>().into_iter().collect()
}

/// `path:options`.
fn halves(tmpfs: &str) -> (String, String) {
    let (path, options) = tmpfs.split_once(':').unwrap_or((tmpfs, ""));
    (path.to_owned(), options.to_owned())
}

/// `network_mode: disabled`, which is a mode to Compose only.
fn has_no_network(service: &Service) -> bool {
    matches!(&service.networking, Networking::Mode(Namespace::Mode(mode)) if mode == "disabled")
}

fn network_mode(wanted: &Wanted<'_>) -> String {
    match &wanted.service.networking {
        Networking::Mode(mode) => reference::namespace(wanted, mode),
        attached @ Networking::Attached(_) => {
            let first = attached.in_order().into_iter().next();
            first.map_or_else(|| "none".into(), |(key, _)| endpoints::network_name(wanted.project, key))
        }
    }
}

fn log_config(logging: &Logging) -> HostConfigLogConfig {
    let Logging { driver, options } = logging;
    HostConfigLogConfig { typ: driver.clone(), config: some_map(options) }
}

fn cgroup_mode(cgroup: Cgroup) -> CgroupnsMode {
    match cgroup {
        Cgroup::Host => CgroupnsMode::HOST,
        Cgroup::Private => CgroupnsMode::PRIVATE,
    }
}

fn isolation_mode(word: &str) -> Result<Isolation, EngineError> {
    word.to_ascii_lowercase()
        .parse()
        .map_err(|_| EngineError::Internal(format!("'{word}' is not a mode of 'isolation'")))
}

fn health_config(check: &Healthcheck) -> HealthConfig {
    let Healthcheck { test, timeout, interval, retries, start_period, start_interval, disable: _ } = check;
    if check.is_disabled() {
        return HealthConfig { test: Some(vec!["NONE".into()]), ..HealthConfig::default() };
    }
    let span = |span: &Option<Timespan>| span.map(Timespan::nanoseconds);
    HealthConfig {
        test: (check.test() != HealthTest::Inherited).then(|| test.clone()),
        interval: span(interval),
        timeout: span(timeout),
        retries: retries.map(|retries| i64::try_from(retries).unwrap_or(i64::MAX)),
        start_period: span(start_period),
        start_interval: span(start_interval),
    }
}

#[cfg(test)]
mod tests;
