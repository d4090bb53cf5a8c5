//! [`Origins`]: the side table that keeps places and variables of a tree for what the model no longer knows.

use super::{Node, Path, Value};
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A variable that took part in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where its value came from, such as `.env` or `the environment`; nothing when it is not set.
    pub from: Option<String>,
    /// The place of its value, when a file says it.
    pub place: Option<Span>,
}

/// One of several values that files give to the same thing; of them only the last one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Where it is written.
    pub span: Span,
    /// What is written there; nothing for a variable that is named without a value.
    pub value: Option<String>,
}

/// What `$` means in a file of variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dollar {
    /// It begins the name of a variable.
    Variable,
    /// It is a letter like any other.
    Plain,
}

/// For each path of a loaded project: the place that wrote it; for each place: the variables in it.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    spans: BTreeMap<Path, Span>,
    variables: BTreeMap<Span, Vec<Variable>>,
    replaced: BTreeMap<Path, Vec<Setting>>,
    bare: BTreeSet<Span>,
    env_files: BTreeMap<FileId, Dollar>,
}

impl Origins {
    /// Records that a value at this place was made with a variable.
    pub fn used(&mut self, span: Span, variable: Variable) {
        let all = self.variables.entry(span).or_default();
        if !all.contains(&variable) {
            all.push(variable);
        }
    }

    /// Records that what was set for a path lost against what another place says.
    pub fn replaced(&mut self, path: Path, setting: Setting) {
        let all = self.replaced.entry(path).or_default();
        if !all.contains(&setting) {
            all.push(setting);
        }
    }

    /// What was set for a path and lost, in the order in which it was found out.
    pub fn replaced_at(&self, path: &Path) -> &[Setting] {
        self.replaced.get(path).map_or(&[], Vec::as_slice)
    }

    /// Records that a name stands at this place without a value: what it means is looked up in the environment.
    pub fn named_alone(&mut self, span: Span) {
        self.bare.insert(span);
    }

    /// Whether a name stands at this place without a value.
    pub fn is_named_alone(&self, span: Span) -> bool {
        self.bare.contains(&span)
    }

    /// Records that this is a file of variables; one that is read both ways counts as expanded.
    pub fn env_file(&mut self, file: FileId, dollar: Dollar) {
        let known = self.env_files.entry(file).or_insert(dollar);
        if dollar == Dollar::Variable {
            *known = dollar;
        }
    }

    /// The files of variables.
    pub fn env_files(&self) -> &BTreeMap<FileId, Dollar> {
        &self.env_files
    }

    /// Records the places of a whole tree. A map's entry is placed at its key, everything else at its value.
    pub fn record(&mut self, root: &Node) {
        self.walk(root, root.span, &Path::default());
    }

    fn walk(&mut self, node: &Node, span: Span, path: &Path) {
        if span.is_somewhere() {
            self.spans.insert(path.clone(), span);
        }
        match &node.value {
            Value::Scalar { .. } => {}
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.walk(item, item.span, &path.index(index));
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.walk(value, key.span, &path.key(key.as_text().unwrap_or_default()));
                }
            }
        }
    }

    /// The place of a path, or of the nearest of its parents that a file wrote.
    pub fn span(&self, path: &Path) -> Option<Span> {
        let mut path = path.clone();
        loop {
            if let Some(span) = self.spans.get(&path) {
                return Some(*span);
            }
            if path.is_root() {
                return None;
            }
            path = path.parent();
        }
    }

    /// Whether a file wrote something at exactly this path, be it right or wrong.
    pub fn knows(&self, path: &Path) -> bool {
        self.spans.contains_key(path)
    }

    /// The variables that took part in the value at a place.
    pub fn variables(&self, span: Span) -> &[Variable] {
        self.variables.get(&span).map_or(&[], Vec::as_slice)
    }
}
