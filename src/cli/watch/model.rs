//! The files that describe the project.

use crate::load::Loaded;
use crate::model::{Build, FileObject};
use crate::watch::resolved;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The files that a project is described by: compose files, env files, the contents of configs and secrets, and what says
/// which files are no part of an image.
pub fn files(loaded: &Loaded) -> BTreeSet<PathBuf> {
    let project = &loaded.project;
    let read = loaded.sources.paths().filter(|path| path.is_absolute()).map(PathBuf::from);
    let objects = project.configs.values().chain(project.secrets.values());
    let contents = objects.filter_map(|object: &FileObject| object.file.as_ref().map(PathBuf::from));
    let identity = &project.identity;
    let named = identity.files.iter().chain(&identity.env_files).cloned();
    // One that is not there yet counts once it is.
    let usual = [identity.working_dir.join(".env")];
    let ignored = project.services.values().filter_map(|service| service.build.as_ref()).flat_map(Build::ignore_files);
    // A context may be elsewhere.
    let ignored = ignored.filter(|file| file.is_absolute());
    read.chain(contents).chain(named).chain(usual).chain(ignored).map(|path| resolved(&path)).collect()
}
