//! Mounts in a copied folder. A runtime makes the place for a mount where none is, and cannot do so in a copy: it holds an
//! empty file for each then, as an engine would have made one in the folder itself.

use super::bind;
use super::borrowed_mount;
use super::draft::Draft;
use super::host_folder;
use super::kompose;
use super::verdict::{self, HostMount, Verdict};
use crate::load::{Content, HostFile};
use crate::model::{Mount, MountKind, ServiceFile};
use std::collections::BTreeMap;

/// The folder that has all secrets.
const SECRETS: &str = "/run/secrets";

/// A place where something is mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Point {
    File(String),
    Folder(String),
}

impl Point {
    fn path(&self) -> &str {
        match self {
            Self::File(path) | Self::Folder(path) => path,
        }
    }
}

/// The empty files that a copy of a folder needs besides, by what is mounted in it where it is.
pub(super) fn missing(draft: &Draft<'_, '_>, target: &str, files: &BTreeMap<String, Content>) -> Vec<String> {
    let points = points(draft).into_iter().filter_map(|point| {
        let below = bind::below(target, point.path())?.to_owned();
        Some(match point {
            Point::File(_) => Point::File(below),
            Point::Folder(_) => Point::Folder(below),
        })
    });
    lacking(&points.collect::<Vec<_>>(), files)
}

/// The same of places that are in the folder.
fn lacking(points: &[Point], files: &BTreeMap<String, Content>) -> Vec<String> {
    let mut found = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let path = point.path();
        let is_there = files.keys().any(|file| file == path || bind::below(path, file).is_some());
        let is_in_other = points.iter().any(|other| bind::below(other.path(), path).is_some());
        let is_again = points.iter().take(index).any(|other| other.path() == path);
        if !is_there && !is_in_other && !is_again {
            found.push(match point {
                Point::File(path) => path.clone(),
                Point::Folder(path) => format!("{path}/.keep"),
            });
        }
    }
    found
}

/// All places of a container where something is mounted, in the order in which they are taken.
fn points(draft: &Draft<'_, '_>) -> Vec<Point> {
    let (project, service) = (draft.scene.project(), draft.service);
    let mounts = borrowed_mount::all(project, service).into_iter();
    let mounts = mounts.filter_map(|(mount, is_read_only)| point(draft, mount, is_read_only));
    let memory = service.tmpfs.iter().map(|text| Point::Folder(text.split(':').next().unwrap_or_default().to_owned()));
    let files = ServiceFile::all(project, service).into_iter().map(|file| {
        let path = file.path();
        let source = file.object.file.as_deref().and_then(|path| draft.scene.loaded.host_files.at(path));
        match source {
            _ if bind::below(SECRETS, &path).is_some() => Point::Folder(SECRETS.to_owned()),
            Some(HostFile::Folder(_)) => Point::Folder(path),
            _ => Point::File(path),
        }
    });
    mounts.chain(memory).chain(files).collect()
}

/// Whether a path is in a mount of sources, which is left out.
pub(super) fn is_in_sources(draft: &Draft<'_, '_>, path: &str) -> bool {
    let (scene, service) = (draft.scene, draft.service);
    borrowed_mount::all(scene.project(), service).into_iter().any(|(mount, is_read_only)| {
        let Some(source) = host_folder::source(scene.project(), mount) else { return false };
        let target = mount.target.as_str();
        let mount = HostMount { source, target, is_read_only };
        bind::below(target, path).is_some() && matches!(verdict::settled(scene, service, mount), Verdict::Source(_))
    })
}

/// What a mount needs; nothing for one that is left out.
fn point(draft: &Draft<'_, '_>, mount: &Mount, is_read_only: bool) -> Option<Point> {
    let target = mount.target.clone();
    if let Some(source) = host_folder::source(draft.scene.project(), mount) {
        let mount = HostMount { source, target: &mount.target, is_read_only };
        return match verdict::settled(draft.scene, draft.service, mount) {
            _ if !kompose::mounts_volumes(draft.service) => Some(Point::Folder(target)),
            Verdict::File(_) => Some(Point::File(target)),
            Verdict::Files(_) | Verdict::Claimed(_) | Verdict::OfNode => Some(Point::Folder(target)),
            Verdict::Omitted(..) | Verdict::Source(_) | Verdict::TimeZone => None,
        };
    }
    let is_made = match &mount.kind {
        MountKind::Volume { source: None } => !is_in_sources(draft, &target),
        MountKind::Volume { .. } | MountKind::Tmpfs { .. } => true,
        MountKind::Image { .. } => draft.scene.options.enables("Volume", "image"),
        MountKind::Bind { .. } | MountKind::NamedPipe { .. } | MountKind::Cluster { .. } => false,
    };
    is_made.then_some(Point::Folder(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_place_for_each_mount_in_it() {
        let content = Content { bytes: Vec::new(), is_executable: false };
        let files = ["a.conf", "sites/b.conf"].map(|path| (path.to_owned(), content.clone())).into();
        let file = |path: &str| Point::File(path.into());
        let folder = |path: &str| Point::Folder(path.into());
        let points = [file("a.conf"), file("c.conf"), folder("sites"), folder("logs"), file("logs/x"), file("c.conf")];
        assert_eq!(lacking(&points, &files), ["c.conf", "logs/.keep"]);
    }
}
