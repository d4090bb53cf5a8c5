//! [`Lists`]: the names of something in a project, one a line, sorted: Compose prints them in another order each time.

use super::super::failure::NoSuchService;
use crate::document::{Natural, Node};
use crate::model::Project;
use crate::plan::fingerprint;
use crate::value::Name;
use std::collections::BTreeMap;

/// Flags that ask for a list; of several, the first here counts.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(next_help_heading = "Lists instead of the project")]
pub(super) struct Lists {
    /// The names of the services
    #[arg(long)]
    services: bool,
    /// The keys of the volumes
    #[arg(long)]
    volumes: bool,
    /// The keys of the networks
    #[arg(long)]
    networks: bool,
    /// The language models
    #[arg(long)]
    models: bool,
    /// The hash of each service's configuration; '*' means all services
    #[arg(long, value_name = "SERVICE,…")]
    hash: Option<String>,
    /// The names of the profiles
    #[arg(long)]
    profiles: bool,
    /// The images
    #[arg(long)]
    images: bool,
    /// The variables that the files ask for, and what stands in for them
    #[arg(long)]
    variables: bool,
    /// The variables that are known, with their values
    #[arg(long)]
    environment: bool,
}

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum List {
    Services,
    Volumes,
    Networks,
    Models,
    Hashes(String),
    Profiles,
    Images,
    Variables,
    Environment,
}

impl Lists {
    /// The list that is asked for, if one is.
    pub fn wanted(&self) -> Option<List> {
        let hash = self.hash.clone().filter(|wanted| !wanted.is_empty());
        let flags = [
            (self.services, List::Services),
            (self.volumes, List::Volumes),
            (self.networks, List::Networks),
            (self.models, List::Models),
            (hash.is_some(), List::Hashes(hash.unwrap_or_default())),
            (self.profiles, List::Profiles),
            (self.images, List::Images),
            (self.variables, List::Variables),
            (self.environment, List::Environment),
        ];
        flags.into_iter().find(|(is_wanted, _)| *is_wanted).map(|(_, list)| list)
    }
}

/// The names in a tree.
pub(super) fn lines(list: &List, tree: &Node) -> String {
    let mut names = match list {
        List::Services => keys(tree, "services"),
        List::Volumes => keys(tree, "volumes"),
        List::Networks => keys(tree, "networks"),
        List::Models => models(tree),
        List::Images => images(tree),
        List::Profiles => profiles(tree),
        List::Hashes(_) | List::Variables | List::Environment => Vec::new(),
    };
    if *list != List::Profiles {
        names.sort_by_cached_key(|name| Natural::of(name));
    }
    joined(names)
}

/// `NAME=value` of each variable, by name.
pub(super) fn environment(variables: &BTreeMap<String, String>) -> String {
    joined(variables.iter().map(|(name, value)| format!("{name}={value}")))
}

/// `SERVICE HASH` of the services in a list, or of all with `*`.
pub(super) fn hashes(project: &Project, wanted: &str) -> anyhow::Result<String> {
    let mut names: Vec<Name> = match wanted {
        "*" => project.services.keys().cloned().collect(),
        list => list.split(',').map(str::parse).collect::<Result<_, _>>()?,
    };
    names.sort();
    let one = |name: &Name| {
        let service = project.services.get(name).ok_or_else(|| NoSuchService::of(name, project))?;
        Ok(format!("{name} {}", fingerprint::service_hash(service)))
    };
    Ok(joined(names.iter().map(one).collect::<Result<Vec<_>, NoSuchService>>()?))
}

fn joined(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

fn section<'a>(tree: &'a Node, key: &str) -> &'a [(Node, Node)] {
    tree.get(key).and_then(Node::as_map).unwrap_or_default()
}

fn keys(tree: &Node, key: &str) -> Vec<String> {
    section(tree, key).iter().filter_map(|(name, _)| name.as_text()).map(str::to_owned).collect()
}

fn models(tree: &Node) -> Vec<String> {
    let name = |model: &Node| model.get("model").and_then(Node::as_text).map(str::to_owned);
    section(tree, "models").iter().filter_map(|(_, model)| name(model)).collect()
}

/// The image of each service; what is built without a name is called after project and service.
fn images(tree: &Node) -> Vec<String> {
    let project = tree.get("name").and_then(Node::as_text).unwrap_or_default();
    let image = |(name, service): &(Node, Node)| match service.get("image").and_then(Node::as_text) {
        Some(image) => image.to_owned(),
        None => format!("{project}-{}", name.as_text().unwrap_or_default()),
    };
    section(tree, "services").iter().map(image).collect()
}

fn profiles(tree: &Node) -> Vec<String> {
    let of = |service: &Node| {
        let profiles = service.get("profiles").and_then(Node::as_list).unwrap_or_default();
        profiles.iter().filter_map(Node::as_text).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = section(tree, "services").iter().flat_map(|(_, service)| of(service)).collect();
    all.sort();
    all.dedup();
    all
}
