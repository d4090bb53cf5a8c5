//! [`HostFolders`]: the folders of the host that become claims. One that lies in another is a folder of its claim, so that
//! services go on seeing what others write there.

use super::borrowed_mount;
use super::claim::{self, Backing};
use super::known_image;
use super::kompose;
use super::object_name;
use super::scene::Scene;
use super::verdict::{self, HostMount, Verdict};
use crate::model::{Mount, MountKind, Project, Service};
use crate::value::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where a claim that a database has begins: the root of a disk has a folder `lost+found`, and databases begin in an empty
/// folder only.
const START: &str = "data";

/// The folders of a project that become claims, none of them inside of another.
#[derive(Debug, Default)]
pub(super) struct HostFolders(Vec<HostFolder>);

/// A folder of the host that becomes a claim, with those inside of it.
#[derive(Debug)]
pub(super) struct HostFolder {
    path: PathBuf,
    /// What the claim is called: as the folder is in the project, unless something else has that name.
    pub claim: String,
    /// The services that mount it, or a folder in it.
    services: BTreeSet<Name>,
    /// Whether a database mounts the folder itself.
    has_store: bool,
}

/// The services that mount folders which become claims, by path.
type Mounted<'a> = BTreeMap<PathBuf, Vec<&'a Service>>;

impl HostFolders {
    /// Looks at the mounts of all services.
    pub fn of(scene: &Scene<'_>) -> Self {
        let mut all: Vec<HostFolder> = Vec::new();
        // A folder comes right before those in it. The root of the host has no data of a project around it.
        for (path, services) in mounted(scene) {
            let names = services.iter().map(|service| service.name.clone());
            let around = all.last_mut().filter(|last| last.path != Path::new("/") && path.starts_with(&last.path));
            if let Some(around) = around {
                around.services.extend(names);
                continue;
            }
            let is_store = |service: &&Service| service.image.as_ref().is_some_and(known_image::is_store);
            let (claim, has_store) = (name(scene, &path, &all), services.iter().any(is_store));
            all.push(HostFolder { claim, services: names.collect(), has_store, path });
        }
        Self(all)
    }

    /// The folder whose claim holds what is at a path.
    pub fn around(&self, path: &str) -> Option<&HostFolder> {
        self.0.iter().rev().find(|folder| Path::new(path).starts_with(&folder.path))
    }

    /// The folder whose claim has a name.
    pub fn called(&self, claim: &str) -> Option<&HostFolder> {
        self.0.iter().find(|folder| folder.claim == claim)
    }

    /// The names of all claims.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|folder| folder.claim.as_str())
    }
}

impl HostFolder {
    /// The services that mount it, or a folder in it.
    pub fn consumers<'p>(&self, project: &'p Project) -> Vec<&'p Service> {
        project.services.values().filter(|service| self.services.contains(&service.name)).collect()
    }

    /// A path of the host, as seen from the folder; nothing for itself.
    pub fn below(&self, path: &str) -> Option<String> {
        let below = Path::new(path).strip_prefix(&self.path).ok()?.to_string_lossy().into_owned();
        (!below.is_empty()).then_some(below)
    }

    /// Where the claim has what is at a path below the folder; nothing for the folder itself.
    pub fn path_in(&self, path: &str) -> Option<String> {
        let below = self.below(path)?;
        Some(self.start().map_or(below.clone(), |start| format!("{start}/{below}")))
    }

    /// Where the claim has the folder itself; nothing is its root.
    pub fn start(&self) -> Option<String> {
        self.has_store.then(|| START.to_owned())
    }
}

/// The folders that become claims, with the services that mount them.
fn mounted<'a>(scene: &Scene<'a>) -> Mounted<'a> {
    let project = scene.project();
    let mut found = Mounted::new();
    let is_made = |service: &&Service| scene.home_of(&service.name).is_some() && kompose::mounts_volumes(service);
    for service in project.services.values().filter(is_made) {
        for (mount, is_read_only) in borrowed_mount::all(project, service) {
            let Some(source) = source(project, mount) else { continue };
            let mount = HostMount { source, target: &mount.target, is_read_only };
            if matches!(verdict::of(scene, service, mount), Verdict::Claimed(_)) {
                found.entry(PathBuf::from(source)).or_default().push(service);
            }
        }
    }
    found
}

/// The path of the host that a mount names, itself or through a volume.
fn source<'p>(project: &'p Project, mount: &'p Mount) -> Option<&'p str> {
    match &mount.kind {
        MountKind::Bind { source } => Some(source),
        MountKind::Volume { source: Some(key) } => match claim::backing(project.volumes.get(key)?) {
            Backing::Folder(folder) => Some(folder),
            _ => None,
        },
        _ => None,
    }
}

/// The name of the claim for a folder: its path in the project, unless a volume or another folder has that name.
fn name(scene: &Scene<'_>, path: &Path, others: &[HostFolder]) -> String {
    let own = &scene.project().identity.working_dir;
    let name = object_name::label(&path.strip_prefix(own).unwrap_or(path).to_string_lossy());
    let volumes = &scene.project().volumes;
    let is_of_volume = volumes.iter().any(|(key, volume)| claim::name(scene, key, volume) == name);
    let wish = if is_of_volume { object_name::label(&format!("{name}-folder")) } else { name };
    let is_free = |name: &String| others.iter().all(|other| other.claim != *name);
    let numbered = (2..).map(|number| object_name::label(&format!("{wish}-{number}")));
    std::iter::once(wish.clone()).chain(numbered).find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, has_store: bool) -> HostFolder {
        HostFolder { path: path.into(), claim: "c".into(), services: BTreeSet::new(), has_store }
    }

    #[test]
    fn what_is_in_a_folder_is_in_its_claim() {
        let folders = HostFolders(vec![folder("/", false), folder("/data", false), folder("/data-2", true)]);
        let around = |path: &str| folders.around(path).map(|folder| folder.path.display().to_string());
        assert_eq!(around("/data/registry").as_deref(), Some("/data"));
        assert_eq!(around("/data-2").as_deref(), Some("/data-2"));
        assert_eq!(around("/database").as_deref(), Some("/"));
    }

    #[test]
    fn all_see_the_same_place_where_a_database_leaves_out_the_root_of_a_disk() {
        let (plain, store) = (folder("/data", false), folder("/data", true));
        assert_eq!((plain.path_in("/data"), plain.start()), (None, None));
        assert_eq!(plain.path_in("/data/a/b").as_deref(), Some("a/b"));
        assert_eq!((store.path_in("/data"), store.start().as_deref()), (None, Some("data")));
        assert_eq!(store.path_in("/data/a/b").as_deref(), Some("data/a/b"));
    }
}
