//! The labels of what belongs to a project, as Compose writes them, so that each tool can take over from the other.

use super::{Found, Wanted};
use crate::model::{Network, Project, Service, Volume};
use crate::plan::{fingerprint, labels};
use crate::value::Name;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Labels = BTreeMap<String, String>;

/// The labels of a container: the user's, then ours, which win.
pub(super) fn container_labels(wanted: &Wanted<'_>, found: &Found) -> Labels {
    let Wanted { project, service, number, name: _ } = wanted;
    let identity = &project.identity;
    let mut all = service.labels.clone();
    let mut set = |label: &str, value: String| all.insert(label.to_owned(), value);
    set(labels::PROJECT, identity.name.to_string());
    set(labels::SERVICE, service.name.to_string());
    set(labels::VERSION, labels::COMPOSE_VERSION.into());
    set(labels::CONFIG_HASH, fingerprint::service_hash(service));
    set(labels::CONTAINER_NUMBER, number.to_string());
    set(labels::ONEOFF, "False".into());
    set(labels::DEPENDS_ON, dependencies(service));
    set(labels::WORKING_DIR, text(&identity.working_dir));
    set(labels::CONFIG_FILES, joined(&identity.files));
    set(labels::FINGERPRINT, fingerprint::fingerprint(service));
    if let Some(image) = &found.image {
        set(labels::IMAGE, image.clone());
    }
    if !identity.env_files.is_empty() {
        set(labels::ENVIRONMENT_FILE, joined(&identity.env_files));
    }
    if found.inherited.is_some() {
        let numbered = || format!("{}-{number}", service.name);
        set(labels::REPLACE, service.container_name.clone().unwrap_or_else(numbered));
    }
    all
}

/// The labels of a network.
pub(in crate::engine) fn network_labels(project: &Project, key: &Name, network: &Network) -> Labels {
    let hash = fingerprint::network_hash(network);
    resource_labels(project, network.labels.clone(), [(labels::NETWORK, key.to_string()), (labels::CONFIG_HASH, hash)])
}

/// The labels of a volume.
pub(in crate::engine) fn volume_labels(project: &Project, key: &Name, volume: &Volume) -> Labels {
    let hash = fingerprint::volume_hash(volume);
    resource_labels(project, volume.labels.clone(), [(labels::VOLUME, key.to_string()), (labels::CONFIG_HASH, hash)])
}

fn resource_labels(project: &Project, mut all: Labels, own: [(&str, String); 2]) -> Labels {
    let common = [(labels::PROJECT, project.name().to_string()), (labels::VERSION, labels::COMPOSE_VERSION.into())];
    all.extend(common.into_iter().chain(own).map(|(label, value)| (label.to_owned(), value)));
    all
}

fn dependencies(service: &Service) -> String {
    let mut all: Vec<_> = service
        .depends_on
        .iter()
        .map(|(name, dependency)| format!("{name}:{}:{}", dependency.condition, dependency.restart))
        .collect();
    all.sort();
    all.join(",")
}

fn joined(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| text(path)).collect::<Vec<_>>().join(",")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
