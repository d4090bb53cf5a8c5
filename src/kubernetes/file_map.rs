//! [`FileMap`]: files as an object of the cluster, a `ConfigMap` or a Secret whose name changes with its content.

use super::object_name;
use super::scene::Scene;
use crate::load::Content;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, KeyToPath, Secret};
use std::collections::BTreeMap;

/// Files with their paths.
#[derive(Debug, Clone)]
pub(super) struct FileMap {
    /// What the name of the object begins with.
    base: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    key: String,
    path: String,
    content: Content,
}

/// Texts and bytes by their key.
type Parts = (BTreeMap<String, String>, BTreeMap<String, ByteString>);

impl FileMap {
    /// Files by their path in a folder.
    pub fn new<'c>(base: &str, files: impl IntoIterator<Item = (String, &'c Content)>) -> Self {
        let mut made = Self { base: object_name::label(base), entries: Vec::new() };
        for (path, content) in files {
            made.add(path, content);
        }
        made
    }

    /// Adds an empty file.
    pub fn add_empty(&mut self, path: &str) {
        let empty = Content { bytes: Vec::new(), is_executable: false };
        self.add(path.to_owned(), &empty);
    }

    fn add(&mut self, path: String, content: &Content) {
        let wish = key(&path);
        let taken = |key: &str| self.entries.iter().any(|entry| entry.key == key);
        let free = (1..).map(|number| if number == 1 { wish.clone() } else { format!("{wish}.{number}") });
        let key = free.into_iter().find(|key| !taken(key)).unwrap_or_default();
        self.entries.push(Entry { key, path, content: content.clone() });
    }

    /// What the name of the object begins with.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The files by their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Content)> {
        self.entries.iter().map(|entry| (entry.path.as_str(), &entry.content))
    }

    /// The keys with their paths and modes; nothing when they are what a mount makes of them anyway.
    pub fn items(&self) -> Option<Vec<KeyToPath>> {
        let is_plain = |entry: &Entry| entry.key == entry.path && !entry.content.is_executable;
        (!self.entries.iter().all(is_plain)).then(|| self.all_items())
    }

    /// The keys with their paths and modes.
    pub fn all_items(&self) -> Vec<KeyToPath> {
        let item = |entry: &Entry| KeyToPath {
            key: entry.key.clone(),
            mode: entry.content.is_executable.then_some(0o755),
            path: entry.path.clone(),
            ..KeyToPath::default()
        };
        self.entries.iter().map(item).collect()
    }

    /// The files as a `ConfigMap`.
    pub fn config_map(&self, scene: &Scene<'_>) -> ConfigMap {
        let (texts, bytes) = self.parts();
        ConfigMap {
            metadata: scene.metadata_of_all(&self.name()),
            data: Some(texts).filter(|texts| !texts.is_empty()),
            binary_data: Some(bytes).filter(|bytes| !bytes.is_empty()),
            immutable: Some(true),
        }
    }

    /// The files as a Secret.
    pub fn secret(&self, scene: &Scene<'_>) -> Secret {
        let (texts, bytes) = self.parts();
        Secret {
            metadata: scene.metadata_of_all(&self.name()),
            string_data: Some(texts).filter(|texts| !texts.is_empty()),
            data: Some(bytes).filter(|bytes| !bytes.is_empty()),
            immutable: Some(true),
            type_: Some("Opaque".into()),
        }
    }

    /// The name, which changes with the content.
    pub fn name(&self) -> String {
        let mut content = Vec::new();
        for entry in &self.entries {
            content.extend_from_slice(entry.key.as_bytes());
            content.extend_from_slice(&(entry.content.bytes.len() as u64).to_be_bytes());
            content.extend_from_slice(&entry.content.bytes);
        }
        object_name::hashed_bytes(&self.base, &content)
    }

    fn parts(&self) -> Parts {
        let (mut texts, mut bytes) = Parts::default();
        for Entry { key, content, .. } in &self.entries {
            match std::str::from_utf8(&content.bytes) {
                Ok(text) => {
                    texts.insert(key.clone(), text.to_owned());
                }
                Err(_) => {
                    bytes.insert(key.clone(), ByteString(content.bytes.clone()));
                }
            }
        }
        (texts, bytes)
    }
}

/// The path as a key: letters, digits, `-`, `_` and `.`.
fn key(path: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&letter);
    let mut key = String::new();
    for letter in path.chars() {
        match letter {
            '/' => key.push_str("__"),
            letter if fits(letter) => key.push(letter),
            _ => key.push('_'),
        }
    }
    if key.is_empty() || key == "." || key.starts_with("..") {
        key.insert(0, '_');
    }
    if key.len() > 200 {
        key = object_name::hashed_bytes(key.get(..40).unwrap_or_default(), path.as_bytes());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(bytes: &[u8]) -> Content {
        Content { bytes: bytes.to_vec(), is_executable: false }
    }

    #[test]
    fn paths_become_keys_and_no_two_the_same() {
        let (one, two) = (content(b"1"), content(b"2"));
        let map = FileMap::new("c", [("a/b c".to_owned(), &one), ("a__b_c".to_owned(), &two)]);
        let items = map.items().expect("keys are not paths");
        let pairs: Vec<_> = items.iter().map(|item| (item.key.as_str(), item.path.as_str())).collect();
        assert_eq!(pairs, [("a__b_c", "a/b c"), ("a__b_c.2", "a__b_c")]);
        assert_eq!((key(".."), key("../x"), key("")), ("_..".into(), "_..__x".into(), "_".into()));
    }

    #[test]
    fn the_name_changes_with_the_content_alone() {
        let name = |bytes: &[u8]| FileMap::new("c", [("a".to_owned(), &content(bytes))]).name();
        assert_eq!(name(b"1"), name(b"1"));
        assert_ne!(name(b"1"), name(b"2"));
    }

    #[test]
    fn what_is_no_text_is_kept_as_bytes() {
        let (text, bytes) = (content(b"text"), content(&[0xff, 0]));
        let (texts, binary) = FileMap::new("c", [("a".to_owned(), &text), ("b".to_owned(), &bytes)]).parts();
        assert_eq!((texts.len(), binary.len()), (1, 1));
    }
}
