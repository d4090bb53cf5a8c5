//! The laws of planning, for arbitrary projects and worlds: ten thousand scenes where `CI` is set, fewer else.
//! `PROPTEST_CASES=100000` digs deeper, `PROPTEST_RNG_SEED=1` elsewhere.

use super::sketch::{Scene, scene};
use super::stage::{Run, Stage, sorted};
use super::*;
use crate::model::ServiceFile;
use crate::plan::reconcile::{images, reconcile};
use crate::plan::teardown::{Teardown, Volumes, down};
use crate::plan::{Images, Orphans, Reason, Recreate};
use crate::testing::plan_lines;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestCaseResult, TestRng, TestRunner};
use proptest::{prop_assert, prop_assert_eq};
use std::sync::Mutex;
use std::thread;

/// How many scenes every law is tried on in CI, and where somebody waits for it.
const SCENES: [u32; 2] = [10_000, 400];
/// How often at least every action is part of a plan of these scenes.
const OFTEN: usize = 100;
/// In how many parts the scenes are made, side by side. Each has its own source of chance, so that the scenes are the
/// same on every machine: a law that fails on one fails on all.
const PARTS: u8 = 4;

type Law = fn(&Stage, &Run) -> TestCaseResult;

/// Names each law by what it says.
macro_rules! laws {
    ($($law:ident),* $(,)?) => { [$((stringify!($law), $law as Law)),*] };
}

/// Gives each action its place in a count. A new action does not compile until it is listed, and is counted then.
macro_rules! actions {
    ($($action:ident),* $(,)?) => {
        const ACTIONS: &[&str] = &[$(stringify!($action)),*];

        fn name(action: &Action) -> &'static str {
            match action { $(Action::$action { .. } => stringify!($action)),* }
        }
    };
}

actions![
    Pull,
    Build,
    Push,
    RemoveImage,
    CreateNetwork,
    RemoveNetwork,
    RenewNetwork,
    CreateVolume,
    RemoveVolume,
    Create,
    Upload,
    Start,
    Stop,
    Kill,
    Pause,
    Unpause,
    Rename,
    Remove,
    Hook,
    Provide,
    ServeModel,
    Await,
];

#[test]
fn every_law_holds_and_every_action_is_tried() {
    let used = Mutex::new(BTreeMap::new());
    let [many, few] = SCENES;
    let usual = if option_env!("CI").is_some() { many } else { few };
    // What `PROPTEST_CASES` says, or what proptest does without.
    let scenes = match Config::default().cases {
        256 => usual,
        asked => asked,
    };
    let asked = match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => 0,
    };
    thread::scope(|scope| {
        for part in 0..PARTS {
            let used = &used;
            scope.spawn(move || {
                let config =
                    Config { failure_persistence: None, cases: scenes / u32::from(PARTS), ..Config::default() };
                let mut seed = [part; 32];
                seed[..8].iter_mut().zip(asked.to_le_bytes()).for_each(|(byte, asked)| *byte ^= asked);
                let chance = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
                let mut runner = TestRunner::new_with_rng(config, chance);
                runner.run(&scene(), |scene| play(&scene, used)).unwrap_or_else(|error| panic!("{error}"));
            });
        }
    });
    let used = used.into_inner().expect("no law failed");
    let rare: Vec<_> = ACTIONS.iter().filter(|name| used.get(*name).copied().unwrap_or(0) < OFTEN).collect();
    assert!(scenes < many || rare.is_empty(), "{rare:?} are part of fewer than {OFTEN} plans: {used:?}");
}

/// Holds every law against a scene, and counts the actions of its plans.
fn play(scene: &Scene, used: &Mutex<BTreeMap<&'static str, usize>>) -> TestCaseResult {
    let stage = Stage::set(scene);
    let plans = stage.plans();
    if let Ok(mut used) = used.lock() {
        plans.iter().flat_map(Plan::steps).for_each(|(_, step)| *used.entry(name(&step.action)).or_default() += 1);
    }
    let named = |law: &str, fault: TestCaseError| TestCaseError::fail(format!("{law}: {fault}"));
    commands::LAWS.into_iter().try_for_each(|(name, law)| law(&stage).map_err(|fault| named(name, fault)))?;
    down_with_volumes_goes_through_whatever_stays(&stage).map_err(|fault| named("down", fault))?;
    images_are_brought_once_in_any_order(&stage).map_err(|fault| named("images", fault))?;
    let Some(run) = stage.run()? else { return Ok(()) };
    let laws = laws![
        after_a_plan_nothing_is_left_to_do,
        after_a_plan_what_is_wanted_is_there,
        what_was_not_asked_for_is_not_touched,
        every_order_that_needs_permits_ends_in_the_same_world,
        a_run_cut_short_anywhere_is_finished_by_the_next,
        no_run_loses_an_anonymous_volume_of_a_replica_that_stays,
        down_with_volumes_leaves_nothing_of_the_project_wherever_a_run_was_cut_short,
        down_without_volumes_keeps_every_volume_and_what_is_not_its_own,
        nothing_starts_or_makes_way_before_what_it_waits_for_holds,
        what_no_file_of_the_host_has_is_put_in_before_each_start,
    ];
    laws.into_iter().try_for_each(|(name, law)| law(&stage, &run).map_err(|fault| named(name, fault)))
}

fn lines(plan: &Plan) -> String {
    plan_lines(plan).join("\n")
}

fn after_a_plan_nothing_is_left_to_do(stage: &Stage, run: &Run) -> TestCaseResult {
    let mut settled = stage.policy.clone();
    if settled.recreate == Recreate::Always {
        settled.recreate = Recreate::Diverged;
    }
    let again = reconcile(&stage.wanted, &run.after, &settled);
    let Ok(again) = again else { return Err(TestCaseError::fail("blocked the second time")) };
    let by_itself = |step: &Step| {
        let for_one_that_ends = matches!(&step.because, Reason::NeededBy(service) if stage.ends(service));
        for_one_that_ends || step.subject.service.as_ref().is_some_and(|service| stage.ends(service))
    };
    let rest = again.steps().filter(|(_, step)| !by_itself(step)).count();
    prop_assert_eq!(rest, 0, "first:\n{}\nagain: {}", lines(&run.plan), lines(&again));
    Ok(())
}

fn after_a_plan_what_is_wanted_is_there(stage: &Stage, run: &Run) -> TestCaseResult {
    stage.check_wanted(&run.after)
}

fn what_was_not_asked_for_is_not_touched(stage: &Stage, run: &Run) -> TestCaseResult {
    let (plan, after) = (&run.plan, &run.after);
    let selected = stage.selected();
    let declared = |one: &SeenContainer| stage.wanted.services.contains_key(&one.service);
    for one in &stage.world.containers {
        let orphan = !declared(one) || one.oneoff;
        let asked = !one.oneoff && selected.contains(&one.service);
        let ours = stage.world.is_recorded_from(&stage.wanted.identity, one);
        if asked || orphan && ours && stage.policy.orphans == Orphans::Remove {
            continue;
        }
        let after =
            after.container(&one.id).map(|after| SeenContainer { networks: same_places(one, after), ..after.clone() });
        prop_assert_eq!(after.as_ref(), Some(one), "{}", lines(plan));
    }
    for volume in stage.world.volumes.iter().filter(|volume| !stage.policy.renew.contains(&volume.name)) {
        prop_assert!(after.volumes.contains(volume), "volume {} went", volume.name);
    }
    if stage.policy.recreate == Recreate::Never {
        let kept = stage.world.containers.iter().filter_map(|one| Some((one, after.container(&one.id)?)));
        for (before, after) in kept {
            prop_assert_eq!(&before.networks, &after.networks, "{}", lines(plan));
        }
    }
    Ok(())
}

/// The networks of a container; one that was made anew counts as the same.
fn same_places(before: &SeenContainer, after: &SeenContainer) -> BTreeMap<String, String> {
    let id = |name: &String, id: &String| before.networks.get(name).unwrap_or(id).clone();
    after.networks.iter().map(|(name, now)| (name.clone(), id(name, now))).collect()
}

/// All orders of up to six steps, else sixteen by chance.
fn every_order_that_needs_permits_ends_in_the_same_world(stage: &Stage, run: &Run) -> TestCaseResult {
    let plan = &run.plan;
    let expected = sorted(run.after.clone());
    if plan.len() <= 6 {
        return stage.check_every_order(plan, &expected);
    }
    let mut chance = stage.chance.clone();
    for _ in 0..16 {
        let order = chance.order(plan);
        let world = sorted(stage.carry_out(&stage.world, plan, &order)?);
        prop_assert_eq!(&world, &expected, "in the order {:?} of\n{}", order, lines(plan));
    }
    Ok(())
}

fn a_run_cut_short_anywhere_is_finished_by_the_next(stage: &Stage, run: &Run) -> TestCaseResult {
    let whole = stage.outline(&run.after);
    for half in &run.halves {
        stage.check_wanted(&half.after)?;
        let (done, then) = (&half.done, &half.rest);
        if run.plan.steps().any(|(_, step)| matches!(step.because, Reason::VolumeChanged(_))) {
            // Who gives up a volume and is cut short before its container is made again may lose an anonymous one too.
            continue;
        }
        let after = stage.outline(&half.after);
        prop_assert_eq!(&after, &whole, "{:?} of\n{}\nthen\n{}", done, lines(&run.plan), lines(then));
    }
    Ok(())
}

fn no_run_loses_an_anonymous_volume_of_a_replica_that_stays(stage: &Stage, run: &Run) -> TestCaseResult {
    for half in &run.halves {
        // Its container goes before the next is made: who gives up a volume and is cut short there is not told of.
        let gives_up =
            |one: &&SeenContainer| one.volumes.iter().any(|volume| stage.policy.renew.contains(&volume.name));
        for one in stage.world.containers.iter().filter(|one| !gives_up(one)) {
            stage.check_anonymous(one, &half.after)?;
        }
    }
    Ok(())
}

fn down_with_volumes_leaves_nothing_of_the_project_wherever_a_run_was_cut_short(
    stage: &Stage,
    run: &Run,
) -> TestCaseResult {
    let mut chance = stage.chance.clone();
    for half in run.halves.iter().map(|half| &half.world) {
        let wish = Teardown { volumes: Volumes::Remove, orphans: Orphans::Remove, ..Teardown::default() };
        for file in [Some(&stage.wanted), None] {
            let plan = down(stage.wanted.name(), file, half, &wish);
            let after = stage.carry_out(half, &plan, &chance.order(&plan))?;
            let declared = |one: &SeenContainer| stage.wanted.services.contains_key(&one.service) && !one.oneoff;
            let ours = |one: &&SeenContainer| {
                file.is_none() || declared(one) || half.is_recorded_from(&stage.wanted.identity, one)
            };
            let left: Vec<_> = after.containers.iter().filter(ours).map(|one| &one.name).collect();
            prop_assert!(left.is_empty(), "{:?} left by\n{}", left, lines(&plan));
            if !after.containers.is_empty() {
                continue;
            }
            stage.check_down(half, &after, file.is_some())?;
            Stage::check_anonymous_go(half, &plan)?;
        }
    }
    Ok(())
}

fn down_without_volumes_keeps_every_volume_and_what_is_not_its_own(stage: &Stage, run: &Run) -> TestCaseResult {
    let mut chance = stage.chance.clone();
    let half = &run.halves[chance.below(run.halves.len())].world;
    let targets = stage.policy.targets.clone();
    for wish in [Teardown::default(), Teardown { targets: targets.clone(), ..Teardown::default() }] {
        let plan = down(stage.wanted.name(), Some(&stage.wanted), half, &wish);
        let after = stage.carry_out(half, &plan, &chance.order(&plan))?;
        prop_assert_eq!(&after.volumes, &half.volumes);
        prop_assert!(plan.losses().is_empty());
        let asked = |one: &SeenContainer| {
            let named = wish.targets.is_empty() || wish.targets.contains(&one.service);
            named && !one.oneoff && stage.wanted.services.contains_key(&one.service)
        };
        for one in &half.containers {
            prop_assert_eq!(after.container(&one.id).is_none(), asked(one), "{}", lines(&plan));
            let lost = after.container(&one.id).is_some_and(|after| after != one);
            prop_assert!(!lost, "{} was touched", one.name);
        }
    }
    Ok(())
}

fn nothing_starts_or_makes_way_before_what_it_waits_for_holds(stage: &Stage, run: &Run) -> TestCaseResult {
    let mut world = stage.before(&stage.world);
    for id in &run.order {
        let step = run.plan.get(*id).expect("a step of this plan");
        let gated = match step.action {
            Action::Start { .. } => true,
            Action::Stop { .. } => step.because == Reason::Replaced,
            _ => false,
        };
        if let Some(service) = step.subject.service.as_ref().filter(|_| gated) {
            stage.check_gate(&stage.wanted.services[service], &world.now, &run.after)?;
        }
        Stage::step(&mut world, &run.plan, *id)?;
    }
    Ok(())
}

fn down_with_volumes_goes_through_whatever_stays(stage: &Stage) -> TestCaseResult {
    let wish = Teardown { volumes: Volumes::Remove, targets: stage.policy.targets.clone(), ..Teardown::default() };
    let plan = down(stage.wanted.name(), Some(&stage.wanted), &stage.world, &wish);
    let after = stage.carry_out(&stage.world, &plan, &stage.chance.clone().order(&plan))?;
    for one in &after.containers {
        for volume in one.volumes.iter().filter(|volume| !volume.is_anonymous()) {
            prop_assert!(after.volume(&volume.name).is_some(), "{} lost {}", one.name, volume.name);
        }
    }
    Ok(())
}

fn images_are_brought_once_in_any_order(stage: &Stage) -> TestCaseResult {
    let plan = images(&stage.wanted, &stage.unfetched, &stage.policy, Images::Missing);
    let after = stage.all(&stage.unfetched, &plan)?;
    let order = stage.chance.clone().order(&plan);
    prop_assert_eq!(&stage.carry_out(&stage.unfetched, &plan, &order)?, &after);
    let again = images(&stage.wanted, &after, &stage.policy, Images::Missing);
    prop_assert!(again.is_empty(), "{}", lines(&again));
    Ok(())
}

fn what_no_file_of_the_host_has_is_put_in_before_each_start(stage: &Stage, run: &Run) -> TestCaseResult {
    for (_, step) in run.plan.steps() {
        let Action::Start { target } = &step.action else { continue };
        let service = step.subject.service.as_ref().map(|name| &stage.wanted.services[name]);
        let has_some = service.is_some_and(|service| !ServiceFile::in_memory(&stage.wanted, service).is_empty());
        let mut before = step.needs.iter().filter_map(|id| run.plan.get(*id)).map(|step| &step.action);
        let puts = |action: &Action| matches!(action, Action::Upload { target: into, .. } if into == target);
        prop_assert_eq!(before.any(puts), has_some, "{}", lines(&run.plan));
    }
    Ok(())
}
