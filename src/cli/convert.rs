//! `hoist convert`.

use super::findings::Format;
use super::{Context, Exit};
use crate::document::Origins;
use crate::kubernetes::{Cluster, Existing, KubeVersion, validate};
use crate::load::Manifests;
use crate::render::Places;
use anyhow::Context as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Show what a Kubernetes cluster would refuse in manifests, or take and never bring up
#[derive(Debug, clap::Args)]
pub struct Convert {
    /// Manifests to look at: files, folders, or '-' for standard input
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    validate: Vec<PathBuf>,
    /// Release of the cluster, from 1.33
    #[arg(long, value_name = "VERSION", default_value_t)]
    kube_version: KubeVersion,
    /// Object that the cluster has already, such as 'secret/db'; repeat it for several
    #[arg(long, value_name = "KIND/NAME")]
    existing: Vec<Existing>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

impl Convert {
    pub fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let mut manifests = Manifests::default();
        for path in &self.validate {
            if path == Path::new("-") {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
                manifests.add(path.clone(), text);
            } else {
                manifests.read(path);
            }
        }
        let cluster = Cluster { version: self.kube_version, existing: self.existing };
        let mut all = manifests.faults;
        all.push_all(validate(&manifests.documents, &cluster));
        let places = Places { sources: &manifests.sources, origins: &Origins::default() };
        Ok(self.format.show(&all, places, context))
    }
}
