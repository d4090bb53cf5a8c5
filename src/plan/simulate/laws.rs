//! The laws of planning, for arbitrary projects and worlds. `PROPTEST_CASES=5000` digs deeper.

use super::stage::{Stage, cuts, every_order, holds, sorted};
use super::*;
use crate::model::ServiceFile;
use crate::plan::reconcile::reconcile;
use crate::plan::teardown::{Teardown, Volumes, down};
use crate::plan::{Orphans, Reason, Recreate};
use crate::testing::plan_lines;
use proptest::test_runner::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};

#[test]
fn after_a_plan_nothing_is_left_to_do() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let after = stage.all(&stage.world, &plan)?;
        let mut settled = stage.policy.clone();
        if settled.recreate == Recreate::Always {
            settled.recreate = Recreate::Diverged;
        }
        let again = reconcile(&stage.wanted, &after, &settled);
        let Ok(again) = again else { return Err(TestCaseError::fail("blocked the second time")) };
        let by_itself = |step: &Step| {
            let for_one_that_ends = matches!(&step.because, Reason::NeededBy(service) if stage.ends(service));
            for_one_that_ends || step.subject.service.as_ref().is_some_and(|service| stage.ends(service))
        };
        let rest = again.steps().filter(|(_, step)| !by_itself(step)).count();
        prop_assert_eq!(rest, 0, "first:\n{}\nagain: {}", plan_lines(&plan).join("\n"), plan_lines(&again).join("\n"));
        Ok(())
    });
}

#[test]
fn after_a_plan_what_is_wanted_is_there() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        stage.check_wanted(&stage.all(&stage.world, &plan)?)
    });
}

#[test]
fn what_was_not_asked_for_is_not_touched() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let after = stage.all(&stage.world, &plan)?;
        let selected = stage.selected();
        let declared = |one: &SeenContainer| stage.wanted.services.contains_key(&one.service);
        for one in &stage.world.containers {
            let orphan = !declared(one) || one.oneoff;
            let asked = !one.oneoff && selected.contains(&one.service);
            if asked || orphan && stage.policy.orphans == Orphans::Remove {
                continue;
            }
            prop_assert_eq!(after.container(&one.id), Some(one), "{}", plan_lines(&plan).join("\n"));
        }
        for volume in &stage.world.volumes {
            prop_assert!(after.volumes.contains(volume), "volume {} went", volume.name);
        }
        if stage.policy.recreate == Recreate::Never {
            let kept = stage.world.containers.iter().filter_map(|one| Some((one, after.container(&one.id)?)));
            for (before, after) in kept {
                prop_assert_eq!(&before.networks, &after.networks, "{}", plan_lines(&plan).join("\n"));
            }
        }
        Ok(())
    });
}

#[test]
fn every_order_that_needs_permits_ends_in_the_same_world() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let expected = sorted(stage.all(&stage.world, &plan)?);
        let mut chance = stage.chance.clone();
        let orders = match plan.len() {
            0..=6 => every_order(&plan, &[]),
            _ => (0..16).map(|_| chance.order(&plan)).collect(),
        };
        for order in orders {
            let world = sorted(stage.carry_out(&stage.world, &plan, &order)?);
            prop_assert_eq!(&world, &expected, "in the order {:?} of\n{}", order, plan_lines(&plan).join("\n"));
        }
        Ok(())
    });
}

#[test]
fn a_run_cut_short_anywhere_is_finished_by_the_next() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let whole = stage.outline(&stage.all(&stage.world, &plan)?);
        let mut chance = stage.chance.clone();
        let order = chance.order(&plan);
        for cut in cuts(&plan, &mut chance) {
            let half = stage.carry_out(&stage.world, &plan, &order[..cut])?;
            let Ok(rest) = stage.plan(&half) else { return Err(TestCaseError::fail("blocked the second time")) };
            let after = stage.all(&half, &rest)?;
            stage.check_wanted(&after)?;
            let (done, rest) = (plan_lines(&plan).join("\n"), plan_lines(&rest).join("\n"));
            prop_assert_eq!(stage.outline(&after), whole.clone(), "{:?} of\n{}\nthen\n{}", &order[..cut], done, rest);
        }
        Ok(())
    });
}

#[test]
fn no_run_loses_an_anonymous_volume_of_a_replica_that_stays() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let mut chance = stage.chance.clone();
        let order = chance.order(&plan);
        for cut in cuts(&plan, &mut chance) {
            let half = stage.carry_out(&stage.world, &plan, &order[..cut])?;
            let Ok(rest) = stage.plan(&half) else { return Err(TestCaseError::fail("blocked the second time")) };
            let after = stage.all(&half, &rest)?;
            for one in &stage.world.containers {
                stage.check_anonymous(one, &after)?;
            }
        }
        Ok(())
    });
}

#[test]
fn down_with_volumes_leaves_nothing_of_the_project_wherever_a_run_was_cut_short() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let mut chance = stage.chance.clone();
        let order = chance.order(&plan);
        for cut in cuts(&plan, &mut chance) {
            let half = stage.carry_out(&stage.world, &plan, &order[..cut])?;
            let wish = Teardown { volumes: Volumes::Remove, orphans: Orphans::Remove, ..Teardown::default() };
            for file in [Some(&stage.wanted), None] {
                let plan = down(stage.wanted.name(), file, &half, &wish);
                let after = stage.carry_out(&half, &plan, &chance.order(&plan))?;
                let left: Vec<_> = after.containers.iter().map(|one| &one.name).collect();
                prop_assert!(left.is_empty(), "{:?} left by\n{}", left, plan_lines(&plan).join("\n"));
                stage.check_down(&half, &after, file.is_some())?;
                Stage::check_anonymous_go(&half, &plan)?;
            }
        }
        Ok(())
    });
}

#[test]
fn down_without_volumes_keeps_every_volume_and_what_is_not_its_own() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let mut chance = stage.chance.clone();
        let order = chance.order(&plan);
        let half = stage.carry_out(&stage.world, &plan, &order[..chance.below(order.len() + 1)])?;
        let targets = stage.policy.targets.clone();
        for wish in [Teardown::default(), Teardown { targets: targets.clone(), ..Teardown::default() }] {
            let plan = down(stage.wanted.name(), Some(&stage.wanted), &half, &wish);
            let after = stage.carry_out(&half, &plan, &chance.order(&plan))?;
            prop_assert_eq!(&after.volumes, &half.volumes);
            prop_assert!(plan.losses().is_empty());
            let asked = |one: &SeenContainer| {
                let named = wish.targets.is_empty() || wish.targets.contains(&one.service);
                named && !one.oneoff && stage.wanted.services.contains_key(&one.service)
            };
            for one in &half.containers {
                prop_assert_eq!(after.container(&one.id).is_none(), asked(one), "{}", plan_lines(&plan).join("\n"));
                let lost = after.container(&one.id).is_some_and(|after| after != one);
                prop_assert!(!lost, "{} was touched", one.name);
            }
        }
        Ok(())
    });
}

#[test]
fn down_with_volumes_goes_through_whatever_stays() {
    holds(|stage| {
        let wish = Teardown { volumes: Volumes::Remove, targets: stage.policy.targets.clone(), ..Teardown::default() };
        let plan = down(stage.wanted.name(), Some(&stage.wanted), &stage.world, &wish);
        let after = stage.carry_out(&stage.world, &plan, &stage.chance.clone().order(&plan))?;
        for one in &after.containers {
            for volume in one.volumes.iter().filter(|volume| !volume.is_anonymous()) {
                prop_assert!(after.volume(&volume.name).is_some(), "{} lost {}", one.name, volume.name);
            }
        }
        Ok(())
    });
}

#[test]
fn nothing_starts_or_makes_way_before_what_it_waits_for_holds() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        let order = stage.chance.clone().order(&plan);
        let after = stage.carry_out(&stage.world, &plan, &order)?;
        for (done, id) in order.iter().enumerate() {
            let step = plan.get(*id).expect("a step of this plan");
            let gated = match step.action {
                Action::Start { .. } => true,
                Action::Stop { .. } => step.because == Reason::Replaced,
                _ => false,
            };
            if let Some(service) = step.subject.service.as_ref().filter(|_| gated) {
                let now = stage.carry_out(&stage.world, &plan, &order[..done])?;
                stage.check_gate(&stage.wanted.services[service], &now, &after)?;
            }
        }
        Ok(())
    });
}

#[test]
fn what_no_file_of_the_host_has_is_put_in_before_each_start() {
    holds(|stage| {
        let Ok(plan) = stage.plan(&stage.world) else { return Ok(()) };
        for (_, step) in plan.steps() {
            let Action::Start { target } = &step.action else { continue };
            let service = step.subject.service.as_ref().map(|name| &stage.wanted.services[name]);
            let has_some = service.is_some_and(|service| !ServiceFile::in_memory(&stage.wanted, service).is_empty());
            let before = step.needs.iter().filter_map(|id| plan.get(*id)).map(|step| &step.action);
            let puts = |action: &Action| matches!(action, Action::Upload { target: into, .. } if into == target);
            prop_assert_eq!(before.into_iter().any(puts), has_some, "{}", plan_lines(&plan).join("\n"));
        }
        Ok(())
    });
}
