//! [`Offer`]: what an edit of the project asks for and the user is asked about, since something is lost by it.

use super::super::Context;
use super::super::changes::Changes;
use super::tell::list;
use crate::model::Project;
use crate::plan::Observed;
use crate::plan::reconcile::changed_volumes;
use crate::value::Name;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// What can be done if the user wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// The containers of these services, which are no longer in the file, can go.
    Orphans(BTreeSet<Name>),
    /// This volume, whose definition changed, can be made anew.
    Volume(String),
}

impl Offer {
    /// What there is to ask after the project was brought about.
    pub fn all_of(project: &Project, seen: &Observed) -> Vec<Self> {
        let is_gone = |name: &Name| !project.services.contains_key(name) && !project.inactive.contains_key(name);
        let orphans = seen.containers.iter().filter(|one| is_gone(&one.service) && !one.oneoff);
        let ours = orphans.filter(|one| seen.is_recorded_from(&project.identity, one));
        let names: BTreeSet<Name> = ours.map(|one| one.service.clone()).collect();
        let orphans = (!names.is_empty()).then_some(Self::Orphans(names));
        orphans.into_iter().chain(changed_volumes(project, seen).into_iter().map(Self::Volume)).collect()
    }

    /// Asks; other lines follow while nobody answers.
    pub fn ask(&self, context: &Context) {
        let question = match self {
            Self::Orphans(names) => {
                format!("{} is no longer in the file: type 'y' and Enter to remove what is left of it", list(names))
            }
            Self::Volume(name) => format!(
                "the definition of volume '{name}' changed: type 'y' and Enter to make it anew and lose its data"
            ),
        };
        context.output().say(&question);
    }

    /// How it is done.
    pub fn accepted(self, changes: &Changes) -> Changes {
        match self {
            Self::Orphans(_) => changes.without_orphans(),
            Self::Volume(name) => changes.without_data(BTreeSet::from([name])),
        }
    }
}

/// What somebody types.
#[derive(Default)]
pub struct Keys(Option<UnboundedReceiver<String>>);

impl Keys {
    /// Whether somebody sits there.
    pub fn is_anybody_there() -> bool {
        std::io::stdin().is_terminal()
    }

    /// Forgets what was typed up to now.
    pub fn forget(&mut self) {
        while self.0.as_mut().is_some_and(|lines| lines.try_recv().is_ok()) {}
    }

    /// Waits for the next line; what comes after the last one never comes. Cancel-safe.
    pub async fn line(&mut self) -> String {
        let lines = self.0.get_or_insert_with(|| {
            let (sender, lines) = unbounded_channel();
            // It ends with the process: nobody can end a read of a terminal.
            std::thread::spawn(move || {
                let all = std::io::stdin().lines();
                all.map_while(Result::ok).take_while(|line| sender.send(line.clone()).is_ok()).for_each(drop);
            });
            lines
        });
        match lines.recv().await {
            Some(line) => line,
            None => std::future::pending().await,
        }
    }
}
