//! `hoist push`.

use super::carrier::{Task, settle};
use super::{Context, Exit};
use crate::plan::registry::{Buildable, Dependencies, Exchange, Failures, push};
use crate::value::Name;

/// Send the images of services that are built to their registries
#[derive(Debug, clap::Args)]
pub struct Push {
    /// Only these services [default: all that are built and have an 'image']
    services: Vec<Name>,
    /// Go on, and end well, when an image cannot be sent
    #[arg(long)]
    ignore_push_failures: bool,
    /// Send the images of the services that these depend on too
    #[arg(long)]
    include_deps: bool,
    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
}

impl Push {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let loaded = context.load(&self.services)?;
        let plan = push(&loaded.project, &self.wish());
        let engine = context.engine()?;
        let nothing = "nothing to push: a service is pushed when it has both 'build' and 'image'";
        Ok(settle(context, Task { engine: &engine, project: &loaded.project, plan: &plan }, nothing).await)
    }

    fn wish(&self) -> Exchange {
        Exchange {
            services: self.services.clone(),
            dependencies: if self.include_deps { Dependencies::Include } else { Dependencies::Leave },
            buildable: Buildable::Fetch,
            failures: if self.ignore_push_failures { Failures::PassOver } else { Failures::Count },
        }
    }
}
