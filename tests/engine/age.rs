//! What depends on the age of the engine: the suite meets the newest and, in part, the oldest that is supported. These
//! tests hold on both: what an engine is too old for is refused before anything is made, and what it has is made.

use crate::support::{Proxy, Scenario, engine};

/// The version of the API that the engine speaks.
fn api() -> (u32, u32) {
    let version = engine::get("/version");
    let text = version["ApiVersion"].as_str().expect("a version").to_owned();
    let (major, minor) = text.split_once('.').expect("two numbers");
    (major.parse().expect("a number"), minor.parse().expect("a number"))
}

/// What there is only since a version of the API: something of a service `web`, whose networks are `one` and `two`.
const YOUNG: [(&str, (u32, u32)); 10] = [
    ("annotations: {a: b}", (1, 43)),
    ("healthcheck: {test: 'true', start_period: 5s, start_interval: 1s}", (1, 44)),
    ("devices: ['vendor.example/gpu=0']", (1, 44)),
    ("volumes: [{type: bind, source: ., target: /a, read_only: true, bind: {recursive: writable}}]", (1, 44)),
    ("networks: {one: {priority: 1}, two: {mac_address: '02:42:0a:e7:0a:09'}}", (1, 44)),
    ("volumes: [{type: volume, source: data, target: /a, volume: {subpath: b}}]", (1, 45)),
    ("volumes: [{type: image, source: busybox, target: /a}]", (1, 48)),
    ("networks: {one: {gw_priority: 3}}", (1, 48)),
    ("networks: [four]", (1, 48)),
    ("networks: {one: {interface_name: one0}}", (1, 49)),
];

/// What `web` needs around it.
const REST: &str = "
networks:
  one:
  two:
  four: {enable_ipv4: false, enable_ipv6: true, ipam: {config: [{subnet: '2001:db8:233::/64'}]}}
volumes: {data: }
";

#[test]
fn what_the_engine_is_too_old_for_is_refused_before_anything_is_made_and_what_it_has_is_made() {
    for (young, since) in YOUNG {
        let mut scenario = Scenario::empty();
        let service = format!("services: {{web: {{image: busybox, command: sleep 1d, {young}}}}}");
        scenario.write("compose.yaml", &format!("{service}\n{REST}"));
        let proxy = Proxy::new();
        scenario.through(&proxy);
        let ran = scenario.hoist(["create"]);
        if api() < since {
            assert!(proxy.writes().is_empty(), "{young}: {:?}", proxy.writes());
            ran.code(1).says("error[engine-too-old]");
            scenario.is_gone();
        } else {
            ran.ok();
            assert_eq!(scenario.containers().len(), 1, "{young}");
        }
    }
}

/// Two services in two networks, of which the one has fixed addresses.
const STACK: &str = "
services:
  web:
    image: busybox
    command: httpd -f
    stop_signal: SIGKILL
    mac_address: '02:42:0a:e7:0a:05'
    networks:
      back: {aliases: [www], ipv4_address: 10.231.10.20}
      front: {priority: 5, aliases: [site]}
  client: {image: busybox, command: httpd -f, stop_signal: SIGKILL, networks: [back]}
networks:
  front:
  back: {ipam: {config: [{subnet: 10.231.10.0/24}]}}
";

#[test]
fn a_hardware_address_is_that_of_the_first_network_and_a_further_one_has_its_names_and_address() {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", STACK);
    scenario.hoist(["up", "-d"]).ok();
    let networks = scenario.container("web").0["NetworkSettings"]["Networks"].clone();
    let (front, back) = (&networks[scenario.name_of("front")], &networks[scenario.name_of("back")]);
    assert_eq!((&front["MacAddress"], &back["IPAddress"]), (&"02:42:0a:e7:0a:05".into(), &"10.231.10.20".into()));
    let link = scenario.inside("web", "ip link").ok();
    assert!(link.stdout.contains("02:42:0a:e7:0a:05"), "{}", link.told());
    assert_eq!(scenario.container("web").networks().len(), 2);
    for name in ["web", "www"] {
        let found = scenario.inside("client", &format!("nslookup -type=a {name}")).ok();
        assert!(found.stdout.contains("10.231.10.20"), "{}", found.told());
    }
    assert_ne!(scenario.inside("client", "nslookup -type=a site").code, Some(0));
    scenario.hoist(["up", "-d"]).ok().says("up to date");
    scenario.edit("compose.yaml", "command: httpd -f\n", "command: httpd -f -p 81\n");
    scenario.hoist(["up", "-d"]).ok();
    let front = scenario.container("web").0["NetworkSettings"]["Networks"][scenario.name_of("front")].clone();
    assert_eq!(front["MacAddress"], "02:42:0a:e7:0a:05");
}
