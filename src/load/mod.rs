//! Files become a [`Project`]: find, read, name, interpolate, shape, merge, default, resolve, normalise, read, check.
//!
//! Each phase is a module. All faults of a phase are found before the load stops, so that one run names them together;
//! later phases are not run on what an earlier one could not understand. Nothing here reads the environment of the
//! process or prints: the [`Request`] carries the one, the caller shows the diagnostics.

mod documents;
mod dotenv;
mod env_file;
mod environment;
mod file;
mod find;
#[cfg(fuzzing)]
pub mod fuzzing;
mod interpolate;
mod ledger;
mod merge;
mod normalise;
mod paths;
mod place;
mod profile;
mod project_name;
mod rules;
mod shape;
mod template;
mod unique;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Origins};
use crate::graph;
use crate::model::{Identity, Project, check};
use crate::source::SourceMap;
use documents::Documents;
use env_file::ServiceFiles;
use environment::Environment;
use find::Found;
use ledger::Ledger;
use profile::Profiles;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What to load. Pure data: the caller passes the environment and the working directory in.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The directory that flags and `COMPOSE_FILE` are relative to; absolute.
    pub working_directory: PathBuf,
    /// The compose files of `--file`; `-` is standard input. Default: `COMPOSE_FILE`, then the nearest compose file.
    pub files: Vec<PathBuf>,
    /// `--project-directory`. Default: the directory of the first file.
    pub project_directory: Option<PathBuf>,
    /// `--project-name`. Default: see [`load`].
    pub project_name: Option<String>,
    /// The profiles of `--profile`. Default: `COMPOSE_PROFILES`.
    pub profiles: Vec<String>,
    /// The files of `--env-file`. Default: `COMPOSE_ENV_FILES`, then `.env`.
    pub env_files: Vec<PathBuf>,
    /// The environment of the process.
    pub environment: BTreeMap<String, String>,
    /// The text of standard input, if a file is `-` (see [`wants_stdin`]).
    pub stdin: Option<String>,
}

/// A project and what is known about its making.
#[derive(Debug)]
pub struct Loaded {
    /// The project.
    pub project: Project,
    /// Which place and which variables made each value.
    pub origins: Origins,
    /// The texts of all files that were read.
    pub sources: SourceMap,
    /// Warnings.
    pub notes: Diagnostics,
    /// The merged and normalised tree that the project was read from.
    pub tree: Node,
    /// The project's environment: that of the process, of env files, and `COMPOSE_PROJECT_NAME`.
    pub environment: BTreeMap<String, String>,
}

/// The files could not be turned into a project.
#[derive(Debug)]
pub struct Refused {
    /// The texts of all files that were read.
    pub sources: SourceMap,
    /// What is wrong, at least one error.
    pub diagnostics: Diagnostics,
    /// Which variables made which values.
    pub origins: Origins,
}

/// Whether a request reads its text from [`Request::stdin`]: a file is `-`, by flag or by `COMPOSE_FILE`.
pub fn wants_stdin(request: &Request) -> bool {
    let mut ledger = Ledger::default();
    let environment = environment(request, &mut ledger);
    let files = find::named(request, &environment);
    files.iter().any(|file| find::is_stdin(file))
}

/// Loads a project.
///
/// # Errors
/// When a file cannot be read or says something that cannot be done; the diagnostics name all faults that were found.
pub fn load(request: &Request) -> Result<Loaded, Box<Refused>> {
    let mut ledger = Ledger::default();
    let made = make(request, &mut ledger);
    ledger.settle();
    let Ledger { sources, diagnostics, origins, .. } = ledger;
    match made {
        Some(Made { project, tree, environment }) if !diagnostics.has_errors() => {
            Ok(Loaded { project, origins, sources, notes: diagnostics, tree, environment: environment.into_map() })
        }
        _ => Err(Box::new(Refused { sources, diagnostics, origins })),
    }
}

struct Made {
    project: Project,
    tree: Node,
    environment: Environment,
}

/// All phases; nothing when one of them leaves nothing to go on with. Faults are in the ledger.
fn make(request: &Request, ledger: &mut Ledger) -> Option<Made> {
    let mut environment = environment(request, ledger);
    let found = find::find(request, &environment, ledger)?;
    if found.directory != find::start(request, &[]) {
        environment.add_files(request, &found.directory, ledger);
    }
    let mut documents = Documents::read(request, &found, ledger)?;
    let name = match project_name::choose(request, &environment, documents.all(), &found.directory) {
        Ok(name) => name,
        Err(fault) => {
            ledger.report(*fault);
            return None;
        }
    };
    environment.set("COMPOSE_PROJECT_NAME", name.as_str(), "the project's name");
    documents.interpolate(&environment, ledger)?;
    let mut tree = documents.merge(ledger)?;
    let profiles = Profiles::of(request, &environment);
    complete(&mut tree, name.as_str(), (request, &found, &environment), ledger);
    ServiceFiles {
        environment: &environment,
        profiles: &profiles,
        working_directory: &request.working_directory,
        ledger: &mut *ledger,
    }
    .resolve(&mut tree);
    ledger.origins.record(&tree);
    let identity = Identity {
        name,
        working_dir: found.directory,
        files: found.files,
        env_files: environment::explicit_files(request),
    };
    let project = read(&tree, identity, &profiles, ledger)?;
    Some(Made { project, tree, environment })
}

fn environment(request: &Request, ledger: &mut Ledger) -> Environment {
    let mut environment = Environment::of(request);
    environment.add_files(request, &find::start(request, &[]), ledger);
    environment
}

fn complete(
    tree: &mut Node,
    project: &str,
    (request, found, environment): (&Request, &Found, &Environment),
    ledger: &mut Ledger,
) {
    normalise::defaults(tree);
    let home = request.environment.get("HOME").map(String::as_str);
    paths::Start::new(&found.directory, home).resolve(tree, &mut ledger.diagnostics);
    normalise::normalise(tree, project, environment);
}

fn read(tree: &Node, identity: Identity, profiles: &Profiles, ledger: &mut Ledger) -> Option<Project> {
    let mut project = Project::read(tree, identity, &mut ledger.diagnostics)?;
    profiles.sort(&mut project);
    check::check(&project, &ledger.origins, &mut ledger.diagnostics);
    graph::check(&project, &ledger.origins, &mut ledger.diagnostics);
    if project.services.is_empty() && project.inactive.is_empty() && !ledger.diagnostics.has_errors() {
        ledger.report(
            Diagnostic::warning("no-services", "the project has no services").help("add one under 'services:'"),
        );
    }
    Some(project)
}

#[cfg(test)]
mod tests;
