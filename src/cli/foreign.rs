//! [`ForeignStack`]: a stack of another folder that has the same name, since both folders are called the same.

use crate::load::NamedBy;
use crate::model::{Identity, Project};
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
    answer: TakeOver,
}

/// Whether a stack of another folder is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeOver {
    /// The user said so.
    Agreed,
    /// The user did not say so.
    Refused,
    /// The command has no flag to say so.
    Impossible,
}

impl ForeignStack {
    /// What can be done about it.
    pub fn help(&self) -> String {
        let Self { name, answer, .. } = self;
        let other = "call this one something else with '-p NAME' or with 'name:' in its file";
        match answer {
            TakeOver::Impossible => format!("{other}; '-p {name}' takes the other one over"),
            TakeOver::Agreed | TakeOver::Refused => format!(
                "{other}; '--yes' takes the other one over, its volumes as they are, 'name: {name}' does so for good"
            ),
        }
    }
}

/// Refuses to make containers in a stack that another folder of the same name made.
pub fn refuse_foreign(
    (project, named_by): (&Project, NamedBy),
    seen: &Observed,
    answer: TakeOver,
) -> Result<(), ForeignStack> {
    if answer == TakeOver::Agreed {
        return Ok(());
    }
    let folders: Vec<&Path> = folders(seen).collect();
    let others = elsewhere(project, named_by, seen);
    let Some(there) = others.first().filter(|_| others.len() == folders.len()) else { return Ok(()) };
    let gone = matches!(there.try_exists(), Ok(false));
    let Identity { name, working_dir, .. } = &project.identity;
    let (name, here, there) = (name.to_string(), working_dir.clone(), there.to_path_buf());
    Err(ForeignStack { name, here, there, gone, answer })
}

/// Whether another folder of the same name made some of the containers: then it may have made the volumes, and its data
/// is in them.
pub fn is_shared(project: &Project, named_by: NamedBy, seen: &Observed) -> bool {
    !elsewhere(project, named_by, seen).is_empty()
}

/// The other folders in which containers were made; none when somebody gave this project its name.
fn elsewhere<'a>(project: &Project, named_by: NamedBy, seen: &'a Observed) -> Vec<&'a Path> {
    if named_by == NamedBy::User {
        return Vec::new();
    }
    let here = real(&project.identity.working_dir);
    folders(seen).filter(|folder| real(folder) != here).collect()
}

fn folders(seen: &Observed) -> impl Iterator<Item = &Path> {
    seen.containers.iter().filter_map(|one| one.label(labels::WORKING_DIR)).map(Path::new)
}

/// The folder itself, whatever links lead to it.
fn real(folder: &Path) -> PathBuf {
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf())
}
