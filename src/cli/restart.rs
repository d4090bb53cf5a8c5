//! `hoist restart`.

use super::ports::check_revived;
use super::scope::Scope;
use super::{Context, Exit};
use crate::plan::reconcile::restart;
use crate::plan::{Dependencies, Policy};
use crate::value::Name;
use std::time::Duration;

/// Stop and start containers, each after what it depends on
#[derive(Debug, clap::Args)]
pub struct Restart {
    /// Services to restart, with those that ask for it by 'restart: true' [default: all]
    services: Vec<Name>,
    /// Only these services, whatever depends on them
    #[arg(long)]
    no_deps: bool,
    /// Seconds before a container is killed [default: its own]
    #[arg(short, long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

impl Restart {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let mut scope = Scope::of(context, &self.services).await?;
        let policy = Policy {
            targets: self.services,
            dependencies: if self.no_deps { Dependencies::Leave } else { Dependencies::Include },
            grace: self.timeout.map(Duration::from_secs),
            ..Policy::default()
        };
        let plan = restart(scope.project(), &scope.seen, &policy)?;
        scope.fill(context, &plan)?;
        check_revived(context, &scope, &plan).await?;
        Ok(scope.settle(context, &plan, "no container to restart").await)
    }
}
