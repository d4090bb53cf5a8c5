//! The level of Pod Security that is asked for: what keeps a service from it is a fault, at the key that says so.

use super::draft::Home;
use super::ledger::Ledger;
use super::options::{Bind, Security};
use super::pod_security::{self, Fault, FaultKind};
use super::scene::Scene;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path};
use crate::model::Service;
use crate::source::Span;
use k8s_openapi::api::core::v1::PodSpec;

/// What keeps the pods of a service from the level that is asked for.
pub(super) fn check(
    scene: &Scene<'_>,
    (owner, home): (&Service, &Home),
    pod: &PodSpec,
    ledger: &Ledger,
) -> Vec<Diagnostic> {
    let Some(level) = scene.options.security else { return Vec::new() };
    let faults = pod_security::in_the_way(pod, level);
    let refusal = |fault: Fault| {
        let message = format!(
            "service '{}' cannot meet the '{}' level of Pod Security, which '--security' asks for: {}",
            owner.name,
            level.as_str(),
            fault.what
        );
        let own = key(scene, home, &fault, ledger);
        // A device that is mounted brings more with it than its key says.
        let kind = if own.is_none() && fault.kind == FaultKind::Right { FaultKind::Folder } else { fault.kind };
        let place = own.or_else(|| scene.origins().span(&Path::of(["services", owner.name.as_str()])));
        Diagnostic::error("pod-security", message).at(place).help(remedy(scene, kind, level))
    };
    faults.into_iter().map(refusal).collect()
}

/// The place of the key that a fault comes from.
fn key(scene: &Scene<'_>, home: &Home, fault: &Fault, ledger: &Ledger) -> Option<Span> {
    let origins = scene.origins();
    let says = |path: &&Path| {
        let text = || origins.node(path).and_then(Node::as_text);
        fault.word.as_deref().is_none_or(|word| text().is_some_and(|text| text.contains(word)))
    };
    let mut places = fault.fields.iter().map(|field| home.object(&format!("{}.spec.{field}", home.template())));
    let found = places.find_map(|place| ledger.keys_in(&place).find(says))?;
    origins.place(found)
}

fn remedy(scene: &Scene<'_>, kind: FaultKind, level: Security) -> String {
    let level = level.as_str();
    match kind {
        FaultKind::User => pod_security::USER.to_owned(),
        FaultKind::Folder if scene.options.bind == Bind::HostPath => {
            format!("leave out '--bind hostpath', which mounts it, or '--security {level}'")
        }
        FaultKind::Folder | FaultKind::Right => format!("remove it, or leave out '--security {level}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    /// The texts at which a conversion is refused.
    fn refused(text: &str, security: Security) -> Vec<String> {
        let loaded = loaded(&[("compose.yaml", text)]);
        let options = Options { security: Some(security), bind: Bind::HostPath, ..Options::default() };
        let converted = convert(&loaded, &options);
        let faults = converted.diagnostics.sorted().into_iter().filter(|one| one.severity == Severity::Error);
        let places = faults.filter_map(|fault| loaded.sources.locate(fault.place?));
        places.map(|at| at.text.chars().skip(at.column - 1).take(at.width).collect()).collect()
    }

    #[test]
    fn what_keeps_a_service_from_a_level_is_a_fault_at_its_key() {
        let text = "services: {a: {image: x, user: '1', cap_add: [NET_BIND_SERVICE, CHOWN, NET_ADMIN], pid: host}}";
        assert_eq!(refused(text, Security::Restricted), ["CHOWN", "NET_ADMIN", "host"]);
        assert_eq!(refused(text, Security::Baseline), ["NET_ADMIN", "host"]);
        assert!(refused(text, Security::Privileged).is_empty());
        assert_eq!(refused("services: {a: {image: x, user: root}}", Security::Restricted), ["root"]);
    }
}
