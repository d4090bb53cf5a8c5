//! The configs and secrets that a project declares, as objects of the cluster.

use super::file_map::FileMap;
use super::ledger::{Ledger, Spot};
use super::manifest::Manifests;
use super::object_name;
use super::options::Secrets;
use super::row::ObjectPath;
use super::scene::Scene;
use super::volume::written;
use crate::document::Path;
use crate::load::{Content, HostFile};
use crate::model::{FileKind, FileObject, Service};
use crate::value::Name;

/// A config or secret in the cluster.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The name of the object.
    pub name: String,
    /// What is in it; of one that somebody else makes its keys alone.
    pub files: FileMap,
    /// Whether it is a folder of files.
    pub is_folder: bool,
    /// Why somebody else must make it.
    pub lack: Option<String>,
}

impl Held {
    /// What volumes with it are called.
    pub fn base(&self) -> String {
        self.files.base().to_owned()
    }
}

/// The object of a config or secret, which is made unless somebody else must.
pub(super) fn held(scene: &Scene<'_>, manifests: &mut Manifests, (kind, key): (FileKind, &Name)) -> Held {
    let held = of(scene, (kind, key));
    let word = object_kind(kind);
    match (&held.lack, kind) {
        (Some(_), _) => manifests.expect(word, &held.name),
        (None, FileKind::Secret) => manifests.add(&held.files.secret(scene)),
        (None, FileKind::Config) => manifests.add(&held.files.config_map(scene)),
    }
    held
}

/// The kind of the object.
fn object_kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Secret => "Secret",
        FileKind::Config => "ConfigMap",
    }
}

fn of(scene: &Scene<'_>, (kind, key): (FileKind, &Name)) -> Held {
    let empty = Content { bytes: Vec::new(), is_executable: false };
    let by_other = |name: String, reason: &str| Held {
        files: FileMap::new(&name, [(key.as_str().to_owned(), &empty)]),
        name,
        is_folder: false,
        lack: Some(reason.to_owned()),
    };
    let own = object_name::label(key.as_str());
    let Some(object) = section(scene, kind).get(key) else { return by_other(own, "nobody declares it") };
    if object.external {
        return by_other(object_name::label(&object.name), "somebody else makes it");
    }
    if kind == FileKind::Secret && scene.options.secrets == Secrets::External {
        return by_other(own, "it is not brought into the files: somebody else makes it");
    }
    match content(scene, key, object) {
        Ok((files, is_folder)) => Held { name: files.name(), files, is_folder, lack: None },
        Err(reason) => by_other(own, &reason),
    }
}

/// What is in it, and whether it is a folder; or why nobody can tell.
fn content(scene: &Scene<'_>, key: &Name, object: &FileObject) -> Result<(FileMap, bool), String> {
    let one = |content: &Content| {
        let plain = Content { bytes: content.bytes.clone(), is_executable: false };
        FileMap::new(key.as_str(), [(key.as_str().to_owned(), &plain)])
    };
    let text = |text: &str| one(&Content { bytes: text.as_bytes().to_vec(), is_executable: false });
    if let Some(path) = &object.file {
        return match scene.loaded.host_files.at(path) {
            Some(HostFile::File(content)) => Ok((one(content), false)),
            Some(HostFile::Folder(folder)) => {
                let files = folder.files.as_ref().filter(|files| !files.is_empty());
                let files = files.ok_or("its folder is empty, or too large for an object of a cluster")?;
                let all = files.iter().map(|(path, content)| (path.clone(), content));
                Ok((FileMap::new(key.as_str(), all), true))
            }
            Some(HostFile::Large) => Err("its file has more than 1 MiB, which is what an object holds".into()),
            Some(HostFile::System) => Err("its file belongs to this machine's system".into()),
            Some(HostFile::Special) => Err("its file cannot be read".into()),
            Some(HostFile::Missing) | None => Err("its file is not there".into()),
        };
    }
    if let Some(variable) = &object.environment {
        let value = scene.loaded.environment.get(variable);
        return value.map(|value| (text(value), false)).ok_or_else(|| format!("the variable '{variable}' is not set"));
    }
    Ok((text(object.content.as_deref().unwrap_or_default()), false))
}

fn section<'a>(scene: &Scene<'a>, kind: FileKind) -> &'a indexmap::IndexMap<Name, FileObject> {
    match kind {
        FileKind::Config => &scene.project().configs,
        FileKind::Secret => &scene.project().secrets,
    }
}

/// Says what becomes of the keys of all configs and secrets.
pub(super) fn keys(scene: &Scene<'_>, ledger: &mut Ledger) {
    for kind in [FileKind::Config, FileKind::Secret] {
        ledger.claim(Path::of([kind.section()])).dropped("it is empty");
        for (key, object) in section(scene, kind) {
            one(scene, ledger, (kind, key, object));
        }
    }
}

fn one(scene: &Scene<'_>, ledger: &mut Ledger, (kind, key, object): (FileKind, &Name, &FileObject)) {
    let path = Path::of([kind.section(), key.as_str()]);
    let uses = |service: &&Service| match kind {
        FileKind::Config => service.configs.iter().any(|reference| reference.source == *key),
        FileKind::Secret => service.secrets.iter().any(|reference| reference.source == *key),
    };
    if !scene.project().services.values().any(|service| uses(&service)) {
        ledger.claim(path).dropped("no container has it");
        return;
    }
    let held = of(scene, (kind, key));
    let FileObject {
        name: _,
        file: _,
        environment: _,
        content: _,
        external: _,
        labels: _,
        driver: _,
        driver_opts: _,
        template_driver: _,
        text: _,
        checksum: _,
    } = object;
    let place = |field: &str| [Spot::Of(ObjectPath::new(object_kind(kind), &held.name, field))];
    match &held.lack {
        None => {
            ledger.claim(path.clone()).exact(place("metadata.name"));
        }
        Some(reason) => {
            let remedy = format!("make the {} '{}' first, with the key '{key}'", object_kind(kind), held.name);
            ledger.claim(path.clone()).approximated(reason.clone(), []).remedy(remedy);
        }
    }
    let idle = [
        ("labels", "labels of Swarm say nothing to a cluster"),
        ("driver", "only Docker Swarm knows drivers of secrets"),
        ("driver_opts", "only Docker Swarm knows drivers of secrets"),
        ("template_driver", "only Docker Swarm fills in templates"),
    ];
    for (attribute, reason) in idle {
        written(ledger, path.key(attribute)).map(|claim| claim.dropped(reason));
    }
    if let Some(claim) = written(ledger, path.key("name")).filter(|_| !object.external) {
        claim.dropped("the object is called after its key and its content");
    }
    if let Some(claim) = written(ledger, path.key("external")).filter(|_| !object.external) {
        claim.dropped("it is so without this key, too");
    }
}
