//! What is told from a request and what engines say.

use super::*;
use serde_json::json;

const ID: &str = "0123456789abcdef0123";

/// What an engine says of a container that docker compose made for a plain service `a` of the project `p`.
fn now() -> Value {
    json!({
        "Id": ID,
        "Config": {
            "Hostname": "0123456789ab", "User": "", "Env": ["MODE=plain", "PATH=/bin"], "Cmd": ["serve"],
            "Image": "x", "WorkingDir": "", "Entrypoint": null, "StopTimeout": 10,
            "Labels": {"tier": "gold", "com.docker.compose.service": "a"},
            "ExposedPorts": {"80/tcp": {}},
            "Healthcheck": {"Test": ["CMD", "ok"], "Interval": 5_000_000_000_u64},
        },
        "HostConfig": {
            "NetworkMode": "p_default", "ShmSize": 67_108_864, "RestartPolicy": {"Name": "no", "MaximumRetryCount": 0},
            "Binds": ["/src:/app:rw", "p_data:/data:ro"], "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]},
            "Memory": 0, "MemorySwap": 0, "OomKillDisable": false, "LogConfig": {"Type": "json-file", "Config": {}},
            "CapAdd": null, "Runtime": "runc", "IpcMode": "private", "CgroupnsMode": "private", "PidsLimit": null,
            "ExtraHosts": ["b:10.0.0.2", "a:10.0.0.1"], "MaskedPaths": ["/proc/x"],
        },
        "Mounts": [
            {"Type": "bind", "Source": "/src", "Destination": "/app", "RW": true},
            {"Type": "volume", "Name": "p_data", "Source": "/var/lib/x", "Destination": "/data", "RW": false},
            {"Type": "volume", "Name": "0f0f", "Source": "/var/lib/y", "Destination": "/cache", "RW": true},
        ],
        "NetworkSettings": {"Networks": {"p_default": {"Aliases": ["p-a-1", "a", "0123456789ab"], "IPAMConfig": {}}}},
    })
}

/// What the engine would be asked for.
fn wanted() -> Value {
    json!({
        "AttachStdout": true, "Cmd": ["serve"], "Env": ["MODE=plain"], "Image": "x", "StopTimeout": 10,
        "Labels": {"tier": "gold", "com.docker.compose.service": "a", "dev.hoist.fingerprint": "f"},
        "ExposedPorts": {"80/tcp": {}},
        "Healthcheck": {"Test": ["CMD", "ok"], "Interval": 5_000_000_000_u64},
        "HostConfig": {
            "NetworkMode": "p_default", "Binds": ["/src:/app:rw", "p_data:/data:ro"],
            "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}, "ExtraHosts": ["a:10.0.0.1", "b:10.0.0.2"],
        },
        "NetworkingConfig": {"EndpointsConfig": {"p_default": {"Aliases": ["p-a-1", "a"]}}},
    })
}

fn differences(edit: impl Fn(&mut Value)) -> Vec<String> {
    let project = crate::testing::project("services: {a: {image: x}}\nnetworks: {default: {name: p_default}}");
    let image = json!({"Env": ["PATH=/bin", "MODE=image"], "Cmd": ["other"], "Volumes": {"/cache": {}}});
    let mut wanted = wanted();
    edit(&mut wanted);
    Pair { wanted, now: now(), image }.differences(&project)
}

#[test]
fn what_the_engine_and_the_image_add_is_no_difference() {
    assert_eq!(differences(|_| {}), Vec::<String>::new());
}

#[test]
fn each_attribute_is_named_as_in_the_compose_file() {
    let cases = [
        ("/Cmd", json!(["serve", "-v"]), "command"),
        ("/Cmd", Value::Null, "command"),
        ("/Env", json!(["MODE=fancy"]), "environment.MODE"),
        ("/Env", json!(["MODE=plain", "MORE"]), "environment.MORE"),
        ("/Env", json!([]), "environment.MODE"),
        ("/Entrypoint", json!(["sh"]), "entrypoint"),
        ("/Healthcheck/Interval", json!(7), "healthcheck.interval"),
        ("/Healthcheck/Test", json!(["CMD", "no"]), "healthcheck.test"),
        ("/Hostname", json!("h"), "hostname"),
        ("/User", json!("1"), "user"),
        ("/StopTimeout", json!(20), "stop_grace_period"),
        ("/Labels/tier", json!("blue"), "labels.tier"),
        ("/Labels/more", json!(""), "labels.more"),
        ("/ExposedPorts/90~1tcp", json!({}), "expose"),
        ("/HostConfig/PortBindings/80~1tcp/0/HostPort", json!("8081"), "ports"),
        ("/HostConfig/Binds", json!(["/src:/app:ro", "p_data:/data:ro"]), "volumes"),
        ("/HostConfig/Binds", json!(["/src:/app:rw"]), "volumes"),
        ("/HostConfig/Mounts", json!([{"Type": "tmpfs", "Target": "/tmp"}]), "volumes"),
        ("/HostConfig/CapAdd", json!(["CAP_NET_ADMIN"]), "cap_add"),
        ("/HostConfig/Memory", json!(1024), "mem_limit"),
        ("/HostConfig/NanoCpus", json!(500), "cpus"),
        ("/HostConfig/RestartPolicy", json!({"Name": "always"}), "restart"),
        ("/HostConfig/ShmSize", json!(1024), "shm_size"),
        ("/HostConfig/Sysctls", json!({"net.core.somaxconn": "1"}), "sysctls.net.core.somaxconn"),
        ("/HostConfig/Init", json!(true), "init"),
        ("/HostConfig/LogConfig", json!({"Type": "local"}), "logging"),
        ("/HostConfig/ReadonlyRootfs", json!(true), "read_only"),
        ("/HostConfig/ExtraHosts", json!(["a:10.0.0.1"]), "extra_hosts"),
        ("/HostConfig/NetworkMode", json!("host"), "network_mode"),
        ("/HostConfig/Ulimits", json!([{"Name": "nofile", "Soft": 1, "Hard": 1}]), "ulimits"),
        ("/HostConfig/MaskedPaths", json!([]), "security_opt"),
        ("/NetworkingConfig/EndpointsConfig/p_default/Aliases", json!(["p-a-1", "a", "b"]), "networks.default"),
        (
            "/NetworkingConfig/EndpointsConfig/p_default/IPAMConfig",
            json!({"IPv4Address": "10.0.0.9"}),
            "networks.default",
        ),
        ("/NetworkingConfig/EndpointsConfig/p_default/MacAddress", json!("02:42"), "networks.default"),
    ];
    for (place, value, expected) in cases {
        let found = differences(|wanted| {
            let (parent, key) = place.rsplit_once('/').expect("a pointer");
            let parent = wanted.pointer_mut(parent).expect(place);
            match parent.as_array_mut().zip(key.parse::<usize>().ok()) {
                Some((list, index)) => list[index] = value.clone(),
                None => parent[key.replace("~1", "/")] = value.clone(),
            }
        });
        assert_eq!(found, [expected], "{place} {value}");
    }
}

#[test]
fn a_healthcheck_that_is_switched_off_takes_nothing_of_the_image() {
    let image = json!({"Env": ["PATH=/bin"], "Healthcheck": {"Test": ["CMD", "image"], "Interval": 3}});
    let mut pair = Pair { wanted: wanted(), now: now(), image };
    pair.wanted["Healthcheck"] = json!({"Test": ["NONE"]});
    pair.now["Config"]["Healthcheck"] = json!({"Test": ["NONE"]});
    let mut all = BTreeSet::new();
    process::compare(&pair, &mut all);
    assert_eq!(all.into_iter().collect::<Vec<_>>(), Vec::<String>::new());
}
