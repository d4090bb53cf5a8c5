//! Which files make the project, and where its directory is.

use super::Request;
use super::environment::Environment;
use super::ledger::Ledger;
use super::paths::clean;
use crate::diagnostic::Diagnostic;
use std::fs;
use std::path::{Component, Path, PathBuf};

const NAMES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES: [&str; 4] =
    ["compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// The files of a project.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The compose files in merge order; `-` is standard input, all others are absolute.
    pub files: Vec<PathBuf>,
    /// The directory that relative paths start from.
    pub directory: PathBuf,
}

/// Finds the files of a project: those that were named, or else the nearest ones up the directories.
pub(super) fn find(request: &Request, environment: &Environment, ledger: &mut Ledger) -> Option<Found> {
    let named = named(request, environment);
    if named.iter().any(|path| path.as_os_str().is_empty()) {
        let fault = Diagnostic::error("no-compose-file", "'COMPOSE_FILE' has an entry that names no file");
        ledger.report(fault.help("unset it, or name a file in each entry"));
        return None;
    }
    if let Some(remote) = named.iter().find(|path| is_remote(path)) {
        ledger.report(elsewhere(remote));
        return None;
    }
    let files = if named.is_empty() {
        discover(&start(request, &[]), request, ledger)?
    } else {
        named.iter().map(|path| absolute(path, &request.working_directory)).collect()
    };
    let directory = start(request, &files);
    Some(Found { files, directory })
}

/// The files that were named, by flag or by `COMPOSE_FILE`.
pub(super) fn named(request: &Request, environment: &Environment) -> Vec<PathBuf> {
    if request.files.is_empty() { listed(environment) } else { request.files.clone() }
}

/// The fault of a file that is elsewhere.
pub(super) fn elsewhere(remote: &Path) -> Diagnostic {
    Diagnostic::error("unsupported", format!("'{}' is elsewhere: it cannot be fetched yet", remote.display()))
        .help("fetch it yourself and name the local file")
}

/// Whether a file is a git repository or an OCI artifact.
pub(super) fn is_remote(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let is_git = text.starts_with("http") && text.contains("://") && text.contains(".git");
    is_git || ["oci://", "git@", "git://", "ssh://", "github.com/"].iter().any(|prefix| text.starts_with(prefix))
}

/// The project's directory as far as flags alone say: of `--project-directory`, of the first named file, or the current.
pub(super) fn start(request: &Request, files: &[PathBuf]) -> PathBuf {
    if let Some(directory) = &request.project_directory {
        return absolute(directory, &request.working_directory);
    }
    let first = files.iter().chain(&request.files).find(|path| !is_stdin(path));
    match first.map(|path| absolute(path, &request.working_directory)) {
        Some(file) => file.parent().map(Path::to_owned).unwrap_or(file),
        None => request.working_directory.clone(),
    }
}

/// Whether a file is standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// A path from the root; `-` stays.
pub(super) fn absolute(path: &Path, directory: &Path) -> PathBuf {
    if is_stdin(path) {
        return path.to_owned();
    }
    PathBuf::from(clean(&directory.join(path).to_string_lossy()))
}

/// A path with the home directory in the place of `~`, if it is known.
pub(super) fn at_home(path: &Path, request: &Request) -> PathBuf {
    let home = request.environment.get("HOME").filter(|home| !home.is_empty());
    match (path.to_str().and_then(|text| text.strip_prefix('~')), home) {
        (Some(rest), Some(home)) => PathBuf::from(format!("{home}/{rest}")),
        _ => path.to_owned(),
    }
}

/// A directory as seen from another one, by names only; empty for the same one.
pub(super) fn relative(directory: &Path, from: &Path) -> PathBuf {
    let (mut there, mut here) = (directory.components().peekable(), from.components().peekable());
    while there.peek().is_some() && there.peek() == here.peek() {
        there.next();
        here.next();
    }
    here.map(|_| Component::ParentDir).chain(there).collect()
}

/// A path as a person in this directory would write it.
pub(super) fn shown(path: &Path, directory: &Path) -> PathBuf {
    path.strip_prefix(directory).unwrap_or(path).to_owned()
}

fn listed(environment: &Environment) -> Vec<PathBuf> {
    let Some(list) = environment.get("COMPOSE_FILE") else { return Vec::new() };
    let separator = environment.filled("COMPOSE_PATH_SEPARATOR").unwrap_or(if cfg!(windows) { ";" } else { ":" });
    list.split(separator).map(PathBuf::from).collect()
}

fn discover(start: &Path, request: &Request, ledger: &mut Ledger) -> Option<Vec<PathBuf>> {
    for directory in start.ancestors() {
        let candidates: Vec<_> = present(directory, &NAMES);
        let Some(chosen) = candidates.first() else { continue };
        warn_of_several(&candidates, request, ledger);
        let mut files = vec![chosen.clone()];
        files.extend(present(directory, &OVERRIDES).into_iter().next());
        return Some(files);
    }
    ledger.report(
        Diagnostic::error("no-compose-file", format!("no compose file found in {} or its parents", start.display()))
            .help(format!("one of {} is looked for; name another with '--file'", NAMES.join(", "))),
    );
    None
}

/// The names that exist, even as a link to nothing: that is a fault to be told when it is read.
fn present(directory: &Path, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| directory.join(name)).filter(|path| fs::symlink_metadata(path).is_ok()).collect()
}

fn warn_of_several(candidates: &[PathBuf], request: &Request, ledger: &mut Ledger) {
    let mut names = candidates.iter().map(|path| shown(path, &request.working_directory).display().to_string());
    let (Some(chosen), others) = (names.next(), names.collect::<Vec<_>>()) else { return };
    if !others.is_empty() {
        ledger.report(
            Diagnostic::warning(
                "several-compose-files",
                format!("several compose files: '{chosen}' is used, {} ignored", others.join(", ")),
            )
            .help(format!("remove the others, or choose with '--file {chosen}'")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("has a parent")).expect("is made");
            fs::write(path, "").expect("is written");
        }
        folder
    }

    fn names(request: &Request, environment: &Environment) -> (Option<Vec<String>>, Ledger) {
        let mut ledger = Ledger::default();
        let found = find(request, environment, &mut ledger);
        let files = found.map(|found| found.files.iter().map(|file| name(file)).collect());
        (files, ledger)
    }

    fn name(path: &Path) -> String {
        path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn at(directory: impl Into<PathBuf>) -> Request {
        Request { working_directory: directory.into(), ..Request::default() }
    }

    #[test]
    fn a_parent_directory_is_searched_and_its_override_taken() {
        let folder = folder(&["compose.yml", "compose.override.yml", "compose.override.yaml", "sub/x"]);
        let (files, ledger) = names(&at(folder.path().join("sub")), &Environment::default());
        assert_eq!(files.expect("found"), ["compose.yml", "compose.override.yml"]);
        assert!(ledger.diagnostics.is_empty());
    }

    #[test]
    fn the_first_of_several_names_is_used_with_a_warning() {
        let folder = folder(&["docker-compose.yml", "compose.yaml"]);
        let (files, ledger) = names(&at(folder.path()), &Environment::default());
        assert_eq!(files.expect("found"), ["compose.yaml"]);
        let warning = "several compose files: 'compose.yaml' is used, docker-compose.yml ignored";
        assert_eq!(ledger.diagnostics.sorted()[0].message, warning);
    }

    #[test]
    fn a_lone_override_is_no_project() {
        let folder = folder(&["compose.override.yml"]);
        let (files, ledger) = names(&at(folder.path()), &Environment::default());
        assert_eq!(files, None);
        assert!(ledger.diagnostics.sorted()[0].message.starts_with("no compose file found in /"));
    }

    #[test]
    fn named_files_come_without_override_and_give_the_directory() {
        let folder = folder(&["sub/a.yaml", "compose.override.yml"]);
        let environment =
            Environment::of_pairs([("COMPOSE_FILE", "sub/a.yaml,b.yaml"), ("COMPOSE_PATH_SEPARATOR", ",")]);
        let mut ledger = Ledger::default();
        let found = find(&at(folder.path()), &environment, &mut ledger).expect("named");
        assert_eq!(found.directory, folder.path().join("sub"));
        assert_eq!(found.files, [folder.path().join("sub/a.yaml"), folder.path().join("b.yaml")]);
    }
}
