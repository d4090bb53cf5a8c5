//! Faults of the smallest service that has each of them.

use super::*;
use crate::testing::project;

fn faults(text: &str) -> Vec<String> {
    let project =
        project(&format!("{{services: {{web: {{image: x, {text}}}}}, networks: {{a: {{name: a}}, b: {{name: b}}}}}}"));
    let service = project.services.values().next().expect("a service");
    let values = value::faults(service).into_iter().map(|(place, fault)| format!("{place}: {}", fault.message));
    let needs =
        version::of_service(service).into_iter().map(|need| format!("{}: {} {:?}", need.place, need.what, need.since));
    values.chain(needs).collect()
}

#[test]
fn what_no_engine_takes_is_named_with_its_place() {
    for (text, place) in [
        ("restart: sometimes", "restart: "),
        ("deploy: {restart_policy: {condition: any, max_attempts: 3}}", "deploy.restart_policy.max_attempts: "),
        ("deploy: {restart_policy: {condition: some}}", "deploy.restart_policy.condition: "),
        ("healthcheck: {start_interval: 5s}", "healthcheck.start_interval: "),
        ("isolation: odd", "isolation: "),
        ("volumes: [{type: bind, source: /a, target: /b, bind: {propagation: odd}}]", "volumes[0].bind.propagation: "),
        ("ulimits: {nofile: {soft: 5, hard: 4}}", "ulimits.nofile: "),
        ("ulimits: {nofiles: 5}", "ulimits.nofiles: "),
        ("mem_limit: 1k", "mem_limit: "),
        ("mem_limit: 10m, mem_reservation: 20m", "mem_reservation: "),
        ("mem_limit: 10m, memswap_limit: 9m", "memswap_limit: "),
        ("dns: [1.1.1.1, somewhere]", "dns[1]: "),
        ("extra_hosts: ['a=1.2.3.400']", "extra_hosts: "),
        ("mac_address: '02:42'", "mac_address: "),
        ("networks: {a: {ipv4_address: '1.2.3'}}", "networks.a.ipv4_address: "),
        ("networks: {a: {ipv6_address: '1.2.3.4'}}", "networks.a.ipv6_address: "),
        ("networks: {a: {link_local_ips: ['x']}}", "networks.a.link_local_ips[0]: "),
        ("networks: {a: {mac_address: 'x'}}", "networks.a.mac_address: "),
        ("mac_address: '02:42:ac:11:00:03', networks: {a: {mac_address: '02:42:ac:11:00:04'}}", "mac_address: "),
        ("ports: [{target: 0}]", "ports[0].target: "),
        ("ports: [{target: 1, published: 9-8}]", "ports[0].published: "),
        ("expose: ['80', '90-80']", "expose[1]: "),
        ("expose: ['80/icmp']", "expose[0]: "),
    ] {
        let all = faults(text);
        assert!(all.first().is_some_and(|one| one.starts_with(place)), "{text}: {all:?}");
    }
}

#[test]
fn what_engines_take_is_no_fault() {
    for text in [
        "restart: any",
        "restart: 'on-failure:3'",
        "deploy: {restart_policy: {condition: on-failure, max_attempts: 3}}",
        "healthcheck: {start_period: 1s}",
        "isolation: default",
        "ulimits: {nofile: {soft: 5, hard: -1}, nproc: 7}",
        "mem_limit: 10m, memswap_limit: -1",
        "dns: ['2001:db8::1']",
        "extra_hosts: ['a=host-gateway', 'b=[::1]', 'c=::1']",
        "mac_address: '02-42-ac-11-00-03'",
        "ports: [{target: 1, published: 8000-8010}, {target: 2}]",
        "expose: ['80', 81-82/udp]",
    ] {
        assert!(faults(text).is_empty(), "{text}: {:?}", faults(text));
    }
}

#[test]
fn what_is_younger_than_the_oldest_engine_is_named_with_its_place_and_its_age() {
    for (text, expected) in [
        ("annotations: {a: b}", "annotations: 'annotations' (1, 43)"),
        ("healthcheck: {start_period: 1s, start_interval: 1s}", "healthcheck.start_interval: 'start_interval' (1, 44)"),
        (
            "devices: [{source: /dev/a, target: /dev/a}, {source: v/c=0, target: v/c=0}]",
            "devices[1]: a device by its CDI name (1, 44)",
        ),
        ("volumes: [{type: image, source: a, target: /b}]", "volumes[0]: a mount of an image (1, 48)"),
        (
            "volumes: [{type: volume, target: /b, volume: {subpath: c}}]",
            "volumes[0].volume.subpath: 'subpath' of a volume (1, 45)",
        ),
        (
            "volumes: [{type: bind, source: /a, target: /b, bind: {recursive: readonly}}]",
            "volumes[0].bind.recursive: 'recursive' of a bind mount (1, 44)",
        ),
        ("networks: {a: {interface_name: eth7}}", "networks.a.interface_name: 'interface_name' (1, 49)"),
        ("networks: {a: {gw_priority: 1}}", "networks.a.gw_priority: 'gw_priority' (1, 48)"),
        (
            "networks: {a: , b: {mac_address: '02:42:ac:11:00:03'}}",
            "networks.b.mac_address: 'mac_address' of a further network (1, 44)",
        ),
    ] {
        assert_eq!(faults(text), [expected]);
    }
    assert!(faults("networks: {a: {mac_address: '02:42:ac:11:00:03'}, b: }").is_empty());
}

#[test]
fn a_message_names_both_versions_and_the_release_to_have() {
    let version = EngineVersion { release: "20.10.24".into(), api: (1, 41), platform: "linux/amd64".into() };
    let project = project("services: {web: {image: x, annotations: {a: b}}}");
    let service = project.services.values().next().expect("a service");
    let needs = version::of_service(service);
    let fault = needs.first().expect("a need").fault("service 'web'", &version);
    let message = "'annotations' of service 'web' needs version 1.43 of the engine's API, engine 20.10.24 has 1.41";
    assert_eq!(fault.message, message);
    assert_eq!(fault.help.as_deref(), Some("remove it, or use Docker Engine 24 or newer"));
}

#[test]
fn what_only_a_cluster_acts_on_is_a_warning() {
    let text = "deploy: {mode: global, placement: {constraints: [c]}, update_config: {parallelism: 1}, endpoint_mode: vip, \
        resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: g, value: 1}}]}}}, \
        credential_spec: {file: f}";
    let project = project(&format!("services: {{web: {{image: x, {text}}}}}"));
    let notes = cluster::notes(project.services.values().next().expect("a service"));
    let places: Vec<_> = notes.iter().map(|(place, _)| place.to_string()).collect();
    let expected =
        ["deploy.mode", "deploy.placement", "deploy.resources.reservations.generic_resources", "credential_spec"];
    assert_eq!(places, expected);
    let is_quiet = |text: &str| {
        let project = crate::testing::project(&format!("services: {{web: {{image: x, {text}}}}}"));
        project.services.values().all(|service| cluster::notes(service).is_empty())
    };
    assert!(is_quiet("deploy: {mode: replicated, replicas: 2, labels: {a: b}, update_config: {order: stop-first}}"));
}
