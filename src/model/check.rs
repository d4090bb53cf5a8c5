//! Rules across attributes: references that lead nowhere, attributes that exclude each other, names used twice.
//!
//! Faults inside one attribute are found where it is read; unreachable dependencies and cycles in `graph`.

use super::{Healthcheck, MountKind, Networking, Project, Service};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::document::{Origins, Path};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};

/// More containers of one service than an engine can hold.
const MOST_REPLICAS: u32 = 10_000;

/// Checks a project; everything found is added to the diagnostics.
pub fn check(project: &Project, origins: &Origins, diagnostics: &mut Diagnostics) {
    let mut check = Check { project, origins, diagnostics };
    for service in project.services.values() {
        check.source(service);
        check.dependencies(service);
        check.networks(service);
        check.mounts(service);
        check.replicas(service);
        check.health_conditions(service);
    }
    check.container_names();
    let networks = project.networks.iter().filter(|(_, one)| !one.external);
    check.unique_names("networks", networks.map(|(key, one)| (key, &one.name)));
    let volumes = project.volumes.iter().filter(|(_, one)| !one.external);
    check.unique_names("volumes", volumes.map(|(key, one)| (key, &one.name)));
}

struct Check<'a> {
    project: &'a Project,
    origins: &'a Origins,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    fn source(&mut self, service: &Service) {
        let path = path_of(service);
        // One that is written and wrong has been reported where it was read.
        let written = ["image", "build"].iter().any(|key| self.origins.knows(&path.key(key)));
        match &service.build {
            None if service.image.is_none() && !written && !self.origins.knows(&path.key("provider")) => {
                let message = format!("service '{}' has neither an image nor a build", service.name);
                self.fault(Diagnostic::error("no-image", message).help("add 'image:' or 'build:'"), &path);
            }
            Some(build) if build.dockerfile.is_some() && build.dockerfile_inline.is_some() => self.fault(
                Diagnostic::error("conflict", "'dockerfile' and 'dockerfile_inline' exclude each other")
                    .help("remove one of the two"),
                &path.key("build"),
            ),
            _ => {}
        }
    }

    fn dependencies(&mut self, service: &Service) {
        for (name, dependency) in &service.depends_on {
            if self.project.services.contains_key(name) {
                continue;
            }
            let disabled = self.project.inactive.get(name);
            if disabled.is_some() && !dependency.required {
                continue;
            }
            let message = format!("service '{}' depends on '{name}', which is not a service", service.name);
            let diagnostic = match disabled {
                Some(inactive) => Diagnostic::error(
                    "missing-dependency",
                    format!("service '{}' depends on '{name}', which no active profile asks for", service.name),
                )
                .help(format!(
                    "activate it with --profile {}, or set 'required: false'",
                    inactive.profiles.join(" or ")
                )),
                None => match did_you_mean(name.as_str(), self.project.services.keys().map(Name::as_str)) {
                    Some(near) => {
                        Diagnostic::error("missing-dependency", message).help(format!("did you mean '{near}'?"))
                    }
                    None => Diagnostic::error("missing-dependency", message)
                        .help(format!("add '{name}' under 'services', or remove the dependency")),
                },
            };
            let path = path_of(service).key("depends_on").key(name.as_str());
            self.fault(diagnostic, &path);
        }
    }

    fn networks(&mut self, service: &Service) {
        let Networking::Attached(networks) = &service.networking else { return };
        let declared: Vec<&str> = self.project.networks.keys().map(Name::as_str).collect();
        for name in networks.keys().filter(|name| !self.project.networks.contains_key(*name)) {
            let path = path_of(service).key("networks").key(name.as_str());
            self.undeclared(("network", name), service, (&path, &declared));
        }
    }

    fn mounts(&mut self, service: &Service) {
        let declared: Vec<&str> = self.project.volumes.keys().map(Name::as_str).collect();
        let mut targets: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, mount) in service.volumes.iter().enumerate() {
            let path = path_of(service).key("volumes").index(index);
            if let MountKind::Volume { source: Some(name), .. } = &mount.kind
                && !self.project.volumes.contains_key(name)
            {
                self.undeclared(("volume", name), service, (&path, &declared));
            }
            if let Some(first) = targets.insert(&mount.target, index) {
                let first = self.origins.span(&path_of(service).key("volumes").index(first));
                let mut diagnostic =
                    Diagnostic::error("conflict", format!("two mounts have the target '{}'", mount.target))
                        .help("give one of them another target");
                if let Some(first) = first {
                    diagnostic = diagnostic.label(first, "the first is here");
                }
                self.fault(diagnostic, &path);
            }
        }
    }

    fn undeclared(&mut self, (kind, name): (&str, &Name), service: &Service, (path, declared): (&Path, &[&str])) {
        let message = format!("{kind} '{name}' is used by '{}' but not declared", service.name);
        let help = match did_you_mean(name.as_str(), declared.iter().copied()) {
            Some(near) => format!("did you mean '{near}'?"),
            None if kind == "volume" => format!("add '{name}:' under 'volumes', or write './{name}' for a folder"),
            None => format!("add '{name}:' under '{kind}s'"),
        };
        self.fault(Diagnostic::error("undeclared", message).help(help), path);
    }

    fn replicas(&mut self, service: &Service) {
        if service.replicas() > MOST_REPLICAS {
            let message = format!("service '{}' asks for {} containers", service.name, service.replicas());
            let diagnostic = Diagnostic::error("invalid-value", message)
                .help(format!("no engine runs so many: {MOST_REPLICAS} is the most that is tried"));
            self.fault(diagnostic, &path_of(service).key("scale"));
        }
        if service.replicas() > 1 && service.container_name.is_some() {
            let message = format!("service '{}' has a 'container_name' and more than one container", service.name);
            let diagnostic = Diagnostic::error("conflict", message).help("remove 'container_name' or 'scale'");
            self.fault(diagnostic, &path_of(service).key("container_name"));
        }
    }

    /// A dependency that can never become healthy: its own file switches the check off.
    fn health_conditions(&mut self, service: &Service) {
        for (name, dependency) in &service.depends_on {
            let Some(target) = self.project.services.get(name) else { continue };
            let off = target.healthcheck.as_ref().is_some_and(Healthcheck::is_disabled);
            if off && dependency.condition == super::DependencyCondition::Healthy {
                let message =
                    format!("'{}' waits until '{name}' is healthy, but its health check is disabled", service.name);
                let diagnostic = Diagnostic::error("no-healthcheck", message).help("use 'condition: service_started'");
                self.fault(diagnostic, &path_of(service).key("depends_on").key(name.as_str()));
            }
        }
    }

    fn container_names(&mut self) {
        let mut seen = BTreeSet::new();
        for service in self.project.services.values() {
            let Some(name) = &service.container_name else { continue };
            if !seen.insert(name) {
                let message = format!("the container name '{name}' is given to two services");
                let path = path_of(service).key("container_name");
                self.fault(
                    Diagnostic::error("conflict", message).help("a container name is unique on an engine"),
                    &path,
                );
            }
        }
    }

    fn unique_names<'p>(&mut self, section: &str, all: impl Iterator<Item = (&'p Name, &'p String)>) {
        let mut seen: BTreeMap<&String, &Name> = BTreeMap::new();
        for (key, name) in all {
            if let Some(first) = seen.insert(name, key) {
                let message = format!("'{first}' and '{key}' under '{section}' have the same name '{name}'");
                let diagnostic = Diagnostic::error("conflict", message)
                    .help("give one of them another 'name', or use one key for both");
                self.fault(diagnostic, &Path::of([section, key.as_str()]));
            }
        }
    }

    fn fault(&mut self, diagnostic: Diagnostic, path: &Path) {
        self.diagnostics.push(diagnostic.at(self.origins.span(path)));
    }
}

fn path_of(service: &Service) -> Path {
    Path::of(["services", service.name.as_str()])
}
