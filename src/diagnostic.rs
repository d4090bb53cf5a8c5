//! What is wrong with the user's files: message, place and remedy, collected so that one run names every fault.
//!
//! Diagnostics are data. They are never printed here (`render` does that), and they never describe the state of the
//! engine: those faults are errors of `engine`.

use crate::source::Span;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a message that a person still reads; a name or value of the user may be of any length.
const READABLE: usize = 300;
/// Of those, the ones at the end: the fault often stands behind the name.
const ENDING: usize = 100;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The project cannot be used.
    Error,
    /// The project can be used, but something in it does not do what it seems to.
    Warning,
    /// The project does what it says, and another way would be wiser.
    Advice,
}

/// A second place that helps to understand the fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there, such as `first defined here`.
    pub text: String,
}

/// One fault: what, where and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a diagnostic does nothing until it is collected"]
pub struct Diagnostic {
    /// Error, warning or advice.
    pub severity: Severity,
    /// A stable, kebab-case code such as `unknown-key`.
    pub code: &'static str,
    /// Thing and fault, lower case, no full stop.
    pub message: String,
    /// The place, unless the fault is that something is missing altogether.
    pub place: Option<Span>,
    /// Other places that matter.
    pub labels: Vec<Label>,
    /// The remedy.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    /// A piece of advice.
    pub fn advice(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Advice, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self { severity, code, message: clip(message), place: None, labels: Vec::new(), help: None }
    }

    /// Sets the place.
    pub fn at(mut self, place: impl Into<Option<Span>>) -> Self {
        self.place = place.into();
        self
    }

    /// Adds a second place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: clip(text.into()) });
        self
    }

    /// Sets the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(clip(help.into()));
        self
    }
}

fn clip(text: String) -> String {
    match clipped(&text) {
        Cow::Owned(short) => short,
        Cow::Borrowed(_) => text,
    }
}

/// The text, or its beginning and its end with `…` between them when it is longer than a person reads.
pub fn clipped(text: &str) -> Cow<'_, str> {
    let Some(excess) = text.chars().count().checked_sub(READABLE + 1) else { return text.into() };
    let beginning = text.chars().take(READABLE - ENDING - 1);
    let ending = text.chars().skip(READABLE - ENDING + 1 + excess);
    beginning.chain(['…']).chain(ending).collect::<String>().into()
}

/// The diagnostics of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
    /// What makes one the same as another: code and place, or where there is none code and message.
    known: BTreeSet<(&'static str, Option<Span>, String)>,
}

impl Diagnostics {
    /// Adds one. Of two with the same code at the same place the first is kept: who finds a fault first knows most.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let message = if diagnostic.place.is_some() { String::new() } else { diagnostic.message.clone() };
        if self.known.insert((diagnostic.code, diagnostic.place, message)) {
            self.all.push(diagnostic);
        }
    }

    /// Drops errors that follow from an earlier one: those inside a value that was found faulty, be it one of these or
    /// one of the wrong kind or without meaning, and those at a place that is silenced.
    pub fn drop_consequences(&mut self, ruined: &[Span], silenced: &BTreeSet<Span>) {
        let mut ruined: BTreeMap<Span, bool> = ruined.iter().map(|value| (*value, false)).collect();
        self.all.retain(|one| {
            let counts = one.severity == Severity::Error || one.code == "invalid-value";
            let Some(place) = one.place.filter(|_| counts) else { return true };
            let around = Span { file: place.file, start: place.start, end: u32::MAX };
            let value = ruined.range_mut(..=around).next_back();
            let value = value.filter(|(value, _)| value.file == place.file && place.end <= value.end.max(value.start));
            if let Some((_, has_fault)) = value {
                return !std::mem::replace(has_fault, true);
            }
            if one.severity == Severity::Error && matches!(one.code, "wrong-type" | "invalid-value") {
                ruined.insert(place, true);
            }
            !silenced.contains(&place)
        });
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|one| one.severity == Severity::Error)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds several.
    pub fn push_all(&mut self, more: impl IntoIterator<Item = Diagnostic>) {
        more.into_iter().for_each(|one| self.push(one));
    }

    /// How many are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.all.iter().filter(|one| one.severity == severity).count()
    }

    /// All of them by place, at one place the graver first; those without a place come first of all.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<_> = self.all.iter().collect();
        all.sort_by_key(|one| (one.place, one.severity));
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

/// The candidate that a misspelt word most likely meant, if one is near enough.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let limit = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        // Each letter more or less is a step: most candidates are too far by their length alone.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_or_missing_letter_finds_its_word() {
        let words = ["ports", "profiles", "environment", "image"];
        assert_eq!(did_you_mean("prots", words), Some("ports"));
        assert_eq!(did_you_mean("enviroment", words), Some("environment"));
        assert_eq!(did_you_mean("imaeg", words), Some("image"));
    }

    #[test]
    fn a_word_that_is_far_from_all_suggests_nothing() {
        assert_eq!(did_you_mean("zebra", ["ports", "image"]), None);
    }

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        let long = format!("'{}' is not a port", "é".repeat(1_000_000));
        let one = Diagnostic::error("x", long.clone()).label(Span::NOWHERE, long.clone()).help(long);
        for text in [&one.message, &one.labels[0].text, &one.help.expect("has one")] {
            assert_eq!(text.chars().count(), READABLE);
            assert!(text.starts_with("'éé") && text.contains("é…é") && text.ends_with("éé' is not a port"), "{text}");
        }
        let short = "x".repeat(READABLE);
        assert_eq!(Diagnostic::error("x", short.clone()).message, short);
        assert_eq!(Diagnostic::error("x", format!("{short}x")).message.chars().count(), READABLE);
    }

    #[test]
    fn one_fault_is_collected_once() {
        let mut all = Diagnostics::default();
        all.push(Diagnostic::warning("x", "same"));
        all.push(Diagnostic::warning("x", "same"));
        assert_eq!(all.sorted().len(), 1);
        assert!(!all.has_errors());
    }
}
