//! [`Folder`]: a folder with a kustomization.

use super::Files;
use super::change::Change;
use super::generator::Generator;
use crate::document::{Node, write};
use crate::kubernetes::manifest::Manifest;
use std::collections::BTreeMap;

/// A folder of the tree, until it is written.
#[derive(Default)]
pub(super) struct Folder {
    path: String,
    /// Files and folders of objects.
    pub resources: Vec<String>,
    /// Folders of components.
    pub components: Vec<String>,
    patches: Vec<Node>,
    /// The generators, by the field that has them.
    generators: BTreeMap<&'static str, Vec<Node>>,
    /// Images with their tags.
    images: Vec<Node>,
    files: Files,
}

impl Folder {
    /// An empty one.
    pub fn new(path: &str) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    /// Takes changes in.
    pub fn with<'c>(mut self, changes: impl IntoIterator<Item = &'c Change>) -> Self {
        for change in changes {
            match change {
                Change::Add(manifest) => self.resource(manifest),
                Change::Patch(manifest, operations) => self.patch(manifest, operations),
                Change::Remove { kind, name, version, namespace } => {
                    self.remove((kind, name), version, namespace.as_ref());
                }
                Change::Generate(generator) => self.generate(generator, None),
                Change::Regenerate(generator) => self.generate(generator, Some("replace")),
            }
        }
        self
    }

    /// Takes entries of images in.
    pub fn naming(self, images: Vec<Node>) -> Self {
        Self { images, ..self }
    }

    fn resource(&mut self, manifest: &Manifest) {
        self.resources.push(manifest.file_name());
        self.file(&manifest.file_name(), manifest.text().into_bytes());
    }

    fn patch(&mut self, wanted: &Manifest, operations: &[Node]) {
        let path = wanted.file_name();
        self.file(&path, write::yaml(&Node::list(operations.iter().cloned())).into_bytes());
        let target = Node::map([("kind", Node::text(&*wanted.kind)), ("name", Node::text(&*wanted.name))]);
        self.patches.push(Node::map([("path", Node::text(path)), ("target", target)]));
    }

    /// A patch that removes an object.
    fn remove(&mut self, (kind, name): (&str, &str), version: &Node, namespace: Option<&Node>) {
        let path = format!("{name}-{}.yaml", kind.to_ascii_lowercase());
        let names = [("name", Some(Node::text(name))), ("namespace", namespace.cloned())];
        let names = names.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let removal = Node::map([
            ("$patch", Node::text("delete")),
            ("apiVersion", version.clone()),
            ("kind", Node::text(kind)),
            ("metadata", Node::map(names)),
        ]);
        self.file(&path, write::yaml(&removal).into_bytes());
        self.patches.push(Node::map([("path", Node::text(path))]));
    }

    fn generate(&mut self, generator: &Generator, behavior: Option<&str>) {
        for (path, bytes) in generator.files() {
            self.file(&path, bytes);
        }
        self.generators.entry(generator.field()).or_default().push(generator.node(behavior));
    }

    fn file(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.insert(format!("{}/{name}", self.path), bytes);
    }

    /// Puts its files with others. Kustomize refuses a kustomization that says nothing: an empty list says enough.
    pub fn write(mut self, kind: &str, version: &str, files: &mut Files) {
        let texts = |all: Vec<String>| Node::list(all.into_iter().map(Node::text));
        let mut entries =
            vec![("apiVersion", Node::text(format!("kustomize.config.k8s.io/{version}"))), ("kind", Node::text(kind))];
        let lists = [
            ("resources", texts(std::mem::take(&mut self.resources))),
            ("components", texts(std::mem::take(&mut self.components))),
            ("patches", Node::list(std::mem::take(&mut self.patches))),
        ];
        let generators = std::mem::take(&mut self.generators).into_iter().map(|(field, all)| (field, Node::list(all)));
        let is_some = |(_, list): &(&str, Node)| list.as_list().is_some_and(|list| !list.is_empty());
        let images = [("images", Node::list(std::mem::take(&mut self.images)))];
        let heading = entries.len();
        entries.extend(lists.into_iter().chain(generators).chain(images).filter(is_some));
        if entries.len() == heading {
            entries.push(("resources", Node::list([])));
        }
        self.file("kustomization.yaml", write::yaml(&Node::map(entries)).into_bytes());
        files.append(&mut self.files);
    }
}
