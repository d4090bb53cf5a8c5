//! The roll call: every attribute of a service, and the part of the conversion that says where it goes.
//!
//! A service is taken apart without `..`, so that a new attribute does not compile until someone says so here.

use super::draft::Draft;
use super::{
    alias, colocation, command, device, environment, extension, file, hook, host, image, image_volume, kompose,
    language_model, memory, metadata, namespace, network, node, placement, probe, process, publication, replica,
    resources, restart, rollout, security, storage, ulimit, wait, without,
};
use crate::model::{Deploy, Service};
use k8s_openapi::api::core::v1::{Container, Lifecycle, SecurityContext};

/// Makes the container of a service and puts what else it needs into its workload and beside it.
#[expect(clippy::too_many_lines, reason = "one line for each attribute")]
pub(super) fn convert(mut draft: Draft<'_, '_>) -> Container {
    let Service {
        name: _,
        profiles: _,
        annotations: _,
        attach: _,
        build,
        block_io: _,
        cap_add,
        cap_drop,
        cgroup: _,
        cgroup_parent: _,
        command,
        configs: _,
        container_name,
        credential_spec,
        depends_on,
        deploy,
        develop: _,
        device_cgroup_rules: _,
        devices,
        dns,
        dns_opt,
        dns_search,
        domainname,
        entrypoint,
        environment,
        expose: _,
        external_links,
        extra_hosts,
        gpus,
        group_add,
        hostname,
        healthcheck,
        image,
        init,
        ipc,
        isolation: _,
        labels: _,
        label_files: _,
        links,
        logging: _,
        mac_address: _,
        memory,
        models,
        networking,
        oom_kill_disable: _,
        oom_score_adj: _,
        pid,
        pids_limit: _,
        platform,
        ports,
        post_start,
        pre_start,
        pre_stop,
        privileged,
        processor,
        provider: _,
        pull_policy,
        read_only,
        restart,
        runtime,
        scale,
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
        ulimits,
        use_api_socket: _,
        user,
        userns_mode,
        uts: _,
        volumes,
        volumes_from,
        working_dir,
    } = draft.service;
    let draft = &mut draft;
    image::name(draft, container_name.as_deref());
    image::convert(draft, (image.as_ref(), build.as_ref()), pull_policy.as_ref());
    image::platform(draft, platform.as_deref());
    command::convert(draft, entrypoint.as_deref(), command.as_deref());
    ulimit::convert(draft, ulimits);
    process::convert(draft, working_dir.as_deref());
    process::terminal(draft, *tty, *stdin_open);
    process::grace(draft, *stop_grace_period);
    process::init(draft, *init);
    environment::convert(draft, environment);
    language_model::convert(draft, models);
    network::ports(draft, ports);
    network::convert(draft, networking);
    publication::convert(draft, ports);
    alias::convert(draft, (links, external_links), networking);
    host::name(draft, hostname.as_deref(), domainname.as_deref());
    host::hosts(draft, extra_hosts);
    host::resolver(draft, (dns, dns_opt, dns_search));
    security::user(draft, user.as_deref(), group_add);
    security::capabilities(draft, (cap_add, cap_drop), *privileged);
    security::options(draft, security_opt, *read_only);
    security::kernel(draft, sysctls, userns_mode.as_deref());
    namespace::convert(draft, ipc.as_ref(), pid.as_ref());
    resources::processor(draft, processor);
    resources::memory(draft, memory);
    resources::storage(draft, storage_opt);
    device::gpus(draft, gpus, runtime.as_deref());
    device::devices(draft, devices, credential_spec.as_ref());
    storage::convert(draft, volumes, volumes_from);
    memory::folders(draft, tmpfs);
    memory::shared(draft, *shm_size);
    file::convert(draft);
    image_volume::convert(draft);
    probe::convert(draft, healthcheck.as_ref());
    hook::convert(draft, (post_start, pre_stop), pre_start);
    hook::signal(draft, stop_signal.as_deref());
    wait::convert(draft, depends_on);
    metadata::notes(draft, draft.service);
    rollout::give_way(draft);
    deployment(draft, deploy.as_ref());
    replica::convert(draft, *scale, deploy.as_ref());
    restart::convert(draft, restart.as_ref(), deploy.as_ref());
    node::convert(draft);
    colocation::convert(draft);
    kompose::convert(draft);
    extension::convert(draft);
    without::convert(draft);
    resources::settle(draft);
    security::low_ports(draft);
    let mut container = std::mem::take(&mut draft.container);
    container.security_context.take_if(|context| *context == SecurityContext::default());
    container.lifecycle.take_if(|lifecycle| *lifecycle == Lifecycle::default());
    container
}

/// `deploy`, taken apart likewise.
fn deployment(draft: &mut Draft<'_, '_>, deploy: Option<&Deploy>) {
    let Some(deploy) = deploy else { return };
    let Deploy {
        mode: _,
        replicas: _,
        labels,
        update_config,
        rollback_config,
        resources,
        restart_policy: _,
        placement,
        endpoint_mode: _,
    } = deploy;
    metadata::deploy_labels(draft, labels);
    rollout::convert(draft, update_config.as_ref(), rollback_config.as_ref());
    resources::deployed(draft, resources);
    placement::convert(draft, placement);
}
