//! `hoist stop`.

use super::scope::Scope;
use super::{Context, Exit};
use crate::plan::teardown::{Teardown, stop};
use crate::value::Name;
use std::time::Duration;

/// Stop containers, dependents first, and remove nothing
#[derive(Debug, clap::Args)]
pub struct Stop {
    /// Only these services [default: all]
    services: Vec<Name>,
    /// Seconds before a container is killed [default: its own]
    #[arg(short, long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

impl Stop {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let scope = Scope::of(context, &self.services).await?;
        let grace = self.timeout.map(Duration::from_secs);
        let teardown = Teardown { grace, targets: self.services, ..Teardown::default() };
        let plan = stop(scope.name(), scope.file(), &scope.seen, &teardown);
        Ok(scope.settle(context, &plan, "nothing runs").await)
    }
}
