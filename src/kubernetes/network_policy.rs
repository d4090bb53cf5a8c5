//! Networks as policies: who may talk to whom. Without one, all pods of a cluster reach each other, so that there are
//! policies only where a project separates something: by two networks, or by one that is internal.

use super::draft::{Draft, Home};
use super::ledger::{Ledger, Spot, template};
use super::manifest::Manifests;
use super::mention;
use super::metadata;
use super::object_name;
use super::options::NetworkPolicies;
use super::publication;
use super::row::ObjectPath;
use super::scene::Scene;
use super::volume::written;
use super::wait_policy;
use crate::document::Path;
use crate::model::{Attachment, Dependency, DependencyCondition, Network, Networking, Port, Project, Service};
use crate::value::Name;
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::collections::BTreeMap;

/// What is said of a network where there are no policies.
const OPEN: &str = "all pods of a cluster reach each other, and nothing else is asked for";
/// Why nothing is left of what a service says of its interfaces.
const GIVEN: &str = "the network of the cluster gives pods their interfaces and addresses";
/// Why nothing is left of what a project says of the network itself, and what helps.
const DECIDED: &str = "the network of the cluster decides it";
const REMEDY: &str = "see what its network plugin can do";
/// What is said of a network where policies are refused.
const REFUSED: &str = "'--network-policy never' asks for no policies: all pods of a cluster reach each other";

/// The label of the pods on a network. One of others is known by its own name, so that their pods can have it, too.
fn label(scene: &Scene<'_>, key: &Name) -> String {
    let network = scene.project().networks.get(key);
    let name = network.filter(|network| network.external).map_or(key.as_str(), |network| &network.name);
    format!("net.hoist/{}", object_name::label(name))
}

/// The name of the policy of a network.
fn name(key: &Name) -> String {
    object_name::label(&format!("net-{key}"))
}

/// The networks that services with a container in the cluster are on.
fn used<'a>(project: &'a Project, homes: &BTreeMap<Name, Home>) -> BTreeMap<&'a Name, Option<&'a Network>> {
    let attached = project.services.values().filter(|service| homes.contains_key(&service.name));
    let keys = attached.flat_map(|service| service.networking.in_order()).map(|(key, _)| key);
    keys.map(|key| (key, project.networks.get(key))).collect()
}

pub(super) fn is_internal(network: Option<&Network>) -> bool {
    network.is_some_and(|network| network.internal)
}

/// Whether there are policies for networks: by itself where a project separates something.
pub(super) fn are_needed(project: &Project, homes: &BTreeMap<Name, Home>, wish: NetworkPolicies) -> bool {
    let used = used(project, homes);
    match wish {
        NetworkPolicies::Auto => used.len() > 1 || used.values().any(|network| is_internal(*network)),
        NetworkPolicies::Always => !used.is_empty(),
        NetworkPolicies::Never => false,
    }
}

/// Whether the user wishes no policies at all.
pub(super) fn are_refused(scene: &Scene<'_>) -> bool {
    scene.options.network_policy == NetworkPolicies::Never
}

/// The networks of a service: labels of its pods, if there are policies.
pub(super) fn attach(draft: &mut Draft<'_, '_>, networks: &BTreeMap<Name, Option<Attachment>>) {
    let is_policed = draft.scene.is_policed;
    for (key, attachment) in networks {
        let path = draft.path(["networks", key.as_str()]);
        if is_policed {
            let label = label(draft.scene, key);
            draft.workload.pod_labels.insert(label.clone(), "true".into());
            let is_shared = is_on(draft, key);
            let claim = draft.claim_at(path.clone());
            let place = template(format!("metadata.labels['{label}']"));
            if is_shared {
                claim.moot("another container of the pod is on it, too", place);
            } else {
                claim.exact(place);
            }
        } else if are_refused(draft.scene) {
            draft.claim_at(path.clone()).dropped(REFUSED);
        } else {
            draft.claim_at(path.clone()).moot(OPEN, []);
        }
        let Some(Attachment {
            aliases: _,
            driver_opts: _,
            gw_priority: _,
            interface_name: _,
            ipv4_address,
            ipv6_address,
            link_local_ips: _,
            mac_address: _,
            priority: _,
        }) = attachment
        else {
            continue;
        };
        let idle = ["driver_opts", "gw_priority", "interface_name", "link_local_ips", "mac_address", "priority"];
        for attribute in idle {
            let claim = written(draft.ledger, path.key(attribute));
            claim.map(|claim| claim.dropped(GIVEN));
        }
        for (attribute, address) in [("ipv4_address", ipv4_address), ("ipv6_address", ipv6_address)] {
            fixed(draft, path.key(attribute), address.as_deref());
        }
    }
    draft.claim(["networks"]).dropped("it is empty");
}

/// A fixed address: nothing is left of it, and who still says it reaches nobody.
fn fixed(draft: &mut Draft<'_, '_>, path: Path, address: Option<&str>) {
    let places = address.map_or_else(Vec::new, |address| mention::places_of_address(draft.scene.project(), address));
    let name = draft.scene.name_of(&draft.service.name);
    let Some(claim) = written(draft.ledger, path) else { return };
    if places.is_empty() {
        claim.dropped(GIVEN);
        return;
    }
    let places = places.iter().map(|place| format!("'{place}'")).collect::<Vec<_>>().join(", ");
    let remedy = format!("say '{name}' there, or the address of another server");
    claim.dropped(format!("{GIVEN}, and it is still said by {places}")).remedy(remedy);
}

/// Whether other containers of the pod are on a network.
fn is_on(draft: &Draft<'_, '_>, key: &Name) -> bool {
    let others = draft.scene.members(&draft.home.owner).into_iter().filter(|one| one.name != draft.service.name);
    others
        .into_iter()
        .any(|one| matches!(&one.networking, Networking::Attached(networks) if networks.contains_key(key)))
}

/// `network_mode: none`: nobody reaches the pods, and they reach nobody.
pub(super) fn shut(draft: &mut Draft<'_, '_>) {
    if are_refused(draft.scene) {
        let reason = "'--network-policy never' asks for no policy that shuts it off: no Service leads to it, and pods reach it all \
                      the same";
        draft.claim(["network_mode"]).approximated(reason, []);
        return;
    }
    let name = object_name::label(&format!("{}-shut", draft.scene.name_of(&draft.service.name)));
    let spec = NetworkPolicySpec {
        pod_selector: Some(metadata::label_selector(draft.scene, &draft.home.object)),
        policy_types: Some(vec!["Ingress".into(), "Egress".into()]),
        ..NetworkPolicySpec::default()
    };
    let metadata = draft.scene.metadata(draft.service, &name);
    draft.manifests.add(&NetworkPolicy { metadata, spec: Some(spec) });
    let place = Spot::Of(ObjectPath::new("NetworkPolicy", &name, "spec"));
    let waits = |one: &Dependency| one.condition != DependencyCondition::Started;
    let has_to_wait = draft.service.depends_on.values().any(waits);
    let claim = draft.claim(["network_mode"]);
    if has_to_wait {
        claim.approximated("its pods reach what they wait for, and nothing else", [place]);
    } else {
        claim.exact([place]).note("the network of the cluster must know policies");
    }
}

/// Makes the policies, and says what becomes of the keys of the networks.
pub(super) fn declared(scene: &Scene<'_>, ledger: &mut Ledger, manifests: &mut Manifests) {
    let (used, is_policed) = (used(scene.project(), scene.homes()), scene.is_policed);
    if is_policed {
        let is_any_internal = used.values().any(|network| is_internal(*network));
        for (key, network) in &used {
            manifests.add(&policy(scene, (key, *network), is_any_internal));
        }
        for service in scene.project().services.values() {
            open(scene, service, manifests);
        }
    }
    wait_policy::declared(scene, manifests);
    for (key, network) in &scene.project().networks {
        let state = match used.contains_key(key) {
            false => State::Unused,
            true if is_policed => State::Policed,
            true if are_refused(scene) => State::Refused,
            true => State::Open,
        };
        keys(ledger, (key, network), state);
    }
    ledger.claim(Path::of(["networks"])).dropped("it is empty");
}

/// What became of a network.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// No service is on it.
    Unused,
    /// It has no policy.
    Open,
    /// It has none, since nobody wants one.
    Refused,
    /// It has one.
    Policed,
}

fn keys(ledger: &mut Ledger, (key, network): (&Name, &Network), state: State) {
    let path = Path::of(["networks", key.as_str()]);
    let place = |field: &str| [Spot::Of(ObjectPath::new("NetworkPolicy", &name(key), field))];
    let claim = ledger.claim(path.clone());
    match state {
        State::Unused => claim.dropped("no service is on it"),
        State::Open => claim.moot(OPEN, []),
        State::Refused => claim.dropped(REFUSED),
        State::Policed => claim.approximated("pods of other networks do not reach those on it", place("spec")),
    };
    if state == State::Open || state == State::Policed {
        attributes(ledger, &path, network, place("spec.egress"));
    }
}

/// What becomes of the attributes of a network that services are on.
fn attributes(ledger: &mut Ledger, path: &Path, network: &Network, egress: [Spot; 1]) {
    let Network {
        name: _,
        driver: _,
        driver_opts: _,
        ipam: _,
        external: _,
        internal,
        attachable: _,
        labels: _,
        enable_ipv4: _,
        enable_ipv6: _,
    } = network;
    if let Some(claim) = written(ledger, path.key("internal")) {
        if *internal {
            claim.exact(egress);
        } else {
            claim.same_without([]);
        }
    }
    let is_default = network.driver.as_deref().is_some_and(|driver| ["bridge", "default"].contains(&driver));
    if let Some(claim) = written(ledger, path.key("driver")) {
        if is_default {
            claim.moot("it is what a network is anyway, and the network of the cluster decides it", []);
        } else {
            claim.dropped(DECIDED).remedy(REMEDY);
        }
    }
    let idle = ["driver_opts", "ipam", "attachable", "labels", "enable_ipv4", "enable_ipv6"];
    for attribute in idle {
        let claim = written(ledger, path.key(attribute));
        claim.map(|claim| claim.dropped(DECIDED).remedy(REMEDY));
    }
    if let Some(claim) = written(ledger, path.key("name")).filter(|_| !network.external) {
        claim.dropped("the policy is called after the key");
    }
}

/// Pods with this label.
fn peers(label: String) -> LabelSelector {
    LabelSelector { match_labels: Some(BTreeMap::from([(label, "true".to_owned())])), ..LabelSelector::default() }
}

pub(super) fn peer(pods: LabelSelector) -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(pods), ..NetworkPolicyPeer::default() }
}

/// Pods on a network hear each other; on an internal one they reach nothing else.
fn policy(scene: &Scene<'_>, (key, network): (&Name, Option<&Network>), is_any_internal: bool) -> NetworkPolicy {
    let label = label(scene, key);
    let mut others = peer(peers(label.clone()));
    if network.is_some_and(|network| network.external) {
        // Pods of other projects may have the label, in their own namespaces.
        others.namespace_selector = Some(LabelSelector::default());
    }
    let from = NetworkPolicyIngressRule { from: Some(vec![others.clone()]), ports: None };
    let egress = if is_internal(network) {
        vec![NetworkPolicyEgressRule { to: Some(vec![others]), ports: None }, names()]
    } else {
        vec![NetworkPolicyEgressRule::default()]
    };
    let types =
        if is_any_internal { vec!["Ingress".to_owned(), "Egress".to_owned()] } else { vec!["Ingress".to_owned()] };
    NetworkPolicy {
        metadata: scene.metadata_of_all(&name(key)),
        spec: Some(NetworkPolicySpec {
            egress: is_any_internal.then_some(egress),
            ingress: Some(vec![from]),
            pod_selector: Some(peers(label)),
            policy_types: Some(types),
        }),
    }
}

/// The name servers of the cluster.
pub(super) fn names() -> NetworkPolicyEgressRule {
    let selector = |label: &str, value: &str| LabelSelector {
        match_labels: Some(BTreeMap::from([(label.to_owned(), value.to_owned())])),
        ..LabelSelector::default()
    };
    let servers = NetworkPolicyPeer {
        namespace_selector: Some(selector("kubernetes.io/metadata.name", "kube-system")),
        pod_selector: Some(selector("k8s-app", "kube-dns")),
        ..NetworkPolicyPeer::default()
    };
    let ports = ["UDP", "TCP"].map(|protocol| port(53, protocol));
    NetworkPolicyEgressRule { ports: Some(ports.into()), to: Some(vec![servers]) }
}

pub(super) fn port(number: u16, protocol: &str) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(IntOrString::Int(number.into())),
        protocol: Some(protocol.to_owned()),
        ..NetworkPolicyPort::default()
    }
}

/// What a service publishes is open to all.
fn open(scene: &Scene<'_>, service: &Service, manifests: &mut Manifests) {
    let ports = publication::reached(scene, service);
    let is_attached = matches!(service.networking, Networking::Attached(_));
    let Some(home) = scene.home_of(&service.name).filter(|_| is_attached && !ports.is_empty()) else { return };
    let rule = NetworkPolicyIngressRule {
        from: None,
        ports: Some(ports.into_iter().map(|(number, protocol)| port(number, protocol)).collect()),
    };
    let name = object_name::label(&format!("{}-published", scene.name_of(&service.name)));
    manifests.add(&ingress(scene, (service, &name), metadata::label_selector(scene, &home.object), rule));
}

/// Whether a port can be reached from elsewhere.
pub(super) fn is_published(port: &Port) -> bool {
    port.published.is_some() && !port.host_ip.is_some_and(|address| address.is_loopback())
}

/// What lets some reach pods.
pub(super) fn ingress(
    scene: &Scene<'_>,
    (service, name): (&Service, &str),
    pods: LabelSelector,
    rule: NetworkPolicyIngressRule,
) -> NetworkPolicy {
    NetworkPolicy {
        metadata: scene.metadata(service, name),
        spec: Some(NetworkPolicySpec {
            egress: None,
            ingress: Some(vec![rule]),
            pod_selector: Some(pods),
            policy_types: Some(vec!["Ingress".into()]),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    #[test]
    fn a_network_that_separates_nothing_is_a_policy_where_it_is_asked_for() {
        let loaded = loaded(&[("compose.yaml", "services: {a: {image: x}, b: {image: x, network_mode: none}}")]);
        let policies = |network_policy: NetworkPolicies| -> Vec<String> {
            let options = Options { network_policy, ..Options::default() };
            let made = convert(&loaded, &options).manifests.into_iter().filter(|one| one.kind == "NetworkPolicy");
            made.map(|one| one.name).collect()
        };
        assert_eq!(policies(NetworkPolicies::Auto), ["b-shut"]);
        assert_eq!(policies(NetworkPolicies::Always), ["b-shut", "net-default"]);
        assert!(policies(NetworkPolicies::Never).is_empty());
    }
}
