//! Creates and removes networks.

use super::perform::gone_is_fine;
use super::{Engine, EngineError};
use crate::model::{Ipam, Network, Project, Subnet};
use crate::plan::labels;
use crate::value::Name;
use bollard::body_full;
use bollard::models::{Ipam as SentIpam, IpamConfig, NetworkCreateRequest};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// How many milliseconds it is waited before a network is removed that something is still in, each time.
const PAUSES: [u64; 4] = [50, 200, 500, 1000];

impl Engine {
    /// Creates a declared network; one that this project made in the meantime is as good.
    pub(super) async fn create_network(&self, project: &Project, key: &Name) -> Result<(), EngineError> {
        let missing = || EngineError::Internal(format!("network '{key}' is not in the project"));
        let network = project.networks.get(key).ok_or_else(missing)?;
        let request = request(project, key, network);
        let body = checked(&request)?;
        let docker =
            self.docker.clone().with_request_modifier(move |sent| sent.map(|_| body_full(body.clone().into())));
        let answer = docker.create_network(request).await;
        match answer.map_err(|fault| self.sorted(fault)) {
            Ok(_) => Ok(()),
            Err(error @ EngineError::Conflict { .. }) => {
                let there = self.network_named(&network.name).await?;
                let owner = there.as_ref().and_then(|there| there.labels.get(labels::PROJECT));
                if owner.is_some_and(|owner| owner == project.name().as_str()) { Ok(()) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }

    /// Removes a network; one that is gone is no fault. An engine can say that a container is gone a moment before its
    /// network knows.
    pub(super) async fn remove_network(&self, name: &str) -> Result<(), EngineError> {
        let mut pauses = PAUSES.iter();
        loop {
            let removed = self.docker.remove_network(name).await.map_err(|fault| self.sorted(fault));
            match (removed, pauses.next()) {
                (Err(error), Some(pause)) if error.to_string().contains("active endpoints") => {
                    tokio::time::sleep(Duration::from_millis(*pause)).await;
                }
                (removed, _) => return gone_is_fine(removed),
            }
        }
    }
}

/// The request with a wish that the client library forgot: engines before 25 make a second network of the same name
/// unless they are told not to.
fn checked(request: &NetworkCreateRequest) -> Result<String, EngineError> {
    let mut body = serde_json::to_value(request).map_err(|fault| EngineError::Internal(fault.to_string()))?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("CheckDuplicate".into(), true.into());
    }
    Ok(body.to_string())
}

fn request(project: &Project, key: &Name, network: &Network) -> NetworkCreateRequest {
    let Network {
        name,
        driver,
        driver_opts,
        ipam,
        external: _,
        internal,
        attachable,
        labels: _,
        enable_ipv4,
        enable_ipv6,
    } = network;
    NetworkCreateRequest {
        name: name.clone(),
        driver: driver.clone(),
        options: some(driver_opts),
        ipam: (*ipam != Ipam::default()).then(|| sent_ipam(ipam)),
        internal: internal.then_some(true),
        attachable: attachable.then_some(true),
        enable_ipv4: *enable_ipv4,
        enable_ipv6: *enable_ipv6,
        labels: some(&labels::of_network(project, key, network)),
        ..NetworkCreateRequest::default()
    }
}

fn sent_ipam(ipam: &Ipam) -> SentIpam {
    let Ipam { driver, config, options } = ipam;
    let config: Vec<_> = config.iter().map(sent_subnet).collect();
    SentIpam { driver: driver.clone(), config: (!config.is_empty()).then_some(config), options: some(options) }
}

fn sent_subnet(subnet: &Subnet) -> IpamConfig {
    let Subnet { subnet, gateway, ip_range, aux_addresses } = subnet;
    IpamConfig {
        subnet: subnet.clone(),
        gateway: gateway.clone(),
        ip_range: ip_range.clone(),
        auxiliary_addresses: some(aux_addresses),
    }
}

fn some(map: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!map.is_empty()).then(|| map.clone().into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_network_carries_composes_labels_and_its_addresses() {
        let project = crate::testing::project(
            "services: {a: {image: x}}\n\
             networks: {back: {name: p_back, internal: true, driver_opts: {k: v}, labels: {l: m}, enable_ipv6: true, \
             ipam: {config: [{subnet: 198.19.0.0/24, gateway: 198.19.0.1}]}}}",
        );
        let key = "back".parse().expect("a name");
        let network = project.networks.get(&key).expect("declared");
        let mut body: serde_json::Value =
            serde_json::from_str(&checked(&request(&project, &key, network)).expect("JSON")).expect("JSON");
        let labels = body.get_mut("Labels").expect("labels").as_object_mut().expect("an object");
        assert_eq!(labels.remove("com.docker.compose.config-hash").map(|hash| hash.to_string().len()), Some(66));
        let expected = json!({
            "Name": "p_back",
            "Internal": true,
            "EnableIPv6": true,
            "Options": { "k": "v" },
            "IPAM": { "Config": [{ "Subnet": "198.19.0.0/24", "Gateway": "198.19.0.1" }] },
            "Labels": {
                "l": "m",
                "com.docker.compose.project": "p",
                "com.docker.compose.network": "back",
                "com.docker.compose.version": "2.40.3",
            },
            "CheckDuplicate": true,
        });
        assert_eq!(body, expected);
    }
}
