//! What machines of a Swarm say they have: extended resources, where `x-kubernetes.resources` says what a cluster calls them.

use super::draft::Draft;
use super::extension;
use super::ledger::container;
use super::object_name;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::model::{DiscreteResource, GenericResource};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// The key below `x-kubernetes`: kinds of a Swarm, with the names that device plugins give to such things.
pub(super) const KEY: &str = "resources";

/// `deploy.resources.reservations.generic_resources`.
pub(super) fn convert(draft: &mut Draft<'_, '_>, resources: &[GenericResource], path: &Path) {
    for (index, resource) in resources.iter().enumerate() {
        let path = path.index(index);
        match &resource.discrete {
            Some(discrete) => one(draft, discrete, &path),
            None => {
                draft.claim_at(path).dropped("it says nothing");
            }
        }
    }
}

fn one(draft: &mut Draft<'_, '_>, DiscreteResource { kind, value }: &DiscreteResource, path: &Path) {
    let Some(name) = name_of(draft, kind).filter(|name| is_extended(name)) else {
        let remedy = format!(
            "'x-kubernetes: {{resources: {{{kind}: example.com/{kind}}}}}' says the name that a device plugin gives it"
        );
        let reason = format!("Kubernetes does not know what '{kind}' of a Swarm is");
        draft.claim_at(path.clone()).dropped(reason).remedy(remedy);
        return;
    };
    let key = draft.path([extension::KEY, KEY, kind]);
    if *value <= 0 {
        draft.claim_at(path.clone()).dropped("it is no number of things").remedy("ask for one or more");
        return;
    }
    let limits = draft.container.resources.get_or_insert_default().limits.get_or_insert_default();
    let is_new = !limits.contains_key(&name);
    limits.entry(name.clone()).or_insert_with(|| Quantity(value.to_string()));
    let place = || container(format!("resources.limits['{name}']"));
    for path in [path.clone(), key] {
        let claim = draft.claim_at(path);
        if is_new {
            claim.exact(place());
        } else {
            claim.approximated("another request names the same things", place());
        }
    }
}

/// What a cluster calls a kind of things.
fn name_of(draft: &Draft<'_, '_>, kind: &str) -> Option<String> {
    let said = extension::of_service(draft.scene.loaded, &draft.service.name)?;
    said.get(KEY)?.get(kind).and_then(Node::as_text).map(str::to_owned)
}

/// Whether it is the name of something that a device plugin hands out: `domain/name`.
fn is_extended(name: &str) -> bool {
    let domain = name.split_once('/').map_or("", |(domain, _)| domain);
    object_name::is_qualified(name) && !domain.is_empty() && !domain.ends_with("kubernetes.io")
}

/// Says of names that nothing asks for by its kind, or that are none.
pub(super) fn names(draft: &mut Draft<'_, '_>, value: &Node) {
    let asked: Vec<&str> = draft
        .service
        .deploy
        .iter()
        .filter_map(|deploy| deploy.resources.reservations.as_ref())
        .flat_map(|reservations| &reservations.generic_resources)
        .filter_map(|resource| Some(resource.discrete.as_ref()?.kind.as_str()))
        .collect();
    for (kind, name) in value.as_map().unwrap_or_default() {
        let (Some(kind), Some(name)) = (kind.as_text(), name.as_text()) else { continue };
        let path = draft.path([extension::KEY, KEY, kind]);
        if !is_extended(name) {
            let message = format!("'{name}' is no name of an extended resource");
            let help = "write it like 'example.com/device'";
            draft.report(&path, Diagnostic::warning("invalid-value", message).help(help));
            draft.claim_at(path).dropped("it is no name of an extended resource").remedy(help);
        } else if !asked.contains(&kind) {
            draft.claim_at(path).dropped("no 'generic_resources' ask for this kind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_device_plugins_are_told_from_others() {
        let names = ["nvidia.com/gpu", "example.com/fpga_2", "gpu", "kubernetes.io/gpu", "/gpu", "example.com/", "cpu"];
        assert_eq!(names.map(is_extended), [true, true, false, false, false, false, false]);
    }
}
