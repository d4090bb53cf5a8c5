//! What the engine lists, in the words of [`crate::plan`]. Pure: it asks for nothing.

use crate::plan::{
    Health, MountedVolume, PublishedPort, SeenContainer, SeenImage, SeenNetwork, SeenVolume, State, labels,
};
use crate::value::{ContainerId, ImageName, Platform};
use bollard::models::{
    ContainerSummary, ContainerSummaryStateEnum as Listed, EndpointSettings, ImageInspect, ImageSummary, MountPoint,
    Network, NetworkInspect, PortSummary, PortSummaryTypeEnum, Volume,
};
use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

/// A container with the labels of a project; nothing when it has no service.
pub(super) fn container(summary: ContainerSummary) -> Option<SeenContainer> {
    let labels: BTreeMap<_, _> = summary.labels.unwrap_or_default().into_iter().collect();
    let service = labels.get(labels::SERVICE)?.parse().ok()?;
    let status = summary.status.unwrap_or_default();
    let names = summary.names.unwrap_or_default();
    // A name with a second slash is the alias of a link.
    let name = names.iter().find(|name| name.matches('/').count() == 1).or(names.first());
    Some(SeenContainer {
        id: ContainerId::new(summary.id?),
        name: name.map(|name| name.trim_start_matches('/').to_owned()).unwrap_or_default(),
        service,
        number: labels.get(labels::CONTAINER_NUMBER).and_then(|number| number.parse().ok()).unwrap_or(0),
        oneoff: labels.get(labels::ONEOFF).is_some_and(|oneoff| oneoff.eq_ignore_ascii_case("true")),
        state: state(summary.state, &status),
        health: health(&status),
        image: summary.image.unwrap_or_default(),
        image_id: summary.image_id.unwrap_or_default(),
        joins: joined(summary.host_config.and_then(|host| host.network_mode)),
        networks: networks(summary.network_settings.and_then(|settings| settings.networks)),
        volumes: volumes(summary.mounts.unwrap_or_default()),
        ports: ports(summary.ports.unwrap_or_default()),
        command: summary.command.unwrap_or_default(),
        created: summary.created.unwrap_or(0),
        labels,
        status,
    })
}

fn state(state: Option<Listed>, status: &str) -> State {
    match state {
        Some(Listed::RUNNING | Listed::STOPPING) => State::Running,
        Some(Listed::PAUSED) => State::Paused,
        Some(Listed::RESTARTING) => State::Restarting,
        Some(Listed::EXITED) => State::Exited(in_brackets(status).and_then(|code| code.parse().ok()).unwrap_or(0)),
        Some(Listed::REMOVING) => State::Removing,
        Some(Listed::DEAD) => State::Dead,
        Some(Listed::CREATED | Listed::EMPTY) | None => State::Created,
    }
}

/// The list has the verdict only in words: `Up 5 minutes (healthy)`.
fn health(status: &str) -> Option<Health> {
    if !status.starts_with("Up ") {
        return None;
    }
    match in_brackets(status)? {
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        "health: starting" => Some(Health::Starting),
        _ => None,
    }
}

fn in_brackets(status: &str) -> Option<&str> {
    let (_, rest) = status.split_once('(')?;
    rest.split_once(')').map(|(inside, _)| inside)
}

fn networks(networks: Option<HashMap<String, EndpointSettings>>) -> BTreeMap<String, String> {
    let id = |endpoint: EndpointSettings| endpoint.network_id.unwrap_or_default();
    networks.unwrap_or_default().into_iter().map(|(name, endpoint)| (name, id(endpoint))).collect()
}

/// The container whose network a mode stands for.
fn joined(mode: Option<String>) -> Option<ContainerId> {
    let id = mode?.strip_prefix("container:")?.to_owned();
    (id.len() == 64).then(|| ContainerId::new(id))
}

/// The volumes among a container's mounts, by target.
pub(super) fn volumes(mounts: Vec<MountPoint>) -> Vec<MountedVolume> {
    let volumes = mounts.into_iter().filter(|mount| mount.typ.as_deref() == Some("volume"));
    let mut volumes: Vec<_> = volumes
        .filter_map(|mount| Some(MountedVolume { name: mount.name?, target: mount.destination.unwrap_or_default() }))
        .collect();
    volumes.sort_by(|left, right| left.target.cmp(&right.target));
    volumes
}

fn ports(ports: Vec<PortSummary>) -> Vec<PublishedPort> {
    let mut ports: Vec<_> = ports
        .into_iter()
        .map(|port| PublishedPort {
            address: port.ip.unwrap_or_default(),
            published: port.public_port,
            target: port.private_port,
            protocol: match port.typ {
                Some(PortSummaryTypeEnum::UDP) => "udp",
                Some(PortSummaryTypeEnum::SCTP) => "sctp",
                Some(PortSummaryTypeEnum::TCP | PortSummaryTypeEnum::EMPTY) | None => "tcp",
            }
            .into(),
        })
        .collect();
    ports.sort();
    ports.dedup();
    ports
}

/// A network of a list.
pub(super) fn network(network: Network) -> SeenNetwork {
    SeenNetwork {
        id: network.id.unwrap_or_default(),
        name: network.name.unwrap_or_default(),
        labels: network.labels.unwrap_or_default().into_iter().collect(),
    }
}

/// A network that was looked at by name.
pub(super) fn inspected_network(network: NetworkInspect) -> SeenNetwork {
    SeenNetwork {
        id: network.id.unwrap_or_default(),
        name: network.name.unwrap_or_default(),
        labels: network.labels.unwrap_or_default().into_iter().collect(),
    }
}

/// A volume.
pub(super) fn volume(volume: Volume) -> SeenVolume {
    SeenVolume { name: volume.name, labels: volume.labels.into_iter().collect() }
}

/// An image that was looked at; its age is that at a moment.
pub(super) fn image(image: ImageInspect, now: SystemTime) -> Option<SeenImage> {
    let words = [image.os, image.architecture, image.variant].into_iter().flatten().filter(|word| !word.is_empty());
    let platform = words.collect::<Vec<_>>().join("/");
    let named = image.metadata.and_then(|metadata| metadata.last_tag_time).map(SystemTime::from);
    // A name that nobody gave here is dated at the beginning of all times.
    let named = named.filter(|named| *named > SystemTime::UNIX_EPOCH);
    Some(SeenImage {
        id: image.id?,
        platform: (!platform.is_empty()).then(|| Platform::of(&platform)),
        age: named.map(|named| now.duration_since(named).unwrap_or_default()),
    })
}

/// The listed images that somebody wants, by the familiar form of the wanted name.
pub(super) fn images<'a>(
    listed: &[ImageSummary],
    wanted: impl Iterator<Item = &'a ImageName>,
) -> BTreeMap<String, SeenImage> {
    let has = |image: &ImageSummary, name: &String| image.repo_tags.contains(name) || image.repo_digests.contains(name);
    wanted
        .map(ImageName::familiar)
        .filter_map(|name| {
            let image = listed.iter().find(|image| has(image, &name))?;
            Some((name, SeenImage::of(image.id.clone())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(json: &str) -> ContainerSummary {
        serde_json::from_str(json).expect("as an engine writes it")
    }

    #[test]
    fn a_listed_container_keeps_what_decisions_need() {
        let seen = container(listed(
            r#"{"Id":"0011","Names":["/p-web-2"],"Image":"nginx","Command":"nginx","Created":5,
            "Ports":[{"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},{"PrivatePort":443,"Type":"tcp"}],
            "Labels":{"com.docker.compose.service":"web","com.docker.compose.container-number":"2",
            "com.docker.compose.oneoff":"False"},"State":"running","Status":"Up 5 minutes (health: starting)",
            "HostConfig":{"NetworkMode":"p_default"},"NetworkSettings":{"Networks":{"p_default":{"NetworkID":"n1"}}},
            "Mounts":[{"Type":"volume","Name":"p_data","Destination":"/data"},{"Type":"bind","Destination":"/x"}]}"#,
        ))
        .expect("it has a service");
        assert_eq!((seen.name.as_str(), seen.number, seen.oneoff), ("p-web-2", 2, false));
        assert_eq!((seen.state, seen.health), (State::Running, Some(Health::Starting)));
        assert_eq!(seen.networks, BTreeMap::from([("p_default".into(), "n1".into())]));
        assert_eq!(seen.volumes, [MountedVolume { name: "p_data".into(), target: "/data".into() }]);
        assert_eq!(seen.ports.len(), 2);
    }

    #[test]
    fn the_exit_code_is_read_from_the_words() {
        let state = |status| state(Some(Listed::EXITED), status);
        assert_eq!(state("Exited (137) 2 hours ago"), State::Exited(137));
        assert_eq!(health("Up 3 seconds (healthy)"), Some(Health::Healthy));
        assert_eq!(health("Up 3 seconds"), None);
        assert_eq!(health("Up 3 seconds (Paused)"), None);
    }

    #[test]
    fn an_image_is_as_old_as_its_name() {
        let of = |json: &str| {
            let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(90);
            image(serde_json::from_str(json).expect("as an engine writes it"), now).expect("it has an id")
        };
        let named = of(r#"{"Id":"sha256:a","Os":"linux","Architecture":"arm","Variant":"v7",
            "Metadata":{"LastTagTime":"1970-01-01T00:01:00Z"}}"#);
        assert_eq!(named.age, Some(std::time::Duration::from_secs(30)));
        assert_eq!(named.platform, Some(Platform::of("linux/arm/v7")));
        assert_eq!(of(r#"{"Id":"sha256:a","Metadata":{"LastTagTime":"0001-01-01T00:00:00Z"}}"#).age, None);
    }

    #[test]
    fn a_container_without_a_service_is_not_ours() {
        assert_eq!(container(listed(r#"{"Id":"0011","Labels":{}}"#)), None);
    }
}
