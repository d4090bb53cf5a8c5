//! [`kustomize`]: manifests as a base for Kustomize, with a component for each profile and an overlay for each override
//! file. What a layer changes is computed from the objects with it and without it, so that a build of an overlay gives
//! what a conversion of the same files gives.
//!
//! Objects whose names change with their content are made by generators from files, so that an edit of such a file rolls
//! the pods; Kustomize gives them a suffix of its own.

mod difference;
mod generator;

use super::manifest::Manifest;
use crate::document::{Node, write};
use difference::difference;
use generator::{Generator, plain_names};
use std::collections::BTreeMap;

/// The files of a Kustomize tree, by their paths in it.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The folder of files that nobody should commit: the values of secrets.
const HIDDEN: &str = "secrets";

/// What stands over the base: its name, and all objects of the project with it.
#[derive(Debug)]
pub struct Layer {
    /// The profile, or what the override file is for.
    pub name: String,
    /// All objects of the project with it, those of the base included.
    pub manifests: Vec<Manifest>,
}

/// The tree: `base`, a component and an overlay for each profile, an overlay for each override file.
pub fn kustomize(base: &[Manifest], profiles: &[Layer], overrides: &[Layer]) -> Files {
    let base = Objects::of(base);
    let mut files = Files::from([(".gitignore".to_owned(), format!("{HIDDEN}/\n").into_bytes())]);
    let mut whole = Folder::new("base");
    base.plain.iter().for_each(|manifest| whole.resource(manifest));
    base.generators.iter().for_each(|generator| whole.generate(generator, None));
    whole.write("Kustomization", "v1beta1", &mut files);
    for Layer { name, manifests } in profiles {
        let component = Folder::new(&format!("components/{name}")).over(&base, &Objects::of(manifests));
        component.write("Component", "v1alpha1", &mut files);
        let mut overlay = Folder::new(&format!("overlays/{name}"));
        overlay.resources.push("../../base".to_owned());
        overlay.components.push(format!("../../components/{name}"));
        overlay.write("Kustomization", "v1beta1", &mut files);
    }
    for Layer { name, manifests } in overrides {
        let mut overlay = Folder::new(&format!("overlays/{name}"));
        overlay.resources.push("../../base".to_owned());
        overlay.over(&base, &Objects::of(manifests)).write("Kustomization", "v1beta1", &mut files);
    }
    files
}

/// The objects of a conversion: those that are written down, and those that a generator makes.
struct Objects {
    plain: Vec<Manifest>,
    generators: Vec<Generator>,
}

impl Objects {
    /// Objects refer to generated ones by the name that these have without their hash.
    fn of(manifests: &[Manifest]) -> Self {
        let (generated, plain): (Vec<&Manifest>, Vec<&Manifest>) =
            manifests.iter().partition(|manifest| Generator::makes(manifest));
        let names =
            generated.iter().map(|one| (one.name.clone(), generator::base_name(&one.name).to_owned())).collect();
        let renamed = |manifest: &Manifest| Manifest { tree: plain_names(&manifest.tree, &names), ..manifest.clone() };
        Self {
            plain: plain.into_iter().map(renamed).collect(),
            generators: generated.into_iter().map(Generator::of).collect(),
        }
    }

    fn get(&self, kind: &str, name: &str) -> Option<&Manifest> {
        self.plain.iter().find(|one| one.kind == kind && one.name == name)
    }

    fn generator(&self, of: &Generator) -> Option<&Generator> {
        self.generators.iter().find(|one| one.kind == of.kind && one.name == of.name)
    }
}

/// A folder with a kustomization.
#[derive(Default)]
struct Folder {
    path: String,
    resources: Vec<String>,
    components: Vec<String>,
    patches: Vec<Node>,
    /// The generators, by the field that has them.
    generators: BTreeMap<&'static str, Vec<Node>>,
    files: Files,
}

impl Folder {
    fn new(path: &str) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    /// What makes the objects of the base those with a layer.
    fn over(mut self, base: &Objects, with: &Objects) -> Self {
        for manifest in &with.plain {
            match base.get(&manifest.kind, &manifest.name) {
                None => self.resource(manifest),
                Some(known) => self.patch(known, manifest),
            }
        }
        for known in base.plain.iter().filter(|known| with.get(&known.kind, &known.name).is_none()) {
            self.remove((&known.kind, &known.name), known.tree.get("apiVersion"), known.namespace());
        }
        for generator in &with.generators {
            match base.generator(generator) {
                None => self.generate(generator, None),
                Some(known) if known != generator => self.generate(generator, Some("replace")),
                Some(_) => {}
            }
        }
        for known in base.generators.iter().filter(|known| with.generator(known).is_none()) {
            self.remove((&known.kind, &known.name), Some(&Node::text("v1")), known.namespace.as_ref());
        }
        self
    }

    fn resource(&mut self, manifest: &Manifest) {
        self.resources.push(manifest.file_name());
        self.file(&manifest.file_name(), manifest.text().into_bytes());
    }

    fn patch(&mut self, known: &Manifest, wanted: &Manifest) {
        let operations = difference(&known.tree, &wanted.tree);
        if operations.is_empty() {
            return;
        }
        let path = wanted.file_name();
        self.file(&path, write::yaml(&Node::list(operations)).into_bytes());
        let target = Node::map([("kind", Node::text(&*wanted.kind)), ("name", Node::text(&*wanted.name))]);
        self.patches.push(Node::map([("path", Node::text(path)), ("target", target)]));
    }

    /// A patch that removes an object.
    fn remove(&mut self, (kind, name): (&str, &str), version: Option<&Node>, namespace: Option<&Node>) {
        let path = format!("{name}-{}.yaml", kind.to_ascii_lowercase());
        let names = [("name", Some(Node::text(name))), ("namespace", namespace.cloned())];
        let names = names.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let removal = Node::map([
            ("$patch", Node::text("delete")),
            ("apiVersion", version.cloned().unwrap_or_default()),
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

    fn write(mut self, kind: &str, version: &str, files: &mut Files) {
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
        entries.extend(lists.into_iter().chain(generators).filter(is_some));
        self.file("kustomization.yaml", write::yaml(&Node::map(entries)).into_bytes());
        files.append(&mut self.files);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::manifest::tree;
    use serde_json::{Value, json};

    fn manifest(kind: &str, name: &str, more: &Value) -> Manifest {
        let mut value = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}});
        value.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        Manifest { kind: kind.to_owned(), name: name.to_owned(), tree: tree(&value) }
    }

    fn secret(hash: &str, value: &str) -> [Manifest; 2] {
        let name = format!("web-env-{hash}");
        let secret = json!({"immutable": true, "type": "Opaque", "stringData": {"KEY": value}});
        let pod = json!({"spec": {"env": [{"name": "KEY", "secret": name}]}});
        [manifest("Secret", &name, &secret), manifest("Pod", "web", &pod)]
    }

    fn text<'a>(files: &'a Files, path: &str) -> &'a str {
        std::str::from_utf8(files.get(path).unwrap_or_else(|| panic!("{path} of {:?}", files.keys()))).expect("text")
    }

    #[test]
    fn what_a_layer_adds_changes_and_removes_is_in_its_folder_alone() {
        let base = [
            manifest("Service", "web", &json!({"spec": {"port": 1}})),
            manifest("Service", "old", &json!({"spec": {}})),
        ];
        let with = [
            manifest("Service", "web", &json!({"spec": {"port": 2}})),
            manifest("Service", "new", &json!({"spec": {}})),
        ];
        let files = kustomize(&base, &[], &[Layer { name: "prod".into(), manifests: with.into() }]);
        assert_eq!(
            text(&files, "overlays/prod/kustomization.yaml"),
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ../../base\n  \
             - new-service.yaml\npatches:\n  - path: web-service.yaml\n    target:\n      kind: Service\n      name: web\n  \
             - path: old-service.yaml\n"
        );
        assert_eq!(text(&files, "overlays/prod/web-service.yaml"), "- op: replace\n  path: /spec/port\n  value: 2\n");
        assert!(text(&files, "overlays/prod/old-service.yaml").starts_with("$patch: delete\n"));
    }

    #[test]
    fn what_changes_its_name_with_its_content_is_made_from_a_file() {
        let with = Layer { name: "prod".into(), manifests: secret("bbbbbbbbbb", "two").into() };
        let files = kustomize(&secret("aaaaaaaaaa", "one"), &[], &[with]);
        assert_eq!(text(&files, "base/secrets/web-env/KEY"), "one");
        assert_eq!(text(&files, "overlays/prod/secrets/web-env/KEY"), "two");
        assert!(text(&files, "base/web-pod.yaml").contains("secret: web-env\n"));
        assert!(text(&files, "overlays/prod/kustomization.yaml").contains("behavior: replace"));
        assert!(!files.contains_key("overlays/prod/web-pod.yaml"), "it refers to the same name");
        assert_eq!(text(&files, ".gitignore"), "secrets/\n");
    }

    #[test]
    fn a_profile_is_a_component_and_an_overlay_that_has_it() {
        let profile = Layer { name: "debug".into(), manifests: vec![manifest("Service", "probe", &json!({}))] };
        let files = kustomize(&[], &[profile], &[]);
        assert!(
            text(&files, "components/debug/kustomization.yaml")
                .contains("kind: Component\nresources:\n  - probe-service")
        );
        assert!(
            text(&files, "overlays/debug/kustomization.yaml").contains("components:\n  - ../../components/debug\n")
        );
    }
}
