//! [`kustomize`]: manifests as a base for Kustomize, with a component for each profile and an overlay for each override
//! file. What a layer changes is computed from the objects with it and without it, so that a build of an overlay gives
//! what a conversion of the same files gives.
//!
//! Objects whose names change with their content are made by generators from files, so that an edit of such a file rolls
//! the pods; Kustomize gives them a suffix of its own.

mod change;
mod difference;
mod folder;
mod generator;
mod image;
mod objects;

use super::manifest::Manifest;
use change::Change;
use folder::Folder;
use objects::Objects;
use std::collections::BTreeMap;

/// The files of a Kustomize tree, by their paths in it.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What stands over the base: its name, and all objects of the project with it.
#[derive(Debug)]
pub struct Layer {
    /// The profile, or what the override file is for.
    pub name: String,
    /// All objects of the project with it, those of the base included.
    pub manifests: Vec<Manifest>,
}

/// An object that the components of profiles cannot make together.
#[derive(Debug, PartialEq, Eq)]
pub enum Clash {
    /// Each of two profiles makes another one of it: their components cannot both stand over the base.
    Between([String; 2], Subject),
    /// It is there with all profiles, and their components together make another one of it, or none.
    OfAll(Subject),
}

/// An object, by kind and name.
pub type Subject = (String, String);

/// The layers that stand over a base.
#[derive(Debug, Default)]
pub struct Layers {
    /// One for each profile.
    pub profiles: Vec<Layer>,
    /// All objects with all of these profiles; nothing where there is one, or they cannot be active together.
    pub together: Option<Vec<Manifest>>,
    /// One for each override file.
    pub overrides: Vec<Layer>,
}

/// The tree, and what its components cannot make together.
#[derive(Debug)]
pub struct Tree {
    /// Its files.
    pub files: Files,
    /// What cannot be made together.
    pub clashes: Vec<Clash>,
}

/// The tree: `base`, a component and an overlay for each profile, an overlay for each override file.
pub fn kustomize(base: &[Manifest], layers: &Layers) -> Tree {
    let (base, none) = (Objects::of(base), Objects::default());
    let mut files = Files::new();
    let mut write = |folder: Folder| folder.write("Kustomization", "v1beta1", &mut files);
    write(Folder::new("base").with(&Change::all(&none, &base)).naming(image::images(&base.plain)));
    for Layer { name, manifests } in &layers.overrides {
        let (mut overlay, with) = (Folder::new(&format!("overlays/{name}")), Objects::of(manifests));
        // What is generated stays in its namespace: an overlay in another one stands by itself.
        let is_elsewhere = base.namespaces() != with.namespaces();
        if !is_elsewhere {
            overlay.resources.push("../../base".to_owned());
        }
        write(overlay.with(&Change::all(if is_elsewhere { &none } else { &base }, &with)));
    }
    let changes = |layer: &Layer| (layer.name.clone(), Change::all(&base, &Objects::of(&layer.manifests)));
    let profiles: Vec<_> = layers.profiles.iter().map(changes).collect();
    let mut clashes = components(&profiles, &mut files);
    if let Some(together) = &layers.together {
        clashes.extend(divided(&profiles, &Change::all(&base, &Objects::of(together))));
    }
    Tree { files, clashes }
}

/// A component and an overlay for each profile. What several profiles do alike is a component of its own, so that any
/// of them can stand together; a profile that does nothing besides has none.
fn components(profiles: &[(String, Vec<Change>)], files: &mut Files) -> Vec<Clash> {
    let mut components: BTreeMap<Vec<&str>, Vec<&Change>> = BTreeMap::new();
    let mut clashes = Vec::new();
    for (name, changes) in profiles {
        for change in changes {
            let mut holders = Vec::new();
            for (other, theirs) in profiles {
                match theirs.iter().find(|one| one.subject() == change.subject()) {
                    Some(one) if one == change => holders.push(other.as_str()),
                    Some(_) if name < other => {
                        clashes.push(Clash::Between([name.clone(), other.clone()], subject(change)));
                    }
                    _ => {}
                }
            }
            if holders.first() == Some(&name.as_str()) {
                components.entry(holders).or_default().push(change);
            }
        }
    }
    for (name, _) in profiles {
        let mut overlay = Folder::new(&format!("overlays/{name}"));
        overlay.resources.push("../../base".to_owned());
        let own = components.keys().filter(|holders| holders.contains(&name.as_str()));
        overlay.components.extend(own.map(|holders| format!("../../components/{}", holders.join("+"))));
        overlay.write("Kustomization", "v1beta1", files);
    }
    for (holders, changes) in components {
        let component = Folder::new(&format!("components/{}", holders.join("+")));
        component.with(changes).write("Component", "v1alpha1", files);
    }
    clashes
}

/// What profiles make together, and each of them otherwise, though all that make it agree.
fn divided(profiles: &[(String, Vec<Change>)], together: &[Change]) -> Vec<Clash> {
    let alone: Vec<&Change> = profiles.iter().flat_map(|(_, changes)| changes).collect();
    let of = |one: &Change| alone.iter().filter(|other| other.subject() == one.subject()).copied().collect::<Vec<_>>();
    let agree = |all: &[&Change]| all.windows(2).all(|pair| matches!(pair, [one, other] if one == other));
    let others = together.iter().filter(|one| agree(&of(one)) && of(one).first() != Some(one));
    others.map(|one| Clash::OfAll(subject(one))).collect()
}

fn subject(change: &Change) -> Subject {
    let (kind, name) = change.subject();
    (kind.to_owned(), name.to_owned())
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

    fn over(base: &[Manifest], layer: Layer) -> Files {
        kustomize(base, &Layers { overrides: vec![layer], ..Layers::default() }).files
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
        let files = over(&base, Layer { name: "prod".into(), manifests: with.into() });
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
        let files = over(&secret("aaaaaaaaaa", "one"), with);
        assert_eq!(text(&files, "base/secrets/web-env/KEY"), "one");
        assert_eq!(text(&files, "overlays/prod/secrets/web-env/KEY"), "two");
        assert!(text(&files, "base/web-pod.yaml").contains("secret: web-env\n"));
        assert!(text(&files, "overlays/prod/kustomization.yaml").contains("behavior: replace"));
        assert!(!files.contains_key("overlays/prod/web-pod.yaml"), "it refers to the same name");
    }

    #[test]
    fn a_profile_is_a_component_and_an_overlay_that_has_it() {
        let profile = Layer { name: "debug".into(), manifests: vec![manifest("Service", "probe", &json!({}))] };
        let files = kustomize(&[], &Layers { profiles: vec![profile], ..Layers::default() }).files;
        assert!(
            text(&files, "components/debug/kustomization.yaml")
                .contains("kind: Component\nresources:\n  - probe-service")
        );
        assert!(
            text(&files, "overlays/debug/kustomization.yaml").contains("components:\n  - ../../components/debug\n")
        );
    }

    #[test]
    fn no_kustomization_is_empty() {
        let layer = |name: &str, objects: &[&str]| {
            let manifests = objects.iter().map(|object| manifest("Service", object, &json!({}))).collect();
            Layer { name: name.into(), manifests }
        };
        let profiles = vec![layer("one", &["a"]), layer("two", &["a", "b"])];
        let files = kustomize(&[], &Layers { profiles, ..Layers::default() }).files;
        assert!(text(&files, "base/kustomization.yaml").ends_with("kind: Kustomization\nresources: []\n"));
        assert!(!files.keys().any(|path| path.starts_with("components/one/")), "{:?}", files.keys());
        let overlay = text(&files, "overlays/one/kustomization.yaml");
        assert!(overlay.ends_with("components:\n  - ../../components/one+two\n"), "{overlay}");
    }

    #[test]
    fn objects_that_would_have_one_name_keep_their_hashes() {
        let [first, mut pod] = secret("aaaaaaaaaa", "one");
        let [second, _] = secret("bbbbbbbbbb", "two");
        pod.tree = tree(&json!({"kind": "Pod", "secrets": ["web-env-aaaaaaaaaa", "web-env-bbbbbbbbbb"]}));
        let files = kustomize(&[first, second, pod], &Layers::default()).files;
        assert_eq!(text(&files, "base/secrets/web-env-aaaaaaaaaa/KEY"), "one");
        assert_eq!(text(&files, "base/secrets/web-env-bbbbbbbbbb/KEY"), "two");
        assert!(text(&files, "base/web-pod.yaml").contains("- web-env-aaaaaaaaaa\n  - web-env-bbbbbbbbbb\n"));
    }

    #[test]
    fn what_profiles_do_alike_is_a_component_of_its_own_and_what_they_do_otherwise_is_told() {
        let claim = || manifest("PersistentVolumeClaim", "v", &json!({"spec": 1}));
        let layer = |name: &str, port| Layer {
            name: name.into(),
            manifests: vec![
                claim(),
                manifest("Service", name, &json!({})),
                manifest("Service", "x", &json!({"p": port})),
            ],
        };
        let together = vec![manifest("PersistentVolumeClaim", "v", &json!({"spec": 2}))];
        let profiles = vec![layer("one", 1), layer("two", 2)];
        let layers = Layers { profiles, together: Some(together), overrides: Vec::new() };
        let Tree { files, clashes } = kustomize(&[], &layers);
        assert!(
            text(&files, "components/one+two/kustomization.yaml")
                .ends_with("resources:\n  - v-persistentvolumeclaim.yaml\n")
        );
        let overlay = text(&files, "overlays/two/kustomization.yaml");
        assert!(
            overlay.ends_with("components:\n  - ../../components/one+two\n  - ../../components/two\n"),
            "{overlay}"
        );
        assert!(!text(&files, "components/two/kustomization.yaml").contains("v-persistent"));
        let subject = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
        let wanted = [
            Clash::Between(["one".to_owned(), "two".to_owned()], subject("Service", "x")),
            Clash::OfAll(subject("PersistentVolumeClaim", "v")),
        ];
        assert_eq!(clashes, wanted);
    }

    #[test]
    fn an_overlay_in_another_namespace_stands_by_itself() {
        let mut other = manifest("Service", "web", &json!({}));
        other.tree = tree(&json!({"kind": "Service", "metadata": {"name": "web", "namespace": "other"}}));
        let prod = Layer { name: "prod".into(), manifests: vec![other] };
        let files = over(&[manifest("Service", "web", &json!({}))], prod);
        assert!(text(&files, "overlays/prod/kustomization.yaml").ends_with("resources:\n  - web-service.yaml\n"));
    }
}
