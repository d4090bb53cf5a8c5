//! `hoist down`.

use super::scope::Scope;
use super::timings::{self, Told};
use super::{Context, Exit};
use crate::plan::Orphans;
use crate::plan::teardown::{Images, Teardown, Volumes, down};
use crate::value::Name;
use std::time::Duration;

/// Stop and remove containers and networks; volumes only with --volumes
#[derive(Debug, clap::Args)]
pub struct Down {
    /// Services to remove [default: the whole project]
    services: Vec<Name>,
    /// Remove the declared volumes too, and the containers' anonymous ones, with their data
    #[arg(short, long)]
    volumes: bool,
    /// Remove containers of services that are not in the file
    #[arg(long, env = "COMPOSE_REMOVE_ORPHANS", value_parser = clap::builder::FalseyValueParser::new())]
    remove_orphans: bool,
    /// Remove images too: those that were built and have no name of their own (local), or all that services use (all)
    #[arg(long, value_enum, value_name = "WHICH")]
    rmi: Option<Rmi>,
    /// Seconds before a container is killed [default: its own]
    #[arg(short, long, value_name = "SECONDS")]
    timeout: Option<u64>,
    #[command(flatten)]
    timings: timings::Flag,
}

/// Which images go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Rmi {
    Local,
    All,
}

impl Down {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        self.timings.begin(context);
        let mut scope = Scope::of(context, &self.services).await?;
        if self.rmi.is_some() {
            scope.look_at_images().await?;
        }
        let teardown = Teardown {
            volumes: if self.volumes { Volumes::Remove } else { Volumes::Keep },
            orphans: if self.remove_orphans { Orphans::Remove } else { Orphans::Keep },
            images: match self.rmi {
                None => Images::Keep,
                Some(Rmi::Local) => Images::Local,
                Some(Rmi::All) => Images::All,
            },
            grace: self.timeout.map(Duration::from_secs),
            targets: self.services,
        };
        let plan = down(scope.name(), scope.file(), &scope.seen, &teardown);
        let exit = scope.settle(context, &plan, "nothing to remove").await;
        let title = format!("down of {}", scope.name());
        self.timings.tell(context, Told { title: &title, done: "down in" }, Some(exit));
        Ok(exit)
    }
}
