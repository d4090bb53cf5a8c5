//! Where the recipe of a build is, as seen from its context.

use super::Target;
use std::path::{Component, Path, PathBuf};

/// Whether a context is fetched by the builder, such as a git repository, rather than a folder here.
pub(super) fn is_remote(context: &str) -> bool {
    let schemes =
        ["http://", "https://", "git://", "ssh://", "git@", "github.com/", "docker-image://", "oci-layout://"];
    schemes.iter().any(|scheme| context.starts_with(scheme))
}

/// The recipe's file: absolute for a folder here, as given for a context that is fetched.
pub(super) fn dockerfile(target: &Target<'_>) -> String {
    let given = target.build.dockerfile.as_deref().unwrap_or("Dockerfile");
    if is_remote(&target.build.context) {
        return given.to_owned();
    }
    cleaned(&Path::new(&target.build.context).join(given)).to_string_lossy().into_owned()
}

/// A path without `.` and `..`.
pub(super) fn cleaned(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}
