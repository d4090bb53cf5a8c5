//! The files that describe the project, while it is watched: what follows from an edit is done at once, unless something
//! would be lost by it.

use super::super::Context;
use super::super::changes::Changes;
use super::super::up::Up;
use super::tell::words;
use super::{Files, Hands, Watch, start};
use crate::load::Loaded;
use crate::model::FileObject;
use crate::watch::resolved;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The files that a project is described by: compose files, env files, and the contents of configs and secrets.
pub fn files(loaded: &Loaded) -> BTreeSet<PathBuf> {
    let project = &loaded.project;
    let read = loaded.sources.paths().filter(|path| path.is_absolute()).map(PathBuf::from);
    let objects = project.configs.values().chain(project.secrets.values());
    let contents = objects.filter_map(|object: &FileObject| object.file.as_ref().map(PathBuf::from));
    let identity = &project.identity;
    let named = identity.files.iter().chain(&identity.env_files).cloned();
    // One that is not there yet counts once it is.
    let usual = [identity.working_dir.join(".env")];
    read.chain(contents).chain(named).chain(usual).map(|path| resolved(&path)).collect()
}

/// Reads the project anew and brings it up; gives it, and a watch by its rules.
///
/// # Errors
/// When the files have faults, or nothing is left to watch.
pub async fn renew(
    context: &Context,
    watch: &Watch,
    hands: Hands<'_>,
    what: BTreeSet<PathBuf>,
) -> anyhow::Result<(Loaded, Files)> {
    context.output().say(&format!("{} changed", words(&what)));
    let loaded = context.load_quietly(&watch.services)?;
    let rules = watch.rules(context, &loaded)?;
    let files = start(hands, &loaded.project, rules)?;
    // A service that is gone and a volume that changed are told of and left alone: they hold data.
    Box::pin(Up::detached(Changes::developed(watch.services.clone())).run(context)).await?;
    Ok((loaded, files))
}
