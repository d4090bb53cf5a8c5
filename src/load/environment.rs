//! [`Environment`]: the variables of a project: those of the process, then those of its env files.
//!
//! The process always wins; among env files the first file set wins as a whole, within it the later file.

use super::Request;
use super::dotenv::{self, Entries, Format};
use super::file::Unreadable;
use super::find;
use super::ledger::Ledger;
use crate::diagnostic::Diagnostic;
use crate::document::{Dollar, Variable};
use crate::source::Span;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const PROCESS: &str = "the environment";

/// Variables and where they came from.
#[derive(Debug, Clone, Default)]
pub(super) struct Environment {
    /// Shared by the environments of all included files that add nothing.
    values: Rc<BTreeMap<String, Known>>,
    included: Vec<PathBuf>,
}

#[derive(Debug, Clone)]
struct Known {
    value: Rc<str>,
    from: Rc<str>,
    place: Option<Span>,
}

impl Environment {
    /// The environment of the process, with `PWD` if it is not set.
    pub fn of(request: &Request) -> Self {
        let mut environment = Self::default();
        for (name, value) in &request.environment {
            environment.add(name, value, PROCESS);
        }
        environment.add("PWD", &request.working_directory.to_string_lossy(), "the working directory");
        environment
    }

    /// An environment for tests.
    #[cfg(test)]
    pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut environment = Self::default();
        pairs.into_iter().for_each(|(name, value)| environment.add(name, value, PROCESS));
        environment
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|known| &*known.value)
    }

    /// The value of a variable, unless it is empty.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A variable with where it came from, such as `.env`.
    pub fn origin(&self, name: &str) -> Variable {
        let known = self.values.get(name);
        let (from, place) = (known.map(|known| known.from.to_string()), known.and_then(|known| known.place));
        Variable { name: name.to_owned(), from, place }
    }

    /// Adds a variable that is not there yet.
    pub fn add(&mut self, name: &str, value: &str, from: &str) {
        let known = || Known { value: value.into(), from: from.into(), place: None };
        Rc::make_mut(&mut self.values).entry(name.to_owned()).or_insert_with(known);
    }

    /// Sets a variable, whatever it was.
    pub fn set(&mut self, name: &str, value: &str, from: &str) {
        let known = Known { value: value.into(), from: from.into(), place: None };
        Rc::make_mut(&mut self.values).insert(name.to_owned(), known);
    }

    /// Adds what the env files say: those that were asked for, or else `.env` of the given directory.
    pub fn add_files(&mut self, request: &Request, directory: &Path, ledger: &mut Ledger) {
        let mut entries = Entries::new();
        let explicit = explicit_files(request);
        if explicit.is_empty() {
            let path = directory.join(".env");
            if !is_disabled(request, ledger) && is_there(&path, request, ledger) {
                self.read(&path, request, (&mut entries, ledger));
            }
        }
        for path in &explicit {
            self.read(path, request, (&mut entries, ledger));
        }
        self.add_entries(entries, ledger);
    }

    fn add_entries(&mut self, entries: Entries, ledger: &Ledger) {
        if entries.is_empty() {
            return;
        }
        let values = Rc::make_mut(&mut self.values);
        for (name, entry) in entries {
            let from = ledger.sources.path(entry.span.file).display().to_string();
            let known = || Known { value: entry.value.into(), from: from.into(), place: Some(entry.span) };
            values.entry(name).or_insert_with(known);
        }
    }

    /// The env files that `include` added, in order: two environments of one project with the same files are equal.
    pub fn included(&self) -> &[PathBuf] {
        &self.included
    }

    /// Adds the `.env` of an included directory, if there is one.
    pub fn add_default_file(&mut self, directory: &Path, (request, ledger): (&Request, &mut Ledger)) {
        let path = directory.join(".env");
        if is_there(&path, request, ledger) {
            self.add_included(&[(path, Span::NOWHERE)], (request, ledger));
        }
    }

    /// Adds the env files of an `include`: among them the later wins, what is known already stays.
    pub fn add_included(&mut self, files: &[(PathBuf, Span)], (request, ledger): (&Request, &mut Ledger)) {
        let mut entries = Entries::new();
        for (path, place) in files.iter().filter(|(path, _)| !self.included.contains(path)) {
            let shown = find::shown(path, &request.working_directory);
            match ledger.read_variables(path, &shown) {
                Ok(_) => self.read(path, request, (&mut entries, ledger)),
                Err(unreadable) => ledger.report(unreadable.diagnostic("env file", &shown).at(*place)),
            }
        }
        self.add_entries(entries, ledger);
        self.included.extend(files.iter().map(|(path, _)| path.clone()));
    }

    fn read(&self, path: &Path, request: &Request, (entries, ledger): (&mut Entries, &mut Ledger)) {
        let shown = find::shown(path, &request.working_directory);
        match ledger.read_variables(path, &shown) {
            Ok(file) => {
                let lookup = |name: &str| self.get(name);
                ledger.origins.env_file(file, Dollar::Variable);
                dotenv::read(file, Format::Compose, entries, (&lookup, ledger));
            }
            Err(unreadable) => {
                let fault = unreadable.diagnostic("env file", &shown);
                let missing = matches!(unreadable, Unreadable::Missing);
                ledger.report(if missing { fault.help("correct '--env-file' or 'COMPOSE_ENV_FILES'") } else { fault });
            }
        }
    }

    /// All variables.
    pub fn into_map(self) -> BTreeMap<String, String> {
        Rc::unwrap_or_clone(self.values).into_iter().map(|(name, known)| (name, known.value.to_string())).collect()
    }
}

/// The env files that were asked for by flag or by `COMPOSE_ENV_FILES`, as absolute paths.
pub(super) fn explicit_files(request: &Request) -> Vec<PathBuf> {
    let absolute = |path: &Path| find::absolute(&find::at_home(path, request), &request.working_directory);
    if !request.env_files.is_empty() {
        return request.env_files.iter().map(|path| absolute(path)).collect();
    }
    let list = request.environment.get("COMPOSE_ENV_FILES").map(String::as_str).unwrap_or_default();
    list.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| absolute(Path::new(part))).collect()
}

/// Whether there is a default env file to be read. A directory is none; a pipe is refused when it is read.
fn is_there(path: &Path, request: &Request, ledger: &mut Ledger) -> bool {
    match fs::metadata(path) {
        Ok(kind) => !kind.is_dir(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if path.is_symlink() {
                let shown = find::shown(path, &request.working_directory);
                let message = format!("'{}' is a link that leads nowhere: it is passed over", shown.display());
                ledger.report(Diagnostic::warning("file-not-found", message).help("mend the link, or remove it"));
            }
            false
        }
        Err(_) => true,
    }
}

fn is_disabled(request: &Request, ledger: &mut Ledger) -> bool {
    match request.environment.get("COMPOSE_DISABLE_ENV_FILE").map(String::as_str) {
        Some("1" | "t" | "T" | "TRUE" | "true" | "True") => true,
        None | Some("0" | "f" | "F" | "FALSE" | "false" | "False") => false,
        Some(other) => {
            ledger.report(
                Diagnostic::error(
                    "invalid-value",
                    format!("'COMPOSE_DISABLE_ENV_FILE' is '{other}', which is no boolean"),
                )
                .help("set it to 'true' or 'false'"),
            );
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn request(folder: &Path, pairs: &[(&str, &str)]) -> Request {
        let environment = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Request { working_directory: folder.into(), environment, ..Request::default() }
    }

    fn loaded(request: &Request) -> (Environment, Ledger) {
        let mut ledger = Ledger::default();
        let mut environment = Environment::of(request);
        environment.add_files(request, &request.working_directory, &mut ledger);
        (environment, ledger)
    }

    #[test]
    fn the_process_wins_over_the_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(".env"), "A=file\nB=$A\n").expect("is written");
        let (environment, _) = loaded(&request(folder.path(), &[("A", "process")]));
        assert_eq!((environment.get("A"), environment.get("B")), (Some("process"), Some("process")));
        let origin = environment.origin("B");
        assert_eq!((origin.from.as_deref(), origin.place.is_some()), (Some(".env"), true));
    }

    #[test]
    fn named_files_replace_the_default_one_and_the_later_wins() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [(".env", "D=1"), ("a.env", "A=1\nB=1"), ("b.env", "B=${A}2")] {
            fs::write(folder.path().join(name), text).expect("is written");
        }
        let (environment, _) = loaded(&request(folder.path(), &[("COMPOSE_ENV_FILES", "a.env,b.env")]));
        assert_eq!((environment.get("B"), environment.get("D")), (Some("12"), None));
    }

    #[test]
    fn a_named_file_must_exist_and_the_default_can_be_switched_off() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(".env"), "D=1").expect("is written");
        let (_, ledger) = loaded(&request(folder.path(), &[("COMPOSE_ENV_FILES", "no.env")]));
        assert_eq!(ledger.diagnostics.sorted()[0].message, "env file 'no.env' not found");
        let (environment, _) = loaded(&request(folder.path(), &[("COMPOSE_DISABLE_ENV_FILE", "1")]));
        assert_eq!(environment.get("D"), None);
    }
}
