//! What is younger than the oldest engine that is supported, and since when there is it.

use crate::document::Path;
use crate::engine::body::is_of_interface;
use crate::model::{Attachment, Mount, MountKind, Networking, Project, Recursive, Service};
use crate::value::Name;

/// Something that not all engines can do.
pub(super) struct Need {
    /// Where it is written, within its service or network.
    pub place: Path,
    /// What it is, for a message.
    pub what: &'static str,
    /// The version of the API that brought it.
    pub since: (u32, u32),
    /// The release of the engine that brought it.
    pub engine: &'static str,
}

/// What brought something: the version of the API, and the release.
type Since = ((u32, u32), &'static str);

const V23: Since = ((1, 42), "23");
const V24: Since = ((1, 43), "24");
const V25: Since = ((1, 44), "25");
const V26: Since = ((1, 45), "26");
const V28: Since = ((1, 48), "28");
const V28_1: Since = ((1, 49), "28.1");

/// What the declared networks need, by their keys.
pub(super) fn of_networks(project: &Project) -> Vec<(&Name, Need)> {
    let made = project.networks.iter().filter(|(_, network)| !network.external);
    let without = made.filter(|(_, network)| network.enable_ipv4 == Some(false));
    without.map(|(key, _)| (key, need(Path::of(["enable_ipv4"]), "'enable_ipv4: false'", V28))).collect()
}

/// All that a service needs; nothing for most. Places are within the service.
pub(super) fn of_service(service: &Service) -> Vec<Need> {
    let mut all = of_container(service);
    let mounts = service.volumes.iter().enumerate();
    all.extend(mounts.flat_map(|(index, mount)| of_mount(mount, &Path::of(["volumes"]).index(index))));
    for (key, attachment) in service.networking.in_order() {
        let place = Path::of(["networks", key.as_str()]);
        all.extend(attachment.map(|attachment| of_network(attachment, &place)).unwrap_or_default());
    }
    all.extend(second_mac(service));
    all
}

fn of_container(service: &Service) -> Vec<Need> {
    let check = service.healthcheck.as_ref();
    let of_interface = service.devices.iter().position(is_of_interface);
    let mut all = Vec::new();
    if !service.annotations.is_empty() {
        all.push(need(Path::of(["annotations"]), "'annotations'", V24));
    }
    if check.is_some_and(|check| check.start_interval.is_some()) {
        all.push(need(Path::of(["healthcheck", "start_interval"]), "'start_interval'", V25));
    }
    if let Some(index) = of_interface {
        all.push(need(Path::of(["devices"]).index(index), "a device by its CDI name", V25));
    }
    all
}

fn of_mount(mount: &Mount, place: &Path) -> Vec<Need> {
    let Mount { kind, target: _, read_only: _, consistency: _, bind, volume, tmpfs: _, image: _, reload: _ } = mount;
    let mut all = Vec::new();
    match kind {
        MountKind::Image { .. } => all.push(need(place.clone(), "a mount of an image", V28)),
        MountKind::Cluster { .. } => all.push(need(place.clone(), "a mount of a cluster volume", V23)),
        MountKind::Volume { .. } => {
            if volume.as_ref().is_some_and(|options| options.subpath.as_ref().is_some_and(|path| !path.is_empty())) {
                all.push(need(place.key("volume").key("subpath"), "'subpath' of a volume", V26));
            }
        }
        MountKind::Bind { .. } => {
            let recursive = bind.as_ref().and_then(|options| options.recursive);
            if matches!(recursive, Some(Recursive::ReadOnly | Recursive::Writable)) {
                all.push(need(place.key("bind").key("recursive"), "'recursive' of a bind mount", V25));
            }
        }
        MountKind::Tmpfs { .. } | MountKind::NamedPipe { .. } => {}
    }
    all
}

fn of_network(attachment: &Attachment, place: &Path) -> Vec<Need> {
    let mut all = Vec::new();
    if attachment.interface_name.as_ref().is_some_and(|name| !name.is_empty()) {
        all.push(need(place.key("interface_name"), "'interface_name'", V28_1));
    }
    if attachment.gw_priority != 0 {
        all.push(need(place.key("gw_priority"), "'gw_priority'", V28));
    }
    all
}

/// An older engine gives a container one address only, in its first network.
fn second_mac(service: &Service) -> Vec<Need> {
    let Networking::Attached(_) = &service.networking else { return Vec::new() };
    let others = service.networking.in_order().into_iter().skip(1);
    let addressed =
        others.filter(|(_, one)| one.is_some_and(|one| one.mac_address.as_ref().is_some_and(|mac| !mac.is_empty())));
    let place = |key: &str| Path::of(["networks", key, "mac_address"]);
    addressed.map(|(key, _)| need(place(key.as_str()), "'mac_address' of a further network", V25)).collect()
}

fn need(place: Path, what: &'static str, (since, engine): Since) -> Need {
    Need { place, what, since, engine }
}
