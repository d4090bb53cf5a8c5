//! [`OneOff`]: a container for one run of a service, beside those that the service has.

use crate::model::Service;
use crate::value::{Name, ProjectName};

/// A container for one run of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOff {
    /// The service, as the project has it for this run: see [`OneOff::shape`].
    pub service: Name,
    /// What it is called.
    pub name: String,
    /// What tells it from other runs: 64 hexadecimal digits.
    pub slug: String,
    /// Whether it reads what is written to it.
    pub stdin: bool,
    /// Whether it goes when it has ended, with its anonymous volumes.
    pub ephemeral: bool,
    /// Whether other containers find it by the service's names too.
    pub aliases: bool,
}

impl OneOff {
    /// What it is called unless somebody gives it a name.
    pub fn usual_name(project: &ProjectName, service: &Name, slug: &str) -> String {
        format!("{project}-{service}-run-{}", slug.get(..12).unwrap_or(slug))
    }

    /// Makes of a service what its one run needs: one container of this name that is not started again.
    pub fn shape(&self, service: &mut Service) {
        service.container_name = Some(self.name.clone());
        service.stdin_open = self.stdin;
        service.scale = Some(1);
        service.restart = None;
        if let Some(deploy) = &mut service.deploy {
            deploy.restart_policy = None;
        }
    }
}
