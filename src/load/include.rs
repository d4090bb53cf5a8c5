//! `include`: other files whose services, networks, volumes and so on belong to the project.
//!
//! Each entry is a unit of its own, with its directory and its variables. What the including file says itself wins over
//! what it includes; of two entries the first wins.

use super::Phase;
use super::allowance::{Growth, weight};
use super::documents;
use super::environment::Environment;
use super::find::{self, absolute};
use super::merge::{self, Tags};
use super::normalise::{self, items};
use super::paths::Watched;
use super::shape::Spelling;
use super::unit::{Loader, Scope};
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path as TreePath, Value};
use crate::source::Span;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is imported from an included file; its name and its extensions stay there.
const SECTIONS: [&str; 6] = ["services", "networks", "volumes", "secrets", "configs", "models"];

/// Includes within includes that no project reaches.
const MAX_DEPTH: usize = 256;

/// The units that were included, and those that are being loaded just now.
#[derive(Debug, Default)]
pub(super) struct Included {
    loaded: HashMap<Entry, Option<Node>>,
    open: Vec<(PathBuf, Span)>,
}

/// An entry of `include`: two that are equal give the same tree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Entry {
    files: Vec<PathBuf>,
    directory: PathBuf,
    environment: Vec<PathBuf>,
}

impl Loader<'_> {
    /// The document over what it includes.
    pub fn include(&mut self, mut document: Node, scope: &Scope) -> Node {
        let Some(mut list) = document.take("include") else { return document };
        self.ledger.origins.take(TreePath::of(["include"]), list.clone());
        let mut imported = None;
        for entry in items(Some(&mut list)).iter().rev() {
            if let Some(tree) = self.entry(entry, scope) {
                imported = Some(self.import(imported, tree));
            }
        }
        let Some(imported) = imported else { return document };
        merge::merge(Some(imported), document, Tags::Kept, self.ledger)
            .expect("a document without a tag of its own does not vanish")
    }

    /// A unit over those that later entries gave; what both have in common, by way of a third file, stays as it is.
    fn import(&mut self, later: Option<Node>, tree: Node) -> Node {
        let Value::Map(sections) = tree.value else { return tree };
        let sections = sections.into_iter().filter(|(key, _)| SECTIONS.contains(&key.as_text().unwrap_or_default()));
        let mut tree = Node { value: Value::Map(sections.collect()), span: tree.span, tag: tree.tag };
        let Some(later) = later else { return tree };
        for section in SECTIONS {
            let Some(Value::Map(entries)) = tree.get_mut(section).map(|node| &mut node.value) else { continue };
            entries.retain(|(key, value)| {
                let known = later.get(section).and_then(|known| known.get(key.as_text().unwrap_or_default()));
                known != Some(value)
            });
        }
        merge::merge(Some(later), tree, Tags::Obeyed, self.ledger)
            .expect("a unit without a tag of its own does not vanish")
    }

    /// The tree of an entry, which is in its long spelling; nothing when it cannot be loaded.
    fn entry(&mut self, node: &Node, scope: &Scope) -> Option<Node> {
        let paths = node.get("path").and_then(Node::as_list).unwrap_or_default();
        let named: Vec<(&Node, &str)> = paths.iter().filter_map(|path| Some((path, path.as_text()?))).collect();
        let files: Vec<PathBuf> = named.iter().map(|(_, path)| absolute(Path::new(path), &scope.directory)).collect();
        let places: Vec<Span> = named.iter().map(|(node, _)| node.span).collect();
        let Some((first, place)) = files.first().zip(places.first().copied()) else {
            let fault = Diagnostic::warning("empty-include", "this entry names no file: it includes nothing");
            self.ledger.report(fault.at(node.span).help("add 'path:'"));
            return None;
        };
        if let Some((_, remote)) = named.iter().find(|(_, path)| find::is_remote(Path::new(path))) {
            self.ledger.report(find::elsewhere(Path::new(remote)).at(place));
            return None;
        }
        let named = node.get("project_directory").and_then(Node::as_text).map(Path::new);
        let directory = match named {
            Some(directory) => absolute(directory, &scope.directory),
            None => first.parent().unwrap_or(first).to_owned(),
        };
        let is_rooted = named.is_some_and(Path::is_absolute);
        let environment = self.variables(node, &directory, scope);
        let entry = Entry { files, directory: directory.clone(), environment: environment.included().to_vec() };
        let mut tree = self.load(entry, environment, &places)?;
        if !self.request.runs(Phase::Paths) {
            let start = if is_rooted { directory } else { find::relative(&directory, &scope.directory) };
            self.start(&start, Watched::AsNamed).resolve(&mut tree, &mut self.ledger.diagnostics);
        }
        Some(tree)
    }

    /// The variables of an included unit: those of the including one, then its own.
    fn variables(&mut self, node: &Node, directory: &Path, scope: &Scope) -> Environment {
        let mut environment = scope.environment.clone();
        match node.get("env_file").and_then(Node::as_list) {
            Some(files) => {
                let named = files.iter().filter_map(|file| Some((Path::new(file.as_text()?), file.span)));
                let files: Vec<_> = named.map(|(path, place)| (absolute(path, &scope.directory), place)).collect();
                environment.add_included(&files, (self.request, &mut *self.ledger));
            }
            None => environment.add_default_file(directory, (self.request, &mut *self.ledger)),
        }
        environment
    }

    fn load(&mut self, entry: Entry, environment: Environment, places: &[Span]) -> Option<Node> {
        let place = places.first().copied()?;
        if let Some(known) = self.included.loaded.get(&entry) {
            let known = known.as_ref()?;
            return self.ledger.allow(Growth::Includes, weight(known), place).then(|| known.clone());
        }
        let real = entry.files.first().map(|file| fs::canonicalize(file).unwrap_or_else(|_| file.clone()))?;
        if self.included.open.iter().any(|(open, _)| *open == real) || self.included.open.len() >= MAX_DEPTH {
            self.report_cycle(&real, place);
            return None;
        }
        self.included.open.push((real, place));
        let documents = self.read(&entry.files, places);
        let scope = Scope { directory: entry.directory.clone(), environment, spelling: Spelling::Long };
        let mut tree = documents.and_then(|documents| self.unit(documents, &scope));
        if let Some(tree) = &mut tree {
            normalise::listed_variables(tree, &scope.environment);
        }
        self.included.open.pop();
        let is_nested = !self.included.open.is_empty();
        tree = tree.filter(|tree| !is_nested || self.ledger.allow(Growth::Includes, weight(tree), place));
        self.included.loaded.insert(entry, tree.clone());
        tree
    }

    /// The documents of the files of an entry.
    fn read(&mut self, files: &[PathBuf], places: &[Span]) -> Option<Vec<Node>> {
        let mut all = Vec::new();
        for (path, place) in files.iter().zip(places) {
            let shown = find::shown(path, &self.request.working_directory);
            match self.ledger.read(path, &shown) {
                Ok(file) => all.extend(documents::parse(file, self.ledger)?),
                Err(unreadable) => {
                    self.ledger.report(unreadable.diagnostic("included file", &shown).at(*place));
                    return None;
                }
            }
        }
        Some(all)
    }

    fn report_cycle(&mut self, file: &Path, place: Span) {
        let shown = |path: &Path| find::shown(path, &self.request.working_directory).display().to_string();
        let mut fault = Diagnostic::error("include-cycle", format!("'{}' is included by itself", shown(file)))
            .at(place)
            .help("remove one of the includes, or put what both need into a file of its own");
        for (open, place) in self.included.open.iter().rev().take(self.included.open.len().saturating_sub(1)).take(5) {
            fault = fault.label(*place, format!("'{}' is included here", shown(open)));
        }
        self.ledger.report(fault);
    }
}
