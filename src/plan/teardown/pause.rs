//! `pause` and `unpause`: processes are frozen and go on, nothing ends.

use super::{Draft, Teardown};
use crate::model::Project;
use crate::plan::{Action, Kind, Observed, Plan, State, Subject, Target};
use crate::value::{Name, ProjectName};

/// The steps that freeze what runs.
pub fn pause(name: &ProjectName, wanted: Option<&Project>, seen: &Observed, targets: &[Name]) -> Plan {
    each((name, wanted), seen, targets, (State::Running, |target| Action::Pause { target }))
}

/// The steps that let what is frozen go on.
pub fn unpause(name: &ProjectName, wanted: Option<&Project>, seen: &Observed, targets: &[Name]) -> Plan {
    each((name, wanted), seen, targets, (State::Paused, |target| Action::Unpause { target }))
}

fn each(
    project: (&ProjectName, Option<&Project>),
    seen: &Observed,
    targets: &[Name],
    (state, action): (State, fn(Target) -> Action),
) -> Plan {
    let meant = Teardown { targets: targets.to_vec(), ..Teardown::default() };
    let mut draft = Draft::new(project, seen, &meant);
    for container in seen.containers.iter().filter(|one| one.state == state) {
        if draft.goes(container) {
            let subject = Subject::of(Kind::Container, &container.name, &container.service);
            draft.add(action(Target::Existing(container.id.clone())), &subject, vec![]);
        }
    }
    draft.plan
}
