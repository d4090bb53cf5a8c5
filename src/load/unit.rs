//! A unit: files that are loaded together into one tree, be it the project's own or those of an entry of `include`.
//!
//! Each document is interpolated, checked and brought into the long spelling; what it includes and extends is put under
//! it; then it is merged over those before it. Relative paths of a unit start from its own directory.

use super::environment::Environment;
use super::extends::{Extended, Extends};
use super::include::Included;
use super::interpolate::interpolate;
use super::kinds;
use super::ledger::Ledger;
use super::merge::{self, Tags};
use super::normalise;
use super::paths::{self, Watched};
use super::place::Place;
use super::shape::{self, Spelling};
use super::{Phase, Request};
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path as TreePath, Tag};
use crate::source::Span;
use std::path::{Path, PathBuf};

/// What the documents of a unit share.
#[derive(Debug)]
pub(super) struct Scope {
    /// Where relative paths start; absolute.
    pub directory: PathBuf,
    /// What variables stand for.
    pub environment: Environment,
    /// How the documents are spelled while their variables are left alone.
    pub spelling: Spelling,
}

/// Loads units; those that are included twice are loaded once.
pub(super) struct Loader<'a> {
    pub request: &'a Request,
    pub ledger: &'a mut Ledger,
    pub included: Included,
    pub extended: Extended,
}

impl<'a> Loader<'a> {
    /// A loader for one request.
    pub fn new(request: &'a Request, ledger: &'a mut Ledger) -> Self {
        Self { request, ledger, included: Included::default(), extended: Extended::default() }
    }

    /// The documents as one tree in the long spelling, with defaults and, unless that is left out, absolute paths.
    pub fn unit(&mut self, documents: Vec<Node>, scope: &Scope) -> Option<Node> {
        let mut merged = None;
        for document in documents {
            let Some(document) = self.document(document, scope) else { continue };
            merged = merge::merge(merged, document, Tags::Obeyed, self.ledger);
        }
        let mut tree = merged?;
        if self.request.runs(Phase::Interpolation) {
            shape::shape_late(&mut tree, self.ledger);
            kinds::check_complete(&tree, &mut self.ledger.diagnostics);
        }
        normalise::defaults(&mut tree);
        if self.request.runs(Phase::Paths) {
            self.start(&scope.directory, Watched::Real).resolve(&mut tree, &mut self.ledger.diagnostics);
        }
        Some(tree)
    }

    /// One document, with what it includes and extends.
    fn document(&mut self, document: Node, scope: &Scope) -> Option<Node> {
        let mut document = self.prepare(document, scope)?;
        drop_version(&mut document, self.ledger);
        let mut document = self.include(document, scope);
        Extends::of(self, scope).resolve(&mut document);
        Some(document)
    }

    /// A document on its own: variables expanded, kinds checked, in the long spelling.
    fn prepare(&mut self, mut document: Node, scope: &Scope) -> Option<Node> {
        if document.as_map().is_none() {
            let message = format!("a compose file must be a mapping, this is {}", document.kind());
            self.ledger
                .report(Diagnostic::error("wrong-type", message).at(document.span).help("begin with 'services:'"));
            return None;
        }
        if self.request.runs(Phase::Interpolation) {
            interpolate(&mut document, &scope.environment, self.ledger);
        }
        Some(self.shaped(document, &Place::ROOT, scope))
    }

    /// A part of a document in the long spelling, kinds checked; as far as can be told while variables are in it.
    pub fn shaped(&mut self, node: Node, place: &Place<'_>, scope: &Scope) -> Node {
        if !self.request.runs(Phase::Interpolation) {
            kinds::check_open(&node, place, &mut self.ledger.diagnostics);
            return shape::shape_what_can_be(node, place, scope.spelling);
        }
        kinds::check(&node, place, &mut self.ledger.diagnostics);
        shape::shape(node, place, self.ledger)
    }

    /// Where relative paths of a directory start.
    pub fn start(&self, directory: &Path, watched: Watched) -> paths::Start {
        let home = self.request.environment.get("HOME").map(String::as_str);
        paths::Start::new(directory, home, watched)
    }
}

/// How documents that nobody includes are spelled: as they are written where there is nothing to merge.
pub(super) fn spelling(documents: &[Node]) -> Spelling {
    let [document] = documents else { return Spelling::Long };
    let mut services = document.get("services").and_then(Node::as_map).unwrap_or_default().iter();
    let is_alone = document.get("include").is_none() && services.all(|(_, service)| service.get("extends").is_none());
    if is_alone { Spelling::AsWritten } else { Spelling::Long }
}

fn drop_version(document: &mut Node, ledger: &mut Ledger) {
    let Some(key) = key_span(document, "version") else { return };
    let value = document.take("version");
    if let Some(value) = &value {
        ledger.origins.take(TreePath::of(["version"]), value.clone());
    }
    let is_text = |value: &Node| kinds::is_text(value) && value.tag != Tag::Reset;
    if !value.as_ref().is_some_and(is_text) {
        return;
    }
    ledger.report(
        Diagnostic::warning("obsolete-version", "'version' is obsolete and means nothing")
            .at(key)
            .help("remove the line"),
    );
}

/// The place of a key of a map.
pub(super) fn key_span(node: &Node, key: &str) -> Option<Span> {
    node.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(name, _)| name.span)
}
