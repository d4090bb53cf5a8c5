//! [`ServiceFile`]: a config or secret as the containers of one service see it.

use super::{FileObject, FileReference, Project, Service};
use crate::value::Name;

/// A config or a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// A config.
    Config,
    /// A secret.
    Secret,
}

impl FileKind {
    /// The word for it; its section has an `s` more.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Secret => "secret",
        }
    }

    /// The section of a file, and the attribute of a service, that names it.
    pub fn section(self) -> &'static str {
        match self {
            Self::Config => "configs",
            Self::Secret => "secrets",
        }
    }

    /// The folder of the container that relative targets are in.
    fn folder(self) -> &'static str {
        match self {
            Self::Config => "/",
            Self::Secret => "/run/secrets/",
        }
    }
}

/// A config or secret in the containers of one service.
#[derive(Debug, Clone, Copy)]
pub struct ServiceFile<'a> {
    /// Which of the two it is.
    pub kind: FileKind,
    /// Its place in the service's list.
    pub index: usize,
    /// How the service sees it.
    pub reference: &'a FileReference,
    /// How it is declared.
    pub object: &'a FileObject,
}

impl<'a> ServiceFile<'a> {
    /// All of a service, secrets first, each in the order of the file; those that nobody declares are left out.
    pub fn all(project: &'a Project, service: &'a Service) -> Vec<Self> {
        let secrets = service.secrets.iter().enumerate().map(|(index, one)| (FileKind::Secret, index, one));
        let configs = service.configs.iter().enumerate().map(|(index, one)| (FileKind::Config, index, one));
        let file = |(kind, index, reference): (FileKind, usize, &'a FileReference)| {
            let section = match kind {
                FileKind::Config => &project.configs,
                FileKind::Secret => &project.secrets,
            };
            Some(Self { kind, index, reference, object: section.get(&reference.source)? })
        };
        secrets.chain(configs).filter_map(file).collect()
    }

    /// Those that are put into a container before each start, since no file of the host has them.
    pub fn in_memory(project: &'a Project, service: &'a Service) -> Vec<Self> {
        let mut all = Self::all(project, service);
        all.retain(|file| file.object.is_in_memory());
        all
    }

    /// Where a config or secret of this key is in a container that says nothing of it.
    pub fn default_path(kind: FileKind, key: &Name) -> String {
        format!("{}{key}", kind.folder())
    }

    /// Where it is in the container, absolute.
    pub fn path(&self) -> String {
        let target = self.reference.target.as_deref().filter(|target| !target.is_empty());
        let target = target.unwrap_or(self.reference.source.as_str());
        if target.starts_with('/') { target.to_owned() } else { format!("{}{target}", self.kind.folder()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    #[test]
    fn a_target_is_absolute_in_the_folder_of_its_kind() {
        let text =
            "services: {a: {image: x, configs: [{source: c}, {source: c, target: d/e}, {source: c, target: /f}], \
                    secrets: [{source: s}, {source: s, target: t}, {source: s, target: /u}]}}
configs: {c: {content: x}}\nsecrets: {s: {file: /s}}";
        let project = project(text);
        let service = project.services.values().next().expect("a service");
        let paths: Vec<String> = ServiceFile::all(&project, service).iter().map(ServiceFile::path).collect();
        assert_eq!(paths, ["/run/secrets/s", "/run/secrets/t", "/u", "/c", "/d/e", "/f"]);
        let kinds = ServiceFile::in_memory(&project, service).into_iter().map(|file| file.kind);
        assert_eq!(kinds.collect::<Vec<_>>(), [FileKind::Config; 3]);
    }
}
