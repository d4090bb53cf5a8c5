//! References to other containers in the words of the engine: shared namespaces, mounts, and links.

use super::Wanted;
use crate::model::{Link, MountsOf, Namespace, VolumesFrom};

/// A namespace, with the id of a container in place of a service.
pub(super) fn namespace(wanted: &Wanted<'_>, namespace: &Namespace) -> String {
    wanted.peers.namespace(namespace).to_string()
}

/// The containers whose mounts it has, each with its mode.
pub(super) fn volumes_from(wanted: &Wanted<'_>) -> Vec<String> {
    let one = |VolumesFrom { source, mode }: &VolumesFrom| {
        let container = match source {
            MountsOf::Service(name) => wanted.peers.shared(name).map_or(name.as_str(), |id| id.as_str()),
            MountsOf::Container(name) | MountsOf::Id(name) => name,
        };
        mode.as_ref().map_or_else(|| container.to_owned(), |mode| format!("{container}:{mode}"))
    };
    wanted.service.volumes_from.iter().map(one).collect()
}

/// Under which names it finds which containers. Each container of a linked service has three: the alias, and the service
/// and the project's name of it, both with the number of the one that links.
pub(super) fn links(wanted: &Wanted<'_>) -> Vec<String> {
    let (project, number) = (wanted.project.name(), wanted.number);
    let mut all = Vec::new();
    for Link { service, alias } in &wanted.service.links {
        for container in wanted.peers.names(service) {
            all.push(format!("{container}:{}", alias.as_deref().unwrap_or(service.as_str())));
            all.push(format!("{container}:{service}-{number}"));
            all.push(format!("{container}:{project}-{service}-{number}"));
        }
    }
    let outside = wanted.service.external_links.iter().map(|link| match link.split_once(':') {
        Some(_) => link.clone(),
        None => format!("{link}:{link}"),
    });
    all.extend(outside);
    all
}
