//! `hoist start`.

use super::carrier::settle_by;
use super::ports::check_revived;
use super::scope::Scope;
use super::{Context, Exit};
use crate::plan::reconcile::start;
use crate::plan::{Policy, Reach};
use crate::readiness::Deadline;
use crate::value::Name;
use std::time::Duration;

/// Start containers that are there, each after what it depends on
#[derive(Debug, clap::Args)]
pub struct Start {
    /// Services to start, with what they depend on [default: all]
    services: Vec<Name>,
    /// Wait until all is running and healthy
    #[arg(long)]
    wait: bool,
    /// Longest time that --wait waits, in seconds
    #[arg(long, value_name = "SECONDS")]
    wait_timeout: Option<u64>,
}

impl Start {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        // The time runs from here on: what another hoist takes of it is gone, too.
        let limit = self.wait_timeout.filter(|_| self.wait);
        let deadline = limit.and_then(|seconds| Deadline::after(Duration::from_secs(seconds)));
        let mut scope = Scope::of(context, &self.services).await?;
        anyhow::ensure!(
            scope.file().is_some() || !scope.seen.containers.is_empty(),
            "project '{}' has no container to start",
            scope.name()
        );
        let reach = if self.wait { Reach::Ready } else { Reach::Started };
        let policy = Policy { targets: self.services, reach, ..Policy::default() };
        let plan = start(scope.project(), &scope.seen, &policy)?;
        scope.fill(context, &plan)?;
        check_revived(context, &scope, &plan).await?;
        Ok(settle_by(context, scope.task(&plan), "all runs already", deadline).await)
    }
}
