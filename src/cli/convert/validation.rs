//! `hoist convert --validate`: what a cluster would refuse in manifests, or take and never bring up.

use crate::cli::findings::Format;
use crate::cli::{Context, Exit};
use crate::document::Origins;
use crate::kubernetes::{Cluster, validate};
use crate::load::Manifests;
use crate::render::Places;
use anyhow::Context as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Reads the manifests and shows what is found.
pub(super) fn run(paths: &[PathBuf], cluster: &Cluster, format: Format, context: &Context) -> anyhow::Result<Exit> {
    let mut manifests = Manifests::default();
    for path in paths {
        if path == Path::new("-") {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
            manifests.add(path.clone(), text);
        } else {
            manifests.read(path);
        }
    }
    let mut all = manifests.faults;
    all.push_all(validate(&manifests.documents, cluster));
    let places = Places { sources: &manifests.sources, origins: &Origins::default() };
    Ok(format.show(&all, places, context))
}
