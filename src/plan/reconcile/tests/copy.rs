//! What an interrupted replacement left: a copy with a made-up name.

use super::*;

/// A world with a container and the copy of it that an interrupted replacement left.
fn with_copy(seen: &Observed, change: impl Fn(&mut SeenContainer)) -> Observed {
    let mut seen = seen.clone();
    let web = seen.replicas(&"web".parse().expect("valid"))[0].clone();
    let name = format!("{}_{}", web.id.short(), web.name);
    let mut copy = SeenContainer { id: ContainerId::new("0".repeat(64)), name, state: State::Created, ..web };
    change(&mut copy);
    seen.containers.push(copy);
    seen
}

#[test]
fn a_copy_that_is_what_is_wanted_takes_over_where_the_run_was_interrupted() {
    let now = applied(&shop("debug")).replicas(&"web".parse().expect("valid"))[0].labels.clone();
    let seen = with_copy(&applied(&shop("info")), |copy| copy.labels = now.clone());
    let expected =
        ["stop web-1", "remove web-1 [stop web-1]", "rename web-1 [remove web-1]", "start web-1 [rename web-1]"];
    assert_eq!(plan_lines(&up(&shop("debug"), &seen)), expected);
}

#[test]
fn a_copy_that_is_replaced_in_turn_hands_on_the_volumes_and_both_go() {
    let seen = with_copy(&applied(&shop("info")), |_| {});
    let plan = up(&shop("debug"), &seen);
    let inherits = |step: &Step| matches!(&step.action, Action::Create { inherit: Some(old), .. } if old.from.as_str().starts_with("000"));
    assert!(plan.steps().any(|(_, step)| inherits(step)), "{:?}", plan_lines(&plan));
    let removed = plan.steps().filter(|(_, step)| matches!(step.action, Action::Remove { .. })).count();
    assert_eq!(removed, 2);
}

#[test]
fn a_copy_next_to_a_running_container_that_is_what_is_wanted_goes() {
    let seen = with_copy(&applied(&shop("info")), |copy| {
        copy.labels.insert("com.docker.compose.config-hash".into(), "another".into());
    });
    let plan = up(&shop("info"), &seen);
    assert_eq!(plan.len(), 1);
    assert!(reasons(&plan)[0].ends_with("left by an interrupted run"));
}

#[test]
fn a_copy_that_alone_is_left_gets_its_name_and_starts() {
    let one = services(&["a: {image: x}"]);
    let seen = changed(applied(&one), |container| {
        container.name = "0123456789ab_p-a-1".into();
        container.state = State::Created;
    });
    let plan = up(&one, &seen);
    assert_eq!(plan_lines(&plan), ["rename a-1", "start a-1 [rename a-1]"]);
    assert_eq!(reasons(&plan)[0], "rename a-1: left by an interrupted run");
}
