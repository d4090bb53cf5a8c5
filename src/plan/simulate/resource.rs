//! What a plan does to images, networks and volumes of the simulated world.

use super::{Answer, World, is_up, made_up};
use crate::plan::{SeenContainer, SeenImage, SeenNetwork, SeenVolume, StepId, labels};
use crate::value::{ContainerId, ImageName, Name, Platform};
use std::time::Duration;

impl World<'_> {
    /// An image that is there already is taken to be the newest.
    pub(super) fn fetch(&mut self, image: &ImageName, platform: Option<&str>) {
        let name = image.familiar();
        let id = format!("sha256:{}", made_up(&["image", &name]));
        let there = self.now.images.entry(name).or_insert_with(|| SeenImage::of(id));
        there.age = Some(Duration::ZERO);
        if let Some(platform) = platform {
            there.platform = Some(Platform::of(platform));
        }
    }

    pub(super) fn push(&mut self, image: &ImageName) -> Answer {
        if self.now.images.contains_key(&image.familiar()) {
            return Ok(());
        }
        Err("there is no such image to push".into())
    }

    pub(super) fn build(&mut self, services: &[Name]) -> Answer {
        for name in services {
            let Some(service) = self.wanted.services.get(name) else {
                return Err(format!("there is no service '{name}'"));
            };
            self.fetch(&self.wanted.image_of(service), service.platform.as_deref());
            for tag in service.build.iter().flat_map(|build| &build.tags) {
                if let Ok(tag) = tag.parse() {
                    self.fetch(&tag, service.platform.as_deref());
                }
            }
        }
        Ok(())
    }

    /// The engine keeps what a container was made from.
    pub(super) fn remove_image(&mut self, image: &str) {
        let Some(seen) = self.now.images.get(image) else { return };
        let made = |one: &SeenContainer| one.label(labels::IMAGE) == Some(seen.id.as_str());
        if !self.now.containers.iter().any(made) {
            self.now.images.remove(image);
        }
    }

    pub(super) fn create_network(&mut self, id: StepId, key: &Name) -> Answer {
        let Some(network) = self.wanted.networks.get(key) else { return Err(format!("'{key}' is not declared")) };
        if self.now.network(&network.name).is_some() {
            return Err("there is a network of this name".into());
        }
        self.now.networks.push(SeenNetwork {
            id: made_up(&["network", &self.origin, &id.index().to_string()]),
            name: network.name.clone(),
            labels: labels::of_network(self.wanted, key, network),
        });
        Ok(())
    }

    /// The engine refuses as long as something that runs is on it.
    pub(super) fn remove_network(&mut self, name: &str) -> Answer {
        let name = self.now.networks.iter().find(|network| network.id == name).map_or(name, |found| &found.name);
        let name = name.to_owned();
        let up = |container: &&SeenContainer| is_up(container.state) && container.networks.contains_key(&name);
        if let Some(container) = self.now.containers.iter().find(up) {
            return Err(format!("container '{}' is on it", container.name));
        }
        self.now.networks.retain(|network| network.name != name);
        Ok(())
    }

    pub(super) fn renew_network(&mut self, id: StepId, key: &Name, reconnect: &[ContainerId]) -> Answer {
        let Some(network) = self.wanted.networks.get(key) else { return Err(format!("'{key}' is not declared")) };
        let on_it = |container: &SeenContainer| reconnect.contains(&container.id);
        let mut back = Vec::new();
        for container in self.now.containers.iter_mut().filter(|container| on_it(container)) {
            back.extend(container.networks.remove(&network.name).map(|_| container.id.clone()));
        }
        self.remove_network(&network.name)?;
        self.create_network(id, key)?;
        let made = self.now.network(&network.name).map(|made| made.id.clone()).unwrap_or_default();
        for container in self.now.containers.iter_mut().filter(|container| back.contains(&container.id)) {
            container.networks.insert(network.name.clone(), made.clone());
        }
        Ok(())
    }

    pub(super) fn create_volume(&mut self, key: &Name) -> Answer {
        let Some(volume) = self.wanted.volumes.get(key) else { return Err(format!("'{key}' is not declared")) };
        if self.now.volume(&volume.name).is_some() {
            return Err("there is a volume of this name".into());
        }
        let labels = labels::of_volume(self.wanted, key, volume);
        self.now.volumes.push(SeenVolume { name: volume.name.clone(), labels });
        Ok(())
    }

    /// The engine refuses as long as a container has it, whatever that container does.
    pub(super) fn remove_volume(&mut self, name: &str) -> Answer {
        let has = |container: &&SeenContainer| container.volumes.iter().any(|volume| volume.name == name);
        if let Some(container) = self.now.containers.iter().find(has) {
            return Err(format!("container '{}' has it", container.name));
        }
        self.now.volumes.retain(|volume| volume.name != name);
        Ok(())
    }
}
