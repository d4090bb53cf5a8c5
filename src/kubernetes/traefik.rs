//! Labels of Traefik: with an Ingress its routers become rules; without one nothing in a cluster reads them.

use super::draft::Draft;
use super::ledger::Spot;
use super::listening::Listening;
use super::row::ObjectPath;
use super::traefik_rule::{self, Place};
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::Service;
use std::collections::BTreeMap;

/// What begins the labels.
const PREFIX: &str = "traefik.";
/// What ends the names of the services that are parts of Traefik itself.
const INTERNAL: &str = "@internal";
/// What an Ingress has no words for.
const ANNOTATE: &str = "'x-kubernetes: {ingress: {annotations: {…}}}' tells a controller what an Ingress cannot say";

/// Whether a label is one of Traefik's.
pub(super) fn is_label(label: &str) -> bool {
    label.to_ascii_lowercase().starts_with(PREFIX)
}

/// A rule of an Ingress that a router makes.
pub(super) struct Route {
    /// What it is for.
    pub place: Place,
    /// The name of the router.
    router: String,
    /// The port of the container, where a label says it.
    pub port: Option<u16>,
    /// Whether it is encrypted.
    pub has_tls: bool,
}

/// What became of the routers of a service.
#[derive(Clone, Copy)]
pub(super) enum State<'i> {
    /// No Ingress is asked for.
    Unasked,
    /// Others say what the Ingress is for.
    Outweighed,
    /// Nobody knows the port.
    NoPort,
    /// They are the rules of the Ingress of this name.
    Made(&'i str),
}

/// One label: where it stands, the words of its name behind the prefix, and its value.
struct Label<'s> {
    path: Path,
    words: Vec<String>,
    value: &'s str,
}

/// The labels of a service, and those that a Swarm would have read.
fn labels(service: &Service) -> impl Iterator<Item = Label<'_>> {
    let path = Path::of(["services", service.name.as_str()]);
    let deployed = service.deploy.iter().flat_map(|deploy| &deploy.labels);
    let (own, deploy) = (path.key("labels"), path.key("deploy").key("labels"));
    let own = service.labels.iter().map(move |(label, value)| (own.key(label), label, value));
    let deployed = deployed.map(move |(label, value)| (deploy.key(label), label, value));
    own.chain(deployed).filter_map(|(path, label, value)| {
        let lower = label.to_ascii_lowercase();
        let words = lower.strip_prefix(PREFIX)?.split('.').map(str::to_owned).collect();
        Some(Label { path, words, value })
    })
}

impl Label<'_> {
    fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }
}

/// A router: its rule, the service that it is for, and whether it is encrypted.
#[derive(Default)]
struct Router<'s> {
    rule: Option<&'s str>,
    service: Option<String>,
    /// Whether it is for a part of Traefik itself, such as its dashboard.
    is_internal: bool,
    has_tls: bool,
}

impl Router<'_> {
    /// The places that it is for, or why an Ingress cannot say it; nothing without a rule, or for Traefik itself.
    fn places(&self) -> Option<Result<Vec<Place>, String>> {
        self.rule.filter(|_| !self.is_internal).map(traefik_rule::places)
    }
}

fn routers(service: &Service) -> BTreeMap<String, Router<'_>> {
    let mut routers: BTreeMap<String, Router<'_>> = BTreeMap::new();
    let is_off = |label: &Label<'_>| label.words() == ["enable"] && label.value == "false";
    if labels(service).any(|label| is_off(&label)) {
        return routers;
    }
    for label in labels(service) {
        let words = label.words();
        let ["http", "routers", name, rest @ ..] = words.as_slice() else { continue };
        let router = routers.entry((*name).to_owned()).or_default();
        match rest {
            ["rule"] => router.rule = Some(label.value),
            ["service"] => {
                router.service = Some(bare(label.value));
                router.is_internal = label.value.to_ascii_lowercase().ends_with(INTERNAL);
            }
            ["tls"] => router.has_tls |= label.value == "true",
            ["tls", ..] => router.has_tls = true,
            _ => {}
        }
    }
    routers
}

/// A name without the provider behind it: `web@docker`.
fn bare(name: &str) -> String {
    name.split('@').next().unwrap_or_default().to_ascii_lowercase()
}

/// The ports that its services are said to listen on, by their names.
pub(super) fn ports(service: &Service) -> BTreeMap<String, u16> {
    let mut ports = BTreeMap::new();
    for label in labels(service) {
        if let (["http", "services", name, "loadbalancer", "server", "port"], Some(port)) =
            (label.words().as_slice(), port_of(label.value))
        {
            ports.insert((*name).to_owned(), port);
        }
    }
    ports
}

/// A port that can be dialled.
fn port_of(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port > 0)
}

/// Whether routers say who comes to a service, be it in words that an Ingress has not.
pub(super) fn has_rules(service: &Service) -> bool {
    routers(service).values().any(|router| router.places().is_some())
}

/// The rules that the routers of a service make; none twice.
pub(super) fn routes(service: &Service) -> Vec<Route> {
    let ports = ports(service);
    let mut routes: Vec<Route> = Vec::new();
    for (name, router) in routers(service) {
        let port = match &router.service {
            Some(name) => ports.get(name).copied(),
            None => ports.values().next().copied().filter(|_| ports.len() == 1),
        };
        for place in router.places().and_then(Result::ok).unwrap_or_default() {
            if routes.iter().all(|route| route.place != place) {
                routes.push(Route { place, router: name.clone(), port, has_tls: router.has_tls });
            }
        }
    }
    routes
}

/// Says what became of the labels.
pub(super) fn claim(draft: &mut Draft<'_, '_>, state: State<'_>) {
    let service = draft.service;
    for label in labels(service) {
        let words = label.words();
        if is_of_traefik(draft, &label, state) {
            continue;
        }
        match (state, words.as_slice()) {
            (_, ["http", "services", _, "loadbalancer", "server", "port"]) => port(draft, &label, state),
            (State::Made(ingress), ["http", "routers", name, "rule"]) => rule(draft, &label, (ingress, name)),
            (State::Made(_), ["http", "routers", name, rest @ ..])
                if !matches!(rest, ["rule"]) && !routes_of(service, name) =>
            {
                draft.claim_at(label.path).dropped("its router makes no rule of the Ingress");
            }
            (State::Made(ingress), ["http", "routers", _, "tls", rest @ ..]) => tls(draft, &label, (ingress, rest)),
            (State::Made(_), ["http", "routers", name, "middlewares"]) => middlewares(draft, &label, name),
            (State::Made(_), ["http", "routers", _, "service"]) => {
                draft.claim_at(label.path).approximated("it says which port the rules are for", []);
            }
            (State::Made(_), _) => idle(draft, label),
            (State::Unasked, _) => {
                let reason = "nothing in a cluster reads labels of Traefik from pods";
                let remedy = "'--expose ingress' makes rules of an Ingress of its routers";
                draft.claim_at(label.path).dropped(reason).remedy(remedy);
            }
            (State::Outweighed, _) => {
                let reason = "'x-kubernetes' or a label of Kompose says what the Ingress is for";
                draft.claim_at(label.path).approximated(reason, []);
            }
            (State::NoPort, _) => not_made(draft, &label),
        }
    }
}

/// Whether a router makes rules of an Ingress.
fn routes_of(service: &Service, router: &str) -> bool {
    routes(service).iter().any(|route| route.router == router)
}

/// Says it of a router that is for a part of Traefik itself, where there is an Ingress: there is no such part in a cluster.
fn is_of_traefik(draft: &mut Draft<'_, '_>, label: &Label<'_>, state: State<'_>) -> bool {
    let words = label.words();
    let (State::Made(_) | State::NoPort, ["http", "routers", name, rest @ ..]) = (state, words.as_slice()) else {
        return false;
    };
    let routers = routers(draft.service);
    let Some(router) = routers.get(*name).filter(|router| router.is_internal) else { return false };
    let part = router.service.as_deref().unwrap_or_default();
    let reason = format!("its router is for '{part}' of Traefik itself, not for the service");
    let claim = draft.claim_at(label.path.clone());
    match rest {
        // Without it the router would be for the service.
        ["service"] => claim.approximated(format!("{reason}: no rule is made of it"), []),
        _ => claim.dropped(reason),
    };
    true
}

/// No rule of an Ingress comes of it.
fn not_made(draft: &mut Draft<'_, '_>, label: &Label<'_>) {
    let service = draft.service;
    let why = routers(service).values().find_map(|router| router.places()?.err());
    if let (["http", "routers", name, "rule"], Err(why)) = (label.words().as_slice(), traefik_rule::places(label.value))
    {
        lose(draft, label, (name, why));
        return;
    }
    let claim = draft.claim_at(label.path.clone());
    match label.words().as_slice() {
        ["enable"] if label.value == "false" => {
            claim.approximated("Traefik is not to route it", []);
        }
        _ if why.is_some() || routes(service).is_empty() => {
            claim.approximated("none of its routers makes a rule of an Ingress", []);
        }
        _ => {
            let remedy = "say it in 'expose', or by '…loadbalancer.server.port'";
            claim.approximated("nobody says which port the rules are for", []).remedy(remedy);
        }
    }
}

/// The port of a container: its peers dial it, and rules are for it.
fn port(draft: &mut Draft<'_, '_>, label: &Label<'_>, state: State<'_>) {
    let number = port_of(label.value);
    let listening = draft.scene.ports_of(&draft.service.name);
    let Some(at) = number.and_then(|number| listening.iter().position(|one| one.is(number))) else {
        draft.claim_at(label.path.clone()).dropped("it is no port");
        return;
    };
    let mut places = vec![
        Spot::Container(format!("ports[{at}]")),
        draft.scene.service_place(draft.service, format!("spec.ports[{at}]")),
    ];
    if let State::Made(ingress) = state {
        places.push(Spot::Of(ObjectPath::new("Ingress", ingress, "spec.rules")));
    }
    draft.claim_at(label.path.clone()).approximated("it says a port of the container", places);
}

/// A rule: exact, unless it cannot be said or paths are taken apart in another way.
fn rule(draft: &mut Draft<'_, '_>, label: &Label<'_>, (ingress, name): (&str, &str)) {
    let service = draft.service;
    let places = match traefik_rule::places(label.value) {
        Ok(places) => places,
        Err(why) => return lose(draft, label, (name, why)),
    };
    let all = routes(service);
    let found = places.iter().filter_map(|place| all.iter().position(|route| route.place == *place));
    let spots: Vec<Spot> =
        found.map(|at| Spot::Of(ObjectPath::new("Ingress", ingress, format!("spec.rules[{at}]")))).collect();
    let others = routers(service).into_iter().filter(|(other, _)| other != name);
    let others: Vec<Place> = others.filter_map(|(_, router)| router.places()?.ok()).flatten().collect();
    let is_prefix = |place: &&Place| !place.is_whole && place.path.as_ref().is_some_and(|path| path != "/");
    let claim = draft.claim_at(label.path.clone());
    if let Some(path) = places.iter().find(is_prefix).and_then(|place| place.path.clone()) {
        claim.approximated(format!("an Ingress compares whole parts of a path: '{path}x' is not in it"), spots);
    } else if places.iter().any(|place| others.contains(place)) {
        claim.approximated("another router has the same rule", spots);
    } else {
        claim.exact(spots);
    }
}

/// A rule that an Ingress cannot say.
fn lose(draft: &mut Draft<'_, '_>, label: &Label<'_>, (name, why): (&str, String)) {
    let message = format!("the rule of router '{name}' of '{}' is left out: {why}", draft.service.name);
    draft.report(&label.path, Diagnostic::warning("route-lost", message).help(ANNOTATE));
    let is_all = routes(draft.service).is_empty();
    let claim = draft.claim_at(label.path.clone());
    if is_all {
        claim.approximated(format!("{why}; so there is no Ingress, which would let everybody in"), []).remedy(ANNOTATE);
    } else {
        claim.dropped(why).remedy(ANNOTATE);
    }
}

/// What is encrypted.
fn tls(draft: &mut Draft<'_, '_>, label: &Label<'_>, (ingress, rest): (&str, &[&str])) {
    let place = [Spot::Of(ObjectPath::new("Ingress", ingress, "spec.tls"))];
    let remedy = "'x-kubernetes: {ingress: {tls: NAME}}' names the Secret with a certificate";
    let claim = draft.claim_at(label.path.clone());
    match rest {
        [] if label.value != "true" => {
            claim.dropped("it is so without this key, too");
        }
        [] => {
            claim.approximated("the controller shows its own certificate", place).remedy(remedy);
        }
        ["certresolver"] => {
            claim.approximated("an Ingress gets no certificates by itself", place).remedy(remedy);
        }
        _ => {
            claim.approximated("it is encrypted; an Ingress says no more of it", place).remedy(remedy);
        }
    }
}

/// Middlewares may be what keeps others out.
fn middlewares(draft: &mut Draft<'_, '_>, label: &Label<'_>, name: &str) {
    let message = format!(
        "requests of router '{name}' of '{}' come in without its middlewares '{}'",
        draft.service.name, label.value
    );
    draft.report(&label.path, Diagnostic::warning("route-lost", message).help(ANNOTATE));
    draft.claim_at(label.path.clone()).dropped("an Ingress has no middlewares").remedy(ANNOTATE);
}

/// What an Ingress does not say.
fn idle(draft: &mut Draft<'_, '_>, label: Label<'_>) {
    let is_on = label.value == "true";
    let words = label.words();
    let (reason, remedy) = match words.as_slice() {
        ["enable"] if is_on => ("its routers are taken anyway", None),
        ["docker" | "swarm", ..] => ("a pod has one network", None),
        ["http", "routers", _, "entrypoints"] => ("the Ingress controller listens at ports of its own", None),
        ["http", "routers", _, "priority"] => ("an Ingress prefers the longest path", None),
        ["tcp" | "udp", ..] => ("an Ingress speaks HTTP only", Some("'--expose loadbalancer' or 'nodeport'")),
        _ => ("an Ingress does not say it", Some(ANNOTATE)),
    };
    let claim = draft.claim_at(label.path).dropped(reason);
    remedy.map(|remedy| claim.remedy(remedy));
}

impl Listening {
    /// Whether it is this port of TCP.
    pub fn is(&self, number: u16) -> bool {
        self.number == number && self.protocol == crate::model::Protocol::Tcp
    }
}
