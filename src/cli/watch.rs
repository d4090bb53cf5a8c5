//! `hoist watch`.

mod bench;
mod course;
mod message;
mod model;
mod offer;
mod tell;
mod watching;
mod works;

pub use watching::{Manner, Watching};

use super::changes::Changes;
use super::up::Up;
use super::{Context, Exit};
use crate::value::Name;
use crate::watch::Mounts;
use tell::{Form, Teller, Volume};
use works::Prune;

/// Keep containers as the files of the host are
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Watch {
    /// Services to watch [default: all]
    services: Vec<Name>,
    /// Do not bring the services up first
    #[arg(long)]
    no_up: bool,
    /// Remove the image that a rebuilt one takes the place of [default: true]
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true", action = clap::ArgAction::Set, hide_default_value = true)]
    prune: bool,
    /// Say nothing of what is copied, restarted and built
    #[arg(long)]
    quiet: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Compare containers with the host, list what differs, and end
    #[arg(long)]
    check: bool,
    /// Do not restart services for their read-only bind mounts
    #[arg(long, conflicts_with = "writable")]
    no_reload_mounts: bool,
    /// Restart services for bind mounts too that they may write to
    #[arg(long)]
    writable: bool,
}

impl Watch {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        // What `up` says of the files is not said twice.
        let load = if self.no_up || self.check { Context::load } else { Context::load_quietly };
        let loaded = load(context, &self.services)?;
        let engine = context.engine()?;
        let Some(licence) = context.licence() else {
            context.output().say("a dry run watches nothing");
            return Ok(Exit::DONE);
        };
        // What changes while the services come up counts too.
        let watching = Watching::begin(context, (&engine, licence), &loaded, self.manner(context))?;
        if self.check {
            return watching.compare().await;
        }
        let mut watching = watching.alone().await?;
        if !self.no_up {
            let exit = Box::pin(Up::detached(Changes::developed(self.services.clone())).run(context)).await?;
            if exit != Exit::DONE {
                return Ok(exit);
            }
        }
        watching.run().await?;
        Ok(Exit::INTERRUPTED)
    }

    fn teller<'a>(&self, context: &'a Context) -> Teller<'a> {
        let form = if self.json { Form::Json } else { Form::Lines };
        let volume = if self.quiet { Volume::Faults } else { Volume::All };
        Teller::new(context.output(), form, volume)
    }

    fn manner<'a>(&self, context: &'a Context) -> Manner<'a> {
        Manner {
            mounts: match (self.no_reload_mounts, self.writable) {
                (true, _) => Mounts::Ignore,
                (_, true) => Mounts::All,
                _ => Mounts::ReadOnly,
            },
            prune: if self.prune { Prune::Remove } else { Prune::Leave },
            teller: self.teller(context),
            changes: Changes::developed(self.services.clone()).again(),
        }
    }
}
