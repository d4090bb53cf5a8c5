//! [`Project`]: everything that one project consists of.

use super::fields::{invalid_value, unknown_key, wrong_kind};
use super::{Dialect, FileObject, LanguageModel, Network, Service, Volume};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::document::Node;
use crate::value::{ImageName, Invalid, Name, ProjectName};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Which project it is and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What its resources' names begin with.
    pub name: ProjectName,
    /// The project directory, absolute.
    pub working_dir: PathBuf,
    /// Its compose files, absolute, in the order in which they were merged.
    pub files: Vec<PathBuf>,
    /// The env files that were given by name, absolute.
    pub env_files: Vec<PathBuf>,
    /// What stands between the parts of the names of containers and built images.
    pub separator: Separator,
}

/// What stands between the parts of a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Separator {
    /// `-`.
    #[default]
    Dash,
    /// `_`, as before Compose 2.
    Underscore,
}

impl Separator {
    /// The character.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dash => "-",
            Self::Underscore => "_",
        }
    }
}

/// A project: services in file order, networks and volumes that somebody uses or declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Which project it is.
    pub identity: Identity,
    /// The services that take part.
    pub services: IndexMap<Name, Service>,
    /// The services that no active profile asks for.
    pub inactive: IndexMap<Name, Service>,
    /// The networks by key.
    pub networks: IndexMap<Name, Network>,
    /// The volumes by key.
    pub volumes: IndexMap<Name, Volume>,
    /// The secrets by key.
    pub secrets: IndexMap<Name, FileObject>,
    /// The configs by key.
    pub configs: IndexMap<Name, FileObject>,
    /// The models by key.
    pub models: IndexMap<Name, LanguageModel>,
}

impl Project {
    /// Reads a canonical, normalised tree. All services are active; the profiles move some to `inactive` later.
    pub fn read(root: &Node, identity: Identity, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(entries) = root.as_map() else {
            let fault = wrong_kind("the top level of a compose file", "a mapping", root);
            diagnostics.push(fault.help("begin with 'services:'"));
            return None;
        };
        for (key, value) in entries {
            match key.as_text().unwrap_or_default() {
                "name" | "services" | "networks" | "volumes" | "secrets" | "configs" | "models" | "version" => {}
                name if name.starts_with("x-") => {}
                name => diagnostics.push(unknown_section(name, key, value)),
            }
        }
        let services = section(root, "services", diagnostics, Service::read);
        let networks = section(root, "networks", diagnostics, |_, node, faults| Network::read(node, faults));
        let volumes = section(root, "volumes", diagnostics, |_, node, faults| Volume::read(node, faults));
        let secrets =
            section(root, "secrets", diagnostics, |key, node, faults| FileObject::read_secret(&key, node, faults));
        let configs =
            section(root, "configs", diagnostics, |key, node, faults| FileObject::read_config(&key, node, faults));
        let models = section(root, "models", diagnostics, |_, node, faults| LanguageModel::read(node, faults));
        let inactive = IndexMap::new();
        Some(Self { identity, services, inactive, networks, volumes, secrets, configs, models })
    }

    /// A project of which only the name is known.
    pub fn empty(name: ProjectName) -> Self {
        let separator = Separator::default();
        let identity =
            Identity { name, working_dir: PathBuf::new(), files: Vec::new(), env_files: Vec::new(), separator };
        Self {
            identity,
            services: IndexMap::new(),
            inactive: IndexMap::new(),
            networks: IndexMap::new(),
            volumes: IndexMap::new(),
            secrets: IndexMap::new(),
            configs: IndexMap::new(),
            models: IndexMap::new(),
        }
    }

    /// The project in the form of `config`, each section sorted by name. JSON has no models, as in Compose.
    pub fn write(&self, dialect: Dialect) -> Node {
        let mut root = vec![("name", Node::text(self.name().as_str()))];
        root.push(("services", sorted(&self.services, |service| service.write(dialect))));
        let sections = [
            ("networks", sorted(&self.networks, Network::write)),
            ("volumes", sorted(&self.volumes, Volume::write)),
            ("secrets", sorted(&self.secrets, FileObject::write)),
            ("configs", sorted(&self.configs, FileObject::write)),
        ];
        root.extend(sections.into_iter().filter(|(_, section)| section.as_map() != Some(&[])));
        if !self.models.is_empty() && dialect == Dialect::Yaml {
            root.push(("models", sorted(&self.models, LanguageModel::write)));
        }
        Node::map(root)
    }

    /// Activates these services, and with them all that share one of their profiles.
    pub fn activate(&mut self, targets: &[Name]) {
        let asked = targets.iter().filter_map(|name| self.inactive.get(name));
        let profiles: Vec<String> = asked.flat_map(|service| service.profiles.clone()).collect();
        let inactive = std::mem::take(&mut self.inactive);
        for (name, service) in inactive {
            let active = service.profiles.iter().any(|profile| profiles.contains(profile));
            if active { &mut self.services } else { &mut self.inactive }.insert(name, service);
        }
    }

    /// Drops what is declared and used by no active service.
    pub fn prune(&mut self) {
        let services = || self.services.values();
        let networks: BTreeSet<&Name> =
            services().flat_map(|service| service.networking.in_order()).map(|(key, _)| key).collect();
        let volumes: BTreeSet<&Name> = services().flat_map(Service::volume_keys).collect();
        let secrets: BTreeSet<&Name> = services().flat_map(Service::secret_keys).collect();
        let configs: BTreeSet<&Name> = services().flat_map(Service::config_keys).collect();
        self.networks.retain(|key, _| networks.contains(key));
        self.volumes.retain(|key, _| volumes.contains(key));
        self.secrets.retain(|key, _| secrets.contains(key));
        let models: BTreeSet<&Name> = services().flat_map(|service| service.models.keys()).collect();
        self.configs.retain(|key, _| configs.contains(key));
        self.models.retain(|key, _| models.contains(key));
    }

    /// The project's name.
    pub fn name(&self) -> &ProjectName {
        &self.identity.name
    }

    /// What stands between the parts of the names of containers and built images.
    pub fn separator(&self) -> &'static str {
        self.identity.separator.as_str()
    }

    /// The image a service's containers are made from.
    pub fn image_of(&self, service: &Service) -> ImageName {
        service.image.clone().unwrap_or_else(|| {
            let name = format!("{}{}{}", self.name(), self.separator(), service.name.as_str().to_lowercase());
            name.parse().expect("a project name and a lower-case service name make an image name")
        })
    }

    /// The service of this name, in any text.
    pub fn named(&self, name: &str) -> Option<&Service> {
        self.services.values().find(|service| service.name.as_str() == name)
    }

    /// The image that the source of a mount of an image names: that of a service, or itself.
    ///
    /// # Errors
    /// When it is neither a service nor a name of an image.
    pub fn mounted_image(&self, source: &str) -> Result<ImageName, Invalid> {
        self.named(source).map_or_else(|| source.parse(), |service| Ok(self.image_of(service)))
    }

    /// What a service's container of this number is called.
    pub fn container_name(&self, service: &Service, number: u32) -> String {
        let separator = self.separator();
        let default = || format!("{}{separator}{}{separator}{number}", self.name(), service.name);
        service.container_name.clone().unwrap_or_else(default)
    }
}

fn sorted<T>(all: &IndexMap<Name, T>, write: impl Fn(&T) -> Node) -> Node {
    let mut all: Vec<_> = all.iter().collect();
    all.sort_by_key(|(name, _)| *name);
    Node::map(all.into_iter().map(|(name, one)| (name.as_str(), write(one))))
}

fn section<T>(
    root: &Node,
    section: &'static str,
    diagnostics: &mut Diagnostics,
    read: impl Fn(Name, &Node, &mut Diagnostics) -> Option<T>,
) -> IndexMap<Name, T> {
    let Some(node) = root.get(section).filter(|node| !node.is_null()) else { return IndexMap::new() };
    let Some(entries) = node.as_map() else {
        diagnostics.push(wrong_kind(section, "a mapping of names", node));
        return IndexMap::new();
    };
    let mut all = IndexMap::new();
    for (key, value) in entries {
        let text = key.as_text().unwrap_or_default();
        match if section == "networks" { Name::of_network(text) } else { text.parse::<Name>() } {
            Err(invalid) => diagnostics.push(invalid_value(invalid, key.span)),
            Ok(name) => {
                let placed = if value.span.is_somewhere() { None } else { Some(value.clone().at(key.span)) };
                if let Some(one) = read(name.clone(), placed.as_ref().unwrap_or(value), diagnostics) {
                    all.insert(name, one);
                }
            }
        }
    }
    all
}

fn unknown_section(name: &str, key: &Node, value: &Node) -> Diagnostic {
    let sections = ["name", "services", "networks", "volumes", "configs", "secrets", "models", "include"];
    let near = did_you_mean(name, sections);
    let diagnostic = unknown_key("top-level", name, key.span, near);
    let looks_like_service = value.get("image").or_else(|| value.get("build")).is_some();
    if looks_like_service {
        return diagnostic.help(format!("it looks like a service: put '{name}:' under 'services:'"));
    }
    diagnostic
}
