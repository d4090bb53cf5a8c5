//! `hoist plan`: what `up` would do, and why.

use super::changes::Changes;
use super::foreign::refuse_foreign;
use super::{Context, Exit};
use crate::engine::Engine;
use crate::load::Loaded;
use crate::plan::reconcile::{images, reconcile};
use crate::plan::{Action, Plan as Steps, Policy, Providers, Reach};
use crate::render;

/// Show what 'up' would do and why; exit code 0 when there is nothing to do, 2 when there is
#[derive(Debug, clap::Args)]
pub struct Plan {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// As 'up --no-start' would
    #[arg(long, conflicts_with = "wait")]
    no_start: bool,
    /// As 'up --wait' would
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    changes: Changes,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Plan {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let (loaded, engine) = self.changes.prepare(context).await?;
        let reach = match (self.no_start, self.wait) {
            (true, _) => Reach::Created,
            (_, true) => Reach::Ready,
            _ => Reach::Started,
        };
        let (first, second) = plans(context, &loaded, &engine, (&self.changes, reach)).await?;
        let nothing = first.is_empty() && second.is_empty();
        match self.format {
            Format::Json => context.output().data(&render::plan_json(&[&first, &second])),
            Format::Text => print(context, &first, &second),
        }
        Ok(if nothing { Exit::DONE } else { Exit::CHANGES })
    }
}

/// `up --dry-run`: the same words, and exit code 0.
pub async fn show(
    context: &Context,
    loaded: &Loaded,
    engine: &Engine,
    wanted: (&Changes, Reach),
) -> anyhow::Result<Exit> {
    let (first, second) = plans(context, loaded, engine, wanted).await?;
    print(context, &first, &second);
    Ok(Exit::DONE)
}

/// The plan for images, and the plan for the rest as far as it can be known before the first is carried out.
async fn plans(
    context: &Context,
    loaded: &Loaded,
    engine: &Engine,
    (changes, reach): (&Changes, Reach),
) -> anyhow::Result<(Steps, Steps)> {
    let seen = engine.observe(&loaded.project).await?;
    if let Err(foreign) = refuse_foreign((&loaded.project, loaded.named_by), &seen, changes.take_over()) {
        context.output().note(&foreign.to_string(), Some(&foreign.help()));
    }
    let policy = changes.policy(reach);
    let first = images(&loaded.project, &seen, &policy, changes.images());
    let policy = Policy { providers: Providers::Unasked, ..policy };
    Ok((first, reconcile(&loaded.project, &seen, &policy)?))
}

fn print(context: &Context, first: &Steps, second: &Steps) {
    let output = context.output();
    context.show_plans(&[first, second]);
    context.show_notes(second);
    if first.steps().any(|(_, step)| matches!(step.action, Action::Provide { .. })) {
        output.note("services are replaced too if their provider sets other variables than before", None);
    }
    if builds(first) && !second.is_empty() {
        output.note("services whose image is built are replaced too if the build gives a new image", None);
    } else if first.steps().any(|(_, step)| matches!(step.action, Action::Pull { .. })) {
        output.note("services are replaced too if their image turns out to be new", None);
    }
}

fn builds(plan: &Steps) -> bool {
    plan.steps().any(|(_, step)| matches!(step.action, Action::Build { .. }))
}
