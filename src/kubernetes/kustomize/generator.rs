//! [`Generator`]: a `ConfigMap` or `Secret` that Kustomize makes from files.

use crate::document::{Node, Value};
use crate::kubernetes::manifest::Manifest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::collections::BTreeMap;

/// Letters of the hash at the end of a name, with its dash.
const SUFFIX: usize = 11;

/// What is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Generator {
    /// `ConfigMap` or `Secret`.
    pub kind: String,
    /// The name without a hash.
    pub name: String,
    /// The namespace.
    pub namespace: Option<Node>,
    labels: Option<Node>,
    r#type: Option<Node>,
    data: BTreeMap<String, Vec<u8>>,
}

impl Generator {
    /// Whether an object is one that a generator makes: its name changes with what it holds.
    pub fn makes(manifest: &Manifest) -> bool {
        let is_kind = ["ConfigMap", "Secret"].contains(&manifest.kind.as_str());
        let is_immutable = manifest.tree.get("immutable").and_then(Node::as_text) == Some("true");
        is_kind && is_immutable && base_name(&manifest.name) != manifest.name
    }

    /// What makes this object, whose name without its hash is among these.
    pub fn of(manifest: &Manifest, names: &BTreeMap<String, String>) -> Self {
        let Manifest { kind, name, tree } = manifest;
        let mut data = BTreeMap::new();
        // Only these are texts as they stand.
        let plain: &[&str] = if kind == "ConfigMap" { &["data", "stringData"] } else { &["stringData"] };
        for field in ["data", "binaryData", "stringData"] {
            for (key, value) in tree.get(field).and_then(Node::as_map).unwrap_or_default() {
                let (key, text) = (key.as_text().unwrap_or_default(), value.as_text().unwrap_or_default());
                let bytes = if plain.contains(&field) { None } else { BASE64_STANDARD.decode(text).ok() };
                data.insert(key.to_owned(), bytes.unwrap_or_else(|| text.as_bytes().to_vec()));
            }
        }
        Self {
            kind: kind.clone(),
            name: names.get(name).unwrap_or(name).clone(),
            namespace: manifest.namespace().cloned(),
            labels: tree.get("metadata").and_then(|metadata| metadata.get("labels")).cloned(),
            r#type: tree.get("type").cloned(),
            data,
        }
    }

    /// The field of a kustomization that such generators stand in.
    pub fn field(&self) -> &'static str {
        if self.kind == "Secret" { "secretGenerator" } else { "configMapGenerator" }
    }

    /// The files that it reads, with what is in them.
    pub fn files(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        self.data.iter().map(|(key, bytes)| (self.path(key), bytes.clone()))
    }

    fn path(&self, key: &str) -> String {
        let folder = if self.kind == "Secret" { "secrets" } else { "configs" };
        format!("{folder}/{}/{key}", self.name)
    }

    /// Its entry in a kustomization; `behavior` is what it does with one of the base.
    pub fn node(&self, behavior: Option<&str>) -> Node {
        let files = self.data.keys().map(|key| Node::text(format!("{key}={}", self.path(key))));
        let options = [("immutable", Some(Node::plain(true))), ("labels", self.labels.clone())];
        let entries = [
            ("name", Some(Node::text(&*self.name))),
            ("namespace", self.namespace.clone()),
            ("behavior", behavior.map(Node::text)),
            ("type", self.r#type.clone()),
            ("files", Some(Node::list(files))),
            ("options", Some(Node::map(options.into_iter().filter_map(|(key, value)| Some((key, value?)))))),
        ];
        Node::map(entries.into_iter().filter_map(|(key, value)| Some((key, value?))))
    }
}

/// The names that generated objects have without their hashes. Where two objects of a kind would have the same, both keep
/// their hashes.
pub(super) fn names(manifests: &[Manifest]) -> BTreeMap<String, String> {
    let base = |one: &Manifest| if Generator::makes(one) { base_name(&one.name).to_owned() } else { one.name.clone() };
    let mut holders: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for one in manifests {
        *holders.entry((&one.kind, base(one))).or_default() += 1;
    }
    let is_shared = |one: &&Manifest| holders.get(&(one.kind.as_str(), base(one))).is_some_and(|count| *count > 1);
    let (shared, own): (Vec<_>, Vec<_>) = manifests.iter().filter(|one| Generator::makes(one)).partition(is_shared);
    let is_kept = |one: &&&Manifest| shared.iter().any(|other| other.name == one.name);
    own.iter().filter(|one| !is_kept(one)).map(|one| (one.name.clone(), base(one))).collect()
}

/// A name without the hash at its end.
fn base_name(name: &str) -> &str {
    let (base, suffix) = name.split_at_checked(name.len().saturating_sub(SUFFIX)).unwrap_or((name, ""));
    let is_hash = |hash: &str| hash.bytes().all(|letter| letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter));
    if suffix.strip_prefix('-').is_some_and(is_hash) && !base.is_empty() { base } else { name }
}

/// A tree in which names stand without their hashes.
pub(super) fn plain_names(node: &Node, names: &BTreeMap<String, String>) -> Node {
    let value = match &node.value {
        Value::Scalar { text, plain } => {
            let text = names.get(&**text).map_or_else(|| text.clone(), |name| name.as_str().into());
            Value::Scalar { text, plain: *plain }
        }
        Value::List(items) => Value::List(items.iter().map(|item| plain_names(item, names)).collect()),
        Value::Map(entries) => {
            let entry = |(key, value): &(Node, Node)| (key.clone(), plain_names(value, names));
            Value::Map(entries.iter().map(entry).collect())
        }
    };
    Node { value, ..node.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_at_the_end_of_a_name_is_no_part_of_it() {
        assert_eq!(base_name("web-env-0123456789"), "web-env");
        assert_eq!(base_name("web-deployment1"), "web-deployment1", "no hash");
        assert_eq!(base_name("-0123456789"), "-0123456789");
        assert_eq!(base_name("db"), "db");
    }
}
