//! [`Rule`]: what is watched for a service, and what a change causes. Pure.

use super::files::RootId;
use super::lane::Deed;
use crate::model::{Hook, Reload, ReloadBy};
use crate::value::{Name, Signal};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What a change causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// The files go into the containers, and then something may follow.
    Sync {
        /// Where the root is in the container.
        target: PathBuf,
        /// What follows.
        then: Then,
    },
    /// The same, where the container has the files already, by a mount.
    Notice(Then),
    /// The service is restarted.
    Restart,
    /// The image is built anew, and the containers are replaced.
    Rebuild,
}

impl Reaction {
    /// What follows once the files are there.
    pub fn then(&self) -> &Then {
        match self {
            Self::Sync { then, .. } | Self::Notice(then) => then,
            Self::Restart => &Then::Restart,
            Self::Rebuild => &Then::Nothing,
        }
    }

    /// Where files go, if they go anywhere.
    pub fn target(&self) -> Option<&Path> {
        match self {
            Self::Sync { target, .. } => Some(target),
            Self::Notice(_) | Self::Restart | Self::Rebuild => None,
        }
    }
}

/// What follows once the files are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Nothing,
    /// The service is restarted.
    Restart,
    /// A command runs in each of its containers.
    Exec(Hook),
    /// The first process of each of its containers gets a signal.
    Signal(Signal),
}

impl Then {
    /// The command or the signal, in one line.
    pub fn command(&self) -> String {
        match self {
            Self::Exec(hook) => hook.command.clone().unwrap_or_default().join(" "),
            Self::Signal(signal) => signal.as_str().to_owned(),
            Self::Nothing | Self::Restart => String::new(),
        }
    }

    /// What the file says about how a service takes up its files.
    pub fn of(reload: &Reload) -> Self {
        match &reload.by {
            ReloadBy::Itself => Self::Nothing,
            ReloadBy::Restart => Self::Restart,
            ReloadBy::Signal(signal) => Self::Signal(signal.clone()),
            ReloadBy::Exec(command) => Self::Exec(Hook { command: Some(command.clone()), ..Hook::default() }),
        }
    }
}

/// What is watched for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The service.
    pub service: Name,
    /// Which files.
    pub root: RootId,
    /// What a change causes.
    pub reaction: Reaction,
    /// Whether containers are compared in full at the start.
    pub initial_sync: bool,
    /// The services that are restarted with it.
    pub dependents: Vec<Name>,
    /// The single files below the root that the container has by a mount: it keeps those that were there when it started.
    pub moored: Vec<PathBuf>,
    /// What it is called in its target once it turns out to be a file; nothing when it has that name already, or takes the
    /// place of the target.
    pub name_within: Option<OsString>,
    /// Whether some container may write to what it is about.
    pub is_writable: bool,
    /// Whether nothing is restarted for it, and nobody told, any more.
    pub is_left: bool,
}

impl Rule {
    /// Takes that what it is about is a file: one that was not there before goes into the folder that is its target.
    pub fn is_a_file(&mut self) {
        if let Reaction::Sync { target, .. } = &mut self.reaction
            && let Some(name) = self.name_within.take()
        {
            target.push(name);
        }
    }

    /// What a change of its files asks for, and of whom, besides the copying. What is left alone is not restarted.
    pub fn deeds(&self, index: usize) -> Vec<(Name, Deed)> {
        let deed = match (&self.reaction, self.reaction.then()) {
            _ if self.is_left => return Vec::new(),
            (Reaction::Rebuild, _) => Deed::Rebuild,
            (_, Then::Nothing) => return Vec::new(),
            (_, Then::Restart) => Deed::Restart,
            (_, Then::Exec(_) | Then::Signal(_)) => Deed::Tell(index),
        };
        let dependents = self.dependents.iter().filter(|name| **name != self.service);
        let with = dependents.map(|name| (name.clone(), Deed::Restart));
        std::iter::once((self.service.clone(), deed)).chain(with).collect()
    }
}
