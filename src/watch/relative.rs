//! [`Relative`]: where a file is below a root, in bytes: names need not be text, and bytes compare fast.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A path below a root, with `/` between its parts; empty for the root itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relative(Box<[u8]>);

impl Relative {
    /// What lies at a path below a root; nothing when it lies elsewhere.
    pub fn of(path: &Path, root: &Path) -> Option<Self> {
        Some(Self(path.strip_prefix(root).ok()?.as_os_str().as_bytes().into()))
    }

    /// An entry of this folder.
    #[must_use]
    pub fn join(&self, name: &OsStr) -> Self {
        let mut path = Vec::with_capacity(self.0.len() + name.len() + 1);
        path.extend_from_slice(&self.0);
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(name.as_bytes());
        Self(path.into())
    }

    /// Its place on the host.
    pub fn below(&self, root: &Path) -> std::path::PathBuf {
        if self.is_root() { root.to_owned() } else { root.join(self.as_path()) }
    }

    /// As a path.
    pub fn as_path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.0))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is the root itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is this path, or lies below it.
    pub fn is_in(&self, folder: &Self) -> bool {
        let rest = self.0.strip_prefix(&*folder.0);
        folder.is_root() || rest.is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'/'))
    }

    /// The first path that sorts after all that lies below this one, as `a0` after `a/z`.
    pub fn after(&self) -> Self {
        Self([&*self.0, b"0"].concat().into())
    }

    /// The first path that can lie below this one.
    pub fn first_below(&self) -> Self {
        if self.is_root() { Self::default() } else { Self([&*self.0, b"/"].concat().into()) }
    }
}

impl fmt::Display for Relative {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&if self.is_root() { ".".into() } else { String::from_utf8_lossy(&self.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relative(path: &str) -> Relative {
        Relative::of(&Path::new("/r").join(path), Path::new("/r")).expect("below")
    }

    #[test]
    fn what_lies_below_is_told_by_whole_names() {
        assert!(relative("a/b").is_in(&relative("a")) && relative("a").is_in(&relative("a")));
        assert!(!relative("ab").is_in(&relative("a")) && relative("ab").is_in(&Relative::default()));
    }

    #[test]
    fn what_lies_below_sorts_between_its_bounds() {
        let folder = relative("a");
        for inside in ["a/b", "a/~", "a/b/c"] {
            assert!((folder.first_below()..folder.after()).contains(&relative(inside)), "{inside}");
        }
        for outside in ["a", "a-b", "a.b", "b", "a0"] {
            assert!(!(folder.first_below()..folder.after()).contains(&relative(outside)), "{outside}");
        }
    }
}
