//! `hoist rm`.

use super::consent::{Answer, ask};
use super::scope::Scope;
use super::{Context, Exit};
use crate::plan::teardown::{Removal, Running, Volumes, remove};
use crate::plan::{Action, Plan};
use crate::value::Name;

/// Remove containers that do not run
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Rm {
    /// Only these services [default: all]
    services: Vec<Name>,
    /// Do not ask
    #[arg(short, long)]
    force: bool,
    /// Stop those that run, and remove them too
    #[arg(short, long)]
    stop: bool,
    /// Remove their anonymous volumes too, with their data
    #[arg(short, long)]
    volumes: bool,
    /// No effect, as in docker compose
    #[arg(short, long, hide = true)]
    all: bool,
}

impl Rm {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let scope = Scope::of(context, &self.services).await?;
        let plan = self.plan(&scope);
        let names = names(&plan);
        if self.force || context.is_dry_run() || names.is_empty() {
            return Ok(scope.settle(context, &plan, "no stopped containers").await);
        }
        // Nobody else waits for the project's lock while a person thinks.
        drop(scope);
        match ask(context, &format!("remove {}?", names.join(", "))).await? {
            Answer::Yes => {}
            Answer::No => return Ok(Exit::DONE),
            Answer::Interrupted => return Ok(Exit::INTERRUPTED),
            Answer::Nobody => anyhow::bail!(
                "{} would be removed, and nobody is there to agree: say --force to remove without asking",
                names.join(", ")
            ),
        }
        // Time has passed: what runs by now was not agreed to.
        let scope = Scope::of(context, &self.services).await?;
        let plan = self.plan(&scope);
        anyhow::ensure!(self::names(&plan) == names, "other containers are stopped by now: run it again");
        Ok(scope.settle(context, &plan, "no stopped containers").await)
    }

    fn plan(&self, scope: &Scope) -> Plan {
        let removal = Removal {
            volumes: if self.volumes { Volumes::Remove } else { Volumes::Keep },
            running: if self.stop { Running::Stop } else { Running::Leave },
            targets: self.services.clone(),
        };
        remove(scope.name(), scope.file(), &scope.seen, &removal)
    }
}

/// The containers that go.
fn names(plan: &Plan) -> Vec<String> {
    let removes = plan.steps().filter(|(_, step)| matches!(step.action, Action::Remove { .. }));
    removes.map(|(_, step)| step.subject.name.clone()).collect()
}
