//! Policies for those that wait: pods that may reach nobody, or each other alone, still have to ask whether what they wait
//! for is there. Nothing else is opened.

use super::draft::Home;
use super::manifest::Manifests;
use super::metadata;
use super::network::word;
use super::network_policy::{are_refused, ingress, is_internal, names, peer, port};
use super::object_name;
use super::scene::Scene;
use super::wait;
use crate::model::{DependencyCondition, Namespace, Networking, Service};
use crate::value::Name;
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use std::collections::BTreeSet;

/// Where the API of a cluster is: addresses that belong to nobody in the Internet (RFC 1918, RFC 6598, RFC 4193).
const PRIVATE: [&str; 5] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
/// The ports of the API: that of its Service, and that of its servers.
const API: [u16; 2] = [443, 6443];

/// Makes the policies of all services that wait.
pub(super) fn declared(scene: &Scene<'_>, manifests: &mut Manifests) {
    for service in scene.project().services.values() {
        let Some(home) = scene.home_of(&service.name) else { continue };
        let mut ways = Vec::new();
        for (name, dependency) in &service.depends_on {
            let Some(there) = scene.home_of(name).filter(|there| there.owner != home.owner) else { continue };
            match wait::condition(scene, (service, name), dependency.condition) {
                DependencyCondition::Started => {}
                DependencyCondition::CompletedSuccessfully => ways.push(to_api()),
                DependencyCondition::Healthy if has_common(scene, home, there) => {}
                DependencyCondition::Healthy => {
                    admit(scene, (service, home), (name, there), manifests);
                    ways.extend(way_to(scene, (name, there)));
                }
            }
        }
        if !ways.is_empty() && is_shut(scene, home) {
            manifests.add(&egress(scene, (service, home), ways));
        }
    }
}

/// Whether the pods of a service reach others on their own networks alone, or nobody.
pub(super) fn is_shut(scene: &Scene<'_>, home: &Home) -> bool {
    if are_refused(scene) {
        return false;
    }
    let networks = networks(scene, home);
    let is_alone =
        |service: &&Service| matches!(&service.networking, Networking::Mode(Namespace::Mode(mode)) if mode == "none");
    if networks.is_empty() {
        return scene.members(&home.owner).iter().any(is_alone);
    }
    networks.iter().all(|key| is_internal(scene.project().networks.get(*key)))
}

/// The networks that the pods of a service are on.
fn networks<'a>(scene: &Scene<'a>, home: &Home) -> BTreeSet<&'a Name> {
    let attached = |service: &'a Service| match &service.networking {
        Networking::Attached(networks) => Some(networks.keys()),
        Networking::Mode(_) => None,
    };
    scene.members(&home.owner).into_iter().filter_map(attached).flatten().collect()
}

fn has_common(scene: &Scene<'_>, one: &Home, other: &Home) -> bool {
    !networks(scene, one).is_disjoint(&networks(scene, other))
}

/// What is waited for is asked at its ports, whatever networks it is on.
fn admit(
    scene: &Scene<'_>,
    (service, home): (&Service, &Home),
    (other, there): (&Name, &Home),
    manifests: &mut Manifests,
) {
    let Some(awaited) = scene.project().services.get(other) else { return };
    if !scene.is_policed && !is_shut(scene, there) {
        return;
    }
    let from = peer(metadata::label_selector(scene, &home.object));
    let ports = Some(ports(scene, other)).filter(|ports| !ports.is_empty());
    let name = object_name::label(&format!("{}-awaited-by-{}", scene.name_of(other), scene.name_of(&service.name)));
    let rule = NetworkPolicyIngressRule { from: Some(vec![from]), ports };
    manifests.add(&ingress(scene, (awaited, &name), metadata::label_selector(scene, &there.object), rule));
}

fn ports(scene: &Scene<'_>, service: &Name) -> Vec<NetworkPolicyPort> {
    scene.ports_of(service).iter().map(|one| port(one.number, word(one.protocol))).collect()
}

/// The way to the pods that are waited for; their name alone is asked for where no port is known.
fn way_to(scene: &Scene<'_>, (other, there): (&Name, &Home)) -> Vec<NetworkPolicyEgressRule> {
    let ports = ports(scene, other);
    let pods = (!ports.is_empty()).then(|| NetworkPolicyEgressRule {
        ports: Some(ports),
        to: Some(vec![peer(metadata::label_selector(scene, &there.object))]),
    });
    pods.into_iter().chain([names()]).collect()
}

/// The way to the API of the cluster, which knows the ends of jobs.
fn to_api() -> NetworkPolicyEgressRule {
    let block = |cidr: &str| NetworkPolicyPeer {
        ip_block: Some(IPBlock { cidr: cidr.to_owned(), except: None }),
        ..NetworkPolicyPeer::default()
    };
    NetworkPolicyEgressRule {
        ports: Some(API.map(|number| port(number, "TCP")).into()),
        to: Some(PRIVATE.map(block).into()),
    }
}

fn egress(
    scene: &Scene<'_>,
    (service, home): (&Service, &Home),
    mut ways: Vec<NetworkPolicyEgressRule>,
) -> NetworkPolicy {
    let mut seen = Vec::new();
    ways.retain(|way| {
        !seen.contains(way) && {
            seen.push(way.clone());
            true
        }
    });
    let name = object_name::label(&format!("{}-waits", scene.name_of(&service.name)));
    NetworkPolicy {
        metadata: scene.metadata(service, &name),
        spec: Some(NetworkPolicySpec {
            egress: Some(ways),
            ingress: None,
            pod_selector: Some(metadata::label_selector(scene, &home.object)),
            policy_types: Some(vec!["Egress".into()]),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    /// The policies that a project becomes, by name, with what they let through.
    fn policies(text: &str) -> Vec<(String, String)> {
        let converted = convert(&loaded(&[("compose.yaml", text)]), &Options::default());
        let policies = converted.manifests.into_iter().filter(|one| one.kind == "NetworkPolicy");
        policies.map(|one| (one.name.clone(), one.text())).collect()
    }

    #[test]
    fn a_pod_of_an_internal_network_reaches_what_it_waits_for() {
        let text = "services:\n  a: {image: x, networks: [back], depends_on: {b: {condition: service_healthy}}}\n  \
                    b: {image: y, networks: [front], expose: ['81']}\nnetworks: {front: {}, back: {internal: true}}\n";
        let all = policies(text);
        let waits = all.iter().find(|(name, _)| name == "a-waits").expect("one of its own");
        assert!(waits.1.contains("port: 81") && waits.1.contains("port: 53"), "{}", waits.1);
        assert!(all.iter().any(|(name, _)| name == "b-awaited-by-a"));
    }

    #[test]
    fn a_pod_without_networks_reaches_the_api_when_it_waits_for_a_job() {
        let text = "services:\n  a: {image: x, network_mode: none, depends_on: {b: {condition: \
                    service_completed_successfully}}}\n  b: {image: y, restart: 'no'}\n";
        let all = policies(text);
        let waits = all.iter().find(|(name, _)| name == "a-waits").expect("one of its own");
        assert!(waits.1.contains("port: 6443") && waits.1.contains("10.0.0.0/8"), "{}", waits.1);
    }

    #[test]
    fn a_pod_that_reaches_others_anyway_needs_no_policy() {
        let text = "services:\n  a: {image: x, networks: [front], depends_on: {b: {condition: service_healthy}}}\n  \
                    b: {image: y, networks: [front], expose: ['81']}\nnetworks: {front: {}, back: {internal: true}}\n";
        assert!(policies(text).iter().all(|(name, _)| name != "a-waits" && name != "b-awaited-by-a"));
    }
}
