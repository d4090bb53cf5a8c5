//! `hoist scale`.

use super::changes::{Changes, parse_scale};
use super::up::Up;
use super::{Context, Exit};
use crate::value::Name;

/// Give services another number of containers
#[derive(Debug, clap::Args)]
pub struct Scale {
    /// SERVICE=NUMBER, for as many services as there are
    #[arg(required = true, value_name = "SERVICE=NUMBER", value_parser = parse_scale)]
    numbers: Vec<(Name, u32)>,
    /// Leave alone what the services depend on
    #[arg(long)]
    no_deps: bool,
}

impl Scale {
    /// It is an `up -d` of these services.
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        Box::pin(Up::detached(Changes::scaled(self.numbers, self.no_deps)).run(context)).await
    }
}
