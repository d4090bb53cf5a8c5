//! Makes a network anew under the containers that are on it.
//!
//! They are off it for as long as that takes, and come back with all that they are to have there: names, addresses,
//! options. When the new one cannot be made, the old one is made again, and they come back to that.

use super::body::{Wanted, endpoints};
use super::{Engine, EngineError, if_there};
use crate::model::Project;
use crate::plan::{Peers, Replica, labels};
use crate::value::{ContainerId, Name};
use bollard::models::{
    ContainerInspectResponse, EndpointIpamConfig, EndpointSettings, NetworkConnectRequest, NetworkCreateRequest,
    NetworkDisconnectRequest, NetworkInspect,
};
use bollard::query_parameters::{InspectContainerOptions, InspectNetworkOptions};
use futures_util::future::{join_all, try_join_all};

/// A container on the network.
struct Guest {
    id: ContainerId,
    /// What it has there.
    has: EndpointSettings,
    /// What it is to have there.
    wants: EndpointSettings,
}

impl Engine {
    /// Makes a declared network anew, and puts containers back on it.
    pub(super) async fn renew_network(
        &self,
        project: &Project,
        key: &Name,
        reconnect: &[ContainerId],
    ) -> Result<(), EngineError> {
        let missing = || EngineError::Internal(format!("network '{key}' is not in the project"));
        let name = &project.networks.get(key).ok_or_else(missing)?.name;
        let answer = self.docker.inspect_network(name, None::<InspectNetworkOptions>).await;
        let old = if_there(answer.map_err(|fault| self.sorted(fault)))?;
        let guests = try_join_all(reconnect.iter().map(|id| self.guest(project, name, id))).await?;
        let guests: Vec<Guest> = guests.into_iter().flatten().collect();
        let made = match self.clear(name, &guests).await {
            Ok(()) => self.create_network(project, key).await,
            refused => refused,
        };
        match made {
            Ok(()) => self.seat(name, &guests, |guest| &guest.wants).await,
            Err(error) => {
                // Containers that run go on as they were: what failed is told, not what this comes to.
                let _ = self.restore(old, name, &guests).await;
                Err(error)
            }
        }
    }

    /// Nothing when the container is gone or not on the network.
    async fn guest(&self, project: &Project, network: &str, id: &ContainerId) -> Result<Option<Guest>, EngineError> {
        let answer = self.docker.inspect_container(id.as_str(), None::<InspectContainerOptions>).await;
        let Some(container) = if_there(answer.map_err(|fault| self.sorted(fault)))? else { return Ok(None) };
        let Some(has) = has(&container, network) else { return Ok(None) };
        let wants = wants(project, &container, network)?.unwrap_or_else(|| has.clone());
        // What it links to is what it was made with: a container that is to link otherwise is replaced.
        let wants = EndpointSettings { links: has.links.clone(), ..wants };
        Ok(Some(Guest { id: id.clone(), has, wants }))
    }

    async fn clear(&self, network: &str, guests: &[Guest]) -> Result<(), EngineError> {
        try_join_all(guests.iter().map(|guest| self.disconnect(network, &guest.id))).await?;
        self.remove_network(network).await
    }

    async fn disconnect(&self, network: &str, container: &ContainerId) -> Result<(), EngineError> {
        let request = NetworkDisconnectRequest { container: container.as_str().to_owned(), force: Some(true) };
        match self.docker.disconnect_network(network, request).await.map_err(|fault| self.sorted(fault)) {
            // The engine refuses what is not connected.
            Err(EngineError::Refused { message, .. }) if message.contains("is not connected") => Ok(()),
            Err(EngineError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// Puts all back, also when one of them cannot be; tells the first fault.
    async fn seat<'a>(
        &self,
        network: &str,
        guests: &'a [Guest],
        endpoint: impl Fn(&'a Guest) -> &'a EndpointSettings,
    ) -> Result<(), EngineError> {
        let connect = guests.iter().map(|guest| {
            let container = guest.id.as_str().to_owned();
            let request = NetworkConnectRequest { container, endpoint_config: Some(endpoint(guest).clone()) };
            async { self.docker.connect_network(network, request).await.map_err(|fault| self.sorted(fault)) }
        });
        join_all(connect).await.into_iter().collect()
    }

    /// Makes the old network again if it is gone, and puts all back as they were.
    async fn restore(&self, old: Option<NetworkInspect>, name: &str, guests: &[Guest]) -> Result<(), EngineError> {
        let Some(old) = old else { return Ok(()) };
        if self.network_named(name).await?.is_none() {
            self.docker.create_network(again(old)).await.map_err(|fault| self.sorted(fault))?;
        }
        self.seat(name, guests, |guest| &guest.has).await
    }
}

/// The request that makes a network as it is.
fn again(network: NetworkInspect) -> NetworkCreateRequest {
    NetworkCreateRequest {
        name: network.name.unwrap_or_default(),
        driver: network.driver,
        scope: network.scope,
        internal: network.internal,
        attachable: network.attachable,
        ingress: network.ingress,
        config_only: network.config_only,
        config_from: network.config_from.filter(|from| from.network.as_ref().is_some_and(|name| !name.is_empty())),
        ipam: network.ipam,
        enable_ipv4: network.enable_ipv4,
        enable_ipv6: network.enable_ipv6,
        options: network.options,
        labels: network.labels,
    }
}

/// What a container was asked to have on a network, without what the engine made of it.
fn has(container: &ContainerInspectResponse, network: &str) -> Option<EndpointSettings> {
    let all = container.network_settings.as_ref()?.networks.as_ref()?;
    let endpoint = all.get(network)?;
    let id = container.id.as_deref().unwrap_or_default();
    let given = |alias: &String| !id.starts_with(alias.as_str());
    let asked = |config: &EndpointIpamConfig| *config != EndpointIpamConfig::default();
    Some(EndpointSettings {
        aliases: endpoint.aliases.as_ref().map(|all| all.iter().filter(|alias| given(alias)).cloned().collect()),
        driver_opts: endpoint.driver_opts.clone(),
        gw_priority: endpoint.gw_priority,
        ipam_config: endpoint.ipam_config.clone().filter(asked),
        links: endpoint.links.clone(),
        ..EndpointSettings::default()
    })
}

/// What a container of the project is to have on a network; nothing when it is not to be there.
fn wants(
    project: &Project,
    container: &ContainerInspectResponse,
    network: &str,
) -> Result<Option<EndpointSettings>, EngineError> {
    let labels = container.config.as_ref().and_then(|config| config.labels.as_ref());
    let label = |name: &str| labels.and_then(|labels| labels.get(name)).map(String::as_str).unwrap_or_default();
    let once = label(labels::ONEOFF).eq_ignore_ascii_case("true");
    let service = label(labels::SERVICE).parse::<Name>().ok().filter(|_| !once);
    let Some(service) = service.filter(|service| project.services.contains_key(service)) else { return Ok(None) };
    let replica = Replica { service, number: label(labels::CONTAINER_NUMBER).parse().unwrap_or(1) };
    let peers = Peers::default();
    let wanted = Wanted::of(project, &replica, "", &peers)?;
    Ok(endpoints(&wanted).into_iter().find(|(name, _)| name == network).map(|(_, endpoint)| endpoint))
}
