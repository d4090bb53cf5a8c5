//! How published ports are reached from outside of the cluster.

use super::draft::Draft;
use crate::model::Port;

/// The host's side of the ports that a service publishes.
pub(super) fn convert(draft: &mut Draft<'_, '_>, ports: &[Port]) {
    let name = draft.scene.name_of(&draft.service.name).to_owned();
    for (index, port) in ports.iter().enumerate() {
        let path = draft.path(["ports"]).index(index);
        if let Some(address) = port.host_ip {
            let reason = if address.is_loopback() {
                "it is bound to this machine alone, so that it stays inside of the cluster"
            } else {
                "nodes have other addresses"
            };
            draft.claim_at(path.key("host_ip")).dropped(reason);
        }
        let is_host = port.mode.as_deref() == Some("host");
        if let Some(published) = port.published.as_deref().filter(|_| !is_host) {
            let claim = draft.claim_at(path.key("published")).dropped("it is not published outside of the cluster");
            let target = port.target;
            claim.remedy(format!("'kubectl port-forward service/{name} {published}:{target}'"));
        } else if is_host {
            draft.claim_at(path.key("published")).exact([super::ledger::Spot::Container("ports".into())]);
        }
    }
    if ports.is_empty() {
        draft.claim(["ports"]).dropped("it is empty");
    }
    if draft.service.expose.is_empty() {
        draft.claim(["expose"]).dropped("it is empty");
    }
}
