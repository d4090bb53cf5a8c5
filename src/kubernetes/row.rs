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

    /// The place inside, step by step: `a.b[0]['c.d']` has four.
    pub(super) fn steps(&self) -> Path {
        let mut steps = Path::default();
        let mut rest = self.path.as_str();
        while !rest.is_empty() {
            let (step, behind) = if let Some(quoted) = rest.strip_prefix("['") {
                let (step, behind) = quoted.split_once("']").unwrap_or((quoted, ""));
                (steps.key(step), behind)
            } else if let Some(bracketed) = rest.strip_prefix('[') {
                let (step, behind) = bracketed.split_once(']').unwrap_or((bracketed, ""));
                (step.parse().map_or_else(|_| steps.key(step), |index| steps.index(index)), behind)
            } else {
                let rest = rest.strip_prefix('.').unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (step, behind) = rest.split_at(end);
                (steps.key(step), behind)
            };
            (steps, rest) = (step, behind);
        }
        steps
    }

    /// Whether it is another place, or something in it.
    pub fn is_in(&self, other: &Self) -> bool {
        let below = self.path.strip_prefix(other.path.as_str());
        let is_below = below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        is_below && (&self.kind, &self.name) == (&other.kind, &other.name)
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
    /// The key as the files write it: a leaf, or an item of a list in its short spelling.
    pub key: Path,
    /// What it stands for in the merged tree: itself, or each of what a range stands for.
    pub stands_for: Vec<Path>,
    /// What all this was said of: the key, or one above it, whose other keys fare alike.
    pub said_of: Path,
    /// Where it is written.
    pub place: Option<Span>,
    /// What became of it.
    pub fate: Fate,
    /// Why it is not exact, or what is worth knowing although it is.
    pub reason: Option<String>,
    /// Where it went.
    pub becomes: Vec<ObjectPath>,
    /// Whether nothing is lost with it although it is not exact: what it says is so anyway, or does nothing in Compose either.
    pub is_moot: bool,
    /// What can be done about it.
    pub remedy: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_step_by_step() {
        let steps = ObjectPath::new("K", "a", "spec.a[0].b['c.d/e'].f[1]").steps();
        let wanted = Path::of(["spec", "a"]).index(0).key("b").key("c.d/e").key("f").index(1);
        assert_eq!(steps, wanted);
        assert!(ObjectPath::new("K", "a", "").steps().is_root());
    }
}
