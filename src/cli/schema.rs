//! `hoist schema`.

use super::{Context, Exit};
use crate::load;

/// Print the JSON Schema of compose files, for editors
#[derive(Debug, clap::Args)]
pub struct Schema {}

/// Prints the schema.
pub fn run(context: &Context) -> Exit {
    context.output().data(&format!("{:#}\n", load::schema()));
    Exit::DONE
}
