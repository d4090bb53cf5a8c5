//! `hoist pull`.

use super::carrier::Carrier;
use super::{Context, Exit};
use crate::graph::Services;
use crate::model::{Project, PullPolicy};
use crate::plan::{Action, Kind, Plan, Reason, Step, Subject};
use crate::value::Name;
use std::collections::BTreeSet;

/// Fetch the images of services
#[derive(Debug, clap::Args)]
pub struct Pull {
    /// Only these services [default: all]
    services: Vec<Name>,
    /// Leave out services that can be built
    #[arg(long)]
    ignore_buildable: bool,
    /// Fetch the images of the services that these depend on too
    #[arg(long)]
    include_deps: bool,
}

impl Pull {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let loaded = context.load(&self.services)?;
        let plan = self.plan(&loaded.project);
        if plan.is_empty() {
            context.output().say("nothing to fetch");
            return Ok(Exit::DONE);
        }
        let engine = context.engine()?;
        Ok(Carrier { context, engine: &engine, project: &loaded.project, follow: None }.finish(&plan).await)
    }

    fn plan(&self, project: &Project) -> Plan {
        let selected = match self.services.as_slice() {
            [] => project.services.keys().cloned().collect(),
            asked if self.include_deps => Services::of(project).closure(asked),
            asked => asked.iter().cloned().collect(),
        };
        let mut plan = Plan::default();
        let mut seen = BTreeSet::new();
        for service in project.services.values().filter(|service| selected.contains(&service.name)) {
            let left_out = matches!(service.pull_policy, Some(PullPolicy::Never | PullPolicy::Build))
                || service.provider.is_some()
                || (service.build.is_some() && (self.ignore_buildable || service.image.is_none()));
            let image = project.image_of(service);
            if left_out || !seen.insert(image.familiar()) {
                continue;
            }
            let subject = Subject::of(Kind::Image, image.as_str(), &service.name);
            let action = Action::Pull { image, platform: service.platform.clone() };
            plan.add(Step { action, because: Reason::Asked, subject, needs: vec![] });
        }
        plan
    }
}
