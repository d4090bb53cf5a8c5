//! `hoist create`.

use super::bring::Bring;
use super::carrier::Carrier;
use super::changes::Changes;
use super::{Context, Exit};
use crate::plan::Reach;

/// Create what the compose file says, and start nothing
#[derive(Debug, clap::Args)]
pub struct Create {
    #[command(flatten)]
    changes: Changes,
}

impl Create {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        create(&self.changes, context).await
    }
}

/// What `up --no-start` does too.
pub async fn create(changes: &Changes, context: &Context) -> anyhow::Result<Exit> {
    let (loaded, engine) = changes.prepare(context).await?;
    let Some(carrier) = Carrier::new(context, &engine, &loaded.project) else {
        return super::plan::show(context, &loaded, &engine, (changes, Reach::Created)).await;
    };
    Bring { carrier, loaded: &loaded, changes, reach: Reach::Created }.finish().await
}
