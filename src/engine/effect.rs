//! What of a service reaches the engine: attributes that are understood and yet do nothing, and those without which its
//! containers would be wrong from the ground.
//!
//! Pure. The list goes with `body`, which names every attribute and says here which of them it passes over.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path, Segment};
use crate::model::{
    Attachment, Build, Deploy, Limits, MountKind, Namespace, Networking, Placement, Processor, PullPolicy,
    Reservations, Resources, Restart, Service,
};

/// A warning for each attribute without effect, an error for each one that a container cannot do without.
pub fn judge<'a>(services: impl IntoIterator<Item = &'a Service>, origins: &Origins) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for service in services {
        for (attribute, fault) in impossible(service) {
            diagnostics.push(fault.at(origins.span(&place(service, &attribute))));
        }
        for attribute in without_effect(service) {
            let message = format!("'{attribute}' of service '{}' has no effect yet", service.name);
            let warning = Diagnostic::warning("no-effect", message).at(origins.span(&place(service, &attribute)));
            diagnostics.push(warning.help("this version of hoist runs the service as if it were not there"));
        }
    }
    diagnostics
}

/// The place of an attribute, which is given relative to its service.
fn place(service: &Service, attribute: &Path) -> Path {
    let service = Path::of(["services", service.name.as_str()]);
    attribute.segments().iter().fold(service, |place, segment| match segment {
        Segment::Key(key) => place.key(key),
        Segment::Index(index) => place.index(*index),
    })
}

/// The attributes of a service that do nothing yet, in the order of their names.
pub fn without_effect(service: &Service) -> Vec<Path> {
    let set = [
        ("annotations", !service.annotations.is_empty()),
        ("blkio_config", service.block_io.is_some()),
        ("cgroup", service.cgroup.is_some()),
        ("cgroup_parent", is_given(service.cgroup_parent.as_ref())),
        ("credential_spec", service.credential_spec.is_some()),
        ("device_cgroup_rules", !service.device_cgroup_rules.is_empty()),
        ("devices", !service.devices.is_empty()),
        ("external_links", !service.external_links.is_empty()),
        ("gpus", !service.gpus.is_empty()),
        ("ipc", is_of_engine(service.ipc.as_ref())),
        ("isolation", is_given(service.isolation.as_ref())),
        ("links", !service.links.is_empty()),
        ("mac_address", is_given(service.mac_address.as_ref())),
        ("mem_reservation", service.memory.reservation.is_some_and(|size| size.bytes() != 0)),
        ("mem_swappiness", service.memory.swappiness.is_some_and(|size| size.bytes() != 0)),
        ("memswap_limit", service.memory.swap_limit.is_some_and(|size| size.bytes() != 0)),
        ("models", !service.models.is_empty()),
        ("oom_kill_disable", service.oom_kill_disable),
        ("post_start", !service.post_start.is_empty()),
        ("pre_start", !service.pre_start.is_empty()),
        ("pre_stop", !service.pre_stop.is_empty()),
        ("oom_score_adj", service.oom_score_adj.is_some_and(|score| score.number() != 0)),
        ("pid", is_of_engine(service.pid.as_ref())),
        ("pids_limit", service.pids_limit.is_some_and(|limit| limit != 0)),
        ("pull_policy", is_periodic(service.pull_policy.as_ref())),
        ("runtime", is_given(service.runtime.as_ref())),
        ("storage_opt", !service.storage_opt.is_empty()),
        ("ulimits", !service.ulimits.is_empty()),
        ("userns_mode", is_given(service.userns_mode.as_ref())),
        ("uts", is_of_engine(service.uts.as_ref())),
    ];
    let plain = set.into_iter().chain(of_processor(&service.processor)).filter(|(_, is_set)| *is_set);
    let mut all: Vec<Path> = plain.map(|(name, _)| Path::of([name])).chain(interface_names(service)).collect();
    all.extend(service.build.iter().flat_map(of_build));
    all.extend(service.deploy.iter().flat_map(of_deploy));
    all.sort();
    all
}

fn of_processor(processor: &Processor) -> [(&'static str, bool); 9] {
    let Processor { count, percent, period, quota, realtime_period, realtime_runtime, cpus, set, shares } = processor;
    [
        ("cpu_count", count.is_some_and(|count| count != 0)),
        ("cpu_percent", percent.is_some_and(|percent| percent.number() != 0)),
        ("cpu_period", period.is_some_and(|period| period.number() != 0)),
        ("cpu_quota", quota.is_some_and(|quota| quota.number() != 0)),
        ("cpu_rt_period", realtime_period.is_some_and(|period| period.number() != 0)),
        ("cpu_rt_runtime", realtime_runtime.is_some_and(|runtime| runtime.number() != 0)),
        ("cpu_shares", shares.is_some_and(|shares| shares != 0)),
        ("cpus", cpus.is_some_and(|cpus| !cpus.is_zero())),
        ("cpuset", is_given(set.as_ref())),
    ]
}

/// The parts of a build that no builder is told yet; all others are named so that a new one is thought of.
fn of_build(build: &Build) -> Vec<Path> {
    let Build {
        context: _,
        dockerfile: _,
        dockerfile_inline: _,
        entitlements,
        args: _,
        provenance,
        sbom,
        ssh,
        labels: _,
        cache_from: _,
        cache_to: _,
        no_cache: _,
        no_cache_filter,
        additional_contexts,
        pull: _,
        extra_hosts: _,
        isolation,
        network: _,
        target: _,
        secrets,
        shm_size,
        tags: _,
        ulimits,
        platforms,
        privileged,
    } = build;
    let set = [
        ("additional_contexts", !additional_contexts.is_empty()),
        ("entitlements", !entitlements.is_empty()),
        ("isolation", is_given(isolation.as_ref())),
        ("no_cache_filter", !no_cache_filter.is_empty()),
        ("platforms", !platforms.is_empty()),
        ("privileged", *privileged),
        ("provenance", is_given(provenance.as_ref())),
        ("sbom", is_given(sbom.as_ref())),
        ("secrets", !secrets.is_empty()),
        ("shm_size", shm_size.is_some_and(|size| size.bytes() != 0)),
        ("ssh", !ssh.is_empty()),
        ("ulimits", !ulimits.is_empty()),
    ];
    set.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| Path::of(["build", name])).collect()
}

/// The parts of `deploy` that do nothing; the number of containers is the plan's.
fn of_deploy(deploy: &Deploy) -> Vec<Path> {
    let Deploy {
        mode,
        replicas: _,
        labels,
        update_config,
        rollback_config,
        resources: Resources { limits, reservations },
        restart_policy,
        placement,
        endpoint_mode,
    } = deploy;
    let set = [
        ("mode", mode.as_ref().is_some_and(|mode| !["", "replicated"].contains(&mode.as_str()))),
        ("labels", !labels.is_empty()),
        ("update_config", update_config.is_some()),
        ("rollback_config", rollback_config.is_some()),
        ("restart_policy", restart_policy.is_some()),
        ("placement", *placement != Placement::default()),
        ("endpoint_mode", is_given(endpoint_mode.as_ref())),
    ];
    let blocks = [
        ("limits", limits.as_ref().is_some_and(|limits| *limits != Limits::default())),
        ("reservations", reservations.as_ref().is_some_and(|needs| *needs != Reservations::default())),
    ];
    let is_set = |(_, is_set): &(&str, bool)| *is_set;
    let plain = set.into_iter().filter(is_set).map(|(name, _)| Path::of(["deploy", name]));
    plain.chain(blocks.into_iter().filter(is_set).map(|(name, _)| Path::of(["deploy", "resources", name]))).collect()
}

fn interface_names(service: &Service) -> Vec<Path> {
    let is_named = |attachment: &Attachment| is_given(attachment.interface_name.as_ref());
    let networks = service.networking.in_order().into_iter();
    let named = networks.filter(|(_, attachment)| attachment.is_some_and(is_named));
    named.map(|(key, _)| Path::of(["networks", key.as_str(), "interface_name"])).collect()
}

fn is_given(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

/// A service's namespace is an error instead.
fn is_of_engine(namespace: Option<&Namespace>) -> bool {
    namespace.is_some_and(|namespace| namespace.service().is_none())
}

/// Policies that compare the image with another one; images are fetched when they are missing instead.
fn is_periodic(policy: Option<&PullPolicy>) -> bool {
    match policy {
        Some(PullPolicy::Refresh | PullPolicy::Daily | PullPolicy::Weekly | PullPolicy::Every(_)) => true,
        Some(PullPolicy::Missing | PullPolicy::Always | PullPolicy::Never | PullPolicy::Build) | None => false,
    }
}

/// The attributes that no container of the service can be made with, and why.
fn impossible(service: &Service) -> Vec<(Path, Diagnostic)> {
    let mut all = Vec::new();
    if service.provider.is_some() {
        all.push((Path::of(["provider"]), unsupported("provider", service)));
    }
    if service.use_api_socket {
        all.push((Path::of(["use_api_socket"]), unsupported("use_api_socket", service)));
    }
    for index in 0..service.volumes_from.len() {
        all.push((Path::of(["volumes_from"]).index(index), unsupported("volumes_from", service)));
    }
    let mode = match &service.networking {
        Networking::Mode(mode) => Some(mode),
        Networking::Attached(_) => None,
    };
    let shared = [
        ("network_mode", mode),
        ("ipc", service.ipc.as_ref()),
        ("pid", service.pid.as_ref()),
        ("uts", service.uts.as_ref()),
    ];
    for (key, _) in shared.into_iter().filter(|(_, namespace)| namespace.and_then(Namespace::service).is_some()) {
        all.push((Path::of([key]), unsupported(&format!("{key}: service:…"), service)));
    }
    all.extend(missing_files(service));
    all.extend(refused_by_engine(service));
    all
}

/// Configs, secrets and mounts that a container would lack.
fn missing_files(service: &Service) -> Vec<(Path, Diagnostic)> {
    let mut all = Vec::new();
    for (key, references) in [("configs", &service.configs), ("secrets", &service.secrets)] {
        for index in 0..references.len() {
            all.push((Path::of([key]).index(index), unsupported(key, service)));
        }
    }
    for (index, mount) in service.volumes.iter().enumerate() {
        match mount.kind {
            MountKind::Bind { .. } | MountKind::Volume { .. } | MountKind::Tmpfs { .. } => {}
            MountKind::Image { .. } | MountKind::NamedPipe { .. } | MountKind::Cluster { .. } => {
                let what = format!("volumes: type: {}", mount.kind.as_str());
                all.push((Path::of(["volumes"]).index(index), unsupported(&what, service)));
            }
        }
    }
    all
}

fn unsupported(what: &str, service: &Service) -> Diagnostic {
    let message = format!("'{what}' of service '{}' is not supported by this version of hoist", service.name);
    let help = "remove it to go on; nothing is started without it, so that nothing behaves other than the file says";
    Diagnostic::error("unsupported", message).help(help)
}

/// What Compose loads, and then fails with when it creates the container.
fn refused_by_engine(service: &Service) -> Vec<(Path, Diagnostic)> {
    let mut all = Vec::new();
    if let Some(Restart::Unknown(text)) = &service.restart {
        let fault = Diagnostic::error("invalid-value", format!("'{text}' is not a restart policy"));
        let help = "one of no, always, unless-stopped, on-failure, on-failure:3";
        all.push((Path::of(["restart"]), fault.help(help)));
    }
    if let Some(Err(invalid)) = service.image.as_ref().map(crate::value::ImageName::check) {
        let fault = Diagnostic::error("invalid-value", invalid.message);
        let help = invalid.help.unwrap_or_else(|| "correct it, or the variable that it came from".into());
        all.push((Path::of(["image"]), fault.help(help)));
    }
    let check = service.healthcheck.as_ref();
    if check.is_some_and(|check| check.start_interval.is_some() && check.start_period.is_none()) {
        let fault = Diagnostic::error("invalid-value", "'start_interval' needs a 'start_period'");
        let help = "add 'start_period', the time in which 'start_interval' holds";
        all.push((Path::of(["healthcheck", "start_interval"]), fault.help(help)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn service(text: &str) -> Service {
        let project = project(&format!("services: {{web: {{image: x, {text}}}, b: {{image: x}}}}"));
        project.services.into_iter().next().expect("a service").1
    }

    fn silent(text: &str) -> Vec<String> {
        without_effect(&service(text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_attribute_without_effect_is_named_once() {
        let text = "cpus: 0.5, gpus: [{count: 1}], annotations: {a: b}, networks: {b: {interface_name: eth7}, a: }";
        assert_eq!(silent(text), ["annotations", "cpus", "gpus", "networks.b.interface_name"]);
        assert_eq!(silent("pull_policy: daily, ipc: host, ulimits: {nofile: 5}"), ["ipc", "pull_policy", "ulimits"]);
    }

    #[test]
    fn the_parts_of_a_build_and_of_deploy_are_named_each() {
        let text = "build: {context: /x, platforms: [a], ssh: {default: }}, deploy: {replicas: 2, mode: global, \
                    resources: {limits: {pids: 5}, reservations: {}}, placement: {constraints: [c]}}, \
                    post_start: [{command: [x]}], develop: {watch: []}";
        let wanted = [
            "build.platforms",
            "build.ssh",
            "deploy.mode",
            "deploy.placement",
            "deploy.resources.limits",
            "post_start",
        ];
        assert_eq!(silent(text), wanted);
        assert!(silent("build: {context: /x, args: {a: b}}, deploy: {replicas: 2, mode: replicated}").is_empty());
    }

    #[test]
    fn what_says_nothing_is_not_named() {
        let text = "cpus: 0, cpu_shares: 0, pids_limit: 0, oom_kill_disable: false, memswap_limit: 0, runtime: '', \
             devices: [], annotations: {}, pull_policy: always, mem_limit: 1g, ipc: 'service:b'";
        assert!(silent(text).is_empty(), "{:?}", silent(text));
    }

    #[test]
    fn a_warning_names_attribute_and_service() {
        let all = judge([&service("cpus: 1")], &Origins::default());
        let warning = all.sorted()[0];
        assert_eq!(warning.message, "'cpus' of service 'web' has no effect yet");
        assert!(!all.has_errors());
    }

    #[test]
    fn what_a_container_cannot_do_without_is_an_error() {
        for text in [
            "provider: {type: t}",
            "configs: [{source: c}]",
            "secrets: [{source: s}]",
            "volumes: [{type: image, source: a, target: /b}]",
            "volumes: [{type: npipe, source: a, target: /b}]",
            "volumes: [{type: cluster, source: a, target: /b}]",
            "use_api_socket: true",
            "volumes_from: [b]",
            "network_mode: 'service:b'",
            "ipc: 'service:b'",
            "pid: 'service:b'",
            "uts: 'service:b'",
            "restart: sometimes",
            "healthcheck: {start_interval: 5s}",
        ] {
            let service = match text {
                "restart: sometimes" => Service { restart: Some(Restart::Unknown("x".into())), ..service("") },
                text => service(text),
            };
            assert!(judge([&service], &Origins::default()).has_errors(), "{text}");
        }
        assert!(!judge([&service("network_mode: host, restart: always")], &Origins::default()).has_errors());
    }
}
