//! [`Engine::observe`]: what an engine holds of a project, in as few requests as can be.

use super::{Engine, EngineError, if_there, seen};
use crate::model::{Project, PullPolicy, Service};
use crate::plan::{Observed, SeenContainer, SeenImage, SeenNetwork, SeenVolume, labels};
use crate::value::{ImageName, ProjectName};
use bollard::models::ImageSummary;
use bollard::query_parameters::{
    InspectNetworkOptions, ListContainersOptionsBuilder, ListImagesOptionsBuilder, ListNetworksOptionsBuilder,
    ListVolumesOptionsBuilder,
};
use futures_util::future::{try_join_all, try_join3, try_join4};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::SystemTime;

impl Engine {
    /// What the engine holds of a project: four requests at once, and one more for each network, volume or image that
    /// the project names and that does not come with the lists.
    pub async fn observe(&self, wanted: &Project) -> Result<Observed, EngineError> {
        let of_hooks = wanted.services.values().flat_map(Service::hook_images);
        let images: BTreeSet<ImageName> = wanted
            .services
            .values()
            .filter(|service| service.provider.is_none())
            .map(|service| wanted.image_of(service))
            .chain(of_hooks)
            .chain(mounted_images(wanted))
            .collect();
        let ((containers, helpers), networks, volumes, listed) = try_join4(
            self.containers_and_helpers(wanted.name()),
            self.networks(wanted.name()),
            self.volumes(wanted.name()),
            self.list_images(&images),
        )
        .await?;
        let images_there = seen::images(&listed, images.iter());
        let vanished = self.vanished(&containers).await;
        let mut seen =
            Observed { containers, helpers, networks, volumes, images: images_there, vanished, ..Observed::default() };
        let (networks, volumes, images) = try_join3(
            self.missing_networks(wanted, &seen),
            self.missing_volumes(wanted, &seen),
            self.images_in_detail(wanted, &seen),
        )
        .await?;
        seen.networks.extend(networks);
        seen.volumes.extend(volumes);
        seen.images.extend(images);
        seen.drift = self.drift(wanted, &seen).await?;
        Ok(seen)
    }

    /// What carries a project's labels, without a file: containers, networks and volumes, no images.
    pub async fn observe_named(&self, project: &ProjectName) -> Result<Observed, EngineError> {
        let ((containers, helpers), networks, volumes) =
            try_join3(self.containers_and_helpers(project), self.networks(project), self.volumes(project)).await?;
        let vanished = self.vanished(&containers).await;
        Ok(Observed { containers, helpers, networks, volumes, vanished, ..Observed::default() })
    }

    /// The compose files that containers were recorded from and that are no longer there; none where the engine has
    /// other files than we, since those who use it may have theirs.
    async fn vanished(&self, containers: &[SeenContainer]) -> BTreeSet<String> {
        let missing = missing_files(containers);
        if missing.is_empty() || self.sees_our_files().await { missing } else { BTreeSet::new() }
    }

    /// The containers with a project's labels, in every state, by name.
    pub async fn containers(&self, project: &ProjectName) -> Result<Vec<SeenContainer>, EngineError> {
        Ok(self.containers_and_helpers(project).await?.0)
    }

    /// The containers of a project's services, and those that failed hooks left: a hash tells the first from all else.
    async fn containers_and_helpers(
        &self,
        project: &ProjectName,
    ) -> Result<(Vec<SeenContainer>, Vec<SeenContainer>), EngineError> {
        let filters = HashMap::from([("label", vec![of(project)])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let listed = self.docker.list_containers(Some(options)).await.map_err(|fault| self.sorted(fault))?;
        let mut seen: Vec<_> = listed.into_iter().filter_map(seen::container).collect();
        seen.sort_by(|left, right| left.name.cmp(&right.name));
        let (containers, others): (Vec<_>, Vec<_>) =
            seen.into_iter().partition(|one| one.label(labels::CONFIG_HASH).is_some());
        Ok((containers, others.into_iter().filter(|one| one.label(labels::HOOK).is_some()).collect()))
    }

    async fn networks(&self, project: &ProjectName) -> Result<Vec<SeenNetwork>, EngineError> {
        let filters = HashMap::from([("label", vec![of(project)])]);
        let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let listed = self.docker.list_networks(Some(options)).await.map_err(|fault| self.sorted(fault))?;
        let mut seen: Vec<_> = listed.into_iter().map(seen::network).collect();
        seen.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(seen)
    }

    async fn volumes(&self, project: &ProjectName) -> Result<Vec<SeenVolume>, EngineError> {
        let filters = HashMap::from([("label", vec![of(project)])]);
        let options = ListVolumesOptionsBuilder::new().filters(&filters).build();
        let listed = self.docker.list_volumes(Some(options)).await.map_err(|fault| self.sorted(fault))?;
        let mut seen: Vec<_> = listed.volumes.unwrap_or_default().into_iter().map(seen::volume).collect();
        seen.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(seen)
    }

    async fn list_images(&self, wanted: &BTreeSet<ImageName>) -> Result<Vec<ImageSummary>, EngineError> {
        let names: Vec<_> = wanted.iter().filter(|name| !may_be_id(name)).map(ImageName::familiar).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let filters = HashMap::from([("reference", names)]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        self.docker.list_images(Some(options)).await.map_err(|fault| self.sorted(fault))
    }

    async fn missing_networks(&self, wanted: &Project, seen: &Observed) -> Result<Vec<SeenNetwork>, EngineError> {
        let names: BTreeSet<_> = wanted.networks.values().map(|network| network.name.as_str()).collect();
        let missing = names.into_iter().filter(|name| seen.network(name).is_none());
        let found = try_join_all(missing.map(|name| self.network_named(name))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The network of this name, whoever made it.
    pub(super) async fn network_named(&self, name: &str) -> Result<Option<SeenNetwork>, EngineError> {
        let answer = self.docker.inspect_network(name, None::<InspectNetworkOptions>).await;
        let found = if_there(answer.map_err(|fault| self.sorted(fault)))?;
        // The engine takes the beginning of an id for a name.
        Ok(found.map(seen::inspected_network).filter(|network| network.name == name || network.id == name))
    }

    async fn missing_volumes(&self, wanted: &Project, seen: &Observed) -> Result<Vec<SeenVolume>, EngineError> {
        let names: BTreeSet<_> = wanted.volumes.values().map(|volume| volume.name.as_str()).collect();
        let missing = names.into_iter().filter(|name| seen.volume(name).is_none());
        let found = try_join_all(missing.map(|name| self.volume_named(name))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn volume_named(&self, name: &str) -> Result<Option<SeenVolume>, EngineError> {
        let answer = self.docker.inspect_volume(name).await.map_err(|fault| self.sorted(fault));
        Ok(if_there(answer)?.map(seen::volume))
    }

    /// The images that do not come with the list, and those of which more is to be known than their id.
    async fn images_in_detail(
        &self,
        wanted: &Project,
        seen: &Observed,
    ) -> Result<Vec<(String, SeenImage)>, EngineError> {
        let in_list = |name: &ImageName| seen.images.contains_key(&name.familiar());
        let services = wanted.services.values().map(|service| (service, wanted.image_of(service)));
        let asked =
            services.filter(|(service, name)| if in_list(name) { wants_details(service) } else { may_be_id(name) });
        let mounted = mounted_images(wanted).filter(|name| may_be_id(name) && !in_list(name));
        let names: BTreeSet<ImageName> = asked.map(|(_, name)| name).chain(mounted).collect();
        let found = try_join_all(names.iter().map(|name| self.image_named(name))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The image of this name, in detail.
    pub(super) async fn image_named(&self, name: &ImageName) -> Result<Option<(String, SeenImage)>, EngineError> {
        let answer = self.docker.inspect_image(name.as_str()).await.map_err(|fault| self.sorted(fault));
        Ok(if_there(answer)?
            .and_then(|image| seen::image(image, SystemTime::now()))
            .map(|seen| (name.familiar(), seen)))
    }
}

/// The images that services mount.
fn mounted_images(wanted: &Project) -> impl Iterator<Item = ImageName> {
    let sources = wanted.services.values().flat_map(Service::image_sources);
    sources.filter_map(|source| wanted.mounted_image(source).ok())
}

/// Whether more than the id of a service's image decides about it.
fn wants_details(service: &Service) -> bool {
    let by_age = match service.pull_policy {
        Some(PullPolicy::Daily | PullPolicy::Weekly | PullPolicy::Every(_)) => true,
        Some(
            PullPolicy::Refresh | PullPolicy::Missing | PullPolicy::Always | PullPolicy::Never | PullPolicy::Build,
        )
        | None => false,
    };
    by_age || service.platform.as_ref().is_some_and(|platform| !platform.is_empty())
}

/// The compose files that containers were recorded from and that are not on this machine.
fn missing_files(containers: &[SeenContainer]) -> BTreeSet<String> {
    let recorded = containers.iter().filter_map(|one| one.label(labels::CONFIG_FILES));
    let files: BTreeSet<&str> = recorded.flat_map(|files| files.split(',')).collect();
    let gone = |file: &&str| matches!(Path::new(file).try_exists(), Ok(false));
    files.into_iter().filter(gone).map(str::to_owned).collect()
}

fn of(project: &ProjectName) -> String {
    format!("{}={project}", labels::PROJECT)
}

/// Digests and ids are not listed by what the user wrote.
fn may_be_id(name: &ImageName) -> bool {
    let text = name.as_str();
    let looks_like_id = text.len() >= 12 && text.chars().all(|digit| digit.is_ascii_hexdigit());
    text.contains('@') || text.starts_with("sha256:") || looks_like_id
}
