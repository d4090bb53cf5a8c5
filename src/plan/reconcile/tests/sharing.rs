//! Services that share the network or the mounts of another.

use super::*;

/// A service and two that share with it: its network, its mounts.
fn sharing(mode: &str) -> Project {
    let text = "services:
  vpn: {image: x, environment: {MODE: MODE_}, networks: {default: null}}
  app: {image: x, network_mode: 'service:vpn', depends_on: {vpn: {condition: service_started, restart: true}}}
  backup: {image: x, volumes_from: ['vpn:ro'], networks: {default: null}, depends_on: {vpn: {condition: service_started}}}
networks: {default: {name: p_default}}";
    project(&text.replace("MODE_", mode))
}

#[test]
fn what_shares_with_a_replaced_container_makes_way_for_it_and_is_replaced() {
    let plan = up(&sharing("new"), &applied(&sharing("old")));
    let expected = [
        "create-temp vpn-1",
        "stop app-1 [create-temp vpn-1]",
        "stop vpn-1 [create-temp vpn-1, stop app-1]",
        "remove vpn-1 [stop vpn-1]",
        "rename vpn-1 [remove vpn-1]",
        "start vpn-1 [rename vpn-1]",
        "create-temp app-1 [create-temp vpn-1]",
        "remove app-1 [start vpn-1, create-temp app-1, stop app-1]",
        "rename app-1 [remove app-1]",
        "start app-1 [rename app-1]",
        "create-temp backup-1 [create-temp vpn-1]",
        "stop backup-1 [start vpn-1, create-temp backup-1]",
        "remove backup-1 [stop backup-1]",
        "rename backup-1 [remove backup-1]",
        "start backup-1 [rename backup-1]",
    ];
    assert_eq!(plan_lines(&plan), expected);
    assert!(
        reasons(&plan).contains(&"create-temp backup-1: it shares with 'vpn', which is made or started anew".into())
    );
}

#[test]
fn what_lives_in_the_network_of_a_stopped_container_starts_again_after_it() {
    let wanted = sharing("old");
    let mut seen = applied(&wanted);
    for one in seen.containers.iter_mut().filter(|one| one.service.as_str() == "vpn") {
        one.state = State::Exited(0);
    }
    let expected = ["stop app-1", "start vpn-1 [stop app-1]", "start app-1 [start vpn-1, stop app-1]"];
    assert_eq!(plan_lines(&up(&wanted, &seen)), expected);
}

#[test]
fn a_container_that_shares_with_one_that_was_replaced_elsewhere_says_so() {
    let wanted = sharing("old");
    let mut seen = applied(&wanted);
    for one in seen.containers.iter_mut().filter(|one| one.service.as_str() == "vpn") {
        one.id = crate::value::ContainerId::new("f".repeat(64));
    }
    let reasons = reasons(&up(&wanted, &seen));
    assert_eq!(reasons[0], "create-temp app-1: it shares with 'vpn', which is made or started anew");
}

#[test]
fn sharing_with_a_service_without_containers_is_in_the_way() {
    let mut wanted = sharing("old");
    wanted.services[0].scale = Some(0);
    let blocked = reconcile(&wanted, &fetched(&wanted, &Observed::default()), &Policy::default());
    let blocked = blocked.expect_err("there is nothing to share with").to_string();
    assert!(blocked.starts_with("'app' shares with 'vpn', which has no container"), "{blocked}");
}
