//! Labels of Kompose about Services and the Ingress.

use super::super::draft::Draft;
use super::super::ingress;
use super::super::ledger::{Spot, container};
use super::super::listening::Listening;
use super::super::options::Expose;
use super::super::publication;
use super::super::row::ObjectPath;
use super::super::scene::Scene;
use super::{Row, refuse, said};
use crate::model::Service;
use k8s_openapi::api::core::v1::Service as KubeService;

/// The kind of a Service.
const TYPE: &str = "kompose.service.type";
/// The port of the nodes.
pub(super) const NODE_PORT: &str = "kompose.service.nodeport.port";
/// Whether traffic may go by way of another node.
const TRAFFIC: &str = "kompose.service.external-traffic-policy";
/// Opens the ports of a container on its machine.
pub(in super::super) const OPEN: &str = "kompose.controller.port.expose";
/// The label that makes an Ingress: `true`, or hosts with their paths.
pub(super) const EXPOSE: &str = "kompose.service.expose";
/// The Secret with the certificate of the Ingress.
pub(in super::super) const TLS: &str = "kompose.service.expose.tls-secret";
/// The class of the Ingress.
pub(in super::super) const CLASS: &str = "kompose.service.expose.ingress-class-name";

/// A host with a path.
pub(super) type Address = (Option<String>, Option<String>);

fn kind(service: &Service) -> Option<String> {
    service.labels.get(TYPE).map(|value| value.to_ascii_lowercase())
}

/// Whether an Ingress is asked for.
pub(in super::super) fn is_exposed(service: &Service) -> bool {
    said(service, EXPOSE).is_some_and(|value| !["", "false"].contains(&value.trim()))
}

/// The hosts of the Ingress, with their paths, where the label says them.
pub(in super::super) fn hosts(service: &Service) -> Option<Vec<Address>> {
    hosts_of(said(service, EXPOSE)?)
}

/// The same of a value of the label.
pub(super) fn hosts_of(list: &str) -> Option<Vec<Address>> {
    if ["true", "false"].contains(&list) {
        return None;
    }
    let hosts: Vec<Address> = list.split(',').map(str::trim).filter(|one| !one.is_empty()).map(address).collect();
    Some(hosts).filter(|hosts| !hosts.is_empty())
}

/// A host and a path from `host/path`.
fn address(text: &str) -> Address {
    let (host, path) = text.split_once('/').map_or((text, None), |(host, path)| (host, Some(format!("/{path}"))));
    (Some(host.to_ascii_lowercase()).filter(|host| !host.is_empty()), path)
}

/// How published ports are reached from outside, where a label says it.
pub(in super::super) fn way(service: &Service) -> Option<Expose> {
    if is_exposed(service) {
        return Some(Expose::Ingress);
    }
    Some(if outward_type(service)? == "NodePort" { Expose::NodePort } else { Expose::LoadBalancer })
}

/// Whether the ports of a container are ports of its machine, too.
pub(in super::super) fn opens_ports(service: &Service) -> bool {
    service.labels.get(OPEN).is_some_and(|value| value == "true")
}

/// Whether the Service that peers dial is reached from outside: what has no published ports has no other.
pub(in super::super) fn is_outward(service: &Service) -> bool {
    service.ports.is_empty() && outward_type(service).is_some()
}

/// The type of a Service that is reached from outside, where a label says it.
pub(in super::super) fn outward_type(service: &Service) -> Option<&'static str> {
    match kind(service)?.as_str() {
        "nodeport" => Some("NodePort"),
        "loadbalancer" => Some("LoadBalancer"),
        _ => None,
    }
}

/// The port of the nodes that a label says.
pub(in super::super) fn node_port(service: &Service) -> Option<i32> {
    said(service, NODE_PORT)?.parse().ok()
}

/// Whether traffic may go by way of another node, where a label says it.
pub(in super::super) fn traffic(service: &Service) -> Option<String> {
    match service.labels.get(TRAFFIC)?.to_ascii_lowercase().as_str() {
        "local" => Some("Local".to_owned()),
        "cluster" => Some("Cluster".to_owned()),
        _ => None,
    }
}

/// Obeys the labels that are about the Service that peers dial.
pub(in super::super) fn shape(scene: &Scene<'_>, service: &Service, object: &mut KubeService) {
    let Some(spec) = &mut object.spec else { return };
    if object.metadata.name.as_deref() != Some(scene.name_of(&service.name)) {
        return;
    }
    if kind(service).as_deref() == Some("headless") {
        spec.cluster_ip = Some("None".into());
        return;
    }
    let Some(kind) = outward_type(service).filter(|_| is_outward(service) && spec.ports.is_some()) else { return };
    spec.type_ = Some(kind.to_owned());
    spec.cluster_ip = None;
    if let Some([only]) = spec.ports.as_deref_mut() {
        only.node_port = node_port(service);
    }
    spec.external_traffic_policy = traffic(service);
}

/// Opens the ports of the container on its machine; one that is bound to an address, on that one.
pub(super) fn open(draft: &mut Draft<'_, '_>) {
    let listening: Vec<Listening> = draft.scene.ports_of(&draft.service.name).to_vec();
    for (port, one) in draft.container.ports.iter_mut().flatten().zip(&listening) {
        let items = || one.ports.iter().filter_map(|index| draft.service.ports.get(*index));
        let address = items().find_map(|item| item.host_ip).filter(|address| !address.is_unspecified());
        let is_bound = items().next().is_some() && items().all(|item| item.host_ip.is_some());
        if port.host_port.is_none() {
            port.host_port = Some(port.container_port);
            port.host_ip = address.filter(|_| is_bound).map(|address| address.to_string());
        }
    }
}

/// What becomes of a label; nothing for one that is not about them.
pub(super) fn row(draft: &Draft<'_, '_>, label: &str, value: &str) -> Option<Row> {
    let row = match label {
        TYPE => of_type(draft),
        NODE_PORT | TRAFFIC => of_outward(draft, label),
        OPEN if value != "true" => refuse("only 'true' opens ports"),
        OPEN if draft.container.ports.is_none() => refuse("nobody says at which ports it listens"),
        OPEN => Row::kept("its ports are those of the machines", container("ports")),
        EXPOSE | TLS | CLASS => of_ingress(draft, label),
        _ => return None,
    };
    Some(row)
}

/// The Service that is reached from outside: its name, and how many ports it has.
fn outward(draft: &Draft<'_, '_>) -> Option<(String, usize)> {
    let name = publication::name(draft.scene, draft.service);
    if draft.manifests.has("Service", &name) {
        return Some((name, publication::outward(&draft.service.ports).count()));
    }
    let count = draft.scene.ports_of(&draft.service.name).len();
    let own = draft.scene.name_of(&draft.service.name).to_owned();
    (is_outward(draft.service) && count > 0).then_some((own, count))
}

fn of_type(draft: &Draft<'_, '_>) -> Row {
    let name = draft.scene.name_of(&draft.service.name);
    let place = |name: &str, field: &str| vec![Spot::Of(ObjectPath::new("Service", name, field))];
    match (kind(draft.service).as_deref(), outward(draft)) {
        (Some("headless"), _) => Row::kept("it is the kind of the Service", place(name, "spec.clusterIP")),
        (Some("clusterip"), _) => Row::kept("it is the kind of the Service anyway", Vec::new()),
        (Some("nodeport" | "loadbalancer"), Some((name, _))) => {
            Row::kept("it is the kind of the Service", place(&name, "spec.type"))
        }
        (Some("nodeport" | "loadbalancer"), None) => refuse("no port of the service is for others to reach"),
        _ => refuse("Kompose knows ClusterIP, NodePort, LoadBalancer and Headless"),
    }
}

fn of_outward(draft: &Draft<'_, '_>, label: &str) -> Row {
    let Some((name, count)) = outward(draft) else { return refuse("the Service is not reached from outside") };
    let place = |field: &str| vec![Spot::Of(ObjectPath::new("Service", &name, field))];
    let is_node = kind(draft.service).as_deref() == Some("nodeport") || is_outward(draft.service);
    match label {
        NODE_PORT if count != 1 => refuse("it is for a Service with one port"),
        NODE_PORT if !is_node => refuse(format!("it is for a Service of the type that '{TYPE}' calls nodeport")),
        NODE_PORT => Row::kept("it is the port of the nodes", place("spec.ports[0].nodePort")),
        _ if traffic(draft.service).is_none() => refuse("it is neither 'local' nor 'cluster'"),
        _ => Row::kept("the Service has it", place("spec.externalTrafficPolicy")),
    }
}

fn of_ingress(draft: &Draft<'_, '_>, label: &str) -> Row {
    let name = draft.scene.name_of(&draft.service.name);
    if !draft.manifests.has("Ingress", name) {
        return match label {
            EXPOSE if !is_exposed(draft.service) => refuse("it is so without this label, too"),
            EXPOSE => refuse("the service publishes no port of TCP"),
            _ => refuse(format!("there is no Ingress: '{EXPOSE}' makes one")),
        };
    }
    let is_outweighed = |key: &str| ingress::said(draft.scene, draft.service, key).is_some();
    let (field, is_outweighed) = match label {
        TLS => ("spec.tls", is_outweighed("tls")),
        CLASS => ("spec.ingressClassName", is_outweighed("class")),
        _ => ("spec.rules", is_outweighed("host") || is_outweighed("path")),
    };
    if is_outweighed {
        return Row::kept("there is an Ingress, of which 'x-kubernetes' says more", Vec::new());
    }
    Row::kept("the Ingress has it", [Spot::Of(ObjectPath::new("Ingress", name, field))])
}
