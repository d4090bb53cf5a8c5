//! The texts of files as trees, in the order in which they are merged.

use super::Request;
use super::find::{self, Found};
use super::ledger::Ledger;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, parse};
use crate::source::{FileId, Span};
use std::path::Path;

/// The trees of all documents of a project's files; nothing when one of them cannot be read.
pub(super) fn read(request: &Request, found: &Found, ledger: &mut Ledger) -> Option<Vec<Node>> {
    let mut documents = Vec::new();
    let mut is_complete = true;
    let mut first = None;
    let mut stdin = request.stdin.as_deref();
    for path in &found.files {
        let file = if find::is_stdin(path) {
            let text = stdin.take().unwrap_or_default();
            Some(ledger.sources.add(path.clone(), text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()))
        } else {
            open(path, request, ledger)
        };
        first = first.or(file);
        match file.and_then(|file| parse(file, ledger)) {
            Some(trees) => documents.extend(trees),
            None => is_complete = false,
        }
    }
    if is_complete && documents.is_empty() {
        ledger.report(empty(found, request).at(first.map(Span::start_of)));
    }
    (is_complete && !documents.is_empty()).then_some(documents)
}

/// The documents of a text; faults of syntax are reported.
pub(super) fn parse(file: FileId, ledger: &mut Ledger) -> Option<Vec<Node>> {
    match parse::parse(&ledger.sources, file) {
        Ok(trees) => Some(trees),
        Err(faults) => {
            for fault in faults {
                ledger.report(fault);
            }
            None
        }
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

fn empty(found: &Found, request: &Request) -> Diagnostic {
    let names = found.files.iter().map(|file| find::shown(file, &request.working_directory).display().to_string());
    let names: Vec<_> = names.collect();
    Diagnostic::error("empty-file", format!("the compose file is empty: {}", names.join(", ")))
        .help("describe at least one service under 'services:'")
}
