//! The mounts that a service takes from others.

use crate::model::{Mount, MountsOf, Project, Service, VolumesFrom};
use crate::value::Name;

/// What is mounted, and whether it may only be read.
pub(super) type Borrowed<'p> = (&'p Mount, bool);

/// The mounts of another service, with those that it takes itself.
pub(super) fn of<'p>(project: &'p Project, from: &VolumesFrom) -> Vec<Borrowed<'p>> {
    let MountsOf::Service(name) = &from.source else { return Vec::new() };
    let is_read_only = |own: bool| match from.mode.as_deref() {
        Some("ro") => true,
        Some("rw") => false,
        _ => own,
    };
    mounts_of(project, name).into_iter().map(|mount| (mount, is_read_only(mount.read_only))).collect()
}

/// All mounts of a service: its own first.
pub(super) fn all<'p>(project: &'p Project, service: &'p Service) -> Vec<Borrowed<'p>> {
    let own = service.volumes.iter().map(|mount| (mount, mount.read_only));
    own.chain(service.volumes_from.iter().flat_map(|from| of(project, from))).collect()
}

fn mounts_of<'p>(project: &'p Project, name: &Name) -> Vec<&'p Mount> {
    let (mut found, mut next, mut seen) = (Vec::new(), vec![name.clone()], Vec::new());
    while let Some(name) = next.pop() {
        let Some(service) = project.services.get(&name).filter(|_| !seen.contains(&name)) else { continue };
        found.extend(&service.volumes);
        next.extend(service.volumes_from.iter().filter_map(|from| match &from.source {
            MountsOf::Service(name) => Some(name.clone()),
            MountsOf::Container(_) | MountsOf::Id(_) => None,
        }));
        seen.push(name);
    }
    found
}
