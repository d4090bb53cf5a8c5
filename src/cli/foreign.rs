//! [`ForeignStack`]: a stack of another folder that has the same name, since both folders are called the same.

use crate::load::NamedBy;
use crate::model::Project;
use crate::plan::{Observed, labels};
use std::path::{Path, PathBuf};

/// The project's containers were made in another folder, and nobody but the folder gave this project its name.
#[derive(Debug, thiserror::Error)]
#[error("project '{name}' is a stack of {}{}, and this is {}", there.display(), if *gone { " (no longer there)" } else { "" }, here.display())]
pub struct ForeignStack {
    name: String,
    here: PathBuf,
    there: PathBuf,
    gone: bool,
}

/// Whether a stack of another folder is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOver {
    /// The user said so.
    Agreed,
    /// Nobody was asked.
    Refused,
}

impl ForeignStack {
    /// What can be done about it.
    pub fn help(&self) -> String {
        let Self { name, .. } = self;
        format!(
            "call this one something else with '-p NAME' or with 'name:' in its file; '--yes' takes the other one over, \
             'name: {name}' does so for good"
        )
    }
}

/// Refuses to make containers in a stack that another folder of the same name made.
pub fn refuse_foreign(
    (project, named_by): (&Project, NamedBy),
    seen: &Observed,
    answer: TakeOver,
) -> Result<(), ForeignStack> {
    if named_by == NamedBy::User || answer == TakeOver::Agreed {
        return Ok(());
    }
    let identity = &project.identity;
    let here = real(&identity.working_dir);
    let recorded = seen.containers.iter().filter_map(|one| one.label(labels::WORKING_DIR)).map(Path::new);
    let folders: Vec<&Path> = recorded.collect();
    let Some(there) = folders.first().filter(|_| folders.iter().all(|folder| real(folder) != here)) else {
        return Ok(());
    };
    let gone = matches!(there.try_exists(), Ok(false));
    let (name, there) = (identity.name.to_string(), there.to_path_buf());
    Err(ForeignStack { name, here: identity.working_dir.clone(), there, gone })
}

/// The folder itself, whatever links lead to it.
fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf())
}
