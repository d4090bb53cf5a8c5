//! `hoist graph`.

use super::{Context, Exit};
use crate::render;

/// Show the services and what they depend on, as a tree
#[derive(Debug, clap::Args)]
pub struct Graph {}

/// Shows the tree.
pub fn run(context: &Context) -> anyhow::Result<Exit> {
    let loaded = context.load(&[])?;
    context.output().data(&render::tree(&loaded.project));
    Ok(Exit::DONE)
}
