//! How published ports are reached from outside of the cluster: by a Service of their own, or by an Ingress.

use super::draft::Draft;
use super::kompose;
use super::ledger::Spot;
use super::listening::Listening;
use super::network::word;
use super::network_policy;
use super::object_name;
use super::options::Expose;
use super::row::ObjectPath;
use super::scene::Scene;
use super::{extension, metadata};
use crate::document::Path;
use crate::model::{Port, Service};
use k8s_openapi::api::core::v1::{Service as KubeService, ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec,
    IngressTLS, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

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
            draft.claim_at(path.clone()).approximated("Docker would publish it at a port of its own choice", []);
        } else if port.mode.as_deref() == Some("host") {
            draft.claim_at(path.key("published")).exact([Spot::Container("ports".into())]);
        }
    }
    let is_labelled = draft.service.labels.get(kompose::EXPOSE).is_some_and(|value| value != "false");
    match draft.scene.options.expose {
        _ if is_labelled => by_ingress(draft, ports),
        Expose::None => inside(draft, ports),
        Expose::NodePort => by_service(draft, ports, "NodePort"),
        Expose::LoadBalancer => by_service(draft, ports, "LoadBalancer"),
        Expose::Ingress => by_ingress(draft, ports),
    }
}

/// The address of the host that a port is bound to.
fn address(draft: &mut Draft<'_, '_>, port: &Port, path: &Path) {
    let Some(address) = port.host_ip else { return };
    let has_say = draft.scene.options.expose != Expose::None || draft.scene.is_policed;
    let claim = draft.claim_at(path.key("host_ip"));
    let alone = "it is bound to this machine alone, so that it stays inside of the cluster";
    if !address.is_loopback() {
        claim.dropped("nodes have other addresses");
    } else if has_say {
        claim.approximated(alone, []);
    } else {
        claim.dropped(alone);
    }
}

/// The ports that are to be reached from outside, with their indices. What every node has needs nothing more.
fn outward(ports: &[Port]) -> impl Iterator<Item = (usize, &Port)> {
    let is_outward = |port: &Port| network_policy::is_published(port) && port.mode.as_deref() != Some("host");
    ports.iter().enumerate().filter(move |(_, port)| is_outward(port))
}

/// Nothing is reached from outside.
fn inside(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    let name = draft.scene.name_of(&draft.service.name).to_owned();
    let has_say = draft.scene.is_policed;
    for (index, port) in ports.iter().enumerate() {
        let Some(published) = port.published.as_deref().filter(|_| port.mode.as_deref() != Some("host")) else {
            continue;
        };
        let path = draft.path(["ports"]).index(index).key("published");
        let claim = draft.claim_at(path);
        let reason = "it is not published outside of the cluster";
        let remedy = format!("'kubectl port-forward service/{name} {published}:{}', or '--expose'", port.target);
        if has_say {
            claim
                .approximated(format!("{reason}; the policies of the networks leave the port open"), [])
                .remedy(remedy);
        } else {
            claim.dropped(reason).remedy(remedy);
        }
    }
}

/// A port that is bound to this machine alone stays inside.
fn stay(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    for (index, port) in ports.iter().enumerate() {
        let is_loopback = port.host_ip.is_some_and(|address| address.is_loopback());
        if is_loopback && port.published.is_some() && port.mode.as_deref() != Some("host") {
            let path = draft.path(["ports"]).index(index).key("published");
            draft.claim_at(path).dropped("it is bound to this machine alone, so that it stays inside of the cluster");
        }
    }
}

/// A Service of a type that is reached from outside.
fn by_service(draft: &mut Draft<'_, '_>, ports: &[Port], kind: &str) {
    stay(draft, ports);
    let name = object_name::label(&format!("{}-published", draft.scene.name_of(&draft.service.name)));
    let mut made: Vec<ServicePort> = Vec::new();
    for (index, port) in outward(ports) {
        let Some(one) = service_port(draft.scene, draft.service, (port, kind)) else { continue };
        let path = draft.path(["ports"]).index(index).key("published");
        let is_node = kind == "NodePort";
        let same = |known: &ServicePort| {
            known.protocol == one.protocol && if is_node { known.name == one.name } else { known.port == one.port }
        };
        if made.iter().any(same) {
            draft.claim_at(path).dropped("another port is published there");
            continue;
        }
        let at = made.len();
        let place = [Spot::Of(ObjectPath::new("Service", &name, format!("spec.ports[{at}]")))];
        let claim = draft.claim_at(path);
        let wanted = port.published.as_deref().and_then(|text| text.parse::<i32>().ok());
        match wanted {
            Some(number) if is_node && one.node_port != Some(number) => {
                let reason = "nodes open ports from 30000 to 32767 only: the cluster chooses one";
                claim.approximated(reason, place);
            }
            Some(_) => {
                claim.exact(place);
            }
            None => {
                claim.approximated("the first port of the range is taken", place);
            }
        }
        made.push(one);
    }
    if made.is_empty() {
        return;
    }
    draft.manifests.add(&KubeService {
        metadata: draft.scene.metadata(draft.service, &name),
        spec: Some(ServiceSpec {
            ports: Some(named_apart(made)),
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
    let published = port.published.as_deref()?.split('-').next()?.parse::<u16>().ok().map(i32::from)?;
    let is_node = kind == "NodePort";
    Some(ServicePort {
        app_protocol: inside.application.clone(),
        name: Some(inside.name.clone()),
        node_port: Some(published).filter(|number| is_node && NODE_PORTS.contains(number)),
        port: if is_node || published == 0 { port.target.into() } else { published },
        protocol: Some(word(port.protocol).into()),
        target_port: Some(IntOrString::String(inside.name.clone())),
    })
}

/// What listens behind a port.
fn listening<'s>(scene: &'s Scene<'_>, service: &Service, port: &Port) -> Option<&'s Listening> {
    let mut all = scene.ports_of(&service.name).iter();
    all.find(|one| (one.number, one.protocol) == (port.target, port.protocol))
}

/// Whether a port speaks HTTP.
fn is_web(one: &Listening) -> bool {
    let is_http = |text: &str| ["http", "http2", "https", "ws", "wss"].contains(&text) || text.ends_with("/h2c");
    one.application.as_deref().map_or_else(|| is_http(&one.name), is_http)
}

/// An Ingress, for what speaks HTTP.
fn by_ingress(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    stay(draft, ports);
    let name = draft.scene.name_of(&draft.service.name).to_owned();
    let mut backend = None;
    for (index, port) in outward(ports) {
        let one = listening(draft.scene, draft.service, port).cloned();
        let path = draft.path(["ports"]).index(index).key("published");
        let claim = draft.claim_at(path);
        match one {
            Some(one) if is_web(&one) && backend.is_none() => {
                let place = [Spot::Of(ObjectPath::new("Ingress", &name, "spec.rules[0]"))];
                let reason = "the Ingress controller listens at ports of its own";
                claim.approximated(reason, place);
                backend = Some(one);
            }
            Some(one) if is_web(&one) => {
                claim.dropped("another port of the service has the Ingress").remedy("'--expose loadbalancer'");
            }
            Some(_) | None => {
                claim.dropped("an Ingress speaks HTTP only").remedy("'--expose loadbalancer' or 'nodeport'");
            }
        }
    }
    let Some(backend) = backend else { return };
    let said = |key: &str| {
        let extension = extension::of_service(draft.scene.loaded, &draft.service.name);
        extension.and_then(|node| node.get("ingress")?.get(key)?.as_text()).map(str::to_owned)
    };
    let class = said("class").or_else(|| draft.service.labels.get(kompose::CLASS).cloned());
    let rules = rules(draft, &backend.name, (said("host"), said("path")));
    let hosts: Vec<String> = rules.iter().filter_map(|rule| rule.host.clone()).collect();
    let secret = draft.service.labels.get(kompose::TLS).map(|name| IngressTLS {
        hosts: Some(hosts).filter(|hosts| !hosts.is_empty()),
        secret_name: Some(name.clone()).filter(|name| name != "true"),
    });
    if let Some(name) = secret.as_ref().and_then(|tls| tls.secret_name.as_ref()) {
        draft.manifests.expect("Secret", name);
    }
    let spec = IngressSpec {
        ingress_class_name: class,
        rules: Some(rules),
        tls: secret.map(|tls| vec![tls]),
        ..IngressSpec::default()
    };
    let metadata = draft.scene.metadata(draft.service, &name);
    draft.manifests.add(&Ingress { metadata, spec: Some(spec), status: None });
    claim_extension(draft, &name);
}

/// Says what became of `x-kubernetes.ingress`.
fn claim_extension(draft: &mut Draft<'_, '_>, name: &str) {
    for (key, field) in [("host", "host"), ("path", "http.paths[0].path")] {
        let path = draft.path(["x-kubernetes", "ingress", key]);
        if draft.ledger.wrote(&path) {
            let place = Spot::Of(ObjectPath::new("Ingress", name, format!("spec.rules[0].{field}")));
            draft.claim_at(path).exact([place]);
        }
    }
    let path = draft.path(["x-kubernetes", "ingress", "class"]);
    if draft.ledger.wrote(&path) {
        draft.claim_at(path).exact([Spot::Of(ObjectPath::new("Ingress", name, "spec.ingressClassName"))]);
    }
}

/// The rules of an Ingress: those that the file names, by `x-kubernetes` or by the label of Kompose, or else one for all.
fn rules(draft: &Draft<'_, '_>, port: &str, (host, path): (Option<String>, Option<String>)) -> Vec<IngressRule> {
    let name = draft.scene.name_of(&draft.service.name);
    let label = draft.service.labels.get(kompose::EXPOSE).filter(|value| *value != "true");
    let wishes: Vec<(Option<String>, Option<String>)> = match (label, host.is_some() || path.is_some()) {
        (Some(list), false) => list.split(',').map(str::trim).filter(|one| !one.is_empty()).map(place_of).collect(),
        _ => vec![(host.or_else(|| self::host(draft.scene, name)), path)],
    };
    let rule = |(host, path): (Option<String>, Option<String>)| {
        let backend = IngressServiceBackend {
            name: name.to_owned(),
            port: Some(ServiceBackendPort { name: Some(port.to_owned()), number: None }),
        };
        let path = HTTPIngressPath {
            backend: IngressBackend { service: Some(backend), resource: None },
            path: Some(path.unwrap_or_else(|| "/".into())),
            path_type: "Prefix".into(),
        };
        IngressRule { host, http: Some(HTTPIngressRuleValue { paths: vec![path] }) }
    };
    wishes.into_iter().map(rule).collect()
}

/// A host and a path from `host/path`.
fn place_of(text: &str) -> (Option<String>, Option<String>) {
    let (host, path) = text.split_once('/').map_or((text, None), |(host, path)| (host, Some(format!("/{path}"))));
    (Some(host.to_ascii_lowercase()).filter(|host| !host.is_empty()), path)
}

/// The host of a service without one: where several share the controller, each has a name of its own.
fn host(scene: &Scene<'_>, name: &str) -> Option<String> {
    let is_web = |service: &&Service| {
        outward(&service.ports).any(|(_, port)| listening(scene, service, port).is_some_and(is_web))
    };
    let count = scene.project().services.values().filter(is_web).count();
    (count > 1).then(|| format!("{name}.localhost"))
}
