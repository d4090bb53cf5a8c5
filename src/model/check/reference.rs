//! What a service refers to by name is declared.

use super::{Check, path_of, remedy};
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::{FileReference, MountKind, Networking, Service};
use crate::value::Name;

/// A use of something that is declared at the top level.
struct Use<'a> {
    /// What it is: `network`, `volume`, …; its section has an `s` more.
    kind: &'static str,
    name: &'a Name,
    path: Path,
}

impl Check<'_> {
    /// Networks, volumes, configs, secrets and models are declared.
    pub(super) fn references(&mut self, service: &Service) {
        let project = self.project;
        for one in networks(service) {
            self.declared(service, &one, project.networks.keys());
        }
        for one in volumes(service) {
            self.declared(service, &one, project.volumes.keys());
        }
        let path = path_of(service);
        for name in service.models.keys() {
            let one = Use { kind: "model", name, path: path.key("models").key(name.as_str()) };
            self.declared(service, &one, project.models.keys());
        }
        for one in files("config", &service.configs, &path.key("configs")) {
            self.declared(service, &one, project.configs.keys());
        }
        for one in files("secret", &service.secrets, &path.key("secrets")) {
            self.declared(service, &one, project.secrets.keys());
        }
        let build = path.key("build").key("secrets");
        for one in service.build.iter().flat_map(|all| files("secret", &all.secrets, &build)) {
            self.declared(service, &one, project.secrets.keys());
        }
    }

    fn declared<'p>(&mut self, service: &Service, used: &Use<'_>, known: impl Iterator<Item = &'p Name> + Clone) {
        let Use { kind, name, path } = used;
        let section = self.origins.tree().get(&format!("{kind}s"));
        // What is declared and wrong has been reported where it was read.
        let is_faulty = section.is_some_and(|section| match section.as_map() {
            Some(_) => section.get(name.as_str()).is_some(),
            None => !section.is_null(),
        });
        if is_faulty || known.clone().any(|key| key == *name) {
            return;
        }
        let message = format!("{kind} '{name}' is used by '{}' but not declared", service.name);
        let help = match *kind {
            "volume" => format!("add '{name}:' under 'volumes', or write './{name}' for a folder"),
            "config" | "secret" => format!("add '{name}:' with a 'file:' under '{kind}s'"),
            "model" => format!("add '{name}:' with a 'model:' under 'models'"),
            _ => format!("add '{name}:' under '{kind}s'"),
        };
        let help = remedy(name.as_str(), known, help);
        self.fault(Diagnostic::error("undeclared", message).help(help), path);
    }
}

fn networks(service: &Service) -> Vec<Use<'_>> {
    let Networking::Attached(networks) = &service.networking else { return Vec::new() };
    let path = path_of(service).key("networks");
    networks.keys().map(|name| Use { kind: "network", name, path: path.key(name.as_str()) }).collect()
}

fn volumes(service: &Service) -> Vec<Use<'_>> {
    let path = path_of(service).key("volumes");
    let mounts = service.volumes.iter().enumerate();
    let one = |(index, mount): (usize, &'_ crate::model::Mount)| match &mount.kind {
        MountKind::Volume { source: Some(_) } => Some(index),
        _ => None,
    };
    let indices: Vec<usize> = mounts.filter_map(one).collect();
    let named = service.volume_keys().zip(indices);
    named.map(|(name, index)| Use { kind: "volume", name, path: path.index(index).key("source") }).collect()
}

fn files<'a>(kind: &'static str, all: &'a [FileReference], path: &Path) -> Vec<Use<'a>> {
    let place = |index| path.index(index).key("source");
    all.iter().enumerate().map(|(index, one)| Use { kind, name: &one.source, path: place(index) }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{messages, places};

    #[test]
    fn what_is_used_is_declared() {
        let text = "services:\n  a:\n    image: x\n    networks: {nets: }\n    \
                    volumes: [{type: volume, source: vols, target: /x}]\n    configs: [{source: c}]\n    \
                    secrets: [{source: s}]\n    build: {secrets: [{source: t}]}\n    models: {m: }\n";
        let wanted = [
            "network 'nets' is used by 'a' but not declared",
            "volume 'vols' is used by 'a' but not declared",
            "config 'c' is used by 'a' but not declared",
            "secret 's' is used by 'a' but not declared",
            "secret 't' is used by 'a' but not declared",
            "model 'm' is used by 'a' but not declared",
        ];
        assert_eq!(messages(text), wanted);
        let at = ["nets: }", "vols, target: /x}]", "c}]", "s}]", "t}]}}", "m: }"];
        assert_eq!(places(text), at.map(|text| text.replace("}}", "}")));
        let declared = "networks: {nets: {}}\nvolumes: {vols: {}}\nconfigs: {c: {content: x}}\n\
                        secrets: {s: {file: /s}, t: {environment: T}}\nmodels: {m: {model: ai/m}}\n";
        assert!(messages(&format!("{text}{declared}")).is_empty());
    }

    #[test]
    fn a_source_of_a_cluster_or_an_image_is_no_volume() {
        let text = "services: {a: {image: x, volumes: [{type: cluster, source: q, target: /x}, \
                    {type: image, source: r, target: /y}]}}";
        assert!(messages(text).is_empty());
    }
}
