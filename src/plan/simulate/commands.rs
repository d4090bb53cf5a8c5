//! The laws of `start`, `stop`, `restart`, `kill`, `rm`, `pause` and of `create`, for arbitrary projects and worlds.

use super::stage::{Stage, sorted};
use super::*;
use crate::graph::Services;
use crate::plan::adopt::adopt;
use crate::plan::reconcile::{reconcile, restart, start};
use crate::plan::teardown::{Images, Removal, Running, Teardown, Volumes, down, kill, pause, remove, stop, unpause};
use crate::plan::{Policy, Reach, labels};
use crate::testing::plan_lines;
use proptest::test_runner::{TestCaseError, TestCaseResult};
use proptest::{prop_assert, prop_assert_eq};

/// A law, and what it says.
type Law = (&'static str, fn(&Stage) -> TestCaseResult);

/// All of them.
pub const LAWS: [Law; 12] = [
    (
        "after_stop_nothing_that_was_meant_runs_and_nothing_is_gone",
        after_stop_nothing_that_was_meant_runs_and_nothing_is_gone,
    ),
    (
        "after_start_all_that_were_there_run_and_none_is_another",
        after_start_all_that_were_there_run_and_none_is_another,
    ),
    ("start_after_stop_brings_back_what_ran", start_after_stop_brings_back_what_ran),
    (
        "restart_starts_all_that_are_there_again_each_after_what_it_waits_for",
        restart_starts_all_that_are_there_again_each_after_what_it_waits_for,
    ),
    (
        "the_labels_alone_restart_the_same_containers_as_the_file_they_came_from",
        the_labels_alone_restart_the_same_containers_as_the_file_they_came_from,
    ),
    (
        "kill_ends_all_at_once_and_another_signal_changes_nothing_that_is_known",
        kill_ends_all_at_once_and_another_signal_changes_nothing_that_is_known,
    ),
    ("rm_removes_what_does_not_run_and_no_volume_with_a_name", rm_removes_what_does_not_run_and_no_volume_with_a_name),
    ("what_is_paused_goes_on_as_it_was", what_is_paused_goes_on_as_it_was),
    ("create_makes_all_that_up_would_and_starts_nothing", create_makes_all_that_up_would_and_starts_nothing),
    ("no_deps_touches_the_targets_only_and_waits_for_nobody", no_deps_touches_the_targets_only_and_waits_for_nobody),
    (
        "renewed_containers_have_none_of_the_old_anonymous_volumes_and_these_are_removed",
        renewed_containers_have_none_of_the_old_anonymous_volumes_and_these_are_removed,
    ),
    (
        "down_with_images_removes_those_that_nothing_uses_any_more",
        down_with_images_removes_those_that_nothing_uses_any_more,
    ),
];

/// The services that are meant: those asked for, or all of the file.
fn is_meant(stage: &Stage, one: &SeenContainer) -> bool {
    let targets = &stage.policy.targets;
    let asked = targets.is_empty() || targets.contains(&one.service);
    asked && !one.oneoff && stage.wanted.services.contains_key(&one.service)
}

/// Carries out a plan in an order by chance, and in all orders when it is short: all end alike.
fn carried_out(stage: &Stage, plan: &Plan) -> Result<Observed, TestCaseError> {
    let mut chance = stage.chance.clone();
    let after = stage.carry_out(&stage.world, plan, &chance.order(plan))?;
    if plan.len() <= 5 {
        stage.check_every_order(plan, &sorted(after.clone()))?;
        return Ok(after);
    }
    for order in [chance.order(plan), chance.order(plan)] {
        let other = sorted(stage.carry_out(&stage.world, plan, &order)?);
        prop_assert_eq!(&other, &sorted(after.clone()), "{}", plan_lines(plan).join("\n"));
    }
    Ok(after)
}

/// Whether a plan left networks, volumes, and all containers but the meant ones as they were.
fn only_meant(stage: &Stage, after: &Observed, meant: impl Fn(&SeenContainer) -> bool) -> TestCaseResult {
    prop_assert_eq!(&after.networks, &stage.world.networks);
    prop_assert_eq!(&after.volumes, &stage.world.volumes);
    for one in stage.world.containers.iter().filter(|one| !meant(one)) {
        prop_assert_eq!(after.container(&one.id), Some(one));
    }
    Ok(())
}

fn teardown(stage: &Stage) -> Teardown {
    Teardown { targets: stage.policy.targets.clone(), ..Teardown::default() }
}

fn settled(one: &SeenContainer) -> bool {
    !matches!(one.state, State::Removing | State::Dead)
}

fn after_stop_nothing_that_was_meant_runs_and_nothing_is_gone(stage: &Stage) -> TestCaseResult {
    let plan = stop(stage.wanted.name(), Some(&stage.wanted), &stage.world, &teardown(stage));
    let after = carried_out(stage, &plan)?;
    only_meant(stage, &after, |one| is_meant(stage, one))?;
    prop_assert_eq!(after.containers.len(), stage.world.containers.len());
    for one in after.containers.iter().filter(|one| is_meant(stage, one)) {
        prop_assert!(!one.is_up(), "{} runs", one.name);
    }
    Ok(())
}

fn after_start_all_that_were_there_run_and_none_is_another(stage: &Stage) -> TestCaseResult {
    let selected = stage.selected();
    let meant = |one: &SeenContainer| !one.oneoff && selected.contains(&one.service);
    let plan = match start(&stage.wanted, &stage.world, &stage.policy) {
        Ok(plan) => plan,
        Err(blocked) => {
            let is_right = is_one_stranded(stage, &selected) || is_one_without_container(stage, &selected);
            prop_assert!(is_right, "{}", blocked);
            return Ok(());
        }
    };
    if !stage.ports_are_free(&stage.world, &plan) {
        return Ok(());
    }
    let after = carried_out(stage, &plan)?;
    only_meant(stage, &after, meant)?;
    for one in stage.world.containers.iter().filter(|one| meant(one) && settled(one)) {
        let now = after.container(&one.id).map(|now| now.state);
        let ended = stage.ends(&one.service) && now == Some(State::Exited(0));
        let runs = matches!(now, Some(State::Running | State::Restarting));
        prop_assert!(runs || ended, "{} is {:?} after\n{}", one.name, now, plan_lines(&plan).join("\n"));
    }
    Ok(())
}

/// Whether one of the containers of these services cannot start since one in whose namespaces it lives does not run before
/// it: that one is gone, is not of these services and does not run, or comes after it by now.
fn is_one_stranded(stage: &Stage, selected: &BTreeSet<Name>) -> bool {
    let is_meant = |one: &SeenContainer| !one.oneoff && settled(one) && selected.contains(&one.service);
    stage.world.containers.iter().filter(|one| is_meant(one)).any(|one| {
        let recorded = one.label(labels::FINGERPRINT).map(fingerprint::homes).unwrap_or_default();
        let homes: Vec<_> = stage.world.containers.iter().filter(|home| lives_in(one, home)).collect();
        let never_runs = |home: &&SeenContainer| !is_meant(home) && !home.is_up();
        let is_late = |home: &&SeenContainer| comes_after(stage, &home.service, &one.service);
        let fails = |home: &&SeenContainer| never_runs(home) || is_late(home) || stage.ends(&home.service);
        homes.len() < recorded.len() || homes.iter().any(fails)
    })
}

/// Whether a service depends on another one, or lives with one that does, and so on.
fn comes_after(stage: &Stage, service: &Name, other: &Name) -> bool {
    let mut found = BTreeSet::from([service.clone()]);
    let mut next = vec![service.clone()];
    while let Some(name) = next.pop() {
        let declared = stage.wanted.services.get(&name).into_iter().flat_map(|service| service.depends_on.keys());
        let own = stage.world.containers.iter().filter(|one| one.service == name && !one.oneoff);
        let homes = own.flat_map(|one| stage.world.containers.iter().filter(|home| lives_in(one, home)));
        let all: BTreeSet<Name> = declared.chain(homes.map(|home| &home.service)).cloned().collect();
        next.extend(all.into_iter().filter(|name| found.insert(name.clone())));
    }
    found.contains(other)
}

/// Whether a service that ought to have containers has none that can be started.
fn is_one_without_container(stage: &Stage, selected: &BTreeSet<Name>) -> bool {
    let lacks = |name: &Name| {
        stage.wanted.services[name].replicas() > 0 && !stage.world.replicas(name).into_iter().any(settled)
    };
    selected.iter().any(lacks)
}

/// The services that are restarted: those asked for, and those that ask to be restarted with one of them.
fn restarted(stage: &Stage) -> BTreeSet<Name> {
    let targets = &stage.policy.targets;
    let asked = |name: &&Name| targets.is_empty() || targets.contains(name);
    let mut found: BTreeSet<Name> = stage.wanted.services.keys().filter(asked).cloned().collect();
    for name in Services::of(&stage.wanted).start_order() {
        let depends_on = &stage.wanted.services[&name].depends_on;
        if depends_on.iter().any(|(other, how)| how.restart && found.contains(other)) {
            found.insert(name);
        }
    }
    found
}

fn lives_in(one: &SeenContainer, home: &SeenContainer) -> bool {
    let recorded = one.label(labels::FINGERPRINT);
    one.joins.as_ref() == Some(&home.id)
        || recorded.is_some_and(|recorded| fingerprint::lives_in(recorded, &home.service, &home.id))
}

fn start_after_stop_brings_back_what_ran(stage: &Stage) -> TestCaseResult {
    let Some(plan) = stage.plan(&stage.world) else { return Ok(()) };
    let up = stage.all(&stage.world, &plan)?;
    let ending = stop(stage.wanted.name(), Some(&stage.wanted), &up, &teardown(stage));
    let down = stage.all(&up, &ending)?;
    let policy = Policy { targets: stage.policy.targets.clone(), ..Policy::default() };
    let Some(beginning) = stage.possible(&down, start(&stage.wanted, &down, &policy)) else { return Ok(()) };
    let again = stage.all(&down, &beginning)?;
    for one in up.containers.iter().filter(|one| one.is_up() && is_meant(stage, one)) {
        let now = again.container(&one.id).map(|now| now.state);
        let well = now.is_some_and(|state| is_up(state) || state == State::Exited(0) && stage.ends(&one.service));
        prop_assert!(well, "{} is {:?}", one.name, now);
    }
    Ok(())
}

fn restart_starts_all_that_are_there_again_each_after_what_it_waits_for(stage: &Stage) -> TestCaseResult {
    let plan = match restart(&stage.wanted, &stage.world, &stage.policy) {
        Ok(plan) => plan,
        Err(blocked) => {
            prop_assert!(is_one_stranded(stage, &restarted(stage)), "{}", blocked);
            return Ok(());
        }
    };
    if !stage.ports_are_free(&stage.world, &plan) {
        return Ok(());
    }
    let after = carried_out(stage, &plan)?;
    let started = |id: &ContainerId| {
        let starts = |step: &Step| matches!(&step.action, Action::Start { target: Target::Existing(one) } if one == id);
        plan.steps().filter(|(_, step)| starts(step)).count()
    };
    for one in stage.world.containers.iter().filter(|one| is_meant(stage, one) && settled(one)) {
        prop_assert_eq!(started(&one.id), 1, "{}\n{}", one.name, plan_lines(&plan).join("\n"));
    }
    only_meant(stage, &after, |one| started(&one.id) == 1)
}

fn the_labels_alone_restart_the_same_containers_as_the_file_they_came_from(stage: &Stage) -> TestCaseResult {
    let world = crate::testing::applied_on(&stage.wanted, &super::sketch::empty_world());
    let started = |plan: &Plan| -> BTreeSet<String> {
        let starts = plan.steps().filter(|(_, step)| matches!(step.action, Action::Start { .. }));
        starts.map(|(_, step)| step.subject.name.clone()).collect()
    };
    let adopted = adopt(stage.wanted.name(), &world);
    let policy = Policy::default();
    let [adopted, declared] =
        [&adopted, &stage.wanted].map(|project| restart(project, &world, &policy).expect("all runs"));
    prop_assert_eq!(started(&adopted), started(&declared));
    Ok(())
}

fn kill_ends_all_at_once_and_another_signal_changes_nothing_that_is_known(stage: &Stage) -> TestCaseResult {
    let project = (stage.wanted.name(), Some(&stage.wanted));
    let plan = kill(project, &stage.world, &teardown(stage), &Signal::kill());
    prop_assert!(plan.steps().all(|(_, step)| step.needs.is_empty()));
    let after = carried_out(stage, &plan)?;
    let declared = |one: &SeenContainer| stage.wanted.services.contains_key(&one.service);
    let meant = |one: &SeenContainer| {
        declared(one) && (stage.policy.targets.is_empty() || stage.policy.targets.contains(&one.service))
    };
    only_meant(stage, &after, meant)?;
    prop_assert!(after.containers.iter().filter(|one| meant(one)).all(|one| !one.is_up()));
    let hup = kill(project, &stage.world, &teardown(stage), &"HUP".parse().expect("a signal"));
    prop_assert_eq!(&carried_out(stage, &hup)?, &stage.world);
    Ok(())
}

fn rm_removes_what_does_not_run_and_no_volume_with_a_name(stage: &Stage) -> TestCaseResult {
    for (running, volumes) in [
        (Running::Leave, Volumes::Keep),
        (Running::Leave, Volumes::Remove),
        (Running::Stop, Volumes::Keep),
        (Running::Stop, Volumes::Remove),
    ] {
        let removal = Removal { volumes, running, targets: stage.policy.targets.clone() };
        let plan = remove(stage.wanted.name(), Some(&stage.wanted), &stage.world, &removal);
        let after = carried_out(stage, &plan)?;
        only_meant(stage, &after, |one| is_meant(stage, one))?;
        for one in stage.world.containers.iter().filter(|one| is_meant(stage, one)) {
            let goes = one.state != State::Removing && (running == Running::Stop || !one.is_up());
            prop_assert_eq!(after.container(&one.id).is_none(), goes, "{} was {}", one.name, one.state);
        }
        prop_assert!(volumes == Volumes::Remove || plan.losses().is_empty());
    }
    Ok(())
}

fn what_is_paused_goes_on_as_it_was(stage: &Stage) -> TestCaseResult {
    let targets = &stage.policy.targets;
    let plan = pause(stage.wanted.name(), Some(&stage.wanted), &stage.world, targets);
    let frozen = carried_out(stage, &plan)?;
    only_meant(stage, &frozen, |one| is_meant(stage, one))?;
    let before: Vec<_> = stage.world.containers.iter().map(|one| one.state).collect();
    let back = unpause(stage.wanted.name(), Some(&stage.wanted), &frozen, targets);
    let after = stage.all(&frozen, &back)?;
    for (one, was) in after.containers.iter().zip(before) {
        let thawed = was == State::Paused && is_meant(stage, one);
        prop_assert_eq!(one.state, if thawed { State::Running } else { was }, "{}", one.name);
    }
    Ok(())
}

fn create_makes_all_that_up_would_and_starts_nothing(stage: &Stage) -> TestCaseResult {
    let policy = Policy { reach: Reach::Created, ..stage.policy.clone() };
    let Some(plan) = stage.possible(&stage.world, reconcile(&stage.wanted, &stage.world, &policy)) else {
        return Ok(());
    };
    let starts = plan.steps().filter(|(_, step)| matches!(step.action, Action::Start { .. } | Action::Await { .. }));
    prop_assert_eq!(starts.count(), 0, "{}", plan_lines(&plan).join("\n"));
    let created = carried_out(stage, &plan)?;
    let started = Policy { reach: Reach::Started, ..policy };
    let Ok(rest) = reconcile(&stage.wanted, &created, &started) else {
        return Err(TestCaseError::fail("blocked after create"));
    };
    if !stage.ports_are_free(&created, &rest) {
        return Ok(());
    }
    let makes = |step: &Step| matches!(step.action, Action::Create { .. } | Action::CreateNetwork { .. });
    let again = stage.policy.recreate == crate::plan::Recreate::Always;
    prop_assert!(again || !rest.steps().any(|(_, step)| makes(step)), "{}", plan_lines(&rest).join("\n"));
    stage.check_wanted(&stage.all(&created, &rest)?)
}

fn no_deps_touches_the_targets_only_and_waits_for_nobody(stage: &Stage) -> TestCaseResult {
    let policy = Policy { dependencies: crate::plan::Dependencies::Leave, ..stage.policy.clone() };
    let Some(plan) = stage.possible(&stage.world, reconcile(&stage.wanted, &stage.world, &policy)) else {
        return Ok(());
    };
    if policy.targets.is_empty() {
        return Ok(());
    }
    let asked = |step: &Step| step.subject.service.as_ref().is_none_or(|service| policy.targets.contains(service));
    let orphan = |step: &Step| step.because == crate::plan::Reason::Orphan;
    prop_assert!(plan.steps().all(|(_, step)| asked(step) || orphan(step)), "{}", plan_lines(&plan).join("\n"));
    carried_out(stage, &plan).map(|_| ())
}

fn renewed_containers_have_none_of_the_old_anonymous_volumes_and_these_are_removed(stage: &Stage) -> TestCaseResult {
    let anonymous = crate::plan::AnonymousVolumes::Remove;
    let always = crate::plan::Recreate::Always;
    let renew = BTreeSet::new();
    let policy = Policy { anonymous, recreate: always, recreate_dependencies: always, renew, ..stage.policy.clone() };
    let Some(plan) = stage.possible(&stage.world, reconcile(&stage.wanted, &stage.world, &policy)) else {
        return Ok(());
    };
    let after = carried_out(stage, &plan)?;
    let replaced: Vec<&SeenContainer> =
        stage.world.containers.iter().filter(|one| after.container(&one.id).is_none()).collect();
    let has = |one: &SeenContainer, name: &str| one.volumes.iter().any(|volume| volume.name == name);
    for volume in replaced.iter().flat_map(|one| &one.volumes).filter(|volume| volume.is_anonymous()) {
        let new = after.containers.iter().filter(|one| stage.world.container(&one.id).is_none());
        prop_assert!(new.into_iter().all(|one| !has(one, &volume.name)), "{} is still used", volume.name);
    }
    prop_assert!(plan.losses().iter().all(|step| step.subject.name.len() == 64));
    Ok(())
}

fn down_with_images_removes_those_that_nothing_uses_any_more(stage: &Stage) -> TestCaseResult {
    let wish = Teardown { images: Images::All, ..Teardown::default() };
    let plan = down(stage.wanted.name(), Some(&stage.wanted), &stage.world, &wish);
    let after = carried_out(stage, &plan)?;
    for service in stage.wanted.services.values() {
        let name = stage.wanted.image_of(service).familiar();
        let Some(image) = stage.world.images.get(&name) else { continue };
        let used = after.containers.iter().any(|one| one.label(labels::IMAGE) == Some(image.id.as_str()));
        prop_assert_eq!(after.images.contains_key(&name), used, "{}", name);
    }
    prop_assert_eq!(&after.volumes, &stage.world.volumes);
    Ok(())
}
