//! Images whose files are mounted into containers: they must be there as those that containers are made from.

use crate::model::{Project, Service};
use crate::value::{ImageName, Name};
use std::collections::BTreeSet;

/// The selected services, and those whose image one of them mounts.
pub(super) fn providers<'a>(wanted: &'a Project, selected: &BTreeSet<Name>) -> Vec<&'a Service> {
    let mounting = wanted.services.values().filter(|service| selected.contains(&service.name));
    let mounted: BTreeSet<&Name> = mounting
        .flat_map(Service::image_sources)
        .filter_map(|source| wanted.named(source))
        .map(|one| &one.name)
        .collect();
    let is_needed = |service: &&Service| selected.contains(&service.name) || mounted.contains(&service.name);
    wanted.services.values().filter(is_needed).filter(|service| service.provider.is_none()).collect()
}

/// The images that the selected services mount and no service has, each with the first that mounts it.
pub(super) fn foreign<'a>(wanted: &'a Project, selected: &BTreeSet<Name>) -> Vec<(&'a Service, ImageName)> {
    let mut seen = BTreeSet::new();
    let mounting = wanted.services.values().filter(|service| selected.contains(&service.name));
    let sources = mounting.flat_map(|service| service.image_sources().map(move |source| (service, source)));
    let foreign = sources.filter(|(_, source)| wanted.named(source).is_none());
    // What is no name of an image is refused when the container is created.
    let images = foreign.filter_map(|(service, source)| Some((service, source.parse::<ImageName>().ok()?)));
    images.filter(|(_, image)| seen.insert(image.familiar())).collect()
}
