//! What `up` does to the containers of a project, one obligation each.

mod copy;
mod sharing;

use super::*;
use crate::plan::{Health, Recreate, labels};
use crate::testing::{applied, applied_on, fetched, plan_lines, project, reasons};

const NETWORK: &str = "networks: {default: {name: p_default}}";

/// A project whose services are all in its one network.
fn services(lines: &[&str]) -> Project {
    let line = |line: &&str| format!("  {}\n", line.replacen('{', "{networks: {default: null}, ", 1));
    project(&format!("services:\n{}{NETWORK}", lines.iter().map(line).collect::<String>()))
}

fn up(wanted: &Project, seen: &Observed) -> Plan {
    up_with(wanted, seen, &Policy::default())
}

fn up_with(wanted: &Project, seen: &Observed, policy: &Policy) -> Plan {
    reconcile(wanted, &fetched(wanted, seen), policy).expect("nothing is in the way")
}

fn changed(mut world: Observed, change: impl FnOnce(&mut SeenContainer)) -> Observed {
    change(world.containers.last_mut().expect("a container"));
    world
}

#[test]
fn an_image_label_of_another_kind_says_nothing_about_a_container_that_has_the_image() {
    let one = services(&["a: {image: x}"]);
    let labelled = |image_id: &str| {
        changed(applied(&one), |container| {
            container.labels.insert(labels::IMAGE.into(), "sha256:of-one-platform".into());
            image_id.clone_into(&mut container.image_id);
        })
    };
    let image = applied(&one).images.values().next().expect("an image").id.clone();
    assert_eq!(up(&one, &labelled(&image)), Plan::default());
    assert_eq!(reasons(&up(&one, &labelled("sha256:older")))[0], "create-temp a-1: image x is newer");
}

const HEALTHY_DB: &str = "db: {condition: service_healthy}";
const DB: &str = "db: {image: postgres, healthcheck: {test: [CMD, ready]}}";

/// Two services; `web` waits until `db` is healthy.
fn shop(level: &str) -> Project {
    let web = format!("web: {{image: nginx, environment: {{LOG_LEVEL: {level}}}, depends_on: {{{HEALTHY_DB}}}}}");
    services(&[&web, DB])
}

#[test]
fn the_first_up_makes_everything_in_the_order_of_its_needs() {
    let expected = [
        "create network p_default",
        "create db-1 [create network p_default]",
        "start db-1 [create db-1]",
        "create web-1 [create network p_default]",
        "await db-1 healthy [start db-1]",
        "start web-1 [await db-1 healthy, create web-1]",
    ];
    assert_eq!(plan_lines(&up(&shop("info"), &Observed::default())), expected);
}

#[test]
fn what_names_a_container_of_the_project_is_made_when_that_one_has_its_name() {
    let shop = |level: &str| {
        let of_store =
            "depends_on: {db: {condition: service_started}}, ipc: 'container:store', volumes_from: ['container:store']";
        let web = format!("web: {{image: nginx, {of_store}, environment: {{L: {level}}}}}");
        services(&[&web, &format!("db: {{image: postgres, container_name: store, environment: {{L: {level}}}}}")])
    };
    let first = plan_lines(&up(&shop("info"), &Observed::default()));
    assert!(first.contains(&"create web-1 [create network p_default, create store]".to_owned()), "{first:?}");
    let again = plan_lines(&up(&shop("debug"), &applied(&shop("info"))));
    assert!(again.contains(&"create-temp web-1 [rename store]".to_owned()), "{again:?}");
}

#[test]
fn an_unchanged_project_is_left_alone() {
    let shop = shop("info");
    assert_eq!(up(&shop, &applied(&shop)), Plan::default());
}

#[test]
fn a_changed_variable_replaces_only_its_service_and_says_which() {
    let plan = up(&shop("debug"), &applied(&shop("info")));
    let expected = [
        "create-temp web-1",
        "stop web-1 [create-temp web-1]",
        "remove web-1 [stop web-1]",
        "rename web-1 [remove web-1]",
        "start web-1 [rename web-1]",
    ];
    assert_eq!(plan_lines(&plan), expected);
    assert_eq!(reasons(&plan)[0], "create-temp web-1: environment.LOG_LEVEL changed");
}

#[test]
fn the_old_container_stops_only_when_what_the_new_one_waits_for_holds() {
    let mut seen = applied(&shop("info"));
    seen.containers[0].health = Some(Health::Starting);
    let expected = [
        "create-temp web-1",
        "await db-1 healthy",
        "stop web-1 [await db-1 healthy, create-temp web-1]",
        "remove web-1 [stop web-1]",
        "rename web-1 [remove web-1]",
        "start web-1 [rename web-1]",
    ];
    assert_eq!(plan_lines(&up(&shop("debug"), &seen)), expected);
}

#[test]
fn two_dependents_share_the_wait_for_their_dependency() {
    let on = "depends_on: {db: {condition: service_healthy}}";
    let both = services(&[DB, &format!("a: {{image: x, {on}}}"), &format!("b: {{image: x, {on}}}")]);
    let lines = plan_lines(&up(&both, &Observed::default()));
    assert_eq!(lines.iter().filter(|line| line.starts_with("await")).count(), 1, "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.contains("await db-1 healthy")).count(), 3, "{lines:?}");
}

#[test]
fn each_condition_waits_for_what_it_says() {
    let lines = |condition: &str| {
        let web = format!("web: {{image: x, depends_on: {{db: {{condition: {condition}}}}}}}");
        plan_lines(&up(&services(&[&web, "db: {image: y}"]), &Observed::default())).split_off(4)
    };
    assert_eq!(lines("service_started"), ["start web-1 [start db-1, create web-1]"]);
    assert_eq!(lines("service_healthy")[0], "await db-1 healthy [start db-1]");
    assert_eq!(lines("service_completed_successfully")[0], "await db-1 completed [start db-1]");
}

#[test]
fn what_is_not_required_is_waited_for_if_it_can() {
    let web = "web: {image: x, depends_on: {db: {condition: service_healthy, required: false}}}";
    let plan = up(&services(&[web, DB]), &Observed::default());
    assert!(plan_lines(&plan).contains(&"await db-1 healthy if it can [start db-1]".into()));
    let alone = up(&services(&[web]), &Observed::default());
    assert_eq!(alone.len(), 3, "a dependency that is not there is not waited for");
}

#[test]
fn a_wait_that_may_fail_is_not_shared_with_one_that_must_not() {
    let web = "web: {image: x, depends_on: {db: {condition: service_healthy, required: false}}}";
    let job = format!("job: {{image: x, depends_on: {{{HEALTHY_DB}}}}}");
    let lines = plan_lines(&up(&services(&[web, &job, DB]), &Observed::default()));
    assert!(lines.contains(&"start web-1 [await db-1 healthy if it can, create web-1]".into()), "{lines:?}");
    assert!(lines.contains(&"start job-1 [await db-1 healthy, create job-1]".into()), "{lines:?}");
}

#[test]
fn a_dependency_that_is_healthy_already_is_not_waited_for() {
    let seen = applied(&shop("info"));
    let lines = plan_lines(&up(&shop("debug"), &seen));
    assert!(!lines.iter().any(|line| line.starts_with("await")), "{lines:?}");
}

#[test]
fn every_replica_of_a_dependency_is_waited_for() {
    let web = "web: {image: x, depends_on: {db: {condition: service_healthy}}}";
    let db = "db: {image: y, scale: 2, healthcheck: {test: [CMD, ready]}}";
    let lines = plan_lines(&up(&services(&[web, db]), &Observed::default()));
    let start = lines.last().expect("a line");
    assert!(start.contains("await db-1 healthy") && start.contains("await db-2 healthy"), "{start}");
}

#[test]
fn a_dependent_that_asks_for_it_is_restarted_once_the_replaced_dependency_is_ready() {
    let web = "web: {image: x, depends_on: {db: {condition: service_healthy, restart: true}}}";
    let old = applied(&services(&[web, DB]));
    let plan = up(&services(&[web, &DB.replace("postgres", "postgres, user: me")]), &old);
    let expected = [
        "create-temp db-1",
        "stop db-1 [create-temp db-1]",
        "remove db-1 [stop db-1]",
        "rename db-1 [remove db-1]",
        "start db-1 [rename db-1]",
        "await db-1 healthy [start db-1]",
        "stop web-1 [await db-1 healthy]",
        "start web-1 [stop web-1]",
    ];
    assert_eq!(plan_lines(&plan), expected);
    assert_eq!(reasons(&plan)[6], "stop web-1: its dependency 'db' is replaced");
}

#[test]
fn a_dependent_that_does_not_ask_for_it_runs_on() {
    let web = "web: {image: x, depends_on: {db: {condition: service_healthy}}}";
    let old = applied(&services(&[web, DB]));
    let plan = up(&services(&[web, &DB.replace("postgres", "postgres, user: me")]), &old);
    assert!(!plan_lines(&plan).iter().any(|line| line.contains("web")), "{:?}", plan_lines(&plan));
}

#[test]
fn what_does_not_run_is_started_and_its_state_is_the_reason() {
    let one = services(&["a: {image: x}"]);
    for (state, reason) in [
        (State::Exited(1), "start a-1: exited (1)"),
        (State::Paused, "start a-1: paused"),
        (State::Created, "start a-1: created"),
    ] {
        let seen = changed(applied(&one), |container| container.state = state);
        assert_eq!(reasons(&up(&one, &seen)), [reason]);
    }
}

#[test]
fn a_dead_container_is_replaced_since_it_can_never_run_again() {
    let one = services(&["a: {image: x}"]);
    let seen = changed(applied(&one), |container| container.state = State::Dead);
    assert_eq!(reasons(&up(&one, &seen))[0], "create-temp a-1: dead");
    let never = Policy { recreate: Recreate::Never, ..Policy::default() };
    assert_eq!(reasons(&up_with(&one, &seen, &never))[0], "create-temp a-1: dead");
}

fn scaled(count: u32) -> Project {
    services(&[&format!("a: {{image: x, scale: {count}}}")])
}

#[test]
fn scaling_down_takes_the_highest_numbers() {
    let expected = ["stop a-2", "remove a-2 [stop a-2]", "stop a-3", "remove a-3 [stop a-3]"];
    assert_eq!(plan_lines(&up(&scaled(1), &applied(&scaled(3)))), expected);
}

#[test]
fn scaling_up_goes_on_after_the_highest_number_and_fills_no_gap() {
    let mut seen = applied(&scaled(3));
    seen.containers.retain(|container| container.number != 2);
    let lines = plan_lines(&up(&scaled(4), &seen));
    assert_eq!(lines, ["create a-4", "start a-4 [create a-4]", "create a-5", "start a-5 [create a-5]"]);
}

#[test]
fn what_fits_survives_scaling_down_even_with_a_higher_number() {
    let mut seen = applied(&scaled(2));
    seen.containers[0].labels.insert(labels::CONFIG_HASH.into(), "other".into());
    assert_eq!(plan_lines(&up(&scaled(1), &seen)), ["stop a-1", "remove a-1 [stop a-1]"]);
}

#[test]
fn a_name_of_the_users_own_that_looks_made_up_is_left_alone() {
    let one = services(&["a: {image: x, container_name: 0123456789ab_web}"]);
    assert_eq!(up(&one, &applied(&one)), Plan::default());
}

#[test]
fn two_containers_of_one_number_are_both_replicas_unless_one_has_a_made_up_name() {
    let mut seen = applied(&scaled(2));
    seen.containers[1].number = 1;
    assert_eq!(up(&scaled(2), &seen), Plan::default());
}

#[test]
fn orphans_are_named_and_left_alone_unless_they_are_to_go() {
    let (old, new) = (services(&[DB, "a: {image: x}"]), services(&[DB]));
    let seen = applied(&old);
    let kept = up(&new, &seen);
    assert!(kept.is_empty());
    assert_eq!(kept.notes()[0].message, "not in the compose file any more, left alone: p-a-1");
    let policy = Policy { orphans: Orphans::Remove, ..Policy::default() };
    assert_eq!(plan_lines(&up_with(&new, &seen, &policy)), ["stop a-1", "remove a-1 [stop a-1]"]);
}

#[test]
fn a_container_of_other_compose_files_stays_and_is_told_of_calmly() {
    let (before, after) = (services(&["a: {image: x}", "b: {image: x}"]), services(&["a: {image: x}"]));
    let other = |files: &str| {
        changed(applied(&before), |one| drop(one.labels.insert(labels::CONFIG_FILES.into(), files.into())))
    };
    let policy = Policy { orphans: Orphans::Remove, ..Policy::default() };
    for files in ["/p/other.yaml", "/p/compose.yaml,/p/other.yaml", ""] {
        let plan = up_with(&after, &other(files), &policy);
        assert!(plan.is_empty(), "{files}: {:?}", plan_lines(&plan));
        assert_eq!(plan.notes()[0].message, "made from other compose files of this project, left alone: p-b-1");
        assert_eq!(plan.notes()[0].help, None);
    }
    let mut seen = other("/p/compose.yaml,/p/gone.yaml");
    seen.vanished.insert("/p/gone.yaml".into());
    assert_eq!(plan_lines(&up_with(&after, &seen, &policy)), ["stop b-1", "remove b-1 [stop b-1]"]);
    let ignoring = Policy { orphans: Orphans::Ignore, ..Policy::default() };
    assert!(up_with(&after, &other(""), &ignoring).notes().is_empty());
}

#[test]
fn what_the_engine_says_of_a_container_without_a_fingerprint_is_the_reason() {
    let mut seen = changed(applied(&shop("info")), |one| drop(one.labels.remove(labels::FINGERPRINT)));
    let id = seen.replicas(&"web".parse().expect("valid"))[0].id.clone();
    assert_eq!(reasons(&up(&shop("debug"), &seen))[0], "create-temp web-1: its configuration changed");
    seen.drift.insert(id, vec!["ports".into(), "user".into()]);
    assert_eq!(reasons(&up(&shop("debug"), &seen))[0], "create-temp web-1: ports, user changed");
}

#[test]
fn a_name_that_an_orphan_has_is_taken_over_when_it_goes_and_else_says_who_has_it() {
    let named = |service: &str| services(&[&format!("{service}: {{image: x, container_name: front}}")]);
    let seen = fetched(&named("new"), &applied(&named("old")));
    let blocked = reconcile(&named("new"), &seen, &Policy::default()).expect_err("the name is taken");
    assert_eq!(blocked.to_string(), "the name 'front' is taken by a container of service 'old'");
    let policy = Policy { orphans: Orphans::Remove, ..Policy::default() };
    let lines = plan_lines(&up_with(&named("new"), &seen, &policy));
    assert_eq!(
        lines,
        ["stop front", "remove front [stop front]", "create front [remove front]", "start front [create front]"]
    );
}

#[test]
fn a_newer_image_replaces_what_was_made_from_the_older_one() {
    let one = services(&["a: {image: x}"]);
    let mut seen = applied(&one);
    seen.images.get_mut("x:latest").expect("pulled").id = "sha256:newer".into();
    assert_eq!(reasons(&up(&one, &seen))[0], "create-temp a-1: image x is newer");
}

#[test]
fn a_container_that_compose_made_is_adopted_by_its_hash() {
    let one = services(&["a: {image: x}"]);
    let seen = changed(applied(&one), |container| {
        container.labels.remove(labels::FINGERPRINT);
    });
    assert_eq!(up(&one, &seen), Plan::default());
    let other = services(&["a: {image: x, tty: true}"]);
    assert_eq!(reasons(&up(&other, &seen))[0], "create-temp a-1: its configuration changed");
}

#[test]
fn targets_bring_up_their_dependencies_and_nothing_else() {
    let web = "web: {image: x, depends_on: {db: {condition: service_started}}}";
    let three = services(&[web, "db: {image: y}", "other: {image: z}"]);
    let policy = Policy { targets: vec!["web".parse().expect("valid")], ..Policy::default() };
    let lines = plan_lines(&up_with(&three, &Observed::default(), &policy));
    assert!(lines.iter().any(|line| line.starts_with("create db-1")));
    assert!(!lines.iter().any(|line| line.contains("other")), "{lines:?}");
}

#[test]
fn recreate_always_replaces_all_and_never_replaces_none() {
    let seen = applied(&shop("info"));
    let policy = |recreate| Policy { recreate, ..Policy::default() };
    let always = up_with(&shop("info"), &seen, &policy(Recreate::Always));
    assert_eq!(plan_lines(&always).iter().filter(|line| line.starts_with("create-temp")).count(), 2);
    assert_eq!(reasons(&always)[0], "create-temp db-1: asked for");
    assert!(up_with(&shop("debug"), &seen, &policy(Recreate::Never)).is_empty());
}

#[test]
fn waiting_waits_for_every_container_that_is_not_ready_yet() {
    let both = services(&[DB, "a: {image: x}"]);
    let policy = Policy { reach: Reach::Ready, ..Policy::default() };
    let lines = plan_lines(&up_with(&both, &Observed::default(), &policy)).split_off(5);
    assert_eq!(lines, ["await a-1 running [start a-1]", "await db-1 healthy [start db-1]"]);
    let seen = applied(&both);
    assert_eq!(plan_lines(&up_with(&both, &seen, &policy)), ["await db-1 healthy"]);
}

#[test]
fn a_finished_one_off_goes_with_the_orphans_and_a_running_one_stays() {
    let one = services(&["a: {image: x}"]);
    let mut seen = applied_on(&one, &Observed::default());
    for (name, state) in [("p-a-run-1", State::Exited(0)), ("p-a-run-2", State::Running)] {
        let id = ContainerId::new(name);
        seen.containers.push(SeenContainer {
            id,
            name: name.into(),
            oneoff: true,
            number: 0,
            state,
            ..seen.containers[0].clone()
        });
    }
    let policy = Policy { orphans: Orphans::Remove, ..Policy::default() };
    assert_eq!(plan_lines(&up_with(&one, &seen, &policy)), ["stop a-run-1", "remove a-run-1 [stop a-run-1]"]);
}
