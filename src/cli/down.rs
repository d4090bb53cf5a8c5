//! `hoist down`.

use super::carrier::Carrier;
use super::timings::{self, Told};
use super::{Context, Exit};
use crate::model::Project;
use crate::plan::Orphans;
use crate::plan::teardown::{Teardown, Volumes, down};
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
    /// Seconds before a container is killed [default: its own]
    #[arg(short, long, value_name = "SECONDS")]
    timeout: Option<u64>,
    #[command(flatten)]
    timings: timings::Flag,
}

impl Down {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        self.timings.begin(context);
        let subject = context.subject(&self.services)?;
        let engine = context.engine()?;
        let seen = engine.observe_named(subject.name()).await?;
        let teardown = Teardown {
            volumes: if self.volumes { Volumes::Remove } else { Volumes::Keep },
            orphans: if self.remove_orphans { Orphans::Remove } else { Orphans::Keep },
            grace: self.timeout.map(Duration::from_secs),
            targets: self.services,
        };
        let plan = down(subject.name(), subject.project(), &seen, &teardown);
        context.show_notes(&plan);
        if plan.is_empty() {
            context.output().say("nothing to remove");
            return Ok(Exit::DONE);
        }
        let nothing = Project::empty(subject.name().clone());
        let project = subject.project().unwrap_or(&nothing);
        let exit = Carrier { context, engine: &engine, project, follow: None }.finish(&plan).await;
        let title = format!("down of {}", project.name());
        self.timings.tell(context, Told { title: &title, done: "down in" }, Some(exit));
        Ok(exit)
    }
}
