//! What `down` and `stop` do, one obligation each.

use super::*;
use crate::plan::MountedVolume;
use crate::plan::State;
use crate::testing::{applied, notes, plan_lines, project};
use crate::value::ContainerId;

const SHOP: &str = "services:
  web: {image: nginx, networks: {default: null}, depends_on: {db: {condition: service_started}}}
  db: {image: postgres, networks: {default: null}, volumes: [{type: volume, source: data, target: /data}]}
networks: {default: {name: p_default}}
volumes: {data: {name: p_data}}";

fn wish(volumes: Volumes) -> Teardown {
    Teardown { volumes, ..Teardown::default() }
}

fn lines(file: Option<&Project>, seen: &Observed, wish: &Teardown) -> Vec<String> {
    plan_lines(&down(&"p".parse().expect("valid"), file, seen, wish))
}

#[test]
fn dependents_go_first_then_the_network_and_the_data_stays() {
    let shop = project(SHOP);
    let expected = [
        "stop web-1",
        "remove web-1 [stop web-1]",
        "stop db-1 [remove web-1]",
        "remove db-1 [stop db-1]",
        "remove network p_default [remove db-1, remove web-1]",
    ];
    assert_eq!(lines(Some(&shop), &applied(&shop), &Teardown::default()), expected);
}

#[test]
fn without_a_file_the_labels_say_the_same() {
    let shop = project(SHOP);
    let seen = applied(&shop);
    for volumes in [Volumes::Keep, Volumes::Remove] {
        let wish = wish(volumes);
        assert_eq!(lines(None, &seen, &wish), lines(Some(&shop), &seen, &wish));
    }
}

#[test]
fn labels_that_form_a_cycle_do_not_keep_anything_up() {
    let mut seen = applied(&project(SHOP));
    for container in &mut seen.containers {
        let other = if container.service.as_str() == "db" { "web" } else { "db" };
        container.labels.insert(labels::DEPENDS_ON.into(), format!("{other}:service_started:true"));
    }
    let lines = lines(None, &seen, &Teardown::default());
    assert_eq!(lines.iter().filter(|line| line.starts_with("remove ")).count(), 3, "{lines:?}");
}

#[test]
fn with_volumes_declared_data_goes_last() {
    let shop = project(SHOP);
    let lines = lines(Some(&shop), &applied(&shop), &wish(Volumes::Remove));
    assert_eq!(lines.last().map(String::as_str), Some("remove volume p_data [remove db-1, remove web-1]"));
}

#[test]
fn with_volumes_what_is_no_longer_declared_is_kept_and_named() {
    let seen = applied(&project(SHOP));
    let bare = project("services: {web: {image: nginx}, db: {image: postgres}}");
    let plan = down(bare.name(), Some(&bare), &seen, &wish(Volumes::Remove));
    assert!(plan.losses().is_empty());
    assert_eq!(notes(&plan), "volume 'p_data' is of this project but no longer declared, it is kept");
}

#[test]
fn what_is_external_is_never_touched_even_with_the_projects_labels() {
    let seen = applied(&project(SHOP));
    let outside =
        SHOP.replace("p_default}", "p_default, external: true}").replace("p_data}", "p_data, external: true}");
    let plan = down(&"p".parse().expect("valid"), Some(&project(&outside)), &seen, &wish(Volumes::Remove));
    assert!(!plan_lines(&plan).iter().any(|line| line.contains("p_")), "{:?}", plan_lines(&plan));
}

#[test]
fn what_stays_keeps_its_network_and_its_volume_and_is_named() {
    let shop = project(SHOP);
    let seen = applied(&shop);
    let smaller = project(&SHOP.replace("  db:", "  x:").replace("db: {cond", "x: {cond"));
    let plan = down(shop.name(), Some(&smaller), &seen, &wish(Volumes::Remove));
    assert_eq!(plan_lines(&plan), ["stop web-1", "remove web-1 [stop web-1]"]);
    let expected = "of this project but not of its active services, left alone: p-db-1
network 'p_default' is kept: a container that is left alone is on it
volume 'p_data' is kept: a container that is left alone has it";
    assert_eq!(notes(&plan), expected);
    let all = Teardown { orphans: Orphans::Remove, ..wish(Volumes::Remove) };
    assert_eq!(down(shop.name(), Some(&smaller), &seen, &all).losses().len(), 1);
}

#[test]
fn a_volume_that_any_key_calls_external_is_never_removed() {
    let shop = project(SHOP);
    let both = project(&SHOP.replace("{name: p_data}}", "{name: p_data}, theirs: {name: p_data, external: true}}"));
    let plan = down(shop.name(), Some(&both), &applied(&shop), &wish(Volumes::Remove));
    assert!(plan.losses().is_empty(), "{:?}", plan_lines(&plan));
}

#[test]
fn targets_go_and_nothing_else_does() {
    let shop = project(SHOP);
    let targets = vec!["db".parse().expect("valid")];
    let wish = Teardown { targets, ..wish(Volumes::Remove) };
    assert_eq!(lines(Some(&shop), &applied(&shop), &wish), ["stop db-1", "remove db-1 [stop db-1]"]);
}

#[test]
fn what_does_not_run_is_removed_without_a_stop() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    for container in &mut seen.containers {
        container.state = State::Exited(0);
    }
    let lines = lines(Some(&shop), &seen, &Teardown::default());
    assert_eq!(lines[..2], ["remove web-1", "remove db-1 [remove web-1]"]);
}

#[test]
fn an_anonymous_volume_that_two_containers_have_goes_after_both() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    let data = MountedVolume { name: "a".repeat(64), target: "/x".into() };
    seen.containers.retain(|container| container.service.as_str() == "db");
    seen.containers[0].volumes = vec![data];
    let copy = SeenContainer {
        id: ContainerId::new("copy"),
        name: "0123456789ab_p-db-1".into(),
        state: State::Created,
        ..seen.containers[0].clone()
    };
    seen.containers.push(copy);
    let lines = lines(Some(&shop), &seen, &wish(Volumes::Remove));
    let expected = format!("remove volume {} [remove db-1, remove 0123456789ab_p-db-1]", "a".repeat(64));
    assert_eq!(lines.iter().filter(|line| **line == expected).count(), 1, "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.contains("aaaa")).count(), 1, "{lines:?}");
}

#[test]
fn stop_ends_what_runs_dependents_first_and_removes_nothing() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    let plan = stop(shop.name(), Some(&shop), &seen, &Teardown::default());
    assert_eq!(plan_lines(&plan), ["stop web-1", "stop db-1 [stop web-1]"]);
    for container in &mut seen.containers {
        container.state = State::Exited(0);
    }
    assert!(stop(shop.name(), Some(&shop), &seen, &Teardown::default()).is_empty());
}

#[test]
fn an_anonymous_volume_that_a_running_one_off_shares_is_kept() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    seen.containers.retain(|container| container.service.as_str() == "db");
    seen.containers[0].volumes = vec![MountedVolume { name: "a".repeat(64), target: "/x".into() }];
    let (id, name) = (ContainerId::new("once"), "p-db-run-1".into());
    seen.containers.push(SeenContainer { id, name, oneoff: true, ..seen.containers[0].clone() });
    let plan = down(shop.name(), Some(&shop), &seen, &wish(Volumes::Remove));
    assert_eq!(plan_lines(&plan), ["stop db-1", "remove db-1 [stop db-1]", "remove volume p_data [remove db-1]"]);
}

#[test]
fn kill_is_for_all_that_run_at_once_one_offs_too() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    seen.containers[0].oneoff = true;
    let plan = kill((shop.name(), Some(&shop)), &seen, &Teardown::default(), &"INT".parse().expect("valid"));
    assert_eq!(plan_lines(&plan), ["kill db-1 SIGINT", "kill web-1 SIGINT"]);
}

#[test]
fn rm_removes_what_ended_and_leaves_what_runs() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    let states = [State::Exited(1), State::Running];
    for (container, state) in seen.containers.iter_mut().zip(states) {
        container.state = state;
    }
    let rm = |running| plan_lines(&remove(shop.name(), Some(&shop), &seen, &Removal { running, ..Removal::default() }));
    assert_eq!(rm(Running::Leave), ["remove db-1"]);
    assert_eq!(rm(Running::Stop), ["stop web-1", "remove web-1 [stop web-1]", "remove db-1 [remove web-1]"]);
}

#[test]
fn rm_removes_an_anonymous_volume_by_name_and_only_when_asked() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    seen.containers.retain(|container| container.service.as_str() == "db");
    seen.containers[0].state = State::Exited(0);
    seen.containers[0].volumes = vec![MountedVolume { name: "a".repeat(64), target: "/x".into() }];
    let rm = |volumes| remove(shop.name(), Some(&shop), &seen, &Removal { volumes, ..Removal::default() });
    assert!(rm(Volumes::Keep).losses().is_empty());
    assert_eq!(rm(Volumes::Remove).losses().len(), 1);
}

#[test]
fn pause_is_for_what_runs_and_unpause_for_what_is_paused() {
    let shop = project(SHOP);
    let mut seen = applied(&shop);
    seen.containers[0].state = State::Paused;
    assert_eq!(plan_lines(&pause(shop.name(), Some(&shop), &seen, &[])), ["pause web-1"]);
    assert_eq!(plan_lines(&unpause(shop.name(), Some(&shop), &seen, &[])), ["unpause db-1"]);
}

const BUILT: &str = "services:
  own: {build: {context: /own}, networks: {default: null}}
  named: {image: named, build: {context: /named}}
  pulled: {image: redis}
networks: {default: {name: p_default}}";

fn images_that_go(file: Option<&Project>, which: Images, targets: &[&str]) -> Vec<String> {
    let project = project(BUILT);
    let targets = targets.iter().map(|name| name.parse().expect("valid")).collect();
    let wish = Teardown { images: which, targets, ..Teardown::default() };
    let all = lines(file.map(|_| &project), &applied(&project), &wish);
    all.into_iter().filter(|line| line.starts_with("remove image")).collect()
}

#[test]
fn local_images_are_those_that_were_built_and_have_no_name_of_their_own() {
    let file = project(BUILT);
    let expected = ["remove image own:latest [remove own-1, remove named-1, remove pulled-1]"];
    let sorted = |lines: Vec<String>| {
        lines.iter().map(|line| line.split(" [").next().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(sorted(images_that_go(Some(&file), Images::Local, &[])), sorted(expected.map(str::to_owned).into()));
    assert_eq!(sorted(images_that_go(None, Images::Local, &[])), sorted(expected.map(str::to_owned).into()));
    assert!(images_that_go(Some(&file), Images::Keep, &[]).is_empty());
}

#[test]
fn all_images_are_those_that_services_use_and_with_targets_theirs() {
    let file = project(BUILT);
    assert_eq!(images_that_go(Some(&file), Images::All, &[]).len(), 3);
    assert_eq!(images_that_go(Some(&file), Images::All, &["pulled"]).len(), 1);
}

#[test]
fn what_is_cut_short_waits_for_no_order_no_hook_and_no_program() {
    let shop = project(
        "services:
  db: {image: postgres}
  web: {image: nginx, depends_on: {db: {condition: service_started}}, pre_stop: [{command: [bye]}]}
  mail: {provider: {type: post}}",
    );
    let mut seen = applied(&shop);
    let name = shop.name().clone();
    let gentle = plan_lines(&stop(&name, Some(&shop), &seen, &Teardown::default()));
    assert!(gentle.len() > 2, "{gentle:?}");
    let lines = |seen: &Observed, targets: &[&str]| {
        let targets = targets.iter().map(|name| name.parse().expect("valid")).collect();
        plan_lines(&cut_short(&name, Some(&shop), seen, &Teardown { targets, ..Teardown::default() }))
    };
    assert_eq!(lines(&seen, &[]), ["stop db-1", "stop web-1"]);
    assert_eq!(lines(&seen, &["web"]), ["stop web-1"]);
    let helper = SeenContainer { name: "helper".into(), ..seen.containers[0].clone() };
    seen.helpers.push(helper);
    assert_eq!(lines(&seen, &[]), ["stop db-1", "stop web-1", "stop helper"]);
    seen.helpers.clear();
    for container in &mut seen.containers {
        container.oneoff = true;
    }
    assert!(lines(&seen, &[]).is_empty(), "what 'run' made goes on");
}
