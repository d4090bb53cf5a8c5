//! Devices of the host: those with a path, and those that a driver hands out.

use crate::model::{Device, DeviceRequest, Devices, Reservations, Service};
use bollard::models::{DeviceMapping, DeviceRequest as SentRequest};

/// Devices by their path, in the order of the file.
pub(super) fn mapped(devices: &[Device]) -> Vec<DeviceMapping> {
    let sent = |Device { source, target, permissions }: &Device| DeviceMapping {
        path_on_host: Some(source.clone()),
        path_in_container: Some(target.clone()),
        cgroup_permissions: permissions.clone(),
    };
    devices.iter().filter(|device| !is_of_interface(device)).map(sent).collect()
}

/// What drivers are asked for: reservations first, then names of the Container Device Interface, then GPUs.
pub(super) fn requested(service: &Service) -> Vec<SentRequest> {
    let deployed = service.deploy.iter().filter_map(|deploy| deploy.resources.reservations.as_ref());
    let reserved = deployed.flat_map(|Reservations { devices, .. }| devices).map(request);
    let names = service.devices.iter().filter(|device| is_of_interface(device));
    let names: Vec<String> = names.map(|device| device.source.clone()).collect();
    let interface = SentRequest { driver: Some("cdi".into()), device_ids: Some(names), ..SentRequest::default() };
    let interface = interface.device_ids.as_ref().is_some_and(|names| !names.is_empty()).then_some(interface);
    reserved.chain(interface).chain(service.gpus.iter().map(gpu)).collect()
}

fn gpu(wanted: &DeviceRequest) -> SentRequest {
    let capabilities = wanted.capabilities.iter().cloned().chain(["gpu".to_owned()]).collect();
    SentRequest { capabilities: Some(vec![capabilities]), ..request(wanted) }
}

fn request(wanted: &DeviceRequest) -> SentRequest {
    let DeviceRequest { capabilities, driver, devices, options } = wanted;
    let (count, ids) = match devices {
        Devices::All => (-1, None),
        Devices::Count(count) => (*count, None),
        Devices::Ids(ids) => (0, Some(ids.clone())),
    };
    SentRequest {
        driver: driver.clone(),
        count: Some(count),
        device_ids: ids,
        capabilities: Some(vec![capabilities.clone()]),
        options: (!options.is_empty()).then(|| options.clone().into_iter().collect()),
    }
}

/// Whether a device is a name of the Container Device Interface, `vendor/class=name`, and no path.
pub(in crate::engine) fn is_of_interface(device: &Device) -> bool {
    let word = |text: &str, more: &str| {
        let inner = |letter: char| letter.is_ascii_alphanumeric() || more.contains(letter);
        let outer = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
        outer(text.chars().next()) && outer(text.chars().last()) && text.chars().all(inner)
    };
    let Some((kind, name)) = device.source.split_once('=') else { return false };
    let Some((vendor, class)) = kind.split_once('/') else { return false };
    device.source == device.target && word(vendor, "_-.") && word(class, "_-.") && word(name, "_-.:")
}
