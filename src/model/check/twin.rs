//! Limits that a service can give in two places.

use super::{Check, path_of};
use crate::diagnostic::Diagnostic;
use crate::model::{Limits, Reservations, Service};
use crate::value::{ByteSize, Cpus};
use std::fmt::Display;

/// What a service says itself and what it says under `deploy.resources`; 0 and nothing are the same.
struct Twin<T> {
    key: &'static str,
    block: &'static str,
    name: &'static str,
    own: Option<T>,
    deployed: Option<T>,
}

impl Check<'_> {
    /// What a service says twice, it says alike.
    ///
    /// Compose asks as soon as the block is there, even if the block does not say it: `cpus` next to limits without
    /// `cpus` is refused.
    pub(super) fn twins(&mut self, service: &Service) {
        let Some(resources) = service.deploy.as_ref().map(|deploy| &deploy.resources) else { return };
        let bytes = |size: Option<ByteSize>| size.map(ByteSize::bytes);
        if let Some(Limits { cpus, memory, pids }) = &resources.limits {
            let number = |cpus: Option<Cpus>| cpus.map(Cpus::number);
            let own = number(service.processor.cpus);
            self.twin(service, &Twin { key: "cpus", block: "limits", name: "cpus", own, deployed: number(*cpus) });
            let (own, deployed) = (bytes(service.memory.limit), bytes(*memory));
            self.twin(service, &Twin { key: "mem_limit", block: "limits", name: "memory", own, deployed });
            let own = service.pids_limit;
            self.twin(service, &Twin { key: "pids_limit", block: "limits", name: "pids", own, deployed: *pids });
        }
        if let Some(Reservations { memory, .. }) = &resources.reservations {
            let (own, deployed) = (bytes(service.memory.reservation), bytes(*memory));
            self.twin(service, &Twin { key: "mem_reservation", block: "reservations", name: "memory", own, deployed });
        }
    }

    fn twin<T: Copy + Default + PartialEq + Display>(&mut self, service: &Service, twin: &Twin<T>) {
        let Twin { key, block, name, own, deployed } = twin;
        let Some(own) = own.filter(|own| *own != T::default()) else { return };
        if *deployed == Some(own) {
            return;
        }
        let path = path_of(service);
        let resources = path.key("deploy").key("resources").key(block);
        let deploy_path = resources.key(name);
        let (message, help) = match deployed {
            Some(deployed) => (
                format!(
                    "service '{}' has '{key}: {own}' and 'deploy.resources.{block}.{name}: {deployed}'",
                    service.name
                ),
                "they say the same thing: keep one of them".to_owned(),
            ),
            None => (
                format!(
                    "service '{}' has '{key}: {own}' and 'deploy.resources.{block}' without '{name}'",
                    service.name
                ),
                format!("move it there as '{name}'"),
            ),
        };
        let fault = Diagnostic::error("conflict", message).help(help);
        self.conflict(fault, (&format!("'{key}'"), &path.key(key)), (&format!("'{name}'"), &deploy_path));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{messages, places};

    fn fault(text: &str) -> Vec<String> {
        messages(&format!("services: {{a: {{image: x, {text}}}}}"))
    }

    #[test]
    fn what_is_said_twice_is_said_alike() {
        let cases = [
            ("cpus: 1, deploy: {resources: {limits: {cpus: 2}}}", "'cpus: 1' and 'deploy.resources.limits.cpus: 2'"),
            (
                "pids_limit: 1, deploy: {resources: {limits: {pids: 2}}}",
                "'pids_limit: 1' and 'deploy.resources.limits.pids: 2'",
            ),
            (
                "mem_limit: 1, deploy: {resources: {limits: {memory: '2'}}}",
                "'mem_limit: 1' and 'deploy.resources.limits.memory: 2'",
            ),
            (
                "mem_reservation: 1, deploy: {resources: {reservations: {memory: '2'}}}",
                "'mem_reservation: 1' and 'deploy.resources.reservations.memory: 2'",
            ),
            (
                "cpus: 1, deploy: {resources: {limits: {pids: 2}}}",
                "'cpus: 1' and 'deploy.resources.limits' without 'cpus'",
            ),
        ];
        for (text, wanted) in cases {
            assert_eq!(fault(text), [format!("service 'a' has {wanted}")], "{text}");
        }
    }

    #[test]
    fn zero_and_nothing_say_nothing() {
        for text in [
            "cpus: 0.3, deploy: {resources: {limits: {cpus: 0.30000001}}}",
            "mem_limit: 1g, deploy: {resources: {limits: {memory: 1024m}}}",
            "mem_limit: 0, deploy: {resources: {limits: {memory: 1g}}}",
            "cpus: 1, deploy: {resources: {reservations: {cpus: 2}}}",
            "pids_limit: 0, deploy: {resources: {limits: {pids: 5}}}",
            "cpus: 1, deploy: {}",
        ] {
            assert!(fault(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_fault_is_at_the_later_one() {
        let text = "services:\n  a:\n    image: x\n    deploy: {resources: {limits: {pids: 2}}}\n    cpus: 1\n";
        assert_eq!(places(text), ["cpus: 1"]);
        let text = "services:\n  a:\n    image: x\n    cpus: 1\n    deploy: {resources: {limits: {cpus: 2}}}\n";
        assert_eq!(places(text), ["cpus: 2}}}"]);
    }
}
