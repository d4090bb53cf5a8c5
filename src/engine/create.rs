//! Creates a container: what it takes over, the request, and networks that an older engine connects one by one.

use super::body::{Found, Place, Wanted, body, endpoints, wants_anonymous};
use super::{Engine, EngineError, Licence, if_there, proxy};
use crate::model::{Project, Service, ServiceFile};
use crate::plan::{AnonymousVolumes, Inherit, MountedVolume, OneOff, Peers};
use crate::value::{ContainerId, Name};
use bollard::models::{ContainerCreateBody, EndpointSettings, NetworkConnectRequest};
use bollard::query_parameters::CreateContainerOptionsBuilder;
use bollard::{Docker, body_full};

/// From this version of the API on a container can be created in several networks.
const SEVERAL_NETWORKS: (u32, u32) = (1, 44);

impl Engine {
    /// Creates a container.
    pub(super) async fn create(
        &self,
        wanted: &Wanted<'_>,
        inherit: Option<&Inherit>,
    ) -> Result<ContainerId, EngineError> {
        let found = self.found(wanted, inherit).await?;
        let mut body = body(wanted, &found)?;
        let later = self.networks_for_later(wanted, &mut body).await?;
        let mut options = CreateContainerOptionsBuilder::new().name(wanted.name);
        if let Some(platform) = wanted.service.platform.as_ref().or(self.host.platform.as_ref()) {
            options = options.platform(platform);
        }
        let docker = self.for_body(&body).await?;
        let answer = docker.create_container(Some(options.build()), body).await;
        let id = ContainerId::new(answer.map_err(|fault| self.sorted(fault))?.id);
        if let Err(error) = self.connect_all(&id, later).await {
            // A container without its networks would look complete to the next run.
            self.remove(&id, AnonymousVolumes::Remove).await?;
            return Err(error);
        }
        Ok(id)
    }

    /// Creates the container of one run, with the configs and secrets that no file has.
    pub async fn create_one_off(
        &self,
        _licence: Licence,
        project: &Project,
        one_off: &OneOff,
    ) -> Result<ContainerId, EngineError> {
        let peers = self.peers(project, &one_off.service).await?;
        let wanted = Wanted::once(project, one_off, &peers)?;
        let id = self.create(&wanted, None).await?;
        let has_files = !ServiceFile::in_memory(project, wanted.service).is_empty();
        if has_files && let Err(error) = self.upload(project, &one_off.service, &id).await {
            self.remove(&id, AnonymousVolumes::Remove).await?;
            return Err(error);
        }
        Ok(id)
    }

    /// The containers that the references of a service mean, of those that are there.
    pub(super) async fn peers(&self, project: &Project, service: &Name) -> Result<Peers, EngineError> {
        let refers = |service: &&Service| service.shared_services().chain(service.linked_services()).next().is_some();
        let Some(service) = project.services.get(service).filter(refers) else { return Ok(Peers::default()) };
        // Boxed: it is rare and large.
        let seen = Box::pin(self.observe_named(project.name())).await?;
        Ok(Peers::of(project, service, &seen))
    }

    /// The image, and what is taken over from the container that is replaced.
    async fn found(&self, wanted: &Wanted<'_>, old: Option<&Inherit>) -> Result<Found, EngineError> {
        let name = wanted.project.image_of(wanted.service);
        let answer = self.docker.inspect_image(name.as_str()).await;
        let image = if_there(answer.map_err(|fault| self.sorted(fault)))?.unwrap_or_default();
        let of_image = image.config.and_then(|config| config.volumes).unwrap_or_default();
        let inherited = old.map(|old| taken_over(wanted, old.volumes.clone(), &of_image));
        Ok(Found { image: image.id, inherited, proxies: proxy::variables(&self.host) })
    }

    /// Takes all networks but the first out of the request when the engine wants them one by one.
    async fn networks_for_later(
        &self,
        wanted: &Wanted<'_>,
        body: &mut ContainerCreateBody,
    ) -> Result<Vec<(String, EndpointSettings)>, EngineError> {
        let mut endpoints = endpoints(wanted);
        if endpoints.len() < 2 || self.version().await?.api >= SEVERAL_NETWORKS {
            return Ok(Vec::new());
        }
        let later = endpoints.split_off(1);
        if let Some(networking) = &mut body.networking_config {
            networking.endpoints_config = Some(endpoints.into_iter().collect());
        }
        Ok(later)
    }

    /// The engine, with time to make a container, which means to unpack an image in some stores; told of the MAC address of the first network in the way of older ones, which the client library has
    /// forgotten.
    async fn for_body(&self, body: &ContainerCreateBody) -> Result<Docker, EngineError> {
        let Some(address) = first_address(body) else { return Ok(self.patient()) };
        if self.version().await?.api >= SEVERAL_NETWORKS {
            return Ok(self.patient());
        }
        let text = addressed(body, &address)?;
        Ok(self.patient().with_request_modifier(move |sent| sent.map(|_| body_full(text.clone().into()))))
    }

    async fn connect_all(&self, id: &ContainerId, later: Vec<(String, EndpointSettings)>) -> Result<(), EngineError> {
        for (network, endpoint) in later {
            let request = NetworkConnectRequest { container: id.as_str().to_owned(), endpoint_config: Some(endpoint) };
            self.docker.connect_network(&network, request).await.map_err(|fault| self.sorted(fault))?;
        }
        Ok(())
    }
}

/// The MAC address of the network that a container is created in.
fn first_address(body: &ContainerCreateBody) -> Option<String> {
    let name = body.host_config.as_ref()?.network_mode.as_ref()?;
    body.networking_config.as_ref()?.endpoints_config.as_ref()?.get(name)?.mac_address.clone()
}

fn addressed(body: &ContainerCreateBody, address: &str) -> Result<String, EngineError> {
    let mut body = serde_json::to_value(body).map_err(|fault| EngineError::Internal(fault.to_string()))?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("MacAddress".into(), address.into());
    }
    Ok(body.to_string())
}

/// The volumes that a new container takes over: where it wants an anonymous one, or where the image has one and the
/// service says nothing.
fn taken_over(wanted: &Wanted<'_>, old: Vec<MountedVolume>, of_image: &[String]) -> Vec<MountedVolume> {
    let is_wanted = |volume: &MountedVolume| match wants_anonymous(wanted.service, &volume.target) {
        Place::Anonymous => true,
        Place::Taken => false,
        Place::Free => of_image.contains(&volume.target),
    };
    old.into_iter().filter(is_wanted).collect()
}
