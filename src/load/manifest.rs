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
    /// Reads a file, or the files in a folder and below it that are called `.yaml`, `.yml` or `.json`. What a tool makes
    /// manifests from is no manifest: the fault says how the tool is called.
    pub fn read(&mut self, path: &Path) {
        if !path.is_dir() {
            return self.read_file(path);
        }
        let mut folders = vec![path.to_owned()];
        let mut is_empty = true;
        while let Some(folder) = folders.pop() {
            let Some(entries) = fs::read_dir(&folder).ok() else { continue };
            let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
            entries.sort_by_key(fs::DirEntry::file_name);
            if let Some(tool) = entries.iter().find_map(Tool::of) {
                is_empty = false;
                let is_part = folder != path && tool.is_part;
                self.faults.push_all((!is_part).then(|| tool.fault(&folder)));
                continue;
            }
            let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_hidden = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
            let (below, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_folder);
            // The first of them is read next.
            folders.extend(below.iter().rev().filter(|entry| !is_hidden(entry)).map(fs::DirEntry::path));
            for file in files.iter().map(fs::DirEntry::path).filter(|file| is_manifest(file)) {
                is_empty = false;
                self.read_file(&file);
            }
        }
        if is_empty {
            let message = format!("folder '{}' has no manifests", path.display());
            let help = "manifests are files that end in .yaml, .yml or .json";
            self.faults.push(Diagnostic::error("file-not-found", message).help(help));
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

fn is_manifest(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json")
}

/// A tool that makes manifests from what is in a folder.
struct Tool {
    name: &'static str,
    /// The command that makes them.
    command: &'static str,
    /// Whether the folder is a part of others, of which nothing is made by itself.
    is_part: bool,
}

impl Tool {
    /// The tool whose own file this is.
    fn of(entry: &fs::DirEntry) -> Option<Self> {
        let (name, command) = match &*entry.file_name().to_string_lossy() {
            "kustomization.yaml" | "kustomization.yml" | "Kustomization" => ("Kustomize", "kustomize build"),
            "Chart.yaml" => ("Helm", "helm template"),
            _ => return None,
        };
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        Some(Self { name, command, is_part: text.lines().any(|line| line.trim_end() == "kind: Component") })
    }

    fn fault(&self, folder: &Path) -> Diagnostic {
        let Self { name, command, is_part } = self;
        let message = format!("folder '{}' is for {name}, which makes manifests from it", folder.display());
        let fault = Diagnostic::error("unsupported", message);
        if *is_part {
            return fault.help("it is a component: look at what an overlay makes that takes it in");
        }
        let folder = folder.display();
        fault.help(format!("look at what it makes: '{command} {folder} | hoist convert --validate -'"))
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
    fn folders_are_read_to_their_end_but_for_those_of_a_tool() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = [
            ("a/b/x.yaml", "x"),
            ("a.yaml", "y"),
            (".git/z.yaml", "z"),
            ("base/kustomization.yaml", "resources: [a.yaml]"),
            ("base/a.yaml", "n"),
            ("part/kustomization.yaml", "apiVersion: a\nkind: Component\n"),
        ];
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let mut manifests = Manifests::default();
        manifests.read(folder.path());
        let texts: Vec<_> = manifests.documents.iter().filter_map(Node::as_text).collect();
        assert_eq!(texts, ["y", "x"]);
        let help: Vec<_> = manifests.faults.sorted().iter().filter_map(|fault| fault.help.clone()).collect();
        assert!(matches!(&help[..], [one] if one.contains("kustomize build ") && one.contains("/base | ")), "{help:?}");
    }

    #[test]
    fn values_of_json_are_documents() {
        let mut manifests = Manifests::default();
        manifests.add("-".into(), "{\"a\": \"é\"}\n{\"b\": [\n1]}{\"c\": {}}\n".into());
        assert_eq!((manifests.documents.len(), manifests.faults.is_empty()), (3, true));
        let second = manifests.documents.get(1).and_then(|node| node.get("b")).expect("a value");
        let place = manifests.sources.locate(second.span).expect("a place");
        assert_eq!((place.line, place.column), (2, 7));
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
