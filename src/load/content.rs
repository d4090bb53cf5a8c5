//! What configs and secrets have in them: variables and files are read, before anything is done with an engine.
//!
//! What is in a secret goes into the project as a [`Secret`] and is told to nobody else; what a file of the host has is
//! not kept at all, only what tells that it changed.

use super::Loaded;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Path;
use crate::model::{FileKind, FileObject, FileReference, Project, Service, ServiceFile};
use crate::value::{Checksum, Name, Secret};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::ErrorKind;

/// Which config or secret.
type Key = (FileKind, Name);

/// What was found in one of them.
enum Found {
    /// A text that no file of the host has.
    Text(Secret),
    /// A file, and what tells that it changed, unless it is a folder or only the engine may read it.
    File(Option<Checksum>),
}

impl Loaded {
    /// Looks into the configs and secrets of these services, so that a plan knows whether they changed and the engine can
    /// be told of them. What is missing, or cannot be brought into a container, is a fault with its place.
    pub fn read_contents(&mut self, services: &BTreeSet<Name>) -> Diagnostics {
        let mut reader = Reader { loaded: self, found: BTreeMap::new(), diagnostics: Diagnostics::default() };
        for service in self.project.services.values().filter(|service| services.contains(&service.name)) {
            reader.service(service);
        }
        let Reader { found, diagnostics, .. } = reader;
        for ((kind, name), found) in found {
            if let Some(object) = section(&mut self.project, kind).get_mut(&name) {
                match found {
                    Found::Text(text) => object.fill(text),
                    Found::File(checksum) => object.checksum = checksum,
                }
            }
        }
        self.read_build_secrets();
        diagnostics
    }

    /// Takes in the secrets of builds that are in variables. One that is not set is a fault only when something is built
    /// with it.
    pub fn read_build_secrets(&mut self) {
        let builds = self.project.services.values().filter_map(|service| service.build.as_ref());
        let names: BTreeSet<Name> =
            builds.flat_map(|build| &build.secrets).map(|reference| reference.source.clone()).collect();
        for name in names {
            let Some(secret) = self.project.secrets.get_mut(&name) else { continue };
            let value = secret.environment.as_ref().and_then(|variable| self.environment.get(variable));
            if let Some(value) = value {
                secret.fill(Secret::new(value.as_str()));
            }
        }
    }
}

fn section(project: &mut Project, kind: FileKind) -> &mut indexmap::IndexMap<Name, FileObject> {
    match kind {
        FileKind::Config => &mut project.configs,
        FileKind::Secret => &mut project.secrets,
    }
}

struct Reader<'a> {
    loaded: &'a Loaded,
    found: BTreeMap<Key, Found>,
    diagnostics: Diagnostics,
}

impl Reader<'_> {
    fn service(&mut self, service: &Service) {
        for file in ServiceFile::all(&self.loaded.project, service) {
            let key = (file.kind, file.reference.source.clone());
            if !self.found.contains_key(&key) {
                let found = self.look(&file);
                self.found.extend(found.map(|found| (key, found)));
            }
            self.fits(service, &file);
        }
        self.twins(service);
        if service.use_api_socket && service.read_only {
            let message = format!("passwords cannot be put into '{}', which is 'read_only'", service.name);
            let fault = Diagnostic::error("conflict", message).help("remove 'use_api_socket' or 'read_only'");
            let place = Path::of(["services", service.name.as_str(), "use_api_socket"]);
            self.diagnostics.push(fault.at(self.loaded.origins.place(&place)));
        }
    }

    /// What is in it; nothing when that is a fault, which is reported once for each service that uses it.
    fn look(&mut self, file: &ServiceFile<'_>) -> Option<Found> {
        let FileObject { external, environment, content, file: path, driver, template_driver, .. } = file.object;
        let swarm =
            [("external", *external), ("driver", driver.is_some()), ("template_driver", template_driver.is_some())];
        if let Some((key, _)) = swarm.into_iter().find(|(_, is_set)| *is_set) {
            self.fault(for_swarm(file, key), file, key);
            return None;
        }
        match (path, environment, content) {
            (Some(path), ..) => self.look_at(path, file),
            (_, Some(variable), _) => {
                let value = self.loaded.environment.get(variable);
                if value.is_none() {
                    self.fault(unset(file, variable), file, "environment");
                }
                value.map(|value| Found::Text(Secret::new(value.as_str())))
            }
            (_, _, content) => Some(Found::Text(Secret::new(content.as_deref().unwrap_or_default()))),
        }
    }

    fn look_at(&mut self, path: &str, file: &ServiceFile<'_>) -> Option<Found> {
        match fs::metadata(path) {
            Ok(kind) if kind.is_file() => Some(Found::File(File::open(path).and_then(Checksum::read).ok())),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                let message = format!("file '{path}' of {} not found", title(file));
                let fault = Diagnostic::error("file-not-found", message);
                self.fault(fault.help("create it, or correct 'file'"), file, "file");
                None
            }
            // Folders are mounted as they are, and what only the engine may read is no fault.
            Ok(_) | Err(_) => Some(Found::File(None)),
        }
    }

    /// Whether the service can have it as it asks for it.
    fn fits(&mut self, service: &Service, file: &ServiceFile<'_>) {
        let FileReference { source: _, target: _, uid, gid, mode } = file.reference;
        let place = Path::of(["services", service.name.as_str(), file.kind.section()]).index(file.index);
        if file.object.is_in_memory() {
            if service.read_only {
                let fault = Diagnostic::error("conflict", read_only(service, file));
                let help = "use a 'file' as its source, or remove 'read_only'";
                self.diagnostics.push(fault.help(help).at(self.loaded.origins.place(&place)));
            }
            self.number(file, ("uid", uid.as_ref()), &place);
            self.number(file, ("gid", gid.as_ref()), &place);
            return;
        }
        for (key, is_set) in [("uid", uid.is_some()), ("gid", gid.is_some()), ("mode", mode.is_some())] {
            if is_set && file.object.file.is_some() {
                let message = format!("'{key}' of {} does nothing: its file keeps its own", title(file));
                let help = "change the file, or use 'environment' or 'content' as the source";
                let place = self.loaded.origins.place(&place.key(key));
                self.diagnostics.push(Diagnostic::warning("no-effect", message).help(help).at(place));
            }
        }
    }

    /// The engine knows the users of an image by their numbers only.
    fn number(&mut self, file: &ServiceFile<'_>, (key, value): (&str, Option<&String>), place: &Path) {
        let Some(value) = value.filter(|value| !value.is_empty() && value.parse::<u32>().is_err()) else { return };
        let fault = Diagnostic::error("invalid-value", format!("'{value}' is no '{key}' for {}", title(file)));
        let help = "write the number that the image has for it";
        self.diagnostics.push(fault.help(help).at(self.loaded.origins.place(&place.key(key))));
    }

    /// A path of a container has one file, and no mount beside it.
    fn twins(&mut self, service: &Service) {
        let path = Path::of(["services", service.name.as_str()]);
        let mounts = service.volumes.iter().map(|mount| mount.target.clone());
        let memory = service.tmpfs.iter().map(|text| text.split(':').next().unwrap_or_default().to_owned());
        let mut taken: BTreeSet<String> = mounts.chain(memory).collect();
        for file in ServiceFile::all(&self.loaded.project, service) {
            let place = self.loaded.origins.place(&path.key(file.kind.section()).index(file.index));
            if !taken.insert(file.path()) {
                let message = format!("'{}' of '{}' is the target of something else too", file.path(), service.name);
                let fault = Diagnostic::error("conflict", message).help("give one of them another target");
                self.diagnostics.push(fault.at(place));
            }
            let hides = |text: &&String| {
                let folder = text.split(':').next().unwrap_or_default().trim_end_matches('/');
                file.path().strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
            };
            if let Some(folder) = service.tmpfs.iter().find(hides).filter(|_| file.object.is_in_memory()) {
                let message = format!("{} is hidden by the 'tmpfs' of '{}' at '{folder}'", title(&file), service.name);
                let help = "give it a target elsewhere, or use a 'file' as its source";
                self.diagnostics.push(Diagnostic::warning("hidden-file", message).help(help).at(place));
            }
        }
    }

    fn fault(&mut self, fault: Diagnostic, file: &ServiceFile<'_>, key: &str) {
        let path = Path::of([file.kind.section(), file.reference.source.as_str(), key]);
        self.diagnostics.push(fault.at(self.loaded.origins.place(&path)));
    }
}

fn title(file: &ServiceFile<'_>) -> String {
    format!("{} '{}'", file.kind.as_str(), file.reference.source)
}

fn for_swarm(file: &ServiceFile<'_>, key: &str) -> Diagnostic {
    let message = format!("{} has '{key}', which only Docker Swarm knows", title(file));
    let sources = match file.kind {
        FileKind::Config => "'file', 'environment' or 'content'",
        FileKind::Secret => "'file' or 'environment'",
    };
    Diagnostic::error("unsupported", message).help(format!("use {sources} in its place"))
}

fn unset(file: &ServiceFile<'_>, variable: &str) -> Diagnostic {
    let message = format!("variable '{variable}', which {} is in, is not set", title(file));
    Diagnostic::error("required-variable", message).help("set it in the environment or in '.env'")
}

fn read_only(service: &Service, file: &ServiceFile<'_>) -> String {
    format!("{} cannot be put into '{}', which is 'read_only'", title(file), service.name)
}
