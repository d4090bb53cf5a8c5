//! [`CopiedText`]: the texts that services are given as files, which say whom they dial as variables do.

use super::verdict;
use crate::load::{Content, HostFile, Loaded};
use crate::model::{MountKind, Service, cleaned};
use std::path::Path;

/// A text in a file that a service is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CopiedText<'l> {
    /// The key that gives it, such as `volumes[0]`.
    pub key: String,
    /// The text.
    pub text: &'l str,
}

/// The texts of the configs of a service, and of what it mounts from this machine; not those of a program that is being
/// written, which is in the image.
pub(super) fn of<'l>(loaded: &'l Loaded, service: &'l Service) -> impl Iterator<Item = CopiedText<'l>> {
    let binds = service.volumes.iter().enumerate().flat_map(|(index, mount)| {
        let source = match &mount.kind {
            MountKind::Bind { source } if !is_built(loaded, service, source) => Some(source.as_str()),
            _ => None,
        };
        let texts = source.map(|source| of_path(loaded, source)).unwrap_or_default();
        texts.into_iter().map(move |text| CopiedText { key: format!("volumes[{index}]"), text })
    });
    let configs = service.configs.iter().enumerate().flat_map(|(index, reference)| {
        let config = loaded.project.configs.get(&reference.source);
        let inline = config.and_then(|config| config.content.as_deref());
        let file = config.and_then(|config| config.file.as_deref());
        let texts = file.map(|path| of_path(loaded, path)).unwrap_or_default();
        let texts = inline.into_iter().chain(texts);
        texts.map(move |text| CopiedText { key: format!("configs[{index}]"), text })
    });
    binds.chain(configs)
}

/// The texts under a path of this machine.
fn of_path<'l>(loaded: &'l Loaded, path: &str) -> Vec<&'l str> {
    let text = |content: &'l Content| std::str::from_utf8(&content.bytes).ok();
    match loaded.host_files.at(path) {
        Some(HostFile::File(content)) => text(content).into_iter().collect(),
        Some(HostFile::Folder(folder)) if !verdict::SOURCES.iter().any(|name| folder.entries.contains(*name)) => {
            folder.files.iter().flat_map(|files| files.values()).filter_map(text).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a path is that of the project, of what the image of a service is built from, or of what is watched for it.
fn is_built(loaded: &Loaded, service: &Service, path: &str) -> bool {
    let path = Path::new(path);
    let is_below = |folder: &str| path.starts_with(cleaned(Path::new(folder)));
    loaded.project.identity.working_dir.starts_with(path)
        || service.build.as_ref().is_some_and(|build| is_below(&build.context))
        || service.develop.iter().flat_map(|develop| &develop.watch).any(|rule| is_below(&rule.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Request, load};

    #[test]
    fn a_program_that_is_built_is_not_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let volumes = "volumes: ['./a.conf:/etc/a.conf', '.:/app']";
        let compose = format!("services: {{a: {{image: x, {volumes}}}, b: {{build: ., {volumes}}}}}");
        for (name, text) in [("compose.yaml", &*compose), ("a.conf", "to: b:81")] {
            std::fs::write(folder.path().join(name), text).expect("is written");
        }
        let request = Request { working_directory: folder.path().into(), ..Request::default() };
        let mut loaded = load(&request).expect("is loaded");
        loaded.read_host_files();
        let keys = |service| of(&loaded, service).map(|copied| copied.key).collect::<Vec<_>>();
        let found: Vec<_> = loaded.project.services.values().map(keys).collect();
        assert_eq!(found, [vec!["volumes[0]".to_owned()], vec![]]);
    }
}
