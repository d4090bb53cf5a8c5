//! [`Documents`]: the texts of a project's files as trees, in the order in which they are merged.

use super::Request;
use super::environment::Environment;
use super::find::{self, Found};
use super::interpolate::interpolate;
use super::ledger::Ledger;
use super::merge::merge;
use super::normalise::entries;
use super::shape::shape;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Tag, Value, parse};
use crate::source::{FileId, Span};
use std::path::Path;

/// The trees of all documents of all files.
#[derive(Debug)]
pub(super) struct Documents(Vec<Node>);

impl Documents {
    /// Reads all files; nothing when one of them cannot be read.
    pub fn read(request: &Request, found: &Found, ledger: &mut Ledger) -> Option<Self> {
        let mut documents = Vec::new();
        let mut is_complete = true;
        let mut stdin = request.stdin.as_deref();
        for path in &found.files {
            let file = if find::is_stdin(path) {
                Some(ledger.sources.add(path.clone(), stdin.take().unwrap_or_default().to_owned()))
            } else {
                open(path, request, ledger)
            };
            match file.map(|file| parse::parse(&ledger.sources, file)) {
                Some(Ok(trees)) => documents.extend(trees),
                Some(Err(fault)) => {
                    ledger.report(*fault);
                    is_complete = false;
                }
                None => is_complete = false,
            }
        }
        if is_complete && documents.is_empty() {
            ledger.report(empty(found));
        }
        (is_complete && !documents.is_empty()).then_some(Self(documents))
    }

    /// The trees.
    pub fn all(&self) -> &[Node] {
        &self.0
    }

    /// Expands the variables of all documents; nothing when one of them is faulty.
    pub fn interpolate(&mut self, environment: &Environment, ledger: &mut Ledger) -> Option<()> {
        self.0.iter_mut().for_each(|document| interpolate(document, environment, ledger));
        (!ledger.diagnostics.has_errors()).then_some(())
    }

    /// All documents as one tree in the long spelling.
    pub fn merge(self, ledger: &mut Ledger) -> Option<Node> {
        let mut merged = None;
        for mut document in self.0 {
            if document.as_map().is_none() {
                let message = format!("a compose file must be a mapping, this is {}", document.kind());
                ledger
                    .report(Diagnostic::error("wrong-type", message).at(document.span).help("begin with 'services:'"));
                continue;
            }
            drop_version(&mut document, ledger);
            refuse_unsupported(&mut document, ledger);
            let document = shape(document, &mut ledger.diagnostics);
            merged = merge(merged, document, &mut ledger.diagnostics, &mut ledger.origins);
        }
        merged
    }
}

fn open(path: &Path, request: &Request, ledger: &mut Ledger) -> Option<FileId> {
    let shown = find::shown(path, &request.working_directory);
    match ledger.read(path, &shown) {
        Ok(file) => Some(file),
        Err(unreadable) => {
            let fault = unreadable.diagnostic("compose file", &shown);
            let is_link = path.is_symlink();
            ledger.report(if is_link { fault.help("the file is a symbolic link: look where it leads") } else { fault });
            None
        }
    }
}

fn empty(found: &Found) -> Diagnostic {
    let names: Vec<_> =
        found.files.iter().filter_map(|file| file.file_name()).map(|name| name.display().to_string()).collect();
    Diagnostic::error("empty-file", format!("the compose file is empty: {}", names.join(", ")))
        .help("describe at least one service under 'services:'")
}

fn drop_version(document: &mut Node, ledger: &mut Ledger) {
    let Some(key) = key_span(document, "version") else { return };
    document.take("version");
    ledger.report(
        Diagnostic::warning("obsolete-version", "'version' is obsolete and means nothing")
            .at(key)
            .help("remove the line"),
    );
}

fn refuse_unsupported(document: &mut Node, ledger: &mut Ledger) {
    refuse(document, "include", "list the file with another '--file'", ledger);
    for (_, service) in entries(document.get_mut("services")) {
        refuse(service, "extends", "copy the attributes, or share them with a YAML anchor", ledger);
    }
}

fn refuse(node: &mut Node, key: &'static str, help: &str, ledger: &mut Ledger) {
    let Some(span) = key_span(node, key) else { return };
    let Some(value) = node.take(key) else { return };
    let says_nothing = value.is_null() || matches!(&value.value, Value::List(items) if items.is_empty());
    if !says_nothing && value.tag != Tag::Reset {
        let message = format!("'{key}' is not supported by this version of hoist");
        ledger.report(Diagnostic::error("unsupported", message).at(span).help(help));
    }
}

/// The place of a key of a map.
fn key_span(node: &Node, key: &str) -> Option<Span> {
    node.as_map()?.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(name, _)| name.span)
}
