//! Containers that nobody here makes and that services refer to.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Segment};
use crate::engine::{Engine, EngineError, if_there};
use crate::plan::{Outsider, Role};
use bollard::query_parameters::InspectContainerOptions;
use futures_util::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet};

/// How a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Running,
    Stopped,
    Absent,
}

impl Engine {
    /// An error for each container that is not as it is needed, a warning for each that an engine does without.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn missing(&self, outsiders: &[Outsider], origins: &Origins) -> Result<Diagnostics, EngineError> {
        let names: BTreeSet<&str> = outsiders.iter().map(|one| one.container.as_str()).collect();
        let looks = names.into_iter().map(|name| async move { Ok((name, self.presence(name).await?)) });
        let present: BTreeMap<&str, Presence> = try_join_all(looks).await?.into_iter().collect::<BTreeMap<_, _>>();
        let mut diagnostics = Diagnostics::default();
        for one in outsiders {
            let presence = present.get(one.container.as_str()).copied().unwrap_or(Presence::Absent);
            if let Some(fault) = fault(one, presence) {
                diagnostics.push(fault.at(origins.place(&one.place)));
            }
        }
        Ok(diagnostics)
    }

    async fn presence(&self, container: &str) -> Result<Presence, EngineError> {
        let answer = self.docker.inspect_container(container, None::<InspectContainerOptions>).await;
        let found = if_there(answer.map_err(|fault| self.sorted(fault)))?;
        Ok(match found.map(|found| found.state.and_then(|state| state.running)) {
            Some(Some(true)) => Presence::Running,
            Some(_) => Presence::Stopped,
            None => Presence::Absent,
        })
    }
}

fn fault(Outsider { service, place, container, role }: &Outsider, presence: Presence) -> Option<Diagnostic> {
    let Some(Segment::Key(key)) = place.segments().get(2) else { return None };
    let what = format!("container '{container}', to which '{key}' of service '{service}' refers,");
    let absent = |help: String| Some(Diagnostic::error("no-such-container", format!("{what} is not there")).help(help));
    match (role, presence) {
        (_, Presence::Running) | (Role::Host | Role::Mounts | Role::Link, Presence::Stopped) => None,
        (Role::RunningHost, Presence::Stopped) => {
            let help = format!("start it with 'docker start {container}'");
            Some(Diagnostic::error("no-such-container", format!("{what} does not run")).help(help))
        }
        (Role::Link, Presence::Absent) => {
            let message = format!("{what} is not there: nobody is found by that name");
            Some(Diagnostic::warning("no-such-container", message).help("start it, or remove the link"))
        }
        (Role::Host | Role::RunningHost | Role::Mounts, Presence::Absent) => {
            absent("start it first, or write 'service:NAME' for a container of this project".into())
        }
    }
}
