//! `hoist down`.

use super::carrier::Carrier;
use super::changes::REMOVE_ORPHANS;
use super::consent::{Answer, ask};
use super::losses::{self, Losses, Shared};
use super::scope::Scope;
use super::timings::{self, Told};
use super::{Context, Exit};
use crate::plan::teardown::{Images, Teardown, Volumes, down};
use crate::plan::{Orphans, Plan};
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
    #[arg(long, env = REMOVE_ORPHANS, value_parser = clap::builder::FalseyValueParser::new())]
    remove_orphans: bool,
    /// Remove images too: those that were built and have no name of their own (local), or all that services use (all)
    #[arg(long, value_enum, value_name = "WHICH")]
    rmi: Option<Rmi>,
    /// Seconds before a container is killed [default: its own]
    #[arg(short, long, value_name = "SECONDS")]
    timeout: Option<u64>,
    #[command(flatten)]
    timings: timings::Flag,
    /// Ask nothing: what another project's container uses is kept, all else goes
    #[arg(short, long)]
    yes: bool,
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
        let mut look = self.look(context).await?;
        for Shared { volume, container } in &look.shared {
            let message = format!("volume '{volume}' is kept: {container} has it");
            let help = "an engine removes no volume that a container has: remove that container first";
            context.output().warn(&message, Some(help));
        }
        let mut at_best = Exit::DONE;
        if !look.shared.is_empty() && !self.yes && context.licence().is_some() {
            let Look { scope, shared, .. } = look;
            // Nobody else waits for the project's lock while a person thinks.
            drop(scope);
            match ask(context, "take the rest down?").await? {
                Answer::Yes => {}
                Answer::Nobody => at_best = Exit::FAILED,
                Answer::No => return Ok(Exit::FAILED),
                Answer::Interrupted => return Ok(Exit::INTERRUPTED),
            }
            look = self.look(context).await?;
            // Time has passed: what is kept by now was not told.
            anyhow::ensure!(look.shared == shared, "other containers have the project's volumes by now: run it again");
        }
        let Look { scope, mut teardown, shared } = look;
        teardown.spared = shared.into_iter().map(|one| one.volume).collect();
        let plan = down(scope.name(), scope.file(), &scope.seen, &teardown);
        let exit = carry_out(context, &scope, &plan).await;
        let title = format!("down of {}", scope.name());
        self.timings.tell(context, Told { title: &title, done: "down in" }, Some(exit));
        Ok(if exit == Exit::DONE { at_best } else { exit })
    }

    /// Looks at what there is, with the right to change it.
    async fn look(&self, context: &Context) -> anyhow::Result<Look> {
        let flag = if self.remove_orphans { Orphans::Remove } else { Orphans::Keep };
        let mut scope = Scope::of(context, &self.services).await?;
        if self.rmi.is_some() {
            scope.look_at_images().await?;
        }
        let teardown = Teardown {
            volumes: if self.volumes { Volumes::Remove } else { Volumes::Keep },
            orphans: context.orphans(flag, None)?,
            images: match self.rmi {
                None => Images::Keep,
                Some(Rmi::Local) => Images::Local,
                Some(Rmi::All) => Images::All,
            },
            grace: self.timeout.map(Duration::from_secs),
            targets: self.services.clone(),
            ..Teardown::default()
        };
        let draft = down(scope.name(), scope.file(), &scope.seen, &teardown);
        let shared = losses::shared(&scope.engine, &draft).await?;
        Ok(Look { scope, teardown, shared })
    }
}

/// What there is to take down, and what of it stays.
struct Look {
    scope: Scope,
    teardown: Teardown,
    /// The volumes that stay since a container of somebody else has them.
    shared: Vec<Shared>,
}

/// Carries out the plan and tells which data went, or shows the plan and which data would go.
async fn carry_out(context: &Context, scope: &Scope, plan: &Plan) -> Exit {
    context.show_notes(plan);
    if plan.is_empty() {
        context.output().say("nothing to remove");
        return Exit::DONE;
    }
    let losses = Losses::of(&scope.engine, plan, &scope.seen).await;
    if let Some(carrier) = Carrier::new(context, &scope.engine, scope.project()) {
        return carrier.finish_with(plan, &losses).await;
    }
    let exit = context.show_plans(&[plan]);
    losses.announce(context);
    exit
}
