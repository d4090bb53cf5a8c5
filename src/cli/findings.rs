//! How a command prints what it finds in files: for people, as an object, or as SARIF.

use super::{Context, Exit};
use crate::diagnostic::{Diagnostics, Severity};
use crate::render::{Look, Places, diagnostic_json, diagnostics_text, sarif, summary};
use serde_json::json;

/// How findings are printed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// One object; docs/check.md says which
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl Format {
    /// Prints findings; an error among them is a failure.
    pub fn show(self, all: &Diagnostics, places: Places<'_>, context: &Context) -> Exit {
        let output = context.output();
        let look = Look { colours: output.colours(), width: output.size().width };
        let text = match self {
            Self::Human => diagnostics_text(all, places, look),
            Self::Json => format!("{:#}\n", object(all, places)),
            Self::Sarif => format!("{:#}\n", sarif(all, places)),
        };
        output.data(&text);
        output.say(&summary(all));
        if all.has_errors() { Exit::FAILED } else { Exit::DONE }
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
