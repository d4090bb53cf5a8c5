//! More names of services: links, aliases in networks, names of containers. Each is a Service of that name, with the ports
//! and pods of the service that it stands for.

use super::draft::Draft;
use super::ledger::Spot;
use super::listening;
use super::mention;
use super::metadata;
use super::network::service_ports;
use super::object_name;
use super::row::ObjectPath;
use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::{Link, Networking, Service};
use crate::value::Name;
use k8s_openapi::api::core::v1::{Service as KubeService, ServiceSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

/// What became of a wish for a name.
enum Given {
    /// A Service has it.
    New,
    /// It has it already, for the same service.
    Again,
    /// Nothing, for this reason.
    None(&'static str),
}

/// The names under which others find a service, and it finds others.
pub(super) fn convert(draft: &mut Draft<'_, '_>, (links, external): (&[Link], &[String]), networking: &Networking) {
    if let Networking::Attached(networks) = networking {
        for (network, attachment) in networks {
            let aliases = attachment.iter().flat_map(|attachment| &attachment.aliases);
            let path = draft.path(["networks", network.as_str(), "aliases"]);
            for (index, alias) in aliases.enumerate() {
                let given = give(draft, draft.service, alias);
                if matches!(given, Given::None(_)) {
                    warn(draft, &path.index(index), (draft.service, alias));
                }
                tell(draft, path.index(index), (alias, given));
            }
        }
    }
    for (index, link) in links.iter().enumerate() {
        let path = draft.path(["links"]).index(index);
        self::link(draft, path, link);
    }
    for (index, text) in external.iter().enumerate() {
        outside(draft, index, text);
    }
    of_container(draft);
    for key in ["links", "external_links"] {
        draft.claim([key]).dropped("it is empty");
    }
}

fn link(draft: &mut Draft<'_, '_>, path: Path, link: &Link) {
    let alias = link.alias.as_ref().filter(|alias| **alias != link.service.as_str());
    let target = draft.scene.project().services.get(&link.service);
    match alias.zip(target) {
        None => {
            draft.claim_at(path).moot("services find each other anyway", []);
        }
        Some((alias, target)) => {
            match give(draft, target, alias) {
                // The link says besides that one depends on the other.
                Given::None(reason) => {
                    warn(draft, &path, (target, alias));
                    draft.claim_at(path).approximated(reason, []).remedy("use the name of the service");
                }
                given => tell(draft, path, (alias, given)),
            }
        }
    }
}

/// Says what became of a wish for a name.
fn tell(draft: &mut Draft<'_, '_>, path: Path, (alias, given): (&str, Given)) {
    let is_said_again = wishes(draft.scene, alias) > 1;
    let place = [Spot::Of(ObjectPath::new("Service", alias, "spec"))];
    let claim = draft.claim_at(path);
    match given {
        Given::New | Given::Again if is_said_again => {
            claim.approximated("another key gives the same name", place);
        }
        Given::New | Given::Again => {
            claim.exact(place).note("all pods of the namespace find it, not those of a network alone");
        }
        Given::None(reason) => {
            claim.dropped(reason).remedy("use the name of the service");
        }
    }
}

/// Warns of a name that nobody has in the cluster, where other services dial it.
fn warn(draft: &mut Draft<'_, '_>, path: &Path, (target, alias): (&Service, &str)) {
    let name = draft.scene.name_of(&target.name);
    let places = mention::places(draft.scene.loaded, &target.name, alias);
    if places.is_empty() || alias == name {
        return;
    }
    let message = format!("'{alias}' is no name of service '{}' in the cluster", target.name);
    let help = format!("write '{name}' where it is still mentioned: {}", places.join(", "));
    draft.report(path, Diagnostic::warning("name-changed", message).help(help));
}

/// How many keys wish for a name.
fn wishes(scene: &Scene<'_>, alias: &str) -> usize {
    let of = |service: &Service| {
        let attachments = match &service.networking {
            Networking::Attached(networks) => networks.values().flatten().collect(),
            Networking::Mode(_) => Vec::new(),
        };
        let aliases = attachments.into_iter().flat_map(|attachment| &attachment.aliases).map(String::as_str);
        let links = service.links.iter().filter_map(|link| link.alias.as_deref());
        let own = service.container_name.as_deref();
        aliases.chain(links).chain(own).filter(|name| *name == alias).count()
    };
    scene.project().services.values().map(of).sum()
}

/// Gives a service one more name.
fn give(draft: &mut Draft<'_, '_>, target: &Service, alias: &str) -> Given {
    let scene = draft.scene;
    if alias == scene.name_of(&target.name) {
        return Given::None("it is the name of the service anyway");
    }
    if let Some(reason) = refusal(scene, alias) {
        return Given::None(reason);
    }
    let Some(home) = scene.home_of(&target.name) else { return Given::None("no pod is behind it") };
    let selector = metadata::selector(scene, &home.object);
    if !draft.manifests.add_unless(&named(scene, (target, alias), selector)) {
        let other = holders(scene).get(alias).is_some_and(|first| first.name == target.name);
        return if other { Given::Again } else { Given::None("another service has this name") };
    }
    Given::New
}

/// The services that get the names which are wished for; of several that wish for one, the first that is converted.
pub(super) fn holders<'a>(scene: &Scene<'a>) -> BTreeMap<&'a str, &'a Service> {
    let mut holders = BTreeMap::new();
    let project = scene.project();
    for service in scene.owners().into_iter().flat_map(|owner| scene.members(&owner.name)) {
        if let Networking::Attached(networks) = &service.networking {
            for alias in networks.values().flatten().flat_map(|attachment| &attachment.aliases) {
                holders.entry(alias.as_str()).or_insert(service);
            }
        }
        for link in &service.links {
            let target = project.services.get(&link.service);
            if let Some((alias, target)) = link.alias.as_deref().zip(target) {
                holders.entry(alias).or_insert(target);
            }
        }
    }
    holders
}

/// Why no Service can have a name; nothing for one that can.
pub(super) fn refusal(scene: &Scene<'_>, alias: &str) -> Option<&'static str> {
    if object_name::label(alias) != alias {
        return Some("Kubernetes takes no Service of this name: lower case letters, digits and dashes");
    }
    let names = |service: &Name| {
        let name = scene.name_of(service);
        name == alias || format!("{name}-headless") == alias
    };
    scene.project().services.keys().any(names).then_some("another service has this name")
}

fn named(scene: &Scene<'_>, (target, alias): (&Service, &str), selector: metadata::Labels) -> KubeService {
    let ports = service_ports(scene, target);
    let is_headless = scene.is_open(&target.name) || scene.peers.is_open(alias);
    KubeService {
        metadata: scene.metadata(target, alias),
        spec: Some(ServiceSpec {
            cluster_ip: is_headless.then(|| "None".to_owned()),
            publish_not_ready_addresses: scene.peers.is_early(alias).then_some(true),
            selector: Some(selector),
            ports: Some(ports).filter(|ports| !ports.is_empty()),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}

/// The name of a container, where other services dial it.
fn of_container(draft: &mut Draft<'_, '_>) {
    let (scene, service) = (draft.scene, draft.service);
    let Some(name) = service.container_name.as_deref() else { return };
    let others = scene.project().services.values().filter(|other| other.name != service.name);
    let is_dialled = others.into_iter().any(|other| listening::words(other).contains(name));
    if !is_dialled || name == scene.name_of(&service.name) {
        return;
    }
    let path = draft.path(["container_name"]);
    match give(draft, service, name) {
        Given::None(reason) => {
            warn(draft, &path, (service, name));
            let claim = draft.claim_at(path);
            // The container itself may be called so all the same.
            let claimed =
                if object_name::is_digit_label(name) { claim.approximated(reason, []) } else { claim.dropped(reason) };
            claimed.remedy("dial the name of the service");
        }
        given => tell(draft, path, (name, given)),
    }
}

/// A container of another project: only a name of DNS says where it is.
fn outside(draft: &mut Draft<'_, '_>, index: usize, text: &str) {
    let (name, alias) = text.split_once(':').unwrap_or((text, text));
    let is_free = !draft.scene.project().services.keys().any(|service| draft.scene.name_of(service) == alias);
    let is_known = name.contains('.') && object_name::is_domain(name) && object_name::label(alias) == alias;
    if !is_known || !is_free {
        let remedy = format!("write its name in DNS, such as '{name}.NAMESPACE.svc.cluster.local:{alias}'");
        let reason = "containers of other projects are not in the cluster";
        draft.claim_item("external_links", index).dropped(reason).remedy(remedy);
        return;
    }
    let metadata: ObjectMeta = draft.scene.metadata(draft.service, alias);
    let spec = ServiceSpec {
        external_name: Some(name.to_owned()),
        type_: Some("ExternalName".into()),
        ..ServiceSpec::default()
    };
    let is_new = draft.manifests.add_unless(&KubeService { metadata, spec: Some(spec), status: None });
    let place = Spot::Of(ObjectPath::new("Service", alias, "spec.externalName"));
    let claim = draft.claim_item("external_links", index);
    if is_new {
        claim.exact([place]);
    } else {
        claim.approximated("another key gives the same name", [place]);
    }
}
