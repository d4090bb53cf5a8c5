//! [`Origins`]: the side table that keeps places and variables of a tree for what the model no longer knows.

use super::path::Segment;
use super::{Node, Path};
use crate::source::Span;
use std::collections::{BTreeMap, HashMap};

/// A variable that took part in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where its value came from, such as `.env` or `the environment`; nothing when it is not set.
    pub from: Option<String>,
}

/// Where the values of a loaded project come from: the tree that it was read from, which knows its places, and the
/// variables in it.
#[derive(Debug, Clone)]
pub struct Origins {
    root: Node,
    services: HashMap<Box<str>, usize>,
    variables: BTreeMap<Span, Vec<Variable>>,
}

impl Default for Origins {
    fn default() -> Self {
        Self { root: Node::null(), services: HashMap::new(), variables: BTreeMap::new() }
    }
}

impl Origins {
    /// Records that a value at this place was made with a variable.
    pub fn used(&mut self, span: Span, variable: Variable) {
        let all = self.variables.entry(span).or_default();
        if !all.contains(&variable) {
            all.push(variable);
        }
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
