//! The `images` of a base: each with the tag or digest that it has, so that one is changed in one place.

use crate::document::{Node, Value};
use crate::kubernetes::manifest::Manifest;
use crate::value::ImageName;
use std::collections::{BTreeMap, BTreeSet};

/// An entry for each image. Of one that stands there in two versions there is none: it would give both the same.
pub(super) fn images(manifests: &[Manifest]) -> Vec<Node> {
    let mut all: BTreeMap<String, BTreeSet<ImageName>> = BTreeMap::new();
    for manifest in manifests {
        collect(&manifest.tree, &mut all);
    }
    let single = all.iter().filter(|(_, versions)| versions.len() == 1);
    single.filter_map(|(name, versions)| entry(name, versions.first()?)).collect()
}

/// The images of all containers in a tree.
fn collect(node: &Node, all: &mut BTreeMap<String, BTreeSet<ImageName>>) {
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                if ["containers", "initContainers"].contains(&key.as_text().unwrap_or_default()) {
                    let containers = value.as_list().unwrap_or_default().iter();
                    for image in containers.filter_map(|one| one.get("image")?.as_text()?.parse::<ImageName>().ok()) {
                        all.entry(image.split().0.to_owned()).or_default().insert(image);
                    }
                }
                collect(value, all);
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, all)),
        Value::Scalar { .. } => {}
    }
}

/// The entry of an image, with which it stays what it is. One with a tag and a digest has none: Kustomize knows one of both.
fn entry(name: &str, image: &ImageName) -> Option<Node> {
    let version = image.split().1;
    let (key, value) = match image.as_str().strip_prefix(name)? {
        "" => ("newName", name),
        rest if rest.strip_prefix('@') == Some(version) => ("digest", version),
        rest if rest.strip_prefix(':') == Some(version) => ("newTag", version),
        _ => return None,
    };
    Some(Node::map([("name", Node::text(name)), (key, Node::text(value))]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::write;
    use crate::kubernetes::manifest::tree;
    use serde_json::json;

    #[test]
    fn each_image_is_named_with_its_tag_unless_it_stands_there_in_two_versions() {
        let images = ["acme/web:1", "localhost:5000/api", "redis@sha256:ab", "db:1", "db:2", "both:1@sha256:cd"];
        let containers: Vec<_> = images.iter().map(|image| json!({"name": "a", "image": image})).collect();
        let pod = json!({"spec": {"initContainers": [{"image": "busybox:1.37"}], "containers": containers}});
        let manifest = Manifest { kind: "Pod".into(), name: "a".into(), tree: tree(&pod) };
        assert_eq!(
            write::yaml(&Node::list(self::images(&[manifest]))),
            "- name: acme/web\n  newTag: \"1\"\n- name: busybox\n  newTag: \"1.37\"\n- name: localhost:5000/api\n  \
             newName: localhost:5000/api\n- name: redis\n  digest: sha256:ab\n"
        );
    }
}
