//! Paths of the host, told from their parts alone: nothing is looked up.

use std::path::{Component, Path, PathBuf};

/// A path without `.` and `..`: whether one lies in another is told from their parts.
pub fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}
