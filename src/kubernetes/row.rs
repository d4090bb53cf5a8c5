//! [`Row`]: what became of one key of the user's files. The rows of a conversion are its conservation report.

use crate::document::Path;
use crate::source::Span;
use std::fmt;

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It means the same where it went: without it the objects would be others.
    Exact,
    /// Something like it is there, or it only had a say in what is there.
    Approximated,
    /// Nothing of it is left: without it the objects would be the same.
    Dropped,
}

impl Fate {
    /// The word of the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximated => "approximated",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// A place in an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectPath {
    /// The kind, such as `Deployment`.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The place inside, such as `spec.template.spec.containers[0].image`.
    pub path: String,
}

impl ObjectPath {
    /// A place in an object of this kind and name.
    pub fn new(kind: &str, name: &str, path: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), name: name.to_owned(), path: path.into() }
    }
}

impl fmt::Display for ObjectPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{} {}", self.kind, self.name, self.path)
    }
}

/// What became of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The key: a leaf of the merged files, in the long spelling.
    pub key: Path,
    /// Where it is written.
    pub place: Option<Span>,
    /// What became of it.
    pub fate: Fate,
    /// Why it is not exact, or what is worth knowing although it is.
    pub reason: Option<String>,
    /// Where it went.
    pub becomes: Vec<ObjectPath>,
    /// What can be done about it.
    pub remedy: Option<String>,
}
