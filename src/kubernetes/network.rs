//! The Service of a service: the name and the ports under which its peers reach it.

use super::draft::{Draft, Role};
use super::host_port;
use super::kind::Kind;
use super::kompose;
use super::ledger::{Spot, container, pod};
use super::listening::Listening;
use super::metadata;
use super::neighbour::{self, Missed};
use super::network_policy;
use super::object_name;
use super::row::ObjectPath;
use super::scene::Scene;
use crate::model::{Namespace, Networking, Port, Protocol, Service};
use k8s_openapi::api::core::v1::{ContainerPort, Service as KubeService, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The ports that the container listens on. Kubernetes needs them for their names only.
pub(super) fn ports(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    let listening = draft.scene.ports_of(&draft.service.name).to_vec();
    let is_on_host = host_port::is_on_host(draft.scene, &draft.home.owner);
    let made = listening.iter().map(|one| {
        let of_host = host_port::of(one, ports).filter(|_| !is_on_host);
        ContainerPort {
            container_port: one.number.into(),
            host_ip: of_host.and_then(|port| port.address()),
            host_port: of_host.map(|port| port.number.into()),
            name: Some(one.name.clone()),
            protocol: Some(word(one.protocol).into()),
        }
    });
    draft.container.ports = Some(made.collect::<Vec<_>>()).filter(|made| !made.is_empty());
    for (at, one) in listening.iter().enumerate() {
        claim(draft, ports, (at, one));
    }
    for (index, text) in draft.service.expose.iter().enumerate() {
        if super::listening::exposed(text).is_empty() {
            draft.claim_item("expose", index).dropped("it is no port");
        }
    }
}

/// Says where a port went.
fn claim(draft: &mut Draft<'_, '_>, ports: &[Port], (at, one): (usize, &Listening)) {
    let service = draft.scene.service_place(draft.service, format!("spec.ports[{at}]"));
    let places = || [Spot::Container(format!("ports[{at}]")), service.clone()];
    let is_alone = one.sources() == 1;
    for index in &one.exposed {
        let claim = draft.claim_item("expose", *index);
        if is_alone {
            claim.exact(places())
        } else {
            claim.approximated("another key, or what everybody knows, names the same port", places())
        };
    }
    for index in &one.ports {
        let path = draft.path(["ports"]).index(*index);
        let claim = draft.claim_at(path.key("target"));
        if is_alone {
            claim.exact(places())
        } else {
            claim.approximated("another key, or what everybody knows, names the same port", places())
        };
        let Some(port) = ports.get(*index) else { continue };
        attributes(draft, port, &path, (one, places()));
        host_port::claim(draft, ports, (at, one), *index);
    }
}

fn attributes(
    draft: &mut Draft<'_, '_>,
    port: &Port,
    path: &crate::document::Path,
    (one, places): (&Listening, [Spot; 2]),
) {
    let [_, in_service] = places.clone();
    if let Some(name) = port.name.as_deref().filter(|_| draft.ledger.wrote(&path.key("name"))) {
        let claim = draft.claim_at(path.key("name"));
        if one.name == name {
            claim.approximated("ports of Kubernetes have names, too", places.clone());
        } else if super::object_name::is_port_name(name) {
            claim.dropped("another port has this name").remedy("give each port a name of its own");
        } else {
            claim.dropped("Kubernetes takes no port of this name: at most 15 lower case letters, digits and dashes");
        }
    }
    if draft.ledger.wrote(&path.key("protocol")) {
        draft.claim_at(path.key("protocol")).approximated("TCP is what it would be without", places);
    }
    if draft.ledger.wrote(&path.key("app_protocol")) {
        draft.claim_at(path.key("app_protocol")).exact([in_service]);
    }
}

/// The word of Kubernetes.
pub(super) fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Sctp => "SCTP",
    }
}

/// The ports of a Service for those of a service.
pub(super) fn service_ports(scene: &Scene<'_>, service: &Service) -> Vec<ServicePort> {
    let port = |one: &Listening| ServicePort {
        app_protocol: one.application.clone(),
        name: Some(one.name.clone()),
        port: one.number.into(),
        protocol: Some(word(one.protocol).into()),
        target_port: Some(IntOrString::String(one.name.clone())),
        ..ServicePort::default()
    };
    scene.ports_of(&service.name).iter().map(port).collect()
}

/// The Services under which peers reach a service; none for one that nobody asks for. A `StatefulSet` has one more, for
/// the names of its pods.
pub(super) fn services(scene: &Scene<'_>, service: &Service) -> Vec<KubeService> {
    let Some(home) = scene.home_of(&service.name).filter(|home| home.role != Role::First) else { return Vec::new() };
    let ports = service_ports(scene, service);
    let name = scene.name_of(&service.name);
    let object = |name: &str, (is_headless, is_early): (bool, bool)| KubeService {
        metadata: scene.metadata(service, name),
        spec: Some(ServiceSpec {
            cluster_ip: is_headless.then(|| "None".to_owned()),
            publish_not_ready_addresses: is_early.then_some(true),
            selector: Some(metadata::selector(scene, &home.object)),
            ports: Some(ports.clone()).filter(|ports| !ports.is_empty()),
            ..ServiceSpec::default()
        }),
        status: None,
    };
    let mut services = Vec::new();
    // Programs dial names that no file tells, so that each has its own, be it without a known port.
    let is_reachable = matches!(service.networking, Networking::Attached(_)) && scene.project().services.len() > 1;
    if !ports.is_empty() || (is_reachable || scene.is_named(&service.name)) && !home.kind.ends() {
        let is_headless = scene.is_open(&service.name) || is_round_robin(service) || scene.peers.is_open(name);
        let mut main = object(name, (is_headless, scene.peers.is_early(name)));
        kompose::shape(scene, service, &mut main);
        services.push(main);
        if scene.peers.is_early(name) && scene.is_waited_for(&service.name) {
            services.push(object(&scene.ready_name(&service.name), (scene.is_open(&service.name), false)));
        }
    }
    if home.kind == Kind::StatefulSet && home.owner == service.name {
        let is_early = scene.peers.circle(&service.name).is_some();
        services.push(object(&object_name::label(&format!("{name}-headless")), (true, is_early)));
    }
    services
}

/// Whether clients are to get the addresses of all pods.
fn is_round_robin(service: &Service) -> bool {
    service.deploy.as_ref().and_then(|deploy| deploy.endpoint_mode.as_deref()) == Some("dnsrr")
}

impl Scene<'_> {
    /// A field of the Service of a service.
    pub fn service_place(&self, service: &Service, field: impl Into<String>) -> Spot {
        Spot::Of(ObjectPath::new("Service", self.name_of(&service.name), field))
    }
}

/// Says what the network of the machine means for a service, and puts it where those are that it meets there.
fn on_host(draft: &mut Draft<'_, '_>) {
    let beside = neighbour::convert(draft);
    let missed = neighbour::missed(draft.scene, draft.service);
    let affinity = beside.iter().flat_map(|_| pod("affinity.podAffinity"));
    let places: Vec<Spot> = pod("hostNetwork").into_iter().chain(affinity).collect();
    let claim = draft.claim(["network_mode"]);
    let claim = match missed {
        Some(Missed { service, target, published }) => {
            let reason = format!("at port {published} of its machine there is no '{service}', unlike in an engine");
            claim.approximated(reason, places).remedy(format!("dial '{service}:{target}'"))
        }
        None => claim.exact(places),
    };
    let claim = claim.note("below the baseline level of Pod Security");
    let claim = match beside {
        Some(other) => {
            claim.note(format!("its pods stand beside those of '{other}', since they dial each other there"))
        }
        None => claim,
    };
    claim.remedy("remove it if the service can do without");
}

/// Networks and the mode that replaces them.
pub(super) fn convert(draft: &mut Draft<'_, '_>, networking: &Networking) {
    let mode = match networking {
        Networking::Attached(networks) => return network_policy::attach(draft, networks),
        Networking::Mode(mode) => mode,
    };
    match mode {
        Namespace::Mode(word) if word == "host" => {
            draft.workload.pod.host_network = Some(true);
            draft.workload.pod.dns_policy = Some("ClusterFirstWithHostNet".into());
            on_host(draft);
        }
        Namespace::Service(other) if draft.scene.home_of(other).is_some() => {
            let reason = format!("its container is in the pod of '{other}'");
            draft.claim(["network_mode"]).approximated(reason, container("name"));
        }
        Namespace::Mode(word) if word == "none" && draft.home.owner == draft.service.name => {
            network_policy::shut(draft);
        }
        Namespace::Mode(word) if word == "bridge" => {
            draft.claim(["network_mode"]).dropped("pods have a network anyway");
        }
        Namespace::Mode(_) | Namespace::Service(_) | Namespace::Container(_) => {
            draft.claim(["network_mode"]).dropped("a pod shares its network with its own containers only");
        }
    }
}
