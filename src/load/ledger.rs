//! [`Ledger`]: what a load collects on its way: texts, faults, and which variables went where.

use super::allowance::{Allowance, Grant, Growth};
use super::file::{self, Unreadable};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Origins;
use crate::source::{FileId, SourceMap, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Places of one unset variable that a warning shows besides the first.
const SHOWN_PLACES: usize = 3;

/// Everything but the tree.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub sources: SourceMap,
    pub diagnostics: Diagnostics,
    pub origins: Origins,
    pub allowance: Allowance,
    files: HashMap<PathBuf, FileId>,
    unset: BTreeMap<String, BTreeSet<Span>>,
    ruined: Vec<Span>,
    silenced: BTreeSet<Span>,
}

impl Ledger {
    /// The text of a file, which is read from the disk once.
    pub fn read(&mut self, path: &Path, shown: &Path) -> Result<FileId, Unreadable> {
        if let Some(known) = self.files.get(path) {
            return Ok(*known);
        }
        let text = match file::read(path) {
            Err(Unreadable::NotText(mut bad)) => {
                let id = self.sources.add(shown.to_owned(), std::mem::take(&mut bad.text));
                bad.place = Some(Span::start_of(id).to(bad.at, bad.at + char::REPLACEMENT_CHARACTER.len_utf8()));
                return Err(Unreadable::NotText(bad));
            }
            text => text?,
        };
        let id = self.sources.add(shown.to_owned(), text);
        self.files.insert(path.to_owned(), id);
        Ok(id)
    }

    /// The text of a file of variables. Bytes that are no UTF-8 do not keep the rest from being read.
    pub fn read_variables(&mut self, path: &Path, shown: &Path) -> Result<FileId, Unreadable> {
        let unreadable = match self.read(path, shown) {
            Err(unreadable) => unreadable,
            read => return read,
        };
        let Some(place) = unreadable.place() else { return Err(unreadable) };
        self.files.insert(path.to_owned(), place.file);
        let warning = Diagnostic::warning("not-text", format!("{unreadable}: it is read as '\u{fffd}'"));
        self.report(warning.at(place).help("save the file as UTF-8"));
        Ok(place.file)
    }

    /// Asks for more than the files say; what does not fit is reported the first time.
    pub fn allow(&mut self, growth: Growth, amount: usize, place: Span) -> bool {
        let grant = self.allowance.take(growth, amount);
        if grant == Grant::Refused {
            let (message, help) = growth.fault();
            self.report(Diagnostic::error("too-large", message).at(place).help(help));
        }
        grant == Grant::Given
    }

    /// Adds a fault.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Remembers that a variable without a value was used at a place.
    pub fn unset(&mut self, name: &str, span: Span) {
        self.unset.entry(name.to_owned()).or_default().insert(span);
    }

    /// Adds a fault inside a value that says nothing from then on: what is found wrong with it later follows from this.
    pub fn ruin(&mut self, value: Span, diagnostic: Diagnostic) {
        self.ruined.push(value);
        self.diagnostics.push(diagnostic);
    }

    /// Keeps errors from a place that lacks what another fault took away.
    pub fn silence(&mut self, place: Span) {
        self.silenced.insert(place);
    }

    /// Drops what follows from other faults, and turns the unset variables into one warning each.
    pub fn settle(&mut self) {
        self.diagnostics.drop_consequences(&self.ruined, &self.silenced);
        for (name, places) in std::mem::take(&mut self.unset) {
            let mut places = places.into_iter();
            let mut warning = Diagnostic::warning(
                "unset-variable",
                format!("variable '{name}' is not set: it becomes an empty text"),
            )
            .at(places.next())
            .help(format!("set it in the environment or in '.env', or write '${{{name}:-default}}'"));
            for place in places.take(SHOWN_PLACES) {
                warning = warning.label(place, "also used here");
            }
            self.diagnostics.push(warning);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_one_fault() {
        let mut ledger = Ledger::default();
        let given = [65_000, 1000, 1].map(|ports| ledger.allow(Growth::Ports, ports, Span::NOWHERE));
        assert_eq!((given, ledger.diagnostics.sorted().len()), ([true, false, false], 1));
    }

    #[test]
    fn a_variable_that_is_unset_in_many_places_is_one_warning() {
        let mut ledger = Ledger::default();
        let file = ledger.sources.add("compose.yaml".into(), "abc".into());
        ledger.unset("X", Span::start_of(file));
        ledger.unset("X", Span::start_of(file).to(1, 2));
        ledger.settle();
        let warnings = ledger.diagnostics.sorted();
        assert_eq!((warnings.len(), warnings[0].labels.len()), (1, 1));
    }
}
