//! `kill`: a signal for all that runs, at once.

use super::{Draft, Teardown};
use crate::model::Project;
use crate::plan::{Action, Kind, Observed, Orphans, Plan, SeenContainer, Subject, Target};
use crate::value::{ProjectName, Signal};

/// The steps that send the running containers of a project a signal, those of `run` too, all at once. With
/// [`Orphans::Remove`] those of services that are not in the file get it too; nothing is removed.
pub fn kill(
    (name, wanted): (&ProjectName, Option<&Project>),
    seen: &Observed,
    teardown: &Teardown,
    signal: &Signal,
) -> Plan {
    let mut draft = Draft::new((name, wanted), seen, teardown);
    let meant = |one: &SeenContainer| {
        let declared = wanted.is_none_or(|project| project.services.contains_key(&one.service));
        let asked = teardown.targets.is_empty() || teardown.targets.contains(&one.service);
        asked && (declared || teardown.orphans == Orphans::Remove)
    };
    for container in seen.containers.iter().filter(|one| one.is_up() && meant(one)) {
        let subject = Subject::of(Kind::Container, &container.name, &container.service);
        let action = Action::Kill { target: Target::Existing(container.id.clone()), signal: signal.clone() };
        draft.add(action, &subject, vec![]);
    }
    draft.plan
}
