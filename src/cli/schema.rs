//! `hoist schema`.

use super::{Context, Exit};

/// Print the JSON Schema of compose files, for editors
#[derive(Debug, clap::Args)]
pub struct Schema {}

/// Prints the schema that the crate was built with.
pub fn run(context: &Context) -> Exit {
    context.output().data(include_str!("../../schema/compose.json"));
    Exit::DONE
}
