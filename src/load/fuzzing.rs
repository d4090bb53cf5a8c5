//! Doors for the fuzz targets in `fuzz/`. Exists under `cfg(fuzzing)` only, and decides nothing.

use super::dotenv::{self, Entries, Format};
use super::ledger::Ledger;
use super::place::Place;
use super::{shape, template};
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::source::{SourceMap, Span};
use std::ops::Range;

/// Gives a variable's value.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// A text with its variables filled in, or where in it the fault is.
pub fn expand(text: &str, lookup: Lookup<'_>) -> Result<String, Range<usize>> {
    template::expand(text, lookup).map(|expanded| expanded.text).map_err(|fault| fault.range)
}

/// What an env file says.
#[derive(Debug)]
pub struct Variables {
    /// Names, values and places.
    pub variables: Vec<(String, String, Span)>,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
    /// Its text.
    pub sources: SourceMap,
}

/// Reads an env file in Compose's dialect.
pub fn dotenv(text: &str, lookup: Lookup<'_>) -> Variables {
    variables(text, Format::Compose, lookup)
}

/// Reads an env file with `format: raw`.
pub fn raw_dotenv(text: &str, lookup: Lookup<'_>) -> Variables {
    variables(text, Format::Raw, lookup)
}

fn variables(text: &str, format: Format, lookup: Lookup<'_>) -> Variables {
    let mut ledger = Ledger::default();
    let file = ledger.sources.add("x.env".into(), text.into());
    let mut known = Entries::new();
    dotenv::read(file, format, &mut known, (lookup, &mut ledger));
    let variables = known.into_iter().map(|(name, entry)| (name, entry.value, entry.span)).collect();
    Variables { variables, diagnostics: ledger.diagnostics, sources: ledger.sources }
}

/// An attribute of a service in the long spelling.
pub fn shape(attribute: &str, value: Node) -> (Node, Diagnostics) {
    let mut ledger = Ledger::default();
    let service = Node::map([("services", Node::map([("a", Node::map([(attribute, value)]))]))]);
    let mut shaped = shape::shape(service, &Place::ROOT, &mut ledger);
    let path = ["services", "a", attribute];
    let shaped = path.into_iter().try_fold(&mut shaped, |node, key| node.get_mut(key)).cloned();
    (shaped.unwrap_or_else(Node::null), ledger.diagnostics)
}
