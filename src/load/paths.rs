//! Relative paths of the host become absolute; they start from the project directory, whatever file names them.

use super::place::Place;
use super::rules::Resolve;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// What a build context begins with when it is no directory of the host.
const REMOTE: [&str; 7] = ["https://", "http://", "git://", "ssh://", "github.com/", "git@", "service:"];

/// Where relative paths start.
#[derive(Debug)]
pub(super) struct Start {
    directory: String,
    home: Option<String>,
    watched: Watched,
}

/// What becomes of the symbolic links of a path that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watched {
    /// They are followed.
    Real,
    /// They stay, since the path is not complete yet.
    AsNamed,
}

impl Start {
    /// The project directory, and the home directory that `~` stands for.
    pub fn new(directory: &Path, home: Option<&str>, watched: Watched) -> Self {
        let home = home.filter(|home| !home.is_empty()).map(str::to_owned);
        Self { directory: directory.to_string_lossy().into_owned(), home, watched }
    }

    /// Makes all paths of a tree absolute.
    pub fn resolve(&self, root: &mut Node, diagnostics: &mut Diagnostics) {
        self.walk(root, &Place::ROOT, diagnostics);
    }

    /// The same for a part of a tree.
    pub fn resolve_at(&self, node: &mut Node, place: &Place<'_>, diagnostics: &mut Diagnostics) {
        self.walk(node, place, diagnostics);
    }

    fn walk(&self, node: &mut Node, place: &Place<'_>, diagnostics: &mut Diagnostics) {
        self.apply(place.attribute().resolve, node, diagnostics);
        match &mut node.value {
            Value::Scalar { .. } => {}
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.walk(item, &place.index(index), diagnostics);
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.walk(value, &place.key(key.as_text().unwrap_or_default()), diagnostics);
                }
            }
        }
    }

    fn apply(&self, resolve: Resolve, node: &mut Node, diagnostics: &mut Diagnostics) {
        let is = |node: &Node, key: &str, word: &str| node.get(key).and_then(Node::as_text) == Some(word);
        match resolve {
            Resolve::No => {}
            Resolve::Mount => {
                if is(node, "type", "bind")
                    && let Some(source) = node.get_mut("source")
                {
                    self.set(source, Resolve::Host, diagnostics);
                }
            }
            Resolve::Device => {
                let is_local = is(node, "driver", "local");
                if let Some(options) =
                    node.get_mut("driver_opts").filter(|options| is_local && is(options, "o", "bind"))
                    && let Some(device) = options.get_mut("device")
                {
                    self.set(device, Resolve::Host, diagnostics);
                }
            }
            _ => self.set(node, resolve, diagnostics),
        }
    }

    fn set(&self, node: &mut Node, resolve: Resolve, diagnostics: &mut Diagnostics) {
        if node.is_null() {
            return;
        }
        let span = node.span;
        let Value::Scalar { text, plain } = &mut node.value else { return };
        let is_elsewhere = match resolve {
            Resolve::Context => text.is_empty() || is_remote(text),
            Resolve::Watched => text.is_empty(),
            _ => false,
        };
        if is_elsewhere || resolve == Resolve::Host && is_windows(text) {
            return;
        }
        if text.starts_with('~') && self.home.is_none() {
            diagnostics.push(
                Diagnostic::warning("no-home", format!("'{text}' stays as it is: 'HOME' is not set"))
                    .at(span)
                    .help("set 'HOME', or write the path in full"),
            );
        }
        let path = self.absolute(text);
        let is_real = resolve == Resolve::Watched && self.watched == Watched::Real;
        *text = if is_real { behind_link(&path) } else { path }.into();
        *plain = false;
    }

    fn absolute(&self, path: &str) -> String {
        match (path.strip_prefix('~'), &self.home) {
            (Some(rest), Some(home)) => clean(&format!("{home}/{rest}")),
            _ if path.starts_with('/') => path.to_owned(),
            _ if self.directory.is_empty() => clean(path),
            _ => clean(&format!("{}/{path}", self.directory)),
        }
    }
}

/// The path with its first symbolic link replaced by what that leads to, as Compose watches it.
fn behind_link(path: &str) -> String {
    let mut at = PathBuf::new();
    let mut parts = Path::new(path).components();
    while let Some(part) = parts.next() {
        at.push(part);
        if at.is_symlink()
            && let Ok(real) = fs::canonicalize(&at)
        {
            return real.join(parts.as_path()).to_string_lossy().into_owned();
        }
    }
    path.to_owned()
}

fn is_remote(context: &str) -> bool {
    context.contains("://") || REMOTE.iter().any(|prefix| context.starts_with(prefix))
}

/// `C:\a`, `C:/a` or `\\server\share`; `C:a` is relative.
fn is_windows(path: &str) -> bool {
    let mut letters = path.chars();
    let is_drive = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':');
    is_drive && matches!(letters.next(), Some('\\' | '/')) || path.starts_with("\\\\")
}

/// A path without `.`, `..` and double slashes, without looking at the disk.
pub(super) fn clean(path: &str) -> String {
    let is_rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if is_rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (is_rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(resolve: Resolve, path: &str) -> String {
        let start = Start::new(Path::new("/p"), Some("/home/me"), Watched::AsNamed);
        let mut node = Node::text(path);
        start.apply(resolve, &mut node, &mut Diagnostics::default());
        node.as_text().expect("stays a scalar").to_owned()
    }

    #[test]
    fn paths_are_cleaned_as_go_cleans_them() {
        let cases = [("/x/", "/x"), ("./x", "x"), ("", "."), ("/../a", "/a"), ("../a/..", ".."), ("a//b/../c", "a/c")];
        for (path, wanted) in cases {
            assert_eq!(clean(path), wanted, "{path}");
        }
    }

    #[test]
    fn a_relative_path_starts_from_the_project() {
        for resolve in [Resolve::Context, Resolve::File, Resolve::Host] {
            assert_eq!(resolved(resolve, "./a/../b"), "/p/b");
            assert_eq!(resolved(resolve, "~/a"), "/home/me/a");
            assert_eq!(resolved(resolve, "/a/../b"), "/a/../b");
        }
    }

    #[test]
    fn what_is_elsewhere_stays() {
        for context in ["https://github.com/a/b.git", "git@x:y", "github.com/a/b", "service:a", "docker-image://x"] {
            assert_eq!(resolved(Resolve::Context, context), context);
        }
        for source in ["C:\\a", "C:/a", "\\\\srv\\share"] {
            assert_eq!(resolved(Resolve::Host, source), source);
        }
        assert_eq!(resolved(Resolve::Host, "C:a"), "/p/C:a");
    }
}
