//! Manifests of a cluster, which are no part of a project: their documents, as they are written.

use super::file::{self, Unreadable};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, parse};
use crate::source::{FileId, SourceMap, Span};
use std::fs;
use std::path::{Path, PathBuf};

/// The documents of some files, and what keeps them from being read.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The documents of all files, in order; those of a file that cannot be read are missing.
    pub documents: Vec<Node>,
    /// The texts.
    pub sources: SourceMap,
    /// Why some are missing.
    pub faults: Diagnostics,
}

impl Manifests {
    /// Reads a file, or the files in a folder that are called `.yaml`, `.yml` or `.json`.
    pub fn read(&mut self, path: &Path) {
        let folder = if path.is_dir() { fs::read_dir(path).ok() } else { None };
        let Some(folder) = folder else { return self.read_file(path) };
        let mut files: Vec<PathBuf> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json"));
        files.sort();
        if files.is_empty() {
            let message = format!("folder '{}' has no manifests", path.display());
            let help = "manifests are files that end in .yaml, .yml or .json";
            self.faults.push(Diagnostic::error("file-not-found", message).help(help));
        }
        for file in files {
            self.read_file(&file);
        }
    }

    /// Takes a text that has been read, such as that of standard input, under the name that messages use for it.
    pub fn add(&mut self, name: PathBuf, text: String) {
        let file = self.sources.add(name, text);
        self.parse(file);
    }

    fn read_file(&mut self, path: &Path) {
        let unreadable = match file::read(path) {
            Ok(text) => return self.add(path.to_owned(), text),
            Err(Unreadable::NotText(mut bad)) => {
                let file = self.sources.add(path.to_owned(), std::mem::take(&mut bad.text));
                bad.place = Some(Span::start_of(file).to(bad.at, bad.at + char::REPLACEMENT_CHARACTER.len_utf8()));
                Unreadable::NotText(bad)
            }
            Err(other) => other,
        };
        self.faults.push(unreadable.diagnostic("manifest", path));
    }

    fn parse(&mut self, file: FileId) {
        match parse::manifests(&self.sources, file) {
            Ok(documents) => self.documents.extend(documents),
            Err(faults) => self.faults.push_all(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_manifests_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("b.yml", "b"), ("a.yaml", "a"), ("c.json", "\"c\""), ("README.md", "d")] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let mut manifests = Manifests::default();
        manifests.read(folder.path());
        let texts: Vec<_> = manifests.documents.iter().filter_map(Node::as_text).collect();
        assert_eq!((texts, manifests.faults.is_empty()), (vec!["a", "b", "c"], true));
    }

    #[test]
    fn a_folder_without_manifests_is_a_fault() {
        let mut manifests = Manifests::default();
        manifests.read(tempfile::tempdir().expect("a folder").path());
        assert!(manifests.faults.has_errors());
    }

    #[test]
    fn each_document_has_its_own_anchors() {
        let mut manifests = Manifests::default();
        manifests.add("-".into(), "a: &a [x]\nb: *a\n---\nb: &b [*a]\n".into());
        let faults: Vec<_> = manifests.faults.sorted().iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(faults, ["this alias names a value of another document"]);
    }

    #[test]
    fn what_cannot_be_read_does_not_hide_the_rest() {
        let mut manifests = Manifests::default();
        manifests.read(Path::new("/nonexistent/a.yaml"));
        manifests.add("-".into(), "a: [".into());
        manifests.add("-".into(), "8080: b".into());
        assert_eq!(manifests.documents.len(), 1);
        let codes: Vec<_> = manifests.faults.sorted().iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["file-not-found", "yaml-syntax"]);
    }
}
