//! What must hold before a container starts: its dependencies, as steps that wait.

use super::{Draft, Ready};
use crate::model::{Dependency, DependencyCondition, Service};
use crate::plan::{Action, Condition, Facts, Judgement, Reason, StepId, Target};
use crate::value::Name;
use std::collections::BTreeSet;

/// The steps that must be done before a container of this service starts.
pub(super) fn before(draft: &mut Draft<'_>, service: &Service) -> Vec<StepId> {
    let mut needs = Vec::new();
    for (name, dependency) in &service.depends_on {
        for container in draft.ready.get(name).cloned().unwrap_or_default() {
            needs.extend(one(draft, &service.name, dependency, &container));
        }
    }
    needs.sort();
    needs.dedup();
    needs
}

/// Waits for dependencies that this plan starts although their dependent runs already: that a job fails is not hidden
/// because what came after it still runs.
pub(super) fn on_what_starts(draft: &mut Draft<'_>, service: &Service) {
    for (name, dependency) in &service.depends_on {
        for container in draft.ready.get(name).cloned().unwrap_or_default() {
            if container.started.is_some() {
                one(draft, &service.name, dependency, &container);
            }
        }
    }
}

fn one(draft: &mut Draft<'_>, dependent: &Name, dependency: &Dependency, container: &Ready) -> Option<StepId> {
    let Some(until) = Condition::of(dependency.condition) else { return container.started };
    if container.started.is_none() && holds(draft, &container.target, until) {
        return None;
    }
    let key = (container.target.clone(), until, dependency.required);
    if let Some(step) = draft.gates.get(&key) {
        return Some(*step);
    }
    let action = Action::Await { target: container.target.clone(), until, required: dependency.required };
    let because = Reason::NeededBy(dependent.clone());
    let step = draft.add(action, because, &container.subject, container.started.into_iter().collect());
    draft.gates.insert(key, step);
    Some(step)
}

/// Whether a container that is left alone is already as a condition wants it.
fn holds(draft: &Draft<'_>, target: &Target, until: Condition) -> bool {
    let Target::Existing(id) = target else { return false };
    let Some(container) = draft.roster.container(id) else { return false };
    until.judge(&Facts::listed(container)) == Judgement::Met
}

/// `--wait`: every container runs and is healthy, or has ended well if a dependent waits for that.
pub(super) fn wait_for_all(draft: &mut Draft<'_>, selected: &BTreeSet<Name>) {
    let wanted = draft.wanted;
    let dependencies = wanted.services.values().flat_map(|service| &service.depends_on);
    let completing = dependencies.filter(|(_, how)| how.condition == DependencyCondition::CompletedSuccessfully);
    let completing: BTreeSet<&Name> = completing.map(|(name, _)| name).collect();
    for name in selected {
        let completes = completing.contains(name);
        let checked = wanted.services.get(name).is_some_and(Service::has_healthcheck);
        let until = match (completes, checked) {
            (true, _) => Condition::CompletedSuccessfully,
            (false, true) => Condition::Healthy,
            (false, false) => Condition::RunningOrHealthy,
        };
        for container in draft.ready.get(name).cloned().unwrap_or_default() {
            if draft.gates.contains_key(&(container.target.clone(), until, true)) {
                continue;
            }
            if container.started.is_none() && holds(draft, &container.target, until) {
                continue;
            }
            let action = Action::Await { target: container.target, until, required: true };
            draft.add(action, Reason::Asked, &container.subject, container.started.into_iter().collect());
        }
    }
}
