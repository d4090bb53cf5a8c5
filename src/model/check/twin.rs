//! Limits that a service can give in two places.

use super::{Check, path_of};
use crate::diagnostic::Diagnostic;
use crate::model::{Limits, Reservations, Service};
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
        if let Some(Limits { cpus: _, memory, pids: _ }) = &resources.limits {
            let (own, deployed) = (service.mem_limit.map(|size| size.bytes()), memory.map(|size| size.bytes()));
            self.twin(service, &Twin { key: "mem_limit", block: "limits", name: "memory", own, deployed });
        }
        let _ = Reservations::default();
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
