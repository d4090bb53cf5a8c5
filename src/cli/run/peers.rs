//! What the container of a run shares with containers of other services has to be there when the run does not see to it.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path};
use crate::model::{MountsOf, Namespace, Networking, Service};
use crate::plan::{Observed, SeenContainer};
use crate::value::Name;

/// An error for each service of which no container is as it is needed: running for its namespaces, there for its mounts.
pub fn missing(service: &Service, seen: &Observed, origins: &Origins) -> Diagnostics {
    let home = Path::of(["services", service.name.as_str()]);
    let network = match &service.networking {
        Networking::Mode(mode) => mode.service(),
        Networking::Attached(_) => None,
    };
    let namespaces = [
        ("network_mode", network),
        ("ipc", service.ipc.as_ref().and_then(Namespace::service)),
        ("pid", service.pid.as_ref().and_then(Namespace::service)),
    ];
    let mut faults = Diagnostics::default();
    for (key, other) in namespaces.into_iter().filter_map(|(key, other)| Some((key, other?))) {
        // The first one by name is shared.
        if !seen.replicas(other).first().is_some_and(|one| SeenContainer::is_up(one)) {
            faults.push(fault(service, key, (other, "does not run")).at(origins.place(&home.key(key))));
        }
    }
    for (index, from) in service.volumes_from.iter().enumerate() {
        let MountsOf::Service(other) = &from.source else { continue };
        if seen.replicas(other).is_empty() {
            let place = home.key("volumes_from").index(index);
            faults.push(fault(service, "volumes_from", (other, "has no container")).at(origins.place(&place)));
        }
    }
    faults
}

fn fault(service: &Service, key: &str, (other, how): (&Name, &str)) -> Diagnostic {
    let message = format!("'{key}' of service '{}' refers to service '{other}', which {how}", service.name);
    let help = format!("start it with 'hoist up -d {other}', or run without '--no-deps'");
    Diagnostic::error("no-such-container", message).help(help)
}
