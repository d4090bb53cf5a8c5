//! `hoist check`.

use super::findings::Format;
use super::{Context, Exit};
use crate::advice::advise;
use crate::render::Places;

/// Show all that is wrong with the project's files, and what would be wiser
#[derive(Debug, clap::Args)]
pub struct Check {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
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
        Ok(self.format.show(&all, Places { sources: &sources, origins: &origins }, context))
    }
}
