//! Networks and volumes whose definition changed: what is on them keeps its place, and data goes only with consent.

use crate::support::{Scenario, engine, replaced, running, same_container, up};

const NETWORK: &str = "
services:
  fixed:
    image: busybox
    command: sh -c 'echo hello >/index.html; exec httpd -f -h /'
    stop_signal: SIGKILL
    ports: ['127.0.0.1:0:80']
    networks: {back: {ipv4_address: 10.213.SUBNET.10, aliases: [store]}}
  other: {image: busybox, command: httpd -f, stop_signal: SIGKILL, networks: [back]}
  carded: {image: busybox, command: httpd -f, stop_signal: SIGKILL, networks: {back: {mac_address: '02:42:0a:d5:07:0a'}}}
  stopped: {image: busybox, command: 'true', networks: [back]}
networks:
  back: {ipam: {config: [{subnet: 10.213.SUBNET.0/24}]}}
";

/// A stack on a network with fixed addresses.
fn addressed(subnet: &str) -> Scenario {
    let scenario = Scenario::empty();
    scenario.write("compose.yaml", &NETWORK.replace("SUBNET", subnet));
    scenario.step("up", up(["-d"]), [running("fixed"), running("other")])
}

/// The address of `fixed` on its network, where it has its alias too.
fn place(scenario: &Scenario) -> String {
    let name = scenario.name_of("back");
    let fixed = scenario.container("fixed");
    assert!(fixed.networks()[&name].contains("store"), "{:?}", fixed.networks());
    on_network(scenario, "fixed", "IPAddress")
}

fn on_network(scenario: &Scenario, service: &str, key: &str) -> String {
    let place = scenario.container(service).0["NetworkSettings"]["Networks"][&scenario.name_of("back")].clone();
    place[key].as_str().unwrap_or_default().to_owned()
}

/// Whether the port that the host publishes leads to the container.
fn is_reachable(scenario: &Scenario) -> bool {
    let fixed = scenario.container("fixed");
    let port = fixed.0["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"].as_str().unwrap_or_default().to_owned();
    let mut wget = std::process::Command::new("curl");
    let said = wget.args(["--silent", "--max-time", "10", &format!("http://127.0.0.1:{port}/")]).output().unwrap();
    String::from_utf8_lossy(&said.stdout).contains("hello")
}

#[test]
fn what_is_on_a_changed_network_stays_and_keeps_names_addresses_and_ports() {
    let scenario = addressed("41");
    let before = place(&scenario);
    assert_eq!(before, "10.213.41.10");
    scenario.edit("compose.yaml", "back: {ipam", "back: {labels: {tier: gold}, ipam");
    let checks = [same_container("fixed"), same_container("other"), replaced("carded")];
    let scenario = scenario.step("up again", up(["-d"]), checks);
    assert_eq!(scenario.networks()[&scenario.name_of("back")]["tier"], "gold");
    assert_eq!(place(&scenario), before);
    scenario.inside("other", "nslookup -type=a store && nslookup -type=a fixed").ok().prints("10.213.41.10");
    assert!(is_reachable(&scenario));
    assert_eq!(on_network(&scenario, "carded", "MacAddress"), "02:42:0a:d5:07:0a");
    scenario.hoist(["plan"]).prints("1 to start");
}

#[test]
fn a_network_that_cannot_be_made_anew_leaves_all_where_they_were() {
    let scenario = addressed("42");
    let (before, taken) = (place(&scenario), format!("{}-outside-taken", scenario.project()));
    scenario.docker(["network", "create", "--subnet", "10.213.43.0/24", &taken]).ok();
    scenario.edit("compose.yaml", "subnet: 10.213.42.0/24", "subnet: 10.213.43.0/24");
    scenario.edit("compose.yaml", "10.213.42.10", "10.213.43.10");
    let ids = ["fixed", "other"].map(|service| scenario.container(service).id().to_owned());
    let ran = scenario.hoist(["up", "-d"]);
    scenario.docker(["network", "rm", &taken]).ok();
    assert_eq!(["fixed", "other"].map(|service| scenario.container(service).id().to_owned()), ids);
    assert_eq!(place(&scenario), before);
    scenario.inside("other", "nslookup -type=a store").ok().prints("10.213.42.10");
    ran.code(1);
    let scenario =
        scenario.step("up again", up(["-d"]), [running("fixed"), replaced("fixed"), same_container("other")]);
    assert_eq!(place(&scenario), "10.213.43.10");
    scenario.hoist(["plan"]).prints("1 to start");
}

#[test]
fn a_changed_volume_is_kept_with_its_data_until_the_user_gives_it_up() {
    let scenario = Scenario::new("web_and_db").step("up", up(["-d"]), [running("db")]);
    scenario.inside("db", "echo precious | tee /data/file /cache/file").ok();
    let cache = scenario.container("db").volumes()["/cache"].clone();
    scenario.edit("compose.yaml", "volumes:\n  data:", "volumes:\n  data: {labels: {tier: gold}}");
    scenario.hoist(["up", "-d"]).ok().says("it is kept as it is, with its data");
    scenario.inside("db", "cat /data/file").ok().prints("precious");
    let scenario =
        scenario.step("up --yes", up(["-d", "--yes"]), [running("db"), replaced("db"), same_container("web")]);
    assert_eq!(engine::volume(&scenario.name_of("data")).unwrap()["tier"], "gold");
    scenario.inside("db", "test ! -e /data/file && cat /cache/file").ok().prints("precious");
    assert_eq!(scenario.container("db").volumes()["/cache"], cache);
    scenario.hoist(["plan"]).ok();
}
