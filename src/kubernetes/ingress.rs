//! The Ingress of a service: for what speaks HTTP, by name and path.

use super::draft::Draft;
use super::kompose;
use super::ledger::Spot;
use super::listening::{Listening, Web};
use super::options::Expose;
use super::publication::{leave, listening, outward, stay, way};
use super::row::ObjectPath;
use super::scene::Scene;
use super::traefik::{self, State};
use super::traefik_rule::Place;
use super::{extension, metadata};
use crate::document::Node;
use crate::model::{Port, Protocol, Service};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};

/// A rule that somebody wishes for.
struct Wish {
    place: Place,
    /// The name of the port that it is for.
    port: String,
    has_tls: bool,
}

/// Who says what the Ingress is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Author {
    /// `x-kubernetes`.
    Extension,
    /// The label of Kompose, by its hosts.
    Kompose,
    /// Routers of Traefik.
    Traefik,
    /// A published port.
    Port,
}

/// An Ingress, for what speaks HTTP.
pub(super) fn convert(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    stay(draft, ports);
    let name = draft.scene.name_of(&draft.service.name).to_owned();
    let author = author(draft.scene, draft.service);
    let wishes = wishes(draft.scene, draft.service, author);
    // Where no rule of its routers can be said, a rule for all would let in whom they keep out.
    let backend = backend(draft.scene, draft.service).filter(|_| !wishes.is_empty()).cloned();
    claim_ports(draft, ports, (&name, backend.as_ref()));
    let state = match author {
        Author::Extension | Author::Kompose => State::Outweighed,
        Author::Traefik if !wishes.is_empty() => State::Made(&name),
        Author::Traefik | Author::Port => State::NoPort,
    };
    traefik::claim(draft, state);
    if wishes.is_empty() {
        unasked(draft, "no port of the service speaks HTTP");
        return;
    }
    let tls = tls(draft, &wishes);
    let class = said(draft.scene, draft.service, "class");
    let spec = IngressSpec {
        ingress_class_name: class.or_else(|| kompose::said(draft.service, kompose::CLASS).map(str::to_owned)),
        rules: Some(wishes.into_iter().map(|wish| rule(&name, wish)).collect()),
        tls: tls.map(|tls| vec![tls]),
        ..IngressSpec::default()
    };
    let mut metadata = draft.scene.metadata(draft.service, &name);
    metadata.annotations = Some(annotations(draft.scene, draft.service)).filter(|all| !all.is_empty());
    draft.manifests.add(&Ingress { metadata, spec: Some(spec), status: None });
    claim_extension(draft, &name, author);
}

/// The ports that an Ingress is for.
pub(super) fn ports<'s>(scene: &'s Scene<'_>, service: &Service) -> Vec<&'s Listening> {
    if way(scene, service) != Expose::Ingress {
        return Vec::new();
    }
    let wishes = wishes(scene, service, author(scene, service));
    let is_wished = |one: &&Listening| wishes.iter().any(|wish| wish.port == one.name);
    scene.ports_of(&service.name).iter().filter(is_wished).collect()
}

/// What `x-kubernetes.ingress` says.
fn node<'a>(scene: &Scene<'a>, service: &Service) -> Option<&'a Node> {
    extension::of_service(scene.loaded, &service.name)?.get("ingress")
}

/// One word of it.
pub(super) fn said(scene: &Scene<'_>, service: &Service, key: &str) -> Option<String> {
    node(scene, service)?.get(key)?.as_text().map(str::to_owned)
}

fn annotations(scene: &Scene<'_>, service: &Service) -> metadata::Labels {
    let all = node(scene, service).and_then(|node| node.get("annotations")?.as_map()).unwrap_or_default();
    all.iter().filter_map(|(key, value)| Some((key.as_text()?.to_owned(), value.as_text()?.to_owned()))).collect()
}

fn author(scene: &Scene<'_>, service: &Service) -> Author {
    let has_hosts = || kompose::hosts(service).is_some();
    if said(scene, service, "host").is_some() || said(scene, service, "path").is_some() {
        Author::Extension
    } else if has_hosts() {
        Author::Kompose
    } else if traefik::has_rules(service) {
        Author::Traefik
    } else {
        Author::Port
    }
}

/// The published port that an Ingress is for: the first that speaks HTTP, without encryption of its own if there is one; the
/// first at all, where somebody says that there is to be an Ingress.
fn backend<'s>(scene: &'s Scene<'_>, service: &Service) -> Option<&'s Listening> {
    let all = || outward(&service.ports).filter_map(|(_, port)| listening(scene, service, port));
    let is_asked_for = node(scene, service).is_some() || kompose::is_exposed(service);
    let any = || all().find(|one| one.protocol == Protocol::Tcp).filter(|_| is_asked_for);
    all().find(|one| one.web() == Some(Web::Plain)).or_else(|| all().find(|one| one.web().is_some())).or_else(any)
}

/// The port that rules are for which do not say it: the one that is published, or else the one that speaks HTTP, or any.
fn inner<'s>(scene: &'s Scene<'_>, service: &Service) -> Option<&'s Listening> {
    let all = || scene.ports_of(&service.name).iter().filter(|one| one.protocol == Protocol::Tcp);
    backend(scene, service).or_else(|| all().find(|one| one.web().is_some())).or_else(|| all().next())
}

/// The rules of an Ingress.
fn wishes(scene: &Scene<'_>, service: &Service, author: Author) -> Vec<Wish> {
    let port = backend(scene, service).map(|one| one.name.clone());
    let wish = |(host, path)| {
        let place = Place { host, path, is_whole: false };
        Some(Wish { place, port: port.clone()?, has_tls: false })
    };
    let default = || host(scene, scene.name_of(&service.name));
    match author {
        Author::Extension => {
            let place = (said(scene, service, "host").or_else(default), said(scene, service, "path"));
            wish(place).into_iter().collect()
        }
        Author::Kompose => kompose::hosts(service).unwrap_or_default().into_iter().filter_map(wish).collect(),
        Author::Port => wish((default(), None)).into_iter().collect(),
        Author::Traefik => {
            let known = scene.ports_of(&service.name);
            let of_route = |route: traefik::Route| {
                let said = route.port.and_then(|number| known.iter().find(|one| one.is(number)));
                let port = said.or_else(|| inner(scene, service))?.name.clone();
                Some(Wish { place: route.place, port, has_tls: route.has_tls })
            };
            traefik::routes(service).into_iter().filter_map(of_route).collect()
        }
    }
}

fn rule(name: &str, Wish { place, port, has_tls: _ }: Wish) -> IngressRule {
    let port = ServiceBackendPort { name: Some(port), number: None };
    let service = IngressServiceBackend { name: name.to_owned(), port: Some(port) };
    let path = HTTPIngressPath {
        backend: IngressBackend { service: Some(service), resource: None },
        path: Some(place.path.unwrap_or_else(|| "/".into())),
        path_type: if place.is_whole { "Exact" } else { "Prefix" }.into(),
    };
    IngressRule { host: place.host, http: Some(HTTPIngressRuleValue { paths: vec![path] }) }
}

/// What is encrypted: all hosts with a certificate that is named, or those of routers that say so.
fn tls(draft: &mut Draft<'_, '_>, wishes: &[Wish]) -> Option<IngressTLS> {
    let label = kompose::said(draft.service, kompose::TLS).map(str::to_owned);
    let named = said(draft.scene, draft.service, "tls").or(label);
    let is_named = named.is_some();
    if !is_named && wishes.iter().all(|wish| !wish.has_tls) {
        return None;
    }
    let secret_name = named.filter(|name| name != "true");
    if let Some(name) = &secret_name {
        draft.manifests.expect("Secret", name);
    }
    let mut hosts: Vec<String> = Vec::new();
    for host in wishes.iter().filter(|wish| is_named || wish.has_tls).filter_map(|wish| wish.place.host.clone()) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    Some(IngressTLS { hosts: Some(hosts).filter(|hosts| !hosts.is_empty()), secret_name })
}

/// The host of a service without one: where several share the controller, each has a name of its own.
fn host(scene: &Scene<'_>, name: &str) -> Option<String> {
    let has_none = |service: &&Service| {
        way(scene, service) == Expose::Ingress
            && match author(scene, service) {
                Author::Extension => said(scene, service, "host").is_none(),
                Author::Kompose | Author::Traefik => false,
                Author::Port => true,
            }
            && backend(scene, service).is_some()
    };
    (scene.project().services.values().filter(has_none).count() > 1).then(|| format!("{name}.localhost"))
}

/// Says what became of the published ports.
fn claim_ports(draft: &mut Draft<'_, '_>, ports: &[Port], (name, backend): (&str, Option<&Listening>)) {
    let mut is_taken = false;
    for (index, port) in outward(ports) {
        let one = listening(draft.scene, draft.service, port);
        if one.is_some() && one == backend && !is_taken {
            is_taken = true;
            claim_backend(draft, index, (name, backend));
            continue;
        }
        if kompose::outward_type(draft.service).is_some() {
            // A Service of its own has it.
            continue;
        }
        let others = "'--expose loadbalancer' or 'nodeport'";
        let known = format!("'app_protocol: http' in the long spelling, if it does; or {others}");
        let why = match one {
            Some(one) if one.web().is_some() && backend.is_none() => (
                "an Ingress can say no rule of the routers of the service",
                Some("'x-kubernetes: {ingress: {host: …}}'"),
            ),
            Some(one) if one.web().is_some() => {
                ("another port of the service has the Ingress", Some("'--expose loadbalancer'"))
            }
            Some(one) if one.protocol == Protocol::Tcp && backend.is_none() => {
                ("an Ingress is for ports that are known to speak HTTP", Some(known.as_str()))
            }
            Some(_) | None => ("an Ingress speaks HTTP only", Some(others)),
        };
        leave(draft, (index, port), why);
    }
}

/// The published port that the Ingress is for.
fn claim_backend(draft: &mut Draft<'_, '_>, index: usize, (name, backend): (&str, Option<&Listening>)) {
    let place = [Spot::Of(ObjectPath::new("Ingress", name, "spec.rules"))];
    let reason = "the Ingress controller listens at ports of its own";
    let claim = draft.claim_at(draft.path(["ports"]).index(index).key("published"));
    if backend.and_then(Listening::web) == Some(Web::Encrypted) {
        let more = "most controllers speak plain HTTP to pods, and this port does not";
        let remedy = "publish a port without encryption, or tell the controller by 'x-kubernetes: {ingress: {annotations: {…}}}'";
        claim.approximated(format!("{reason}; {more}"), place).remedy(remedy);
    } else {
        claim.approximated(reason, place);
    }
}

/// Says of `x-kubernetes.ingress` that there is none.
pub(super) fn unasked(draft: &mut Draft<'_, '_>, reason: &str) {
    let path = draft.path([extension::KEY, "ingress"]);
    if draft.ledger.wrote(&path) {
        draft.claim_at(path).dropped(format!("there is no Ingress: {reason}"));
    }
}

/// Says what became of `x-kubernetes.ingress`.
fn claim_extension(draft: &mut Draft<'_, '_>, name: &str, author: Author) {
    let path = draft.path([extension::KEY, "ingress"]);
    let spot = |field: &str| [Spot::Of(ObjectPath::new("Ingress", name, field))];
    let paths = "spec.rules[0].http.paths[0].path";
    let fields =
        [("host", "spec.rules[0].host"), ("path", paths), ("class", "spec.ingressClassName"), ("tls", "spec.tls")];
    for (key, field) in fields {
        if draft.ledger.wrote(&path.key(key)) {
            let claim = draft.claim_at(path.key(key));
            match key {
                // Its presence alone decides who says what the Ingress is for.
                "host" | "path" if author != Author::Extension => claim.dropped("it says nothing"),
                _ => claim.exact(spot(field)),
            };
        }
    }
    for key in annotations(draft.scene, draft.service).into_keys() {
        let field = format!("metadata.annotations['{key}']");
        draft.claim_at(path.key("annotations").key(&key)).exact(spot(&field));
    }
}
