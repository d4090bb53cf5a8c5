//! Devices: GPUs and what else drivers hand out, devices of the host, and the account of a Windows container.

use super::draft::Draft;
use super::generic_resource;
use super::host_path;
use super::ledger::{Spot, container, pod};
use super::options::Bind;
use crate::document::Path;
use crate::model::{CredentialSpec, Device, DeviceRequest, Devices, GenericResource};
use k8s_openapi::api::core::v1::WindowsSecurityContextOptions;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// GPUs, and the runtime that brings them in.
pub(super) fn gpus(draft: &mut Draft<'_, '_>, gpus: &[DeviceRequest], runtime: Option<&str>) {
    let path = draft.path(["gpus"]);
    for (index, request) in gpus.iter().enumerate() {
        requested(draft, request, &path.index(index));
    }
    let Some(runtime) = runtime else { return };
    if ["runc", "io.containerd.runc.v2"].contains(&runtime) {
        draft.claim(["runtime"]).dropped("it is what nodes use anyway");
    } else {
        draft.workload.pod.runtime_class_name = Some(super::object_name::label(runtime));
        let claim = draft.claim(["runtime"]).exact(pod("runtimeClassName"));
        claim.note("the cluster must have a RuntimeClass of this name").remedy("apply one, or remove 'runtime'");
    }
}

/// `deploy.resources.reservations`: devices, and what machines say they have.
pub(super) fn reserved(draft: &mut Draft<'_, '_>, devices: &[DeviceRequest], generic: &[GenericResource]) {
    let path = draft.path(["deploy", "resources", "reservations"]);
    for (index, request) in devices.iter().enumerate() {
        requested(draft, request, &path.key("devices").index(index));
    }
    generic_resource::convert(draft, generic, &path.key("generic_resources"));
}

/// A number of devices of one vendor, as an extended resource.
fn requested(draft: &mut Draft<'_, '_>, request: &DeviceRequest, path: &Path) {
    let DeviceRequest { capabilities, driver, devices, options } = request;
    let vendor = match driver.as_deref() {
        Some("amd") => "amd.com/gpu",
        None | Some("nvidia") => "nvidia.com/gpu",
        Some(_) => {
            let reason = "no device plugin is known for this driver";
            draft.claim_at(path.clone()).dropped(reason).remedy("ask for its resource under 'x-kubernetes.patch'");
            return;
        }
    };
    let (count, reason) = match devices {
        Devices::Count(count) => (*count, None),
        Devices::All => (1, Some("a pod cannot ask for all devices: it asks for one")),
        Devices::Ids(ids) => {
            (i64::try_from(ids.len()).unwrap_or(1), Some("a pod cannot choose devices: it asks for as many"))
        }
    };
    if count <= 0 {
        draft.claim_at(path.clone()).dropped("it is no number of devices").remedy("ask for one or more");
        return;
    }
    let limits = draft.container.resources.get_or_insert_default().limits.get_or_insert_default();
    let known = limits.insert(vendor.to_owned(), Quantity(count.to_string()));
    let place = || container(format!("resources.limits['{vendor}']"));
    if known.is_some() {
        draft.claim_at(path.clone()).approximated("another request names the same devices", place());
        return;
    }
    draft.claim_at(path.clone()).approximated(reason.unwrap_or("a device plugin of the cluster hands it out"), place());
    if reason.is_none() && draft.ledger.wrote(&path.key("count")) {
        let claim = draft.claim_at(path.key("count"));
        if count == 1 {
            claim.same_without(place())
        } else {
            claim.exact(place())
        };
    }
    let _ = (capabilities, options);
    draft.claim_at(path.key("capabilities")).approximated("a device plugin knows what its devices can do", place());
    draft.claim_at(path.key("options")).dropped("a device plugin takes no options of a pod");
    draft.claim_at(path.key("driver")).approximated("it names the resource", place());
}

/// Devices of the host, and a Windows account.
pub(super) fn devices(draft: &mut Draft<'_, '_>, devices: &[Device], account: Option<&CredentialSpec>) {
    for (index, device) in devices.iter().enumerate() {
        if draft.scene.options.bind == Bind::HostPath && device.source.starts_with('/') {
            host_path::device(draft, device, index);
            continue;
        }
        let reason = format!(
            "'{}' belongs to one machine: a pod gets it from a device plugin, or as a privileged pod on that machine",
            device.source
        );
        let remedy =
            "install a device plugin and ask for its resource under 'x-kubernetes.patch', or use '--bind hostpath'";
        draft.claim_item("devices", index).dropped(reason).remedy(remedy);
    }
    let Some(account) = account else { return };
    let CredentialSpec { config, file, registry } = account;
    let name = config.as_deref().or(file.as_deref()).or(registry.as_deref());
    let name = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let name = super::object_name::label(name.trim_end_matches(".json"));
    draft.security().windows_options = Some(WindowsSecurityContextOptions {
        gmsa_credential_spec_name: Some(name.clone()),
        ..WindowsSecurityContextOptions::default()
    });
    let place = [Spot::Container("securityContext.windowsOptions.gmsaCredentialSpecName".into())];
    let reason = format!("the cluster must have a GMSACredentialSpec '{name}'");
    draft.claim(["credential_spec"]).approximated(reason, place);
}
