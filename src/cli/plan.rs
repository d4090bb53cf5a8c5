//! `hoist plan`: what `up` would do, and why.

use super::{Context, Exit};
use crate::engine::Engine;
use crate::load::Loaded;
use crate::plan::reconcile::{images, reconcile};
use crate::plan::{Action, Images, Orphans, Plan as Steps, Policy};
use crate::render;
use crate::value::Name;

/// Show what 'up' would do and why; exit code 0 when there is nothing to do, 2 when there is
#[derive(Debug, clap::Args)]
pub struct Plan {
    /// Services to bring up, with what they depend on [default: all]
    services: Vec<Name>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// As 'up --build' would
    #[arg(long)]
    build: bool,
    /// As 'up --remove-orphans' would
    #[arg(long, env = "COMPOSE_REMOVE_ORPHANS", value_parser = clap::builder::FalseyValueParser::new())]
    remove_orphans: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Plan {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let mut loaded = context.load(&self.services)?;
        context.tell_effects(&mut loaded, &self.services)?;
        let engine = context.engine()?;
        context.refuse_old_engine(&loaded, &self.services, &engine).await?;
        let orphans = if self.remove_orphans { Orphans::Remove } else { Orphans::Keep };
        let policy = Policy { targets: self.services, orphans, ..Policy::default() };
        let wanted = if self.build { Images::Build } else { Images::Missing };
        let (first, second) = plans(&loaded, &engine, (&policy, wanted)).await?;
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
    wanted: (&Policy, Images),
) -> anyhow::Result<Exit> {
    let (first, second) = plans(loaded, engine, wanted).await?;
    print(context, &first, &second);
    Ok(Exit::DONE)
}

/// The plan for images, and the plan for the rest as far as it can be known before the first is carried out.
async fn plans(
    loaded: &Loaded,
    engine: &Engine,
    (policy, wanted): (&Policy, Images),
) -> anyhow::Result<(Steps, Steps)> {
    let seen = engine.observe(&loaded.project).await?;
    let first = images(&loaded.project, &seen, policy, wanted);
    Ok((first, reconcile(&loaded.project, &seen, policy)?))
}

fn print(context: &Context, first: &Steps, second: &Steps) {
    let output = context.output();
    if first.is_empty() && second.is_empty() {
        output.data("nothing to do\n");
    } else {
        output.data(&render::plan_coloured(&[first, second], output.colours()));
    }
    context.show_notes(second);
    if builds(first) && !second.is_empty() {
        output.note("services whose image is built are replaced too if the build gives a new image", None);
    } else if !first.is_empty() {
        output.note("services are replaced too if their image turns out to be new", None);
    }
}

fn builds(plan: &Steps) -> bool {
    plan.steps().any(|(_, step)| matches!(step.action, Action::Build { .. }))
}
