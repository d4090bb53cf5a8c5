//! `hoist kill`.

use super::changes::REMOVE_ORPHANS;
use super::scope::Scope;
use super::{Context, Exit};
use crate::plan::Orphans;
use crate::plan::teardown::{Teardown, kill};
use crate::value::{Invalid, Name, Signal};

/// Send the containers that run a signal, all at once
#[derive(Debug, clap::Args)]
pub struct Kill {
    /// Only these services [default: all]
    services: Vec<Name>,
    /// The signal, by name or number
    #[arg(short, long, default_value = "SIGKILL", value_parser = parse_signal)]
    signal: Signal,
    /// Send it to containers of services that are not in the file too
    #[arg(long, env = REMOVE_ORPHANS, value_parser = clap::builder::FalseyValueParser::new())]
    remove_orphans: bool,
}

fn parse_signal(text: &str) -> Result<Signal, String> {
    text.parse().map_err(|invalid: Invalid| match invalid.help {
        Some(help) => format!("{}; {help}", invalid.message),
        None => invalid.message,
    })
}

impl Kill {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let scope = Scope::of(context, &self.services).await?;
        let flag = if self.remove_orphans { Orphans::Remove } else { Orphans::Keep };
        let orphans = context.orphans(flag, None)?;
        let meant = Teardown { orphans, targets: self.services, ..Teardown::default() };
        let plan = kill((scope.name(), scope.file()), &scope.seen, &meant, &self.signal);
        Ok(scope.settle(context, &plan, "no container to kill").await)
    }
}
