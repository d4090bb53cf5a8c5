//! How published ports are reached from outside of the cluster: by a Service of their own, or by an Ingress.

use super::draft::Draft;
use super::host_port;
use super::ingress;
use super::kompose;
use super::ledger::{Spot, container};
use super::listening::Listening;
use super::metadata;
use super::network::word;
use super::network_policy;
use super::object_name;
use super::options::Expose;
use super::row::ObjectPath;
use super::scene::Scene;
use super::traefik::{self, State};
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::{Networking, Port, Protocol, Service};
use k8s_openapi::api::core::v1::{Service as KubeService, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeSet;

/// The ports of one range that nobody has to think about.
const FEW: usize = 20;
/// What becomes of a port of the host that nobody names.
const CHOICE: &str = "Docker would publish it at a port of its own choice";
/// Why nothing from outside reaches a port of this machine alone.
const ALONE: &str = "it is bound to this machine alone, so that it stays inside of the cluster";
/// The ports of nodes that a cluster gives away.
const NODE_PORTS: std::ops::RangeInclusive<i32> = 30_000..=32_767;

/// The host's side of the ports that a service publishes.
pub(super) fn convert(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    if ports.is_empty() {
        draft.claim(["ports"]).dropped("it is empty");
    }
    if draft.service.expose.is_empty() {
        draft.claim(["expose"]).dropped("it is empty");
    }
    for (index, port) in ports.iter().enumerate() {
        let path = draft.path(["ports"]).index(index);
        address(draft, port, &path);
        if port.published.is_none() {
            draft.claim_at(path).approximated(CHOICE, []);
        }
    }
    many(draft, ports);
    let way = way(draft.scene, draft.service);
    if way != Expose::Ingress {
        traefik::claim(draft, State::Unasked);
        ingress::unasked(draft, "'--expose ingress' makes one");
    }
    match way {
        Expose::None => inside(draft, ports),
        Expose::NodePort => by_service(draft, ports, "NodePort"),
        Expose::LoadBalancer => by_service(draft, ports, "LoadBalancer"),
        Expose::Ingress => {
            ingress::convert(draft, ports);
            // Labels of Kompose may ask for both.
            if let Some(kind) = kompose::outward_type(draft.service) {
                by_service(draft, ports, kind);
            }
        }
    }
}

/// How the published ports of a service are reached from outside: as its labels of Kompose say, or else as is asked for.
pub(super) fn way(scene: &Scene<'_>, service: &Service) -> Expose {
    kompose::way(service).unwrap_or(scene.options.expose)
}

/// The ports that are reached from outside, with their protocols.
pub(super) fn reached(scene: &Scene<'_>, service: &Service) -> BTreeSet<(u16, &'static str)> {
    let published = service.ports.iter().filter(|port| network_policy::is_published(port));
    let published = published.map(|port| (port.target, word(port.protocol)));
    let balanced = scene.ports_of(&service.name).iter().filter(|_| kompose::is_outward(service));
    let inner = balanced.chain(ingress::ports(scene, service));
    published.chain(inner.map(|one| (one.number, word(one.protocol)))).collect()
}

/// The Service of a service for those outside.
pub(super) fn name(scene: &Scene<'_>, service: &Service) -> String {
    object_name::label(&format!("{}-published", scene.name_of(&service.name)))
}

/// The address of the host that a port is bound to. Of a port of the machine, it is said elsewhere.
fn address(draft: &mut Draft<'_, '_>, port: &Port, path: &Path) {
    let Some(address) = port.host_ip.filter(|_| !host_port::is_wanted(port)) else { return };
    let is_opened = kompose::opens_ports(draft.service);
    let has_say = way(draft.scene, draft.service) != Expose::None || has_policy(draft);
    let claim = draft.claim_at(path.key("host_ip"));
    match address {
        _ if is_opened => claim.approximated("it is the address of the port of the machine", container("ports")),
        _ if address.is_unspecified() => claim.dropped("it is every address, as without this key"),
        _ if !address.is_loopback() => claim.dropped("nodes have other addresses"),
        _ if has_say => claim.approximated(ALONE, []),
        _ => claim.dropped(ALONE),
    };
}

/// Whether the policies of the networks leave published ports open.
fn has_policy(draft: &Draft<'_, '_>) -> bool {
    draft.scene.is_policed && matches!(draft.service.networking, Networking::Attached(_))
}

/// Many ports from one line are worth a thought.
fn many(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    let place = |(index, port): (usize, &Port)| {
        let path = draft.path(["ports"]).index(index);
        (draft.scene.origins().place(&path).filter(|_| port.published.is_some()), path)
    };
    let places: Vec<_> = ports.iter().enumerate().map(place).collect();
    let ranges = places.chunk_by(|(one, _), (other, _)| one.is_some() && one == other);
    for (range, first) in ranges.filter(|range| range.len() > FEW).filter_map(|range| Some((range, range.first()?))) {
        let message = format!("'{}' publishes {} ports in one range", draft.service.name, range.len());
        let help = "each is a port of its Services, and load balancers take few: publish those that are used";
        draft.report(&first.1, Diagnostic::advice("many-ports", message).help(help));
    }
}

/// The ports that are to be reached from outside, with their indices. What every node has needs nothing more.
pub(super) fn outward(ports: &[Port]) -> impl Iterator<Item = (usize, &Port)> {
    let is_outward = |port: &Port| network_policy::is_published(port) && !host_port::is_wanted(port);
    ports.iter().enumerate().filter(move |(_, port)| is_outward(port))
}

/// Nothing is reached from outside, but for what the machine that has the pod opens anyway.
fn inside(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    let is_on_host = host_port::is_on_host(draft.scene, &draft.home.owner);
    for (index, port) in ports.iter().enumerate() {
        let Some(published) = port.published.as_deref().filter(|_| !host_port::is_wanted(port)) else { continue };
        let target = port.target;
        let path = draft.path(["ports"]).index(index).key("published");
        if is_on_host {
            let reason = format!("with 'network_mode: host' it is port {target} of the machine that has the pod");
            draft.claim_at(path).dropped(reason);
        } else if kompose::opens_ports(draft.service) {
            let reason = format!("the label '{}' opens port {target} of the machine that has the pod", kompose::OPEN);
            leave(draft, (index, port), (&reason, None));
        } else {
            let help = forward(draft, port, published);
            leave(draft, (index, port), ("it is not published outside of the cluster", Some(&help)));
        }
    }
}

/// Says why a port is not published. The policies of the networks leave it open, for whoever publishes it in another way.
pub(super) fn leave(draft: &mut Draft<'_, '_>, (index, port): (usize, &Port), (reason, remedy): (&str, Option<&str>)) {
    let is_open = network_policy::is_published(port) && has_policy(draft);
    let claim = draft.claim_at(draft.path(["ports"]).index(index).key("published"));
    let claimed = if is_open {
        claim.approximated(format!("{reason}; the policies of the networks leave the port open"), [])
    } else {
        claim.dropped(reason)
    };
    remedy.map(|remedy| claimed.remedy(remedy));
}

/// How a port is reached from one machine for a while. `kubectl` forwards TCP only.
fn forward(draft: &Draft<'_, '_>, port: &Port, published: &str) -> String {
    let (name, namespace) = (draft.scene.name_of(&draft.service.name), &draft.scene.namespace);
    match (port.protocol, host_port::first_of_range(published)) {
        // Without a number of its own, `kubectl` chooses a port, as Docker would for 0.
        (Protocol::Tcp, first) => {
            let first = first.map_or_else(String::new, |first| first.to_string());
            format!("'kubectl -n {namespace} port-forward service/{name} {first}:{}', or '--expose'", port.target)
        }
        _ => "'--expose loadbalancer' or 'nodeport'".to_owned(),
    }
}

/// A port that is bound to this machine alone stays inside.
pub(super) fn stay(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    for (index, port) in ports.iter().enumerate() {
        let is_loopback = port.host_ip.is_some_and(|address| address.is_loopback());
        if is_loopback && port.published.is_some() && !host_port::is_wanted(port) {
            let path = draft.path(["ports"]).index(index).key("published");
            draft.claim_at(path).dropped(ALONE);
        }
    }
}

/// A Service of a type that is reached from outside.
fn by_service(draft: &mut Draft<'_, '_>, ports: &[Port], kind: &str) {
    stay(draft, ports);
    let name = name(draft.scene, draft.service);
    let chosen = kompose::node_port(draft.service).filter(|_| kind == "NodePort" && outward(ports).count() == 1);
    let mut made: Vec<ServicePort> = Vec::new();
    for (index, port) in outward(ports) {
        let Some(mut one) = service_port(draft.scene, draft.service, (port, kind)) else { continue };
        one.node_port = chosen.or(one.node_port);
        let path = draft.path(["ports"]).index(index).key("published");
        let is_node = kind == "NodePort";
        let same = |known: &ServicePort| {
            known.protocol == one.protocol && if is_node { known.name == one.name } else { known.port == one.port }
        };
        if made.iter().any(same) {
            leave(draft, (index, port), ("another port is published there", None));
            continue;
        }
        let place = ObjectPath::new("Service", &name, format!("spec.ports[{}]", made.len()));
        let claim = draft.claim_at(path);
        match (port.published.as_deref().and_then(|text| text.parse::<i32>().ok()), chosen) {
            (_, Some(_)) => claim.approximated("a label of Kompose says the port of the nodes", [Spot::Of(place)]),
            (Some(number), None) if is_node && number > 0 && one.node_port != Some(number) => {
                let reason = "nodes open ports from 30000 to 32767 only: the cluster chooses one";
                claim.approximated(reason, [Spot::Of(place)])
            }
            (Some(0), None) => claim.approximated(CHOICE, [Spot::Of(place)]),
            (Some(_), None) => claim.exact([Spot::Of(place)]),
            (None, None) => claim.approximated("the first port of the range is taken", [Spot::Of(place)]),
        };
        made.push(one);
    }
    if !made.is_empty() {
        publish(draft, (name, kind), made);
    }
}

fn publish(draft: &mut Draft<'_, '_>, (name, kind): (String, &str), ports: Vec<ServicePort>) {
    // What comes to a machine without such a pod is refused, and pods see who asks.
    let policy = (kind == "LoadBalancer").then(|| "Local".to_owned());
    draft.manifests.add(&KubeService {
        metadata: draft.scene.metadata(draft.service, &name),
        spec: Some(ServiceSpec {
            external_traffic_policy: kompose::traffic(draft.service).or(policy),
            ports: Some(named_apart(ports)),
            selector: Some(metadata::selector(draft.scene, &draft.home.object)),
            type_: Some(kind.to_owned()),
            ..ServiceSpec::default()
        }),
        status: None,
    });
}

/// Gives ports that go to the same one inside names of their own.
fn named_apart(mut ports: Vec<ServicePort>) -> Vec<ServicePort> {
    let mut taken: Vec<String> = Vec::new();
    for port in &mut ports {
        let name = port.name.clone().unwrap_or_default();
        if taken.contains(&name) {
            port.name = Some(format!("{}-{}", port.protocol.as_deref().unwrap_or("TCP").to_lowercase(), port.port));
        }
        taken.extend(port.name.clone());
    }
    ports
}

/// A published port of a Service.
fn service_port(scene: &Scene<'_>, service: &Service, (port, kind): (&Port, &str)) -> Option<ServicePort> {
    let inside = listening(scene, service, port)?;
    port.published.as_ref()?;
    // For 0 an engine chooses a port, and so does a cluster.
    let published = port.published.as_deref().and_then(host_port::first_of_range).map(i32::from);
    let is_node = kind == "NodePort";
    Some(ServicePort {
        app_protocol: inside.application.clone(),
        name: Some(inside.name.clone()),
        node_port: published.filter(|number| is_node && NODE_PORTS.contains(number)),
        port: published.filter(|_| !is_node).unwrap_or_else(|| port.target.into()),
        protocol: Some(word(port.protocol).into()),
        target_port: Some(IntOrString::String(inside.name.clone())),
    })
}

/// What listens behind a port.
pub(super) fn listening<'s>(scene: &'s Scene<'_>, service: &Service, port: &Port) -> Option<&'s Listening> {
    let mut all = scene.ports_of(&service.name).iter();
    all.find(|one| (one.number, one.protocol) == (port.target, port.protocol))
}
