//! `hoist check`.

use super::{Context, Exit};
use crate::advice::advise;
use crate::diagnostic::{Diagnostics, Severity};
use crate::render::{Look, Places, diagnostic_json, diagnostics_text, sarif, summary};
use serde_json::json;

/// Show all that is wrong with the project's files, and what would be wiser
#[derive(Debug, clap::Args)]
pub struct Check {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One object; docs/check.md says which
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl Check {
    pub fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let (all, sources, origins) = match context.try_load()? {
            Ok(loaded) => {
                let mut all = loaded.notes.clone();
                all.push_all(advise(&loaded));
                (all, loaded.sources, loaded.origins)
            }
            Err(refused) => (refused.diagnostics, refused.sources, refused.origins),
        };
        self.show(&all, Places { sources: &sources, origins: &origins }, context);
        Ok(if all.has_errors() { Exit::FAILED } else { Exit::DONE })
    }

    fn show(&self, all: &Diagnostics, places: Places<'_>, context: &Context) {
        let output = context.output();
        let look = Look { colours: output.colours(), width: output.size().width };
        let text = match self.format {
            Format::Human => diagnostics_text(all, places, look),
            Format::Json => format!("{:#}\n", object(all, places)),
            Format::Sarif => format!("{:#}\n", sarif(all, places)),
        };
        output.data(&text);
        output.say(&summary(all));
    }
}

fn object(all: &Diagnostics, places: Places<'_>) -> serde_json::Value {
    let diagnostics: Vec<_> = all.sorted().into_iter().map(|one| diagnostic_json(one, places)).collect();
    json!({
        "diagnostics": diagnostics,
        "errors": all.count(Severity::Error),
        "warnings": all.count(Severity::Warning),
        "advice": all.count(Severity::Advice),
    })
}
