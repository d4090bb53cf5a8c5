//! `hoist names`.

use super::failure::Advised;
use super::{Context, Exit};
use crate::diagnostic::did_you_mean;
use crate::engine::Inhabitant;
use crate::names::{self, Asked, Road, Standing, lookup};
use crate::plan::{Observed, SeenContainer};
use crate::render::{findings_json, findings_table};

/// Ask about the names of containers
#[derive(Debug, clap::Args)]
pub struct Names {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, clap::Subcommand)]
enum Question {
    Lookup(Lookup),
}

/// Show what a service name, or an alias, resolves to in each of its networks
///
/// The engine's name server is asked as the containers of the project would ask it, and its answers are compared with
/// what the engine says.
#[derive(Debug, clap::Args)]
struct Lookup {
    /// The name
    name: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Ask by a tool of an image even where its container's network can be entered
    #[arg(long)]
    inside: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people
    Table,
    /// One object with 'name' and 'addresses'
    Json,
}

impl Names {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        match self.question {
            Question::Lookup(lookup) => lookup.run(context).await,
        }
    }
}

impl Lookup {
    async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let subject = context.subject(&[])?;
        let engine = context.engine()?;
        let inhabitants = engine.inhabitants(subject.name()).await?;
        if inhabitants.is_empty() {
            let message = format!("no container of '{}' runs, so there is nobody to ask", subject.name());
            return Err(Advised::new(message, Some("start them with 'hoist up -d'".into())).into());
        }
        let road = if self.inside { Road::Inside } else { Road::Nearest };
        let Asked { answers, mute } = lookup(&engine, &self.name, &inhabitants, road).await?;
        let findings = names::compare(&self.name, &answers, &inhabitants);
        if let Format::Json = self.format {
            context.output().data(&format!("{:#}\n", findings_json(&self.name, &findings)));
        } else if !findings.is_empty() {
            context.output().data(&findings_table(&findings).within(context.output().size().width));
        }
        if !mute.is_empty() {
            context.output().warn(
                &format!("could not ask from {}", mute.join(", ")),
                Some("run hoist as root on the engine's machine, or use an image that has 'getent' or 'nslookup'"),
            );
        }
        if findings.iter().any(|one| one.standing != Standing::Agreed) {
            let help = "a container may be coming or going: ask again in a moment";
            context.output().warn("name server and engine do not agree", Some(help));
        }
        if !findings.iter().any(|one| one.standing != Standing::Unanswered) {
            let seen = engine.observe_named(subject.name()).await?;
            return Err(unresolved(&self.name, &inhabitants, &seen).into());
        }
        Ok(Exit::DONE)
    }
}

/// Why a name resolves nowhere: its container does not run, or nobody is called so.
fn unresolved(name: &str, inhabitants: &[Inhabitant], seen: &Observed) -> Advised {
    let known = names::known(inhabitants);
    let stopped = |one: &&SeenContainer| !one.is_up() && (one.service.as_str() == name || one.name == name);
    let help = match (seen.containers.iter().find(stopped), did_you_mean(name, known.iter().copied())) {
        (Some(stopped), _) => format!("{} does not run: it is {}", stopped.name, stopped.state),
        (None, Some(near)) => format!("did you mean '{near}'?"),
        (None, None) => format!("names are {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    };
    Advised::new(format!("'{name}' resolves nowhere"), Some(help))
}
