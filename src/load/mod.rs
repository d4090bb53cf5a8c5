//! Files become a [`Project`]: find, read, name, interpolate, shape, merge, default, resolve, normalise, read, check.
//!
//! Each phase is a module. All faults of a phase are found before the load stops, so that one run names them together;
//! later phases are not run on what an earlier one could not understand. Nothing here reads the environment of the
//! process or prints: the [`Request`] carries the one, the caller shows the diagnostics.

mod allowance;
mod content;
mod documents;
mod dotenv;
mod env_file;
mod environment;
mod extends;
mod file;
mod find;
#[cfg(fuzzing)]
pub mod fuzzing;
mod host_file;
mod include;
mod interpolate;
mod kinds;
mod ledger;
mod manifest;
mod merge;
mod normalise;
mod parameter;
mod paths;
mod place;
mod profile;
mod project_name;
mod rules;
mod shape;
mod template;
mod unique;
mod unit;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Origins};
use crate::graph;
use crate::model::{Identity, Project, Separator, check};
use crate::source::SourceMap;
use crate::value::ProjectName;
use env_file::ServiceFiles;
use environment::Environment;
pub use host_file::{Content, Folder, HostFile, HostFiles};
use ledger::Ledger;
pub use manifest::Manifests;
pub use parameter::Parameter;
use profile::Profiles;
pub use project_name::NamedBy;
pub use rules::schema;
use std::collections::BTreeMap;
use std::path::PathBuf;
use unit::{Loader, Scope};

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
    /// What stands between the parts of the names of containers and built images.
    pub separator: Separator,
    /// The text of standard input, if a file is `-` (see [`wants_stdin`]).
    pub stdin: Option<String>,
    /// Phases that are left out, for `config`.
    pub without: Vec<Phase>,
}

/// A phase of a load that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Variables are expanded. Without it there is a tree, and no project ([`merged`]).
    Interpolation,
    /// Names, the default network and implied dependencies are added.
    Normalisation,
    /// Relative paths become absolute.
    Paths,
    /// What attributes say about each other is checked.
    Consistency,
    /// Files of variables and labels are read into the services. Without it the services know of none.
    Environment,
}

impl Request {
    /// Whether a phase takes place.
    pub fn runs(&self, phase: Phase) -> bool {
        !self.without.contains(&phase)
    }
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
    /// The project's environment: that of the process, of env files, and `COMPOSE_PROJECT_NAME`.
    pub environment: BTreeMap<String, String>,
    /// Who gave the project its name.
    pub named_by: NamedBy,
    /// What stands under the paths that it mounts or takes files from; nothing until somebody looked.
    pub host_files: HostFiles,
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

/// The files of a project as one tree, before anyone asks what it means.
#[derive(Debug)]
pub struct Merged {
    /// The tree, in the long spelling.
    pub tree: Node,
    /// The texts of all files that were read.
    pub sources: SourceMap,
    /// Warnings.
    pub notes: Diagnostics,
    /// The project's environment.
    pub environment: BTreeMap<String, String>,
}

impl Merged {
    /// The variables that the files ask for, by name.
    pub fn parameters(&self) -> BTreeMap<String, Parameter> {
        Parameter::of(&self.tree)
    }
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
        Some((project, environment, named_by)) if !diagnostics.has_errors() => {
            let environment = environment.into_map();
            let host_files = HostFiles::default();
            Ok(Loaded { project, origins, sources, notes: diagnostics, environment, named_by, host_files })
        }
        _ => Err(Box::new(Refused { sources, diagnostics, origins })),
    }
}

/// Loads the files of a project into one tree, as far as that can be done without their variables.
///
/// # Errors
/// When a file cannot be read or merged.
pub fn merged(request: &Request) -> Result<Merged, Box<Refused>> {
    let mut ledger = Ledger::default();
    let request = Request { without: [&request.without[..], &[Phase::Interpolation]].concat(), ..request.clone() };
    let raw = raw(&request, &mut ledger);
    ledger.settle();
    let Ledger { sources, diagnostics, origins, .. } = ledger;
    match raw {
        Some(Raw { mut tree, environment, name, .. }) if !diagnostics.has_errors() => {
            normalise::env_files(&mut tree);
            if request.runs(Phase::Normalisation) {
                normalise::normalise(&mut tree, name.as_str(), &environment);
                tree.set("name", Node::text(name.as_str()));
            }
            Ok(Merged { tree, sources, notes: diagnostics, environment: environment.into_map() })
        }
        _ => Err(Box::new(Refused { sources, diagnostics, origins })),
    }
}

/// What the files say, merged.
struct Raw {
    tree: Node,
    environment: Environment,
    name: ProjectName,
    named_by: NamedBy,
    files: Vec<PathBuf>,
    directory: PathBuf,
}

/// The phases up to the merged tree; nothing when one of them leaves nothing to go on with.
fn raw(request: &Request, ledger: &mut Ledger) -> Option<Raw> {
    let mut environment = environment(request, ledger);
    let found = find::find(request, &environment, ledger)?;
    if found.directory != find::start(request, &[]) {
        environment.add_files(request, &found.directory, ledger);
    }
    let documents = documents::read(request, &found, ledger)?;
    let (name, named_by) = match project_name::choose(request, &environment, &documents, &found.directory) {
        Ok(name) => name,
        Err(fault) => {
            ledger.report(*fault);
            return None;
        }
    };
    environment.set("COMPOSE_PROJECT_NAME", name.as_str(), "the project's name");
    let spelling = unit::spelling(&documents);
    let scope = Scope { directory: found.directory, environment, spelling };
    let tree = Loader::new(request, ledger).unit(documents, &scope)?;
    let Scope { directory, environment, .. } = scope;
    Some(Raw { tree, environment, name, named_by, files: found.files, directory })
}

/// All phases; nothing when one of them leaves nothing to go on with. Faults are in the ledger.
fn make(request: &Request, ledger: &mut Ledger) -> Option<(Project, Environment, NamedBy)> {
    let Raw { mut tree, environment, name, named_by, files, directory } = raw(request, ledger)?;
    let profiles = Profiles::of(request, &environment);
    if request.runs(Phase::Normalisation) {
        normalise::normalise(&mut tree, name.as_str(), &environment);
    }
    normalise::variables(&mut tree, &environment);
    normalise::sort_hosts(&mut tree);
    if request.runs(Phase::Environment) {
        ServiceFiles {
            environment: &environment,
            profiles: &profiles,
            working_directory: &request.working_directory,
            ledger: &mut *ledger,
        }
        .resolve(&mut tree);
    } else {
        env_file::leave_out(&mut tree);
    }
    ledger.origins.record(tree);
    let env_files = environment::explicit_files(request);
    let identity = Identity { name, working_dir: directory, files, env_files, separator: request.separator };
    let project = read(identity, &profiles, request, ledger)?;
    Some((project, environment, named_by))
}

fn environment(request: &Request, ledger: &mut Ledger) -> Environment {
    let mut environment = Environment::of(request);
    environment.add_files(request, &find::start(request, &[]), ledger);
    environment
}

fn read(identity: Identity, profiles: &Profiles, request: &Request, ledger: &mut Ledger) -> Option<Project> {
    let mut project = Project::read(ledger.origins.tree(), identity, &mut ledger.diagnostics)?;
    profiles.sort(&mut project);
    if request.runs(Phase::Consistency) {
        check::check(&project, &ledger.origins, &mut ledger.diagnostics);
        graph::check(&project, &ledger.origins, &mut ledger.diagnostics);
    }
    if project.services.is_empty() && project.inactive.is_empty() && !ledger.diagnostics.has_errors() {
        ledger.report(
            Diagnostic::warning("no-services", "the project has no services").help("add one under 'services:'"),
        );
    }
    Some(project)
}

#[cfg(test)]
mod tests;
