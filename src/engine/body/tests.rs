//! The request as JSON, compared with what Compose sends.

use super::*;
use crate::testing::project;
use crate::value::ContainerId;
use serde_json::{Value, json};

/// The request for the only service of a project, without labels, which have tests of their own.
fn request(text: &str, found: &Found) -> Value {
    let project = project(text);
    let service = project.services.values().next().expect("a service");
    let mut peers = Peers::default();
    for name in service.shared_services().chain(service.linked_services()) {
        peers.add(name, &format!("p-{name}-1"), ContainerId::new(format!("id-of-{name}")));
    }
    let wanted = Wanted { project: &project, service, number: 1, name: "temporary", one_off: None, peers: &peers };
    serde_json::to_value(body(&wanted, found).expect("a request")).expect("JSON")
}

fn plain(text: &str) -> Value {
    request(&format!("services: {{web: {{image: x, {text}}}}}"), &Found::default())
}

fn host(text: &str) -> Value {
    plain(text).get("HostConfig").cloned().expect("a host configuration")
}

fn labels(text: &str, found: &Found) -> Value {
    request(text, found).get("Labels").cloned().expect("labels")
}

#[test]
fn the_smallest_service_asks_for_little() {
    let mut body = request(
        "{services: {web: {image: x, networks: {default: null}}}, networks: {default: {name: p_default}}}",
        &Found::default(),
    );
    body.as_object_mut().expect("an object").remove("Labels");
    let expected = json!({
        "AttachStdout": true,
        "AttachStderr": true,
        "ExposedPorts": {},
        "Image": "x",
        "Volumes": {},
        "HostConfig": { "NetworkMode": "p_default", "ExtraHosts": [], "OomKillDisable": false, "PortBindings": {} },
        "NetworkingConfig": { "EndpointsConfig": { "p_default": { "Aliases": ["p-web-1", "web"] } } },
    });
    let object = |value: &Value| value.as_object().expect("an object").clone();
    let (body, expected) = (object(&body), object(&expected));
    for (key, value) in &body {
        let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty);
        assert!(is_empty || expected.get(key) == Some(value), "{key}: {value}");
    }
    assert!(expected.iter().all(|(key, value)| body.get(key) == Some(value) || value == &json!({})), "{body:?}");
}

#[test]
fn a_container_carries_composes_labels_and_ours_win() {
    let text = "services: {web: {image: x, labels: {a: b, com.docker.compose.project: mine}, depends_on: \
        {z: {condition: service_healthy, restart: true, required: true}, \
        b: {condition: service_started, required: true}}}, z: {image: x}, b: {image: x}}";
    let found = Found { image: Some("sha256:00".into()), inherited: Some(Vec::new()), ..Found::default() };
    let labels = labels(text, &found);
    let of = |name: &str| labels.get(name).and_then(Value::as_str);
    for (name, value) in [
        ("a", "b"),
        ("com.docker.compose.project", "p"),
        ("com.docker.compose.service", "web"),
        ("com.docker.compose.version", "2.40.3"),
        ("com.docker.compose.container-number", "1"),
        ("com.docker.compose.oneoff", "False"),
        ("com.docker.compose.depends_on", "b:service_started:false,z:service_healthy:true"),
        ("com.docker.compose.image", "sha256:00"),
        ("com.docker.compose.project.working_dir", "/p"),
        ("com.docker.compose.project.config_files", "/p/compose.yaml"),
        ("com.docker.compose.replace", "web-1"),
    ] {
        assert_eq!(of(name), Some(value), "{name}");
    }
    assert_eq!(of("com.docker.compose.config-hash").map(str::len), Some(64));
    assert_eq!(of("com.docker.compose.project.environment_file"), None);
    assert!(of("dev.hoist.fingerprint").is_some());
}

#[test]
fn what_depends_on_nothing_says_so_with_an_empty_label() {
    let labels = labels("services: {web: {image: x, container_name: my}}", &Found::default());
    assert_eq!(labels.get("com.docker.compose.depends_on"), Some(&json!("")));
    assert_eq!(labels.get("com.docker.compose.replace"), None);
    assert_eq!(labels.get("com.docker.compose.image"), None);
}

#[test]
fn the_first_network_is_the_one_with_the_highest_priority() {
    let body = request(
        "{services: {web: {image: x, container_name: my, networks: {a: {aliases: [web, other], ipv4_address: 1.2.3.4}, \
         b: {priority: 5, gw_priority: 2, mac_address: 'aa:bb:cc:dd:ee:ff'}}}}, \
         networks: {a: {name: p_a}, b: {name: custom}}}",
        &Found::default(),
    );
    assert_eq!(body.pointer("/HostConfig/NetworkMode"), Some(&json!("custom")));
    let expected = json!({
        "p_a": {
            "Aliases": ["my", "web", "web", "other"],
            "IPAMConfig": { "IPv4Address": "1.2.3.4" },
            "IPAddress": "1.2.3.4",
        },
        "custom": { "Aliases": ["my", "web"], "GwPriority": 2, "IPAMConfig": {}, "MacAddress": "aa:bb:cc:dd:ee:ff" },
    });
    assert_eq!(body.pointer("/NetworkingConfig/EndpointsConfig"), Some(&expected));
}

#[test]
fn the_mac_address_of_the_service_is_that_of_its_first_network() {
    let body = request(
        "{services: {web: {image: x, mac_address: 'aa:bb:cc:dd:ee:ff', networks: {a: , b: {priority: 5, \
         interface_name: eth7, driver_opts: {k: v}}}}}, networks: {a: {name: p_a}, b: {name: p_b}}}",
        &Found::default(),
    );
    let endpoints = body.pointer("/NetworkingConfig/EndpointsConfig").expect("networks");
    assert_eq!(endpoints.pointer("/p_b/MacAddress"), Some(&json!("aa:bb:cc:dd:ee:ff")));
    let options = json!({ "k": "v", "com.docker.network.endpoint.ifname": "eth7" });
    assert_eq!(endpoints.pointer("/p_b/DriverOpts"), Some(&options));
    assert_eq!(endpoints.pointer("/p_a/MacAddress"), None);
}

#[test]
fn proxies_are_variables_unless_the_service_says_otherwise() {
    let proxies = [("HTTP_PROXY", "p"), ("NO_PROXY", "n"), ("no_proxy", "n")];
    let proxies = proxies.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let text = "services: {web: {image: x, environment: {A: '1', NO_PROXY: mine, no_proxy: null}}}";
    let body = request(text, &Found { proxies, ..Found::default() });
    assert_eq!(body.get("Env"), Some(&json!(["A=1", "HTTP_PROXY=p", "NO_PROXY=mine", "no_proxy"])));
}

#[test]
fn a_network_mode_joins_no_network() {
    let body = plain("network_mode: host");
    assert_eq!(body.pointer("/HostConfig/NetworkMode"), Some(&json!("host")));
    assert_eq!(body.get("NetworkingConfig"), None);
}

#[test]
fn a_port_is_published_as_written_and_ranges_are_exposed_one_by_one() {
    let body = plain(
        "expose: [9000-9002/udp, '70'], ports: [{target: 80, published: 8080-8090, host_ip: 127.0.0.1}, {target: 80}]",
    );
    let expected = json!({ "80/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "8080-8090" }, {}] });
    assert_eq!(body.pointer("/HostConfig/PortBindings"), Some(&expected));
    let exposed = json!({ "70/tcp": {}, "80/tcp": {}, "9000/udp": {}, "9001/udp": {}, "9002/udp": {} });
    assert_eq!(body.get("ExposedPorts"), Some(&exposed));
}

#[test]
fn environment_without_a_value_is_left_to_the_image() {
    assert_eq!(plain("environment: {B: null, A: \"1\", C: ''}").get("Env"), Some(&json!(["A=1", "B", "C="])));
}

#[test]
fn an_empty_command_clears_and_none_keeps_the_images() {
    assert_eq!(plain("command: []").get("Cmd"), Some(&json!([])));
    assert_eq!(plain("entrypoint: [a]").get("Cmd"), None);
}

#[test]
fn a_part_of_a_second_of_grace_is_a_second() {
    assert_eq!(plain("stop_grace_period: 500ms").get("StopTimeout"), Some(&json!(1)));
    assert_eq!(plain("stop_grace_period: 0s").get("StopTimeout"), Some(&json!(0)));
    assert_eq!(plain("stop_grace_period: 1m").get("StopTimeout"), Some(&json!(60)));
}

#[test]
fn a_health_check_goes_in_nanoseconds() {
    let check = plain("healthcheck: {test: [CMD-SHELL, 'exit 0'], interval: 1s, retries: 3, start_period: 2s}");
    let expected = json!({ "Test": ["CMD-SHELL", "exit 0"], "Interval": 1_000_000_000, "Retries": 3,
        "StartPeriod": 2_000_000_000_i64 });
    assert_eq!(check.get("Healthcheck"), Some(&expected));
    assert_eq!(plain("healthcheck: {disable: true}").get("Healthcheck"), Some(&json!({ "Test": ["NONE"] })));
    assert_eq!(plain("healthcheck: {interval: 1ns}").get("Healthcheck"), Some(&json!({ "Interval": 1 })));
}

#[test]
fn what_limits_a_container_is_passed_on() {
    let host = host(
        "mem_limit: 64m, shm_size: 1k, restart: 'on-failure:3', init: true, privileged: true, read_only: true, \
         cap_add: [NET_ADMIN], extra_hosts: ['h=1.2.3.4', 'six=::1'], tmpfs: ['/run:size=1m', /tmp], \
         sysctls: {net.core.somaxconn: '1'}, logging: {driver: none}, dns: [1.1.1.1], group_add: ['7']",
    );
    for (pointer, value) in [
        ("/Memory", json!(67_108_864)),
        ("/ShmSize", json!(1024)),
        ("/RestartPolicy", json!({ "Name": "on-failure", "MaximumRetryCount": 3 })),
        ("/Init", json!(true)),
        ("/Privileged", json!(true)),
        ("/ReadonlyRootfs", json!(true)),
        ("/CapAdd", json!(["CAP_NET_ADMIN"])),
        ("/ExtraHosts", json!(["h:1.2.3.4", "six:::1"])),
        ("/Tmpfs", json!({ "/run": "size=1m", "/tmp": "" })),
        ("/Sysctls", json!({ "net.core.somaxconn": "1" })),
        ("/LogConfig/Type", json!("none")),
        ("/Dns", json!(["1.1.1.1"])),
        ("/GroupAdd", json!(["7"])),
    ] {
        assert_eq!(host.pointer(pointer), Some(&value), "{pointer}");
    }
}

#[test]
fn what_this_machine_may_not_have_is_sent_all_the_same() {
    let host = host(
        "cpu_count: 2, cpu_percent: 50, cpu_rt_period: 1000, cpu_rt_runtime: 950, storage_opt: {size: 1g}, \
         isolation: HyperV, blkio_config: {weight: 300, weight_device: [{path: /dev/a, weight: 20}]}",
    );
    for (pointer, value) in [
        ("/CpuCount", json!(2)),
        ("/CpuPercent", json!(5000)),
        ("/CpuRealtimePeriod", json!(1000)),
        ("/CpuRealtimeRuntime", json!(950)),
        ("/StorageOpt", json!({ "size": "1g" })),
        ("/Isolation", json!("hyperv")),
        ("/BlkioWeight", json!(300)),
        ("/BlkioWeightDevice", json!([{ "Path": "/dev/a", "Weight": 20 }])),
    ] {
        assert_eq!(host.pointer(pointer), Some(&value), "{pointer}");
    }
}

#[test]
fn simple_mounts_are_binds_and_the_rest_are_mounts() {
    let body = request(
        "{services: {web: {image: x, volumes: [\
         {type: bind, source: /a, target: /1, bind: {create_host_path: true, selinux: z}}, \
         {type: bind, source: /b, target: /2, read_only: true}, \
         {type: volume, source: data, target: /3, volume: {}}, \
         {type: bind, source: /c, target: /4, bind: {propagation: rslave}}, \
         {type: volume, source: data, target: /5, volume: {nocopy: true}}, \
         {type: volume, target: /6}, \
         {type: tmpfs, target: /7, tmpfs: {size: 1k, mode: 511}}, \
         {type: volume, source: data, target: /8, bind: {selinux: Z}}, \
         {type: bind, source: /d, target: /9, bind: {selinux: z, recursive: disabled}}, \
         {type: image, source: alpine, target: /10, image: {subpath: etc}}, {type: image, source: web, target: /11}, \
         {type: npipe, source: '\\\\.\\pipe\\a', target: /12}, {type: cluster, source: group:a, target: /13}]}}, volumes: {data: {name: p_data}}}",
        &Found::default(),
    );
    assert_eq!(
        body.pointer("/HostConfig/Binds"),
        Some(&json!(["/a:/1:rw,z", "/b:/2:ro", "p_data:/3:rw", "p_data:/8:rw,Z"]))
    );
    let expected = json!([
        { "Target": "/4", "Source": "/c", "Type": "bind", "BindOptions": { "Propagation": "rslave" } },
        { "Target": "/5", "Source": "p_data", "Type": "volume", "VolumeOptions": { "NoCopy": true } },
        { "Target": "/6", "Type": "volume" },
        { "Target": "/7", "Type": "tmpfs", "TmpfsOptions": { "SizeBytes": 1024, "Mode": 511 } },
        { "Target": "/9", "Source": "/d", "Type": "bind", "BindOptions": { "NonRecursive": true } },
        { "Target": "/10", "Source": "alpine", "Type": "image", "ImageOptions": { "Subpath": "etc" } },
        { "Target": "/11", "Source": "x", "Type": "image" },
        { "Target": "/12", "Source": "\\\\.\\pipe\\a", "Type": "npipe" },
        { "Target": "/13", "Source": "group:a", "Type": "cluster" },
    ]);
    assert_eq!(body.pointer("/HostConfig/Mounts"), Some(&expected));
}

#[test]
fn an_anonymous_volume_is_taken_over_in_its_place() {
    let volume = |name: &str, target: &str| MountedVolume { name: name.into(), target: target.into() };
    let inherited = Some(vec![volume("00", "/data"), volume("11", "/of-the-image")]);
    let found = Found { inherited, ..Found::default() };
    let text = "services: {web: {image: x, volumes: [{type: volume, target: /data}, {type: volume, target: /new}]}}";
    let expected = json!([
        { "Target": "/data", "Source": "00", "Type": "volume" },
        { "Target": "/new", "Type": "volume" },
        { "Target": "/of-the-image", "Source": "11", "Type": "volume" },
    ]);
    assert_eq!(request(text, &found).pointer("/HostConfig/Mounts"), Some(&expected));
}

#[test]
fn a_seccomp_profile_is_sent_as_text() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("profile.json"), "{ \"a\" : 1 }").expect("written");
    let options = ["no-new-privileges:true", "seccomp=profile.json", "systempaths=unconfined", "seccomp=unconfined"];
    let security = security::resolve(&options.map(str::to_owned), folder.path()).expect("readable");
    assert_eq!(security.options, ["no-new-privileges:true", "seccomp={\"a\":1}", "seccomp=unconfined"]);
    assert_eq!(security.masked_paths, Some(Vec::new()));
    let missing = security::resolve(&["seccomp:none.json".to_owned()], folder.path());
    assert!(matches!(missing, Err(EngineError::File { .. })));
}

#[test]
fn a_reference_to_a_service_is_the_id_of_its_container() {
    let others = "db: {image: x}, o: {image: x}";
    let of = |text: &str| {
        let text = format!("services: {{web: {{image: x, {text}}}, {others}}}\nnetworks: {{n: {{name: p_n}}}}");
        request(&text, &Found::default()).get("HostConfig").cloned().expect("a host configuration")
    };
    let shared = of(
        "network_mode: 'service:db', ipc: 'service:db', pid: 'container:out', volumes_from: [db, 'o:ro', 'container:c:ro']",
    );
    for (pointer, value) in [
        ("/NetworkMode", json!("container:id-of-db")),
        ("/IpcMode", json!("container:id-of-db")),
        ("/PidMode", json!("container:out")),
        ("/VolumesFrom", json!(["id-of-db", "id-of-o:ro", "c:ro"])),
    ] {
        assert_eq!(shared.pointer(pointer), Some(&value), "{pointer}");
    }
    let linked = of("networks: {n: null}, links: [db, 'o:other'], external_links: [out, 'far:near']");
    let expected = json!([
        "p-db-1:db",
        "p-db-1:db-1",
        "p-db-1:p-db-1",
        "p-o-1:other",
        "p-o-1:o-1",
        "p-o-1:p-o-1",
        "out:out",
        "far:near"
    ]);
    assert_eq!(linked.pointer("/Links"), Some(&expected));
}
