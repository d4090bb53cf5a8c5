//! The labels that mark what belongs to a project: Compose's, so that each tool can take over from the other, and ours.

use super::{OneOff, Peers, fingerprint};
use crate::model::{Network, Project, Service, Volume};
use crate::value::Name;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Labels = BTreeMap<String, String>;

/// The project.
pub const PROJECT: &str = "com.docker.compose.project";
/// The service.
pub const SERVICE: &str = "com.docker.compose.service";
/// The version of Compose whose behaviour the labels follow.
pub const VERSION: &str = "com.docker.compose.version";
/// The hash of what a container, network or volume was made from.
pub const CONFIG_HASH: &str = "com.docker.compose.config-hash";
/// The number of a container within its service.
pub const CONTAINER_NUMBER: &str = "com.docker.compose.container-number";
/// `True` for the container of a `run`, else `False`.
pub const ONEOFF: &str = "com.docker.compose.oneoff";
/// What a container depends on: `name:condition:restart`, comma-joined.
pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
/// What tells the containers of `run` from each other.
pub const SLUG: &str = "com.docker.compose.slug";
/// The occasion of a hook, on the container that it runs in.
pub const HOOK: &str = "com.docker.compose.hook";
/// The id of the image that a container was made from.
pub const IMAGE: &str = "com.docker.compose.image";
/// The project directory.
pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
/// The compose files, comma-joined.
pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
/// The env files given by name, comma-joined.
pub const ENVIRONMENT_FILE: &str = "com.docker.compose.project.environment_file";
/// What a container was created to replace.
pub const REPLACE: &str = "com.docker.compose.replace";
/// The key of a network.
pub const NETWORK: &str = "com.docker.compose.network";
/// The key of a volume.
pub const VOLUME: &str = "com.docker.compose.volume";
/// Short hashes of each attribute a container was made with: says *what* changed. Ours.
pub const FINGERPRINT: &str = "dev.hoist.fingerprint";

/// What [`VERSION`] says: the release whose hashes and labels Hoist writes.
pub const COMPOSE_VERSION: &str = "2.40.3";

/// A container, as far as its labels need it.
#[derive(Debug, Clone, Copy)]
pub struct Labelled<'a> {
    /// The project.
    pub project: &'a Project,
    /// The service.
    pub service: &'a Service,
    /// Its number within the service.
    pub number: u32,
    /// The id of its image, as far as it is known.
    pub image: Option<&'a str>,
    /// Whether it is made to replace another.
    pub replaces: Replaces,
    /// The containers that its references mean.
    pub peers: &'a Peers,
}

/// Whether a container is made to replace another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaces {
    /// It is the first of its number.
    Nothing,
    /// It takes over from another.
    Another,
}

/// The labels of a container: the user's, then ours, which win.
pub fn of_container(container: &Labelled<'_>) -> Labels {
    let Labelled { project, service, number, image, replaces, peers } = *container;
    let identity = &project.identity;
    let mut all = service.labels.clone();
    let mut set = |label: &str, value: String| all.insert(label.to_owned(), value);
    set(PROJECT, identity.name.to_string());
    set(SERVICE, service.name.to_string());
    set(VERSION, COMPOSE_VERSION.into());
    set(CONFIG_HASH, fingerprint::container_hash(&peers.resolved(service)));
    set(CONTAINER_NUMBER, number.to_string());
    set(ONEOFF, "False".into());
    set(DEPENDS_ON, dependencies(service));
    set(WORKING_DIR, text(&identity.working_dir));
    set(CONFIG_FILES, joined(&identity.files));
    set(FINGERPRINT, fingerprint::fingerprint(project, service, peers));
    if let Some(image) = image {
        set(IMAGE, image.to_owned());
    }
    if !identity.env_files.is_empty() {
        set(ENVIRONMENT_FILE, joined(&identity.env_files));
    }
    if replaces == Replaces::Another {
        let numbered = || format!("{}-{number}", service.name);
        set(REPLACE, service.container_name.clone().unwrap_or_else(numbered));
    }
    all
}

/// The labels of a container of `run`: those of its service's containers, without a number.
pub fn of_one_off(container: &Labelled<'_>, one_off: &OneOff) -> Labels {
    let mut all = of_container(container);
    all.remove(CONTAINER_NUMBER);
    all.insert(ONEOFF.to_owned(), "True".into());
    all.insert(SLUG.to_owned(), one_off.slug.clone());
    all
}

/// The labels of a container that a hook runs in before its service starts. It has no hash, so that no list of the
/// service's containers has it.
pub fn of_helper(project: &Project, service: &Service) -> Labels {
    let own = [(SERVICE, service.name.to_string()), (HOOK, "pre_start".into())];
    resource(project, Labels::new(), own)
}

/// The labels of a network.
pub fn of_network(project: &Project, key: &Name, network: &Network) -> Labels {
    let hash = fingerprint::network_hash(network);
    resource(project, network.labels.clone(), [(NETWORK, key.to_string()), (CONFIG_HASH, hash)])
}

/// The labels of a volume.
pub fn of_volume(project: &Project, key: &Name, volume: &Volume) -> Labels {
    let hash = fingerprint::volume_hash(volume);
    resource(project, volume.labels.clone(), [(VOLUME, key.to_string()), (CONFIG_HASH, hash)])
}

fn resource(project: &Project, mut all: Labels, own: [(&str, String); 2]) -> Labels {
    let common = [(PROJECT, project.name().to_string()), (VERSION, COMPOSE_VERSION.into())];
    all.extend(common.into_iter().chain(own).map(|(label, value)| (label.to_owned(), value)));
    all
}

fn dependencies(service: &Service) -> String {
    let one = |(name, how): (&Name, &crate::model::Dependency)| format!("{name}:{}:{}", how.condition, how.restart);
    let mut all: Vec<_> = service.depends_on.iter().map(one).collect();
    all.sort();
    all.join(",")
}

/// Paths as a label has them.
pub fn joined(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| text(path)).collect::<Vec<_>>().join(",")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
