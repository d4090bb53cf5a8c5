//! What of a service reaches the engine: attributes that are understood and yet do nothing, and those without which its
//! containers would be wrong from the ground.
//!
//! Pure. The list goes with `body`, which names every attribute and says here which of them it passes over.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path, Segment};
use crate::model::{Build, Namespace, Networking, Service};

/// A warning for each attribute without effect, an error for each one that a container cannot do without.
pub fn judge<'a>(services: impl IntoIterator<Item = &'a Service>, origins: &Origins) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for service in services {
        for (attribute, fault) in impossible(service) {
            diagnostics.push(fault.at(origins.span(&place(service, &attribute))));
        }
        for attribute in without_effect(service) {
            let message = format!("'{attribute}' of service '{}' has no effect yet", service.name);
            let warning = Diagnostic::warning("no-effect", message).at(origins.span(&place(service, &attribute)));
            diagnostics.push(warning.help("this version of hoist runs the service as if it were not there"));
        }
    }
    diagnostics
}

/// The place of an attribute, which is given relative to its service.
fn place(service: &Service, attribute: &Path) -> Path {
    let service = Path::of(["services", service.name.as_str()]);
    attribute.segments().iter().fold(service, |place, segment| match segment {
        Segment::Key(key) => place.key(key),
        Segment::Index(index) => place.index(*index),
    })
}

/// The attributes of a service that do nothing yet, in the order of their names.
pub fn without_effect(service: &Service) -> Vec<Path> {
    let set = [("external_links", !service.external_links.is_empty()), ("links", !service.links.is_empty())];
    let plain = set.into_iter().filter(|(_, is_set)| *is_set);
    let mut all: Vec<Path> = plain.map(|(name, _)| Path::of([name])).collect();
    all.extend(service.build.iter().flat_map(of_build));
    all.sort();
    all
}

/// What no builder has: the classic one of Windows knew it.
fn of_build(build: &Build) -> Vec<Path> {
    let is_set = build.isolation.as_deref().is_some_and(|isolation| !["", "default"].contains(&isolation));
    if is_set { vec![Path::of(["build", "isolation"])] } else { Vec::new() }
}

/// The attributes that no container of the service can be made with, and why.
fn impossible(service: &Service) -> Vec<(Path, Diagnostic)> {
    let mut all = Vec::new();
    if service.use_api_socket {
        all.push((Path::of(["use_api_socket"]), unsupported("use_api_socket", service)));
    }
    for index in 0..service.volumes_from.len() {
        all.push((Path::of(["volumes_from"]).index(index), unsupported("volumes_from", service)));
    }
    let mode = match &service.networking {
        Networking::Mode(mode) => Some(mode),
        Networking::Attached(_) => None,
    };
    let shared = [
        ("network_mode", mode),
        ("ipc", service.ipc.as_ref()),
        ("pid", service.pid.as_ref()),
        ("uts", service.uts.as_ref()),
    ];
    for (key, _) in shared.into_iter().filter(|(_, namespace)| namespace.and_then(Namespace::service).is_some()) {
        all.push((Path::of([key]), unsupported(&format!("{key}: service:…"), service)));
    }
    all
}

fn unsupported(what: &str, service: &Service) -> Diagnostic {
    let message = format!("'{what}' of service '{}' is not supported by this version of hoist", service.name);
    let help = "remove it to go on; nothing is started without it, so that nothing behaves other than the file says";
    Diagnostic::error("unsupported", message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn service(text: &str) -> Service {
        let project = project(&format!("services: {{web: {{image: x, {text}}}, b: {{image: x}}}}"));
        project.services.into_iter().next().expect("a service").1
    }

    fn silent(text: &str) -> Vec<String> {
        without_effect(&service(text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_attribute_without_effect_is_named_once() {
        assert_eq!(silent("external_links: [a]"), ["external_links"]);
    }

    #[test]
    fn what_no_builder_has_is_named() {
        let text = "build: {context: /x, isolation: hyperv, ssh: {default: }}";
        assert_eq!(silent(text), ["build.isolation"]);
        assert!(silent("build: {context: /x, args: {a: b}}, deploy: {replicas: 2, mode: replicated}").is_empty());
    }

    #[test]
    fn what_says_nothing_is_not_named() {
        let text = "links: [], pull_policy: always, mem_limit: 1g, ipc: 'service:b'";
        assert!(silent(text).is_empty(), "{:?}", silent(text));
    }

    #[test]
    fn a_warning_names_attribute_and_service() {
        let all = judge([&service("links: [b]")], &Origins::default());
        let warning = all.sorted()[0];
        assert_eq!(warning.message, "'links' of service 'web' has no effect yet");
        assert!(!all.has_errors());
    }

    #[test]
    fn what_a_container_cannot_do_without_is_an_error() {
        for text in [
            "use_api_socket: true",
            "volumes_from: [b]",
            "network_mode: 'service:b'",
            "ipc: 'service:b'",
            "pid: 'service:b'",
            "uts: 'service:b'",
        ] {
            assert!(judge([&service(text)], &Origins::default()).has_errors(), "{text}");
        }
        assert!(!judge([&service("network_mode: host, restart: always")], &Origins::default()).has_errors());
    }
}
