//! Where the image of a service comes from.

use super::{Check, labelled, path_of, remedy};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Node;
use crate::model::Service;

impl Check<'_> {
    /// A service has an image, a build, or somebody else who provides it.
    pub(super) fn source(&mut self, service: &Service) {
        if service.image.is_some() || service.build.is_some() || service.provider.is_some() {
            return;
        }
        let path = path_of(service);
        // One that is written and wrong has been reported where it was read.
        let sources = ["image", "build", "provider"];
        let written = sources.iter().any(|key| self.origins.knows(&path.key(key)));
        // So has one that is misspelt.
        let entries = self.origins.node(&path).and_then(Node::as_map).unwrap_or_default();
        let written = written
            || entries.iter().any(|(key, value)| {
                !value.is_null() && key.as_text().is_some_and(|key| did_you_mean(key, sources).is_some())
            });
        if !written {
            let message = format!("service '{}' has neither an image nor a build", service.name);
            self.fault(Diagnostic::error("no-image", message).help("add 'image:' or 'build:'"), &path);
        }
    }

    /// The platform that runs is one of those that are built.
    pub(super) fn platforms(&mut self, service: &Service) {
        let (Some(platform), Some(build)) = (&service.platform, &service.build) else { return };
        if platform.is_empty() || build.platforms.is_empty() || build.platforms.contains(platform) {
            return;
        }
        let message = format!(
            "service '{}' runs on '{platform}', which is not one of the platforms of its build: {}",
            service.name,
            build.platforms.join(", ")
        );
        let fault = Diagnostic::error("conflict", message).help("add it under 'build.platforms'");
        let path = path_of(service);
        let platforms = path.key("build").key("platforms");
        let fault = match self.origins.span(&platforms) {
            Some(others) => labelled(fault, others, "'platforms'"),
            None => fault,
        };
        self.fault(fault, &path.key("platform"));
    }

    /// A context that is another service's image is there and is built.
    pub(super) fn additional_contexts(&mut self, service: &Service) {
        let contexts = service.build.iter().flat_map(|build| &build.additional_contexts);
        for (name, context) in contexts {
            let Some(wanted) = context.strip_prefix("service:") else { continue };
            let path = path_of(service).key("build").key("additional_contexts").key(name);
            let project = self.project;
            match project.services.get(wanted) {
                Some(found) if found.build.is_some() => {}
                Some(_) => {
                    let message = format!(
                        "service '{wanted}' has no build, so it cannot be the context '{name}' of '{}'",
                        service.name
                    );
                    let help = format!("give '{wanted}' a 'build', or write 'docker-image://' and its image");
                    self.fault(Diagnostic::error("invalid-value", message).help(help), &path);
                }
                None => {
                    let message =
                        format!("the context '{name}' of '{}' is service '{wanted}', which is not there", service.name);
                    let help = match project.inactive.get(wanted) {
                        Some(inactive) => format!("activate it with --profile {}", inactive.profiles.join(" or ")),
                        None => remedy(wanted, project.services.keys(), format!("add '{wanted}' under 'services'")),
                    };
                    self.fault(Diagnostic::error("undeclared", message).help(help), &path);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{messages, places};

    #[test]
    fn a_service_has_an_image_or_a_build() {
        assert_eq!(messages("services: {a: {tty: true}}"), ["service 'a' has neither an image nor a build"]);
        assert!(messages("services: {a: {build: {context: /x}}}").is_empty());
    }

    #[test]
    fn the_platform_is_one_of_those_that_are_built() {
        let text = "services:\n  a:\n    build: {context: /x, platforms: [p, q]}\n    platform: r\n";
        let wanted = "service 'a' runs on 'r', which is not one of the platforms of its build: p, q";
        assert_eq!(messages(text), [wanted]);
        assert_eq!(places(text), ["r"]);
        assert!(messages("services: {a: {platform: p, build: {platforms: [p, q]}}}").is_empty());
        assert!(messages("services: {a: {platform: p, build: {context: /x}}}").is_empty());
    }

    #[test]
    fn a_service_that_is_a_context_is_there_and_built() {
        let text = |rest: &str| {
            format!("services: {{a: {{build: {{context: /x, additional_contexts: {{z: 'service:web'}}}}}}, {rest}}}")
        };
        assert!(messages(&text("web: {build: {context: /y}}")).is_empty());
        let unbuilt = "service 'web' has no build, so it cannot be the context 'z' of 'a'";
        assert_eq!(messages(&text("web: {image: x}")), [unbuilt]);
        let missing = "the context 'z' of 'a' is service 'web', which is not there";
        assert_eq!(messages(&text("wep: {image: x}")), [missing]);
    }
}
