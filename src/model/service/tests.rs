//! What a service takes and how it is written, for attributes that are no noun of their own.

use crate::model::{Dialect, Service};
use crate::testing::{attribute, project, service_fault};

fn service(text: &str) -> Service {
    let project = project(&format!("services: {{a: {{image: x, {text}}}}}"));
    project.services.into_iter().next().expect("a service").1
}

#[test]
fn texts_that_are_empty_are_not_written() {
    for key in ["cgroup_parent", "isolation", "mac_address", "runtime", "userns_mode", "uts", "restart", "network_mode"]
    {
        assert_eq!(attribute(&format!("{key}: ''")), "{}", "{key}");
        assert!(service_fault(&format!("{key}: ")).is_some(), "{key}: null");
        assert!(service_fault(&format!("{key}: 1")).is_some(), "{key}: 1");
    }
}

#[test]
fn maps_and_lists_are_written_in_order() {
    assert_eq!(attribute("annotations: {b: 1.10, a: }"), r#"{"annotations":{"a":"","b":"1.1"}}"#);
    assert_eq!(attribute("storage_opt: {size: 1G, b: 2}"), r#"{"storage_opt":{"b":"2","size":"1G"}}"#);
    assert_eq!(attribute("device_cgroup_rules: ['c 1:3 mr']"), r#"{"device_cgroup_rules":["c 1:3 mr"]}"#);
    assert_eq!(attribute("external_links: [c, 'c:d']"), r#"{"external_links":["c","c:d"]}"#);
    assert_eq!(attribute("annotations: {}, external_links: [], storage_opt: {}, ulimits: {}, models: {}"), "{}");
}

#[test]
fn numbers_are_written_unless_they_are_0() {
    assert_eq!(attribute("pids_limit: 10.5"), r#"{"pids_limit":10}"#);
    assert_eq!(attribute("oom_score_adj: '-500'"), r#"{"oom_score_adj":-500}"#);
    assert_eq!(attribute("pids_limit: 0, oom_score_adj: 0, oom_kill_disable: false"), "{}");
    assert_eq!(attribute("scale: 0"), r#"{"scale":0}"#);
}

#[test]
fn what_compose_refuses_is_refused() {
    for text in [
        "oom_score_adj: 1001",
        "oom_score_adj: 1.5",
        "pids_limit: '10.5'",
        "storage_opt: {size: 1.5}",
        "storage_opt: {size: true}",
        "use_api_socket: 'true'",
        "use_api_socket: yes",
        "logging: {options: {a: true}}",
        "healthcheck: {retries: -1}",
        "healthcheck: ",
        "networks: {n: {priority: '3'}}",
        "networks: {n: {driver_opts: {a: }}}",
        "expose: [80.5]",
        "group_add: [1.5]",
        "gpus: [ ]\n, devices: [null]",
        "pull_policy: sometimes",
        "cap_add: ",
    ] {
        assert!(service_fault(text).is_some(), "{text}");
    }
}

#[test]
fn numbers_of_a_health_check_and_of_a_network_lose_their_fraction() {
    assert_eq!(attribute("healthcheck: {retries: 1.7}"), r#"{"healthcheck":{"retries":1}}"#);
    assert_eq!(attribute("healthcheck: {retries: '0'}"), r#"{"healthcheck":{"retries":0}}"#);
    let network = "networks: {n: {gw_priority: 1.7, interface_name: eth7, priority: 0}}";
    assert_eq!(attribute(network), r#"{"networks":{"n":{"gw_priority":1,"interface_name":"eth7"}}}"#);
}

#[test]
fn an_unset_command_is_null_in_json_and_missing_in_yaml() {
    let service = service("");
    assert!(service.write(Dialect::Json).get("command").is_some_and(crate::document::Node::is_null));
    assert!(service.write(Dialect::Yaml).get("command").is_none());
}

#[test]
fn an_attribute_without_meaning_anywhere_is_warned_about() {
    let (message, _) = service_fault("pull_refresh_after: 1h").expect("a warning");
    assert_eq!(message, "'pull_refresh_after' does nothing, in docker compose neither");
}
