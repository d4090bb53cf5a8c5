//! [`Objects`]: the objects of a conversion: those that are written down, and those that a generator makes.

use super::generator::{Generator, names, plain_names};
use crate::document::Node;
use crate::kubernetes::manifest::Manifest;

/// They refer to generated ones by the name that these have without their hash.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub plain: Vec<Manifest>,
    pub generators: Vec<Generator>,
}

impl Objects {
    /// The objects of a conversion.
    pub fn of(manifests: &[Manifest]) -> Self {
        let names = names(manifests);
        let (generated, plain): (Vec<&Manifest>, Vec<&Manifest>) =
            manifests.iter().partition(|manifest| Generator::makes(manifest));
        let renamed = |manifest: &Manifest| Manifest { tree: plain_names(&manifest.tree, &names), ..manifest.clone() };
        Self {
            plain: plain.into_iter().map(renamed).collect(),
            generators: generated.into_iter().map(|manifest| Generator::of(manifest, &names)).collect(),
        }
    }

    /// The one of a kind and name that is written down.
    pub fn get(&self, kind: &str, name: &str) -> Option<&Manifest> {
        self.plain.iter().find(|one| one.kind == kind && one.name == name)
    }

    /// The generator of the same object as another one's.
    pub fn generator(&self, of: &Generator) -> Option<&Generator> {
        self.generators.iter().find(|one| one.kind == of.kind && one.name == of.name)
    }

    /// The namespaces that objects are in.
    pub fn namespaces(&self) -> Vec<&Node> {
        let plain = self.plain.iter().filter_map(Manifest::namespace);
        let mut all: Vec<&Node> =
            plain.chain(self.generators.iter().filter_map(|one| one.namespace.as_ref())).collect();
        all.sort_by_key(|name| name.as_text());
        all.dedup();
        all
    }
}
