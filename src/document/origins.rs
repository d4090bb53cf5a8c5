//! [`Origins`]: the side table that keeps places and variables of a tree for what the model no longer knows.

use super::path::Segment;
use super::{Node, Path};
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A variable that took part in a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// Where the values of a loaded project come from: the tree that it was read from, which knows its places, and the
/// variables in it.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    root: Node,
    services: HashMap<Box<str>, usize>,
    variables: BTreeMap<Span, Vec<Variable>>,
    /// The same once more, to be found fast: one value may be made with very many.
    used: HashSet<(Span, Variable)>,
    replaced: BTreeMap<Path, Vec<Setting>>,
    bare: BTreeSet<Span>,
    env_files: BTreeMap<FileId, Dollar>,
    taken: Vec<(Path, Node)>,
}

impl Origins {
    /// Records that a value at this place was made with a variable.
    pub fn used(&mut self, span: Span, variable: Variable) {
        if self.used.insert((span, variable.clone())) {
            self.variables.entry(span).or_default().push(variable);
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

    /// Keeps an attribute that was carried out and taken from the tree, such as `env_file`.
    pub fn take(&mut self, path: Path, node: Node) {
        self.taken.push((path, node));
    }

    /// The attributes that were carried out and taken from the tree.
    pub fn taken(&self) -> &[(Path, Node)] {
        &self.taken
    }

    /// Keeps the tree of the project.
    pub fn record(&mut self, root: Node) {
        let services = root.get("services").and_then(Node::as_map).unwrap_or_default();
        let names = services.iter().map(|(name, _)| name.as_text().unwrap_or_default().into());
        self.services = names.enumerate().map(|(index, name)| (name, index)).collect();
        self.root = root;
    }

    /// The tree of the project: merged, in the long spelling, complete.
    pub fn tree(&self) -> &Node {
        &self.root
    }

    /// The place of a path, or of the nearest of its parents that a file wrote. A map's entry is placed at its key.
    pub fn span(&self, path: &Path) -> Option<Span> {
        let places = [self.root.span].into_iter().chain(self.steps(path).map(|(span, _)| span));
        places.filter(|span| span.is_somewhere()).last()
    }

    /// The place of what stands at a path: of a scalar its own, of anything else the key or item that begins it.
    pub fn place(&self, path: &Path) -> Option<Span> {
        let last = self.steps(path).nth(path.segments().len().saturating_sub(1));
        let scalar = last.map(|(_, node)| node).filter(|node| node.as_text().is_some() && node.span.is_somewhere());
        scalar.map(|node| node.span).or_else(|| self.span(path))
    }

    /// What stands at a path.
    pub fn node<'a>(&'a self, path: &'a Path) -> Option<&'a Node> {
        self.steps(path).nth(path.segments().len().checked_sub(1)?).map(|(_, node)| node)
    }

    /// Whether a file wrote something at exactly this path, be it right or wrong.
    pub fn knows(&self, path: &Path) -> bool {
        self.steps(path).nth(path.segments().len().saturating_sub(1)).is_some_and(|(span, _)| span.is_somewhere())
    }

    /// What stands on the way down a path, with its place; it ends where nothing stands.
    fn steps<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = (Span, &'a Node)> {
        let mut at = Some(&self.root);
        path.segments().iter().enumerate().map_while(move |(depth, segment)| {
            let node = at?;
            let found = match segment {
                Segment::Index(index) => node.as_list()?.get(*index).map(|item| (item.span, item)),
                Segment::Key(key) => self.entry(node, key, depth).map(|(key, value)| (key.span, value)),
            };
            at = found.map(|(_, node)| node);
            found
        })
    }

    /// An entry of a map. Projects have few sections and may have many services: those are looked up.
    fn entry<'a>(&'a self, node: &'a Node, key: &str, depth: usize) -> Option<&'a (Node, Node)> {
        let entries = node.as_map()?;
        let is = |entry: &&(Node, Node)| entry.0.as_text() == Some(key);
        let known = self.services.get(key).filter(|_| depth == 1).and_then(|index| entries.get(*index)).filter(is);
        known.or_else(|| entries.iter().find(is))
    }

    /// The variables that took part in the value at a place.
    pub fn variables(&self, span: Span) -> &[Variable] {
        self.variables.get(&span).map_or(&[], Vec::as_slice)
    }
}
