//! What a single engine does not do, though the file may count on it. Compose says nothing about it; what only tells
//! how a cluster goes about its work (`update_config`, `endpoint_mode`, …) is passed over here, too.

use super::Fault;
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::{Deploy, Placement, Service};

/// Warnings for a service.
pub(super) fn notes(service: &Service) -> Vec<Fault> {
    let mut all: Vec<Fault> = service.deploy.iter().flat_map(|deploy| of_deploy(service, deploy)).collect();
    if service.credential_spec.is_some() {
        let message =
            format!("'credential_spec' of service '{}' does nothing, in docker compose neither", service.name);
        let note = Diagnostic::warning("no-effect", message);
        let help = "give it to the engine as 'security_opt: [\"credentialspec=file://…\"]'";
        all.push((Path::of(["credential_spec"]), note.help(help)));
    }
    all
}

fn of_deploy(service: &Service, deploy: &Deploy) -> Vec<Fault> {
    let mode = deploy.mode.as_deref().unwrap_or_default();
    let generic = deploy.resources.reservations.as_ref().is_some_and(|needs| !needs.generic_resources.is_empty());
    let set = [
        (vec!["deploy", "mode"], !["", "replicated"].contains(&mode)),
        (vec!["deploy", "placement"], deploy.placement != Placement::default()),
        (vec!["deploy", "resources", "reservations", "generic_resources"], generic),
    ];
    let note = |path: Vec<&str>| {
        let message = format!("'{}' of service '{}' means something to a cluster only", path.join("."), service.name);
        let help = "one engine runs all containers itself, as many as 'deploy.replicas' or 'scale' says";
        (Path::of(path), Diagnostic::warning("no-effect", message).help(help))
    };
    set.into_iter().filter(|(_, is_set)| *is_set).map(|(path, _)| note(path)).collect()
}
