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
    /// The folders that are mounted from its claim: itself, and those inside of it.
    mounted: BTreeSet<PathBuf>,
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
                around.mounted.insert(path);
                continue;
            }
            let is_store = |service: &&Service| service.image.as_ref().is_some_and(known_image::is_store);
            let (claim, has_store) = (wish(scene, &path), services.iter().any(is_store));
            let mounted = [path.clone()].into();
            all.push(HostFolder { claim, services: names.collect(), has_store, mounted, path });
        }
        tell_apart(scene, &mut all);
        Self(all)
    }

    /// The folder whose claim holds what is at a path.
    pub fn around(&self, path: &str) -> Option<&HostFolder> {
        self.0.iter().rev().find(|folder| Path::new(path).starts_with(&folder.path))
    }

    /// Whether a mount of a folder itself makes it a claim, or a folder of one.
    pub fn has(&self, path: &str) -> bool {
        self.around(path).is_some_and(|folder| folder.mounted.contains(Path::new(path)))
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
    /// Where it is on the host.
    pub fn path(&self) -> &Path {
        &self.path
    }

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

/// The folders that become claims, with the services that mount them: all that do, for a folder is one for all.
fn mounted<'a>(scene: &Scene<'a>) -> Mounted<'a> {
    let project = scene.project();
    let (mut claimed, mut copied) = (Mounted::new(), Mounted::new());
    let is_made = |service: &&Service| scene.home_of(&service.name).is_some() && kompose::mounts_volumes(service);
    for service in project.services.values().filter(is_made) {
        for (mount, is_read_only) in borrowed_mount::all(project, service) {
            let Some(source) = source(project, mount) else { continue };
            let mount = HostMount { source, target: &mount.target, is_read_only };
            let found = match verdict::of(scene, service, mount) {
                Verdict::Claimed(_) => &mut claimed,
                Verdict::Files(_) if kompose::volumes(service).is_none() => &mut copied,
                _ => continue,
            };
            found.entry(PathBuf::from(source)).or_default().push(service);
        }
    }
    for (path, services) in &mut claimed {
        services.extend(copied.remove(path).into_iter().flatten());
    }
    claimed
}

/// The path of the host that a mount names, itself or through a volume.
pub(super) fn source<'p>(project: &'p Project, mount: &'p Mount) -> Option<&'p str> {
    match &mount.kind {
        MountKind::Bind { source } => Some(source),
        MountKind::Volume { source: Some(key) } => match claim::backing(project.volumes.get(key)?) {
            Backing::Folder(folder) => Some(folder),
            _ => None,
        },
        _ => None,
    }
}

/// What the claim for a folder is called where nothing else is: its path as seen from the project.
fn wish(scene: &Scene<'_>, path: &Path) -> String {
    let name = object_name::label(&scene.host_sources.portable(scene.loaded, path));
    if is_of_volume(scene, &name) { object_name::label(&format!("{name}-folder")) } else { name }
}

fn is_of_volume(scene: &Scene<'_>, name: &str) -> bool {
    scene.project().volumes.iter().any(|(key, volume)| claim::name(scene, key, volume) == name)
}

/// Folders that would have one name have a hash of their path in it, all of them: none ever gets what was in that of another.
fn tell_apart(scene: &Scene<'_>, folders: &mut [HostFolder]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for folder in folders.iter() {
        *counts.entry(folder.claim.clone()).or_default() += 1;
    }
    for folder in folders {
        if counts.get(&folder.claim).is_some_and(|count| *count > 1) || is_of_volume(scene, &folder.claim) {
            folder.claim = object_name::hashed(&folder.claim, &scene.host_sources.portable(scene.loaded, &folder.path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, has_store: bool) -> HostFolder {
        HostFolder {
            path: path.into(),
            mounted: [path.into()].into(),
            claim: "c".into(),
            services: BTreeSet::new(),
            has_store,
        }
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
