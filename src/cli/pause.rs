//! `hoist pause` and `hoist unpause`.

use super::scope::Scope;
use super::{Context, Exit};
use crate::plan::teardown::{pause, unpause};
use crate::value::Name;

/// Freeze containers
#[derive(Debug, clap::Args)]
pub struct Pause {
    /// Only these services [default: all]
    services: Vec<Name>,
}

/// Let frozen containers go on
#[derive(Debug, clap::Args)]
pub struct Unpause {
    /// Only these services [default: all]
    services: Vec<Name>,
}

impl Pause {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let scope = Scope::of(context, &self.services).await?;
        let plan = pause(scope.name(), scope.file(), &scope.seen, &self.services);
        Ok(scope.settle(context, &plan, "nothing runs").await)
    }
}

impl Unpause {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let scope = Scope::of(context, &self.services).await?;
        let plan = unpause(scope.name(), scope.file(), &scope.seen, &self.services);
        Ok(scope.settle(context, &plan, "nothing is paused").await)
    }
}
