//! The files that describe the project.

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
