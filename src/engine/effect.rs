//! What of a service is understood and yet does nothing.
//!
//! Pure. The list goes with `body`, which names every attribute and says here which of them it passes over.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Origins, Path};
use crate::model::{Build, Service};

/// A warning for each attribute without effect.
pub fn judge<'a>(services: impl IntoIterator<Item = &'a Service>, origins: &Origins) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for service in services {
        for attribute in service.build.iter().filter_map(of_build) {
            let message = format!("'build.{attribute}' of service '{}' has no effect yet", service.name);
            let place = origins.span(&Path::of(["services", service.name.as_str(), "build", attribute]));
            let warning = Diagnostic::warning("no-effect", message).at(place);
            diagnostics.push(warning.help("this version of hoist runs the service as if it were not there"));
        }
    }
    diagnostics
}

/// What no builder has: the classic one of Windows knew it.
fn of_build(build: &Build) -> Option<&'static str> {
    let is_set = build.isolation.as_deref().is_some_and(|isolation| !["", "default"].contains(&isolation));
    is_set.then_some("isolation")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn told(text: &str) -> Vec<String> {
        let project = project(&format!("services: {{web: {{image: x, {text}}}, b: {{image: x}}}}"));
        let all = judge(project.services.values(), &Origins::default());
        assert!(!all.has_errors());
        all.sorted().iter().map(|one| one.message.clone()).collect()
    }

    #[test]
    fn what_no_builder_has_is_named() {
        let text = "build: {context: /x, isolation: hyperv, ssh: {default: }}";
        assert_eq!(told(text), ["'build.isolation' of service 'web' has no effect yet"]);
    }

    #[test]
    fn what_says_nothing_is_not_named() {
        assert!(told("build: {context: /x, args: {a: b}}, deploy: {replicas: 2, mode: replicated}").is_empty());
        assert!(told("links: [b], pull_policy: always, mem_limit: 1g, ipc: 'service:b'").is_empty());
    }
}
