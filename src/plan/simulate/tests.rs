//! What an engine refuses, `simulate` refuses, and what it does not see it takes as done.

use super::*;
use crate::plan::{AnonymousVolumes, Inherit, Kind, Reason, Replica, labels};
use crate::testing::{applied, project};

fn name(text: &str) -> Name {
    text.parse().expect("valid")
}

/// A project with all kinds of things; its one service has a health check.
fn web() -> Project {
    project(
        "services:
  web:
    image: x
    networks: {n: null}
    healthcheck: {test: [CMD, ok]}
    volumes: [{type: volume, source: v, target: /v}, {type: volume, target: /w}]
networks: {n: {name: p_n}}
volumes: {v: {name: p_v}}",
    )
}

fn plan(actions: impl IntoIterator<Item = Action>) -> Plan {
    let mut plan = Plan::default();
    for action in actions {
        let subject = Subject::new(Kind::Container, "it");
        plan.add(Step { action, because: Reason::Asked, subject, needs: vec![] });
    }
    plan
}

fn after(seen: &Observed, actions: impl IntoIterator<Item = Action>) -> Result<Observed, String> {
    simulate(&web(), seen, &plan(actions)).map_err(|impossible| impossible.why)
}

fn refused(seen: &Observed, action: Action) -> String {
    after(seen, [action]).expect_err("an engine refuses this")
}

fn create(name_of_it: &str) -> Action {
    Action::Create {
        replica: Replica { service: name("web"), number: 2 },
        name: name_of_it.into(),
        inherit: None,
        peers: vec![],
    }
}

fn existing(seen: &Observed) -> Target {
    Target::Existing(seen.containers[0].id.clone())
}

#[test]
fn a_fault_names_the_step_the_thing_and_the_reason() {
    let plan = plan([Action::CreateVolume { key: name("v") }]);
    let impossible = simulate(&web(), &applied(&web()), &plan).expect_err("it is there");
    assert_eq!(impossible.to_string(), "step 1 on container 'it': there is a volume of this name");
}

#[test]
fn nothing_is_made_twice() {
    let seen = applied(&web());
    assert_eq!(refused(&seen, Action::CreateNetwork { key: name("n") }), "there is a network of this name");
    assert_eq!(refused(&seen, Action::CreateVolume { key: name("v") }), "there is a volume of this name");
    assert!(refused(&seen, create("p-web-1")).ends_with("has the name 'p-web-1'"));
    let rename = Action::Rename { target: existing(&seen), to: "p-web-1".into() };
    assert!(refused(&seen, rename).ends_with("has the name 'p-web-1'"));
}

#[test]
fn a_container_needs_its_image_networks_and_volumes() {
    let seen = applied(&web());
    let mut bare = Observed { containers: vec![], ..seen };
    assert!(after(&bare, [create("p-web-2")]).is_ok());
    bare.volumes.clear();
    assert_eq!(refused(&bare, create("p-web-2")), "volume 'p_v' is not there");
    bare.networks.clear();
    assert_eq!(refused(&bare, create("p-web-2")), "network 'p_n' is not there");
    bare.images.clear();
    assert_eq!(refused(&bare, create("p-web-2")), "image 'x' is not there");
}

#[test]
fn what_is_in_use_is_not_removed() {
    let seen = applied(&web());
    let remove_volume = || Action::RemoveVolume { name: "p_v".into() };
    assert_eq!(refused(&seen, remove_volume()), "container 'p-web-1' has it");
    let remove = || Action::RemoveNetwork { name: "p_n".into() };
    assert_eq!(refused(&seen, remove()), "container 'p-web-1' is on it");
    let stop = Action::Stop { target: existing(&seen), grace: None };
    assert!(after(&seen, [stop.clone(), remove()]).is_ok(), "what is stopped does not hold a network");
    assert_eq!(after(&seen, [stop, remove_volume()]).expect_err("but a volume"), "container 'p-web-1' has it");
    let renew = |reconnect| Action::RenewNetwork { key: name("n"), reconnect };
    assert_eq!(refused(&seen, renew(vec![])), "container 'p-web-1' is on it");
    let renewed = after(&seen, [renew(vec![seen.containers[0].id.clone()])]).expect("all are taken off it");
    assert_eq!(renewed.containers[0].networks.get("p_n"), Some(&renewed.networks[0].id), "and put back");
}

#[test]
fn what_is_gone_can_be_stopped_and_removed_and_nothing_else() {
    let seen = applied(&web());
    let gone = || Target::Existing(ContainerId::new("gone"));
    let remove = Action::Remove { target: gone(), volumes: AnonymousVolumes::Keep };
    let network = Action::RemoveNetwork { name: "gone".into() };
    let volume = Action::RemoveVolume { name: "gone".into() };
    assert_eq!(after(&seen, [Action::Stop { target: gone(), grace: None }, remove, network, volume]), Ok(seen.clone()));
    for action in [
        Action::Start { target: gone() },
        Action::Rename { target: gone(), to: "new".into() },
        Action::Await { target: gone(), until: Condition::Healthy, required: true },
    ] {
        assert_eq!(refused(&seen, action), "there is no such container");
    }
}

#[test]
fn a_dead_container_cannot_be_started_nor_one_whose_network_is_gone() {
    let mut seen = applied(&web());
    let start = Action::Start { target: existing(&seen) };
    seen.containers[0].state = State::Dead;
    assert_eq!(refused(&seen, start.clone()), "it is dead and cannot be started");
    seen.containers[0].state = State::Exited(0);
    seen.networks.clear();
    assert_eq!(refused(&seen, start), "network 'p_n', which it was made for, is gone");
}

#[test]
fn only_what_runs_becomes_healthy_and_only_what_was_started_ends() {
    let mut seen = applied(&web());
    let wait = |until| Action::Await { target: existing(&applied(&web())), until, required: true };
    assert_eq!(seen.containers[0].health, Some(Health::Starting));
    let healthy = after(&seen, [wait(Condition::Healthy)]).expect("it runs");
    assert_eq!(healthy.containers[0].health, Some(Health::Healthy));
    let ended = after(&seen, [wait(Condition::CompletedSuccessfully)]).expect("it runs");
    assert_eq!(ended.containers[0].state, State::Exited(0));
    assert!(after(&ended, [wait(Condition::RunningOrHealthy)]).is_ok());
    assert_eq!(refused(&ended, wait(Condition::Healthy)), "it is exited (0) and will not be healthy");
    seen.containers[0].state = State::Created;
    assert_eq!(refused(&seen, wait(Condition::CompletedSuccessfully)), "it is created and will not be completed");
}

#[test]
fn a_paused_container_goes_on_and_a_stopped_one_starts_anew() {
    let mut seen = applied(&web());
    seen.containers[0].health = Some(Health::Healthy);
    seen.containers[0].state = State::Paused;
    let start = Action::Start { target: existing(&seen) };
    let on = after(&seen, [start.clone()]).expect("it is paused");
    assert_eq!((on.containers[0].state, on.containers[0].health), (State::Running, Some(Health::Healthy)));
    let stop = Action::Stop { target: existing(&seen), grace: None };
    let anew = after(&seen, [stop, start]).expect("it is stopped");
    assert_eq!((anew.containers[0].state, anew.containers[0].health), (State::Running, Some(Health::Starting)));
}

#[test]
fn a_replacement_takes_over_anonymous_volumes_and_nothing_else() {
    let seen = applied(&web());
    let old = &seen.containers[0];
    let inherit = |inherit| Action::Create {
        replica: Replica { service: name("web"), number: 1 },
        name: "new".into(),
        inherit,
        peers: vec![],
    };
    let taken = Inherit { from: old.id.clone(), volumes: old.volumes.clone() };
    let new = after(&seen, [inherit(Some(taken))]).expect("possible").containers.remove(1);
    assert_eq!(new.volumes, old.volumes);
    assert_eq!(new.label(labels::REPLACE), Some("web-1"));
    let other = after(&seen, [inherit(None)]).expect("possible").containers.remove(1);
    assert_eq!(other.volumes[0], old.volumes[0]);
    assert_ne!(other.volumes[1], old.volumes[1]);
    assert!(other.volumes[1].is_anonymous());
}

#[test]
fn ids_differ_from_one_run_to_the_next() {
    let seen = applied(&web());
    let first = after(&seen, [create("p-web-2")]).expect("possible");
    let second = after(&first, [create("p-web-3")]).expect("possible");
    let ids: BTreeSet<&str> = second.containers.iter().map(|container| container.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| id.len() == 64));
}

#[test]
fn a_step_whose_needs_are_not_done_is_refused() {
    let mut plan = plan([create("p-web-2")]);
    let (made, _) = plan.steps().next().expect("a step");
    let start = Action::Start { target: Target::MadeBy(made) };
    let subject = Subject::new(Kind::Container, "it");
    let start = plan.add(Step { action: start, because: Reason::Asked, subject, needs: vec![made] });
    let early = simulate_in(&web(), &applied(&web()), &plan, &[start]).expect_err("too early");
    assert_eq!(early.why, "step 1, which it needs, is not done");
}
