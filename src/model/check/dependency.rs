//! What a service depends on is there and can become what it waits for.

use super::{Check, path_of, remedy};
use crate::diagnostic::Diagnostic;
use crate::model::{DependencyCondition, Healthcheck, Service};
use crate::value::Name;

impl Check<'_> {
    /// A dependency is a service that takes part; one that is not required may be switched off, but not missing.
    pub(super) fn dependencies(&mut self, service: &Service) {
        for (name, dependency) in &service.depends_on {
            let project = self.project;
            let disabled = project.inactive.get(name);
            if project.services.contains_key(name) || (disabled.is_some() && !dependency.required) {
                continue;
            }
            let fault = if let Some(inactive) = disabled {
                switched_off(service, name, inactive)
            } else {
                let message = format!("service '{}' depends on '{name}', which is not a service", service.name);
                let add = format!("add '{name}' under 'services', or remove the dependency");
                let help = remedy(name.as_str(), project.services.keys(), add);
                Diagnostic::error("missing-dependency", message).help(help)
            };
            self.fault(fault, &path_of(service).key("depends_on").key(name.as_str()));
        }
    }

    /// A dependency that can never become healthy: its own file switches the check off.
    pub(super) fn health_conditions(&mut self, service: &Service) {
        for (name, dependency) in &service.depends_on {
            let Some(target) = self.project.services.get(name) else { continue };
            let off = target.healthcheck.as_ref().is_some_and(Healthcheck::is_disabled);
            if off && dependency.condition == DependencyCondition::Healthy {
                let message =
                    format!("'{}' waits until '{name}' is healthy, but its health check is disabled", service.name);
                let fault = Diagnostic::warning("no-healthcheck", message).help("use 'condition: service_started'");
                self.fault(fault, &path_of(service).key("depends_on").key(name.as_str()));
            }
        }
    }
}

fn switched_off(service: &Service, name: &Name, inactive: &Service) -> Diagnostic {
    let message = format!("service '{}' depends on '{name}', which no active profile asks for", service.name);
    let profiles = inactive.profiles.join(" or ");
    let help = format!("activate it with --profile {profiles}, or set 'required: false'");
    Diagnostic::error("missing-dependency", message).help(help)
}

#[cfg(test)]
mod tests {
    use super::super::messages;

    #[test]
    fn a_dependency_is_a_service() {
        let text = "services: {a: {image: x, depends_on: {b: {condition: service_started, required: false}}}}";
        assert_eq!(messages(text), ["service 'a' depends on 'b', which is not a service"]);
    }

    #[test]
    fn waiting_for_a_health_check_that_is_off_is_a_warning() {
        let text = "services: {a: {image: x, depends_on: {b: {condition: service_healthy}}}, \
                    b: {image: y, healthcheck: {disable: true}}}";
        assert_eq!(messages(text), ["'a' waits until 'b' is healthy, but its health check is disabled"]);
    }
}
