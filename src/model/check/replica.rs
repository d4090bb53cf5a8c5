//! How many containers a service has.

use super::{Check, path_of};
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::Service;

/// More containers of one service than an engine can hold.
const MOST_REPLICAS: u32 = 10_000;

impl Check<'_> {
    /// `scale` and `deploy.replicas` agree, and a container that has a name is the only one.
    pub(super) fn replicas(&mut self, service: &Service) {
        let path = path_of(service);
        let (scale, replicas) = (path.key("scale"), path.key("deploy").key("replicas"));
        let deployed = service.deploy.as_ref().and_then(|deploy| deploy.replicas);
        let written = if service.scale.is_some() { &scale } else { &replicas };
        if let (Some(scaled), Some(deployed)) = (service.scale, deployed)
            && scaled != deployed
        {
            let message = format!("service '{}' has 'scale: {scaled}' and 'deploy.replicas: {deployed}'", service.name);
            let fault = Diagnostic::error("conflict", message).help("they say the same thing: keep one of them");
            self.conflict(fault, ("'scale'", &scale), ("'replicas'", &replicas));
        }
        self.many(service, written);
        if service.replicas() > 1 && service.container_name.is_some() {
            let message = format!("service '{}' has a 'container_name' and more than one container", service.name);
            let fault = Diagnostic::error("conflict", message).help("remove 'container_name', or have one container");
            let count = ("the number of containers", written);
            self.conflict(fault, ("'container_name'", &path.key("container_name")), count);
        }
    }

    fn many(&mut self, service: &Service, path: &Path) {
        if service.replicas() > MOST_REPLICAS {
            let message = format!("service '{}' asks for {} containers", service.name, service.replicas());
            let diagnostic = Diagnostic::error("invalid-value", message)
                .help(format!("no engine runs so many: {MOST_REPLICAS} is the most that is tried"));
            self.fault(diagnostic, path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{messages, places};

    #[test]
    fn scale_and_replicas_agree() {
        let text = "services:\n  a:\n    scale: 2\n    deploy: {replicas: 3}\n    image: x\n";
        assert_eq!(messages(text), ["service 'a' has 'scale: 2' and 'deploy.replicas: 3'"]);
        assert_eq!(places(text), ["replicas: 3}"]);
        assert!(messages("services: {a: {image: x, scale: 3, deploy: {replicas: 3}}}").is_empty());
        assert!(messages("services: {a: {image: x, scale: 3, deploy: {}}}").is_empty());
    }

    #[test]
    fn a_named_container_is_the_only_one() {
        let fault = "service 'a' has a 'container_name' and more than one container";
        for count in ["scale: 2", "deploy: {replicas: 2}"] {
            let text = format!("services:\n  a:\n    {count}\n    image: x\n    container_name: aa\n");
            assert_eq!(messages(&text), [fault]);
            assert_eq!(places(&text), ["container_name: aa"]);
        }
        assert!(messages("services: {a: {image: x, container_name: aa, deploy: {replicas: 0}}}").is_empty());
    }
}
