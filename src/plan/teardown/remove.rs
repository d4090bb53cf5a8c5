//! `rm`: containers that do not run go; networks and named volumes stay.

use super::{Draft, Teardown, Volumes};
use crate::model::Project;
use crate::plan::{Observed, Plan, SeenContainer, State};
use crate::value::{Name, ProjectName};

/// What the user asks of `rm`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// Whether anonymous volumes go with their container.
    pub volumes: Volumes,
    /// What becomes of containers that run.
    pub running: Running,
    /// The services that are meant; the whole project when empty.
    pub targets: Vec<Name>,
}

/// What becomes of containers that run when others are removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Running {
    /// They are left alone.
    #[default]
    Leave,
    /// They are stopped and removed too.
    Stop,
}

/// The steps that remove the containers of a project that do not run.
pub fn remove(name: &ProjectName, wanted: Option<&Project>, seen: &Observed, removal: &Removal) -> Plan {
    let teardown = Teardown { volumes: removal.volumes, targets: removal.targets.clone(), ..Teardown::default() };
    let mut draft = Draft::new((name, wanted), seen, &teardown);
    let ended = |one: &SeenContainer| matches!(one.state, State::Created | State::Exited(_) | State::Dead);
    let meant = |one: &SeenContainer| ended(one) || one.is_up() && removal.running == Running::Stop;
    let (going, kept): (Vec<_>, Vec<_>) = seen.containers.iter().partition(|one| draft.goes(one) && meant(one));
    draft.remove_all(&going);
    if removal.volumes == Volumes::Remove {
        draft.inherited_volumes(&kept);
    }
    draft.plan
}
