//! [`Change`]: what a layer does to one object of the base, or adds to them.

use super::difference::difference;
use super::generator::Generator;
use super::objects::Objects;
use crate::document::Node;
use crate::kubernetes::manifest::Manifest;

/// What becomes of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// It is there, and was not.
    Add(Manifest),
    /// It is another one, by these operations.
    Patch(Manifest, Vec<Node>),
    /// It is not there any more.
    Remove { kind: String, name: String, version: Node, namespace: Option<Node> },
    /// It is made from files, and was not there.
    Generate(Generator),
    /// It is made from other files.
    Regenerate(Generator),
}

impl Change {
    /// The object, by kind and name.
    pub fn subject(&self) -> (&str, &str) {
        match self {
            Self::Add(manifest) | Self::Patch(manifest, _) => (&manifest.kind, &manifest.name),
            Self::Remove { kind, name, .. } => (kind, name),
            Self::Generate(generator) | Self::Regenerate(generator) => (&generator.kind, &generator.name),
        }
    }

    /// What makes some objects others.
    pub fn all(base: &Objects, with: &Objects) -> Vec<Self> {
        let mut changes = Vec::new();
        for manifest in &with.plain {
            match base.get(&manifest.kind, &manifest.name).map(|known| difference(&known.tree, &manifest.tree)) {
                None => changes.push(Self::Add(manifest.clone())),
                Some(operations) if operations.is_empty() => {}
                Some(operations) => changes.push(Self::Patch(manifest.clone(), operations)),
            }
        }
        for known in base.plain.iter().filter(|known| with.get(&known.kind, &known.name).is_none()) {
            let version = known.tree.get("apiVersion").cloned().unwrap_or_default();
            changes.push(Self::remove((&known.kind, &known.name), version, known.namespace()));
        }
        for generator in &with.generators {
            match base.generator(generator) {
                None => changes.push(Self::Generate(generator.clone())),
                Some(known) if known != generator => changes.push(Self::Regenerate(generator.clone())),
                Some(_) => {}
            }
        }
        for known in base.generators.iter().filter(|known| with.generator(known).is_none()) {
            changes.push(Self::remove((&known.kind, &known.name), Node::text("v1"), known.namespace.as_ref()));
        }
        changes
    }

    fn remove((kind, name): (&str, &str), version: Node, namespace: Option<&Node>) -> Self {
        Self::Remove { kind: kind.to_owned(), name: name.to_owned(), version, namespace: namespace.cloned() }
    }
}
