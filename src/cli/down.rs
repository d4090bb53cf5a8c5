//! `hoist down`.

use super::failure::report_outcomes;
use super::interrupt::Ended;
use super::{Context, Exit};
use crate::execute::OnFailure;
use crate::model::Project;
use crate::plan::Orphans;
use crate::plan::teardown::{Teardown, Volumes, down};
use crate::session::Session;
use crate::value::Name;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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
}

impl Down {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
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
        let progress = context.output().progress(&plan);
        let tell = |event| progress.on(&event);
        let halt = CancellationToken::new();
        let session = Session::new(&engine, project, &tell);
        let work = session.carry_out(&plan, OnFailure::GoOn, &halt);
        let ended = context.interrupts().or(work, &halt).await;
        progress.finish();
        Ok(match ended {
            Ended::Interrupted(_) => Exit::INTERRUPTED,
            Ended::Finished(outcomes) if report_outcomes(context.output(), &plan, &outcomes) => Exit::DONE,
            Ended::Finished(_) => Exit::FAILED,
        })
    }
}
