//! `hoist plan`: what `up` would do, and why.

use super::changes::{Changes, REMOVE_ORPHANS};
use super::failure::report;
use super::foreign::refuse_foreign;
use super::preflight::Preflight;
use super::{Context, Exit};
use crate::engine::Engine;
use crate::load::Loaded;
use crate::plan::reconcile::{images, reconcile};
use crate::plan::{Action, Observed, Plan as Steps, Policy, Providers, Reach};
use crate::render;

/// Show what 'up' would do and why; exit code 0 when there is nothing to do, 2 when there is, 1 when it would be refused
#[derive(Debug, clap::Args)]
#[command(mut_arg("remove_orphans", |flag| flag.env(REMOVE_ORPHANS)))]
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
        let prospect = Prospect::of(&loaded, &engine, (&self.changes, reach)).await?;
        match self.format {
            Format::Json => context.output().data(&render::plan_json(&[&prospect.first, &prospect.second])),
            Format::Text => prospect.print(context),
        }
        let refused = prospect.refusal(context, &loaded, (&engine, &self.changes)).await;
        match refused {
            Some(exit) => Ok(exit),
            None if prospect.is_nothing() => Ok(Exit::DONE),
            None => Ok(Exit::CHANGES),
        }
    }
}

/// `up --dry-run`: the same words, and the exit code of an `up` that goes well, or is refused.
pub async fn show(
    context: &Context,
    loaded: &Loaded,
    engine: &Engine,
    wanted: (&Changes, Reach),
) -> anyhow::Result<Exit> {
    let prospect = Prospect::of(loaded, engine, wanted).await?;
    prospect.print(context);
    Ok(prospect.refusal(context, loaded, (engine, wanted.0)).await.unwrap_or(Exit::DONE))
}

/// What `up` would do.
struct Prospect {
    seen: Observed,
    /// The plan for images.
    first: Steps,
    /// The plan for the rest, as far as it can be known before the first is carried out.
    second: Steps,
}

impl Prospect {
    async fn of(loaded: &Loaded, engine: &Engine, (changes, reach): (&Changes, Reach)) -> anyhow::Result<Self> {
        let seen = engine.observe(&loaded.project).await?;
        changes.agree(loaded, &seen);
        let policy = changes.policy(reach);
        let first = images(&loaded.project, &seen, &policy, changes.images());
        let policy = Policy { providers: Providers::Unasked, ..policy };
        let second = reconcile(&loaded.project, &seen, &policy)?;
        Ok(Self { seen, first, second })
    }

    /// Says why `up` would refuse to do it, all reasons at once; gives the exit code that it would end with then.
    async fn refusal(
        &self,
        context: &Context,
        loaded: &Loaded,
        (engine, changes): (&Engine, &Changes),
    ) -> Option<Exit> {
        let looked = [
            refuse_foreign((&loaded.project, loaded.named_by), &self.seen, changes.take_over()).map_err(Into::into),
            changes.refuse_builds(&self.first),
            Preflight::of(&loaded.project, &self.seen, &self.second).check(context, engine, loaded).await,
        ];
        let exits = looked.into_iter().filter_map(Result::err).map(|refused| report(context.output(), &refused));
        exits.collect::<Vec<_>>().pop()
    }

    /// Whether nothing would change, as far as can be known without asking those who provide services and models.
    fn is_nothing(&self) -> bool {
        self.second.is_empty() && self.first.steps().all(|(_, step)| step.action.is_enquiry())
    }

    fn print(&self, context: &Context) {
        let output = context.output();
        context.show_plans(&[&self.first, &self.second]);
        context.show_notes(&self.second);
        let asked: Vec<&str> = self.enquiries().collect();
        if !asked.is_empty() {
            let message = format!("what {} would change is known only when 'up' asks", asked.join(", "));
            output.note(&message, Some("what depends on them is replaced if it is told other variables than before"));
        }
        if self.any(|action| matches!(action, Action::Build { .. })) && !self.second.is_empty() {
            output.note("services whose image is built are replaced too if the build gives a new image", None);
        } else if self.any(|action| matches!(action, Action::Pull { .. })) {
            output.note("services are replaced too if their image turns out to be new", None);
        }
    }

    fn enquiries(&self) -> impl Iterator<Item = &str> {
        let asked = self.first.steps().filter(|(_, step)| step.action.is_enquiry());
        asked.map(|(_, step)| step.subject.name.as_str())
    }

    fn any(&self, is: impl Fn(&Action) -> bool) -> bool {
        self.first.steps().any(|(_, step)| is(&step.action))
    }
}
