//! `hoist env`.

use super::failure::NoSuchVariable;
use super::{Context, Exit};
use crate::provenance::{self, Provenance};
use crate::render::{Places, provenance_json, provenance_text};
use crate::value::Name;

/// Ask about the variables of a service
#[derive(Debug, clap::Args)]
pub struct Env {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, clap::Subcommand)]
enum Question {
    Explain(Explain),
}

/// Show each variable with its value, where it came from, and what it replaced
///
/// Values are shown as they are, secrets too. What the image sets is not known: no engine is asked.
#[derive(Debug, clap::Args)]
struct Explain {
    /// The service
    service: Name,
    /// Only this variable
    variable: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object with 'service' and 'variables'
    Json,
}

impl Env {
    pub fn run(self, context: &Context) -> anyhow::Result<Exit> {
        match self.question {
            Question::Explain(explain) => explain.run(context),
        }
    }
}

impl Explain {
    fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let loaded = context.load_quietly(std::slice::from_ref(&self.service))?;
        let all = self.chosen(provenance::of_service(&loaded, &self.service))?;
        let places = Places { sources: &loaded.sources, origins: &loaded.origins };
        let output = context.output();
        output.data(&match self.format {
            Format::Human => provenance_text(&all, places, output.colours()),
            Format::Json => format!("{:#}\n", provenance_json(self.service.as_str(), &all, places)),
        });
        if all.is_empty() {
            output.say(&format!("no file sets a variable of '{}'", self.service));
        }
        Ok(Exit::DONE)
    }

    fn chosen(&self, mut all: Vec<Provenance>) -> anyhow::Result<Vec<Provenance>> {
        let Some(wanted) = &self.variable else { return Ok(all) };
        if !all.iter().any(|one| one.name == *wanted) {
            let known: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
            return Err(NoSuchVariable::of(wanted, &self.service, &known).into());
        }
        all.retain(|one| one.name == *wanted);
        Ok(all)
    }
}
