//! [`Engine::inhabitants`]: the running containers of a project and what they are called in each of their networks.

use super::{Engine, EngineError, if_there};
use crate::plan::State;
use crate::value::{ContainerId, Name, ProjectName};
use bollard::models::{ContainerInspectResponse, EndpointSettings};
use bollard::query_parameters::InspectContainerOptions;
use futures_util::future::try_join_all;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A running container, as its neighbours see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inhabitant {
    /// Its id.
    pub id: ContainerId,
    /// Its name.
    pub name: String,
    /// The service it belongs to.
    pub service: Name,
    /// The process of its first command, in the engine's count.
    pub process: u32,
    /// Where it is.
    pub endpoints: Vec<Endpoint>,
}

/// A container's place in one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The network's name.
    pub network: String,
    /// Its addresses there.
    pub addresses: BTreeSet<IpAddr>,
    /// What it is called there, aliases and all.
    pub names: BTreeSet<String>,
}

impl Engine {
    /// The running containers of a project, by name. One that ends meanwhile is left out.
    pub async fn inhabitants(&self, project: &ProjectName) -> Result<Vec<Inhabitant>, EngineError> {
        let seen = self.observe_named(project).await?;
        let running = seen.containers.into_iter().filter(|one| one.state == State::Running);
        let looks = running.map(|one| async move {
            let answer = self.docker.inspect_container(one.id.as_str(), None::<InspectContainerOptions>).await;
            let found = if_there(answer.map_err(|fault| self.sorted(fault)))?;
            Ok::<_, EngineError>(found.and_then(|found| inhabitant(found, one.service)))
        });
        Ok(try_join_all(looks).await?.into_iter().flatten().collect())
    }
}

/// Nothing when it does not run.
fn inhabitant(answer: ContainerInspectResponse, service: Name) -> Option<Inhabitant> {
    let id = ContainerId::new(answer.id?);
    let name = answer.name.unwrap_or_default().trim_start_matches('/').to_owned();
    let process = u32::try_from(answer.state?.pid?).ok().filter(|process| *process > 0)?;
    let networks = answer.network_settings?.networks.unwrap_or_default();
    let place = |(network, settings): (String, EndpointSettings)| endpoint(network, settings, [&name, id.short()]);
    let mut endpoints: Vec<Endpoint> = networks.into_iter().map(place).collect();
    endpoints.sort_by(|left, right| left.network.cmp(&right.network));
    Some(Inhabitant { name: name.clone(), service, process, endpoints, id })
}

fn endpoint(network: String, settings: EndpointSettings, own: [&str; 2]) -> Endpoint {
    let addresses = [settings.ip_address, settings.global_ipv6_address];
    // Engines before 25 do not tell the name and the id among the names.
    let names = settings.dns_names.unwrap_or_default().into_iter().chain(settings.aliases.unwrap_or_default());
    Endpoint {
        network,
        addresses: addresses.into_iter().flatten().filter_map(|address| address.parse().ok()).collect(),
        names: names.chain(own.map(str::to_owned)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_has_names_and_addresses_in_each_network() {
        let answer = serde_json::from_str(
            r#"{"Id":"00112233445566","Name":"/p-db-1","State":{"Pid":7},"NetworkSettings":{"Networks":{
            "p_front":{"IPAddress":"172.20.0.3","GlobalIPv6Address":"fd00::3","Aliases":["db","store"]},
            "p_back":{"IPAddress":"172.21.0.2","GlobalIPv6Address":"","DNSNames":["p-db-1","db"]}}}}"#,
        )
        .expect("as an engine writes it");
        let one = inhabitant(answer, "db".parse().expect("valid")).expect("it runs");
        let names: Vec<_> = one.endpoints.iter().map(|place| (place.network.as_str(), place.addresses.len())).collect();
        assert_eq!(names, [("p_back", 1), ("p_front", 2)]);
        let called = one.endpoints[1].names.iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(called, ["001122334455", "db", "p-db-1", "store"]);
    }
}
