//! What a project needs the cluster to have already: what it calls external, or says nothing of.

use hoist::kubernetes::{Existing, Options, Secrets, convert};
use hoist::load::{Request, load};
use std::path::Path;

/// The objects that a conversion of a folder refers to and does not make; nothing when it cannot be converted.
pub fn existing(folder: &Path, secrets: Secrets) -> Option<Vec<Existing>> {
    let mut loaded = load(&Request { working_directory: folder.into(), ..Request::default() }).unwrap();
    loaded.read_host_files();
    let converted = convert(&loaded, &Options { secrets, ..Options::default() });
    (!converted.diagnostics.has_errors()).then_some(converted.existing)
}
