//! [`Preflight`]: what a plan needs of the world is looked at before anything is done.

use super::failure::Faulty;
use super::{Context, ports};
use crate::engine::Engine;
use crate::load::Loaded;
use crate::model::Project;
use crate::plan::port::{Claim, Demand};
use crate::plan::{Named, Observed, Outsider, Plan, named, outsiders};
use crate::value::Name;

/// What a plan needs of the world: ports of the host, names for containers, and containers that nobody here makes.
pub struct Preflight {
    demand: Demand,
    outsiders: Vec<Outsider>,
    named: Vec<Named>,
}

impl Preflight {
    /// What a plan needs.
    pub fn of(project: &Project, seen: &Observed, plan: &Plan) -> Self {
        let (outsiders, named) = (outsiders(project, plan, None), named(project, plan));
        Self { demand: Demand::of(project, seen, plan), outsiders, named }
    }

    /// What a plan needs, and a one-off of a service after it; its ports are at no place where only flags name them.
    pub fn of_run(project: &Project, seen: &Observed, (plan, service): (&Plan, &Name), has_places: HasPlaces) -> Self {
        let mut demand = Demand::of(project, seen, plan);
        let own = project.services.get(service).map(Claim::of).unwrap_or_default();
        let place = |claim: Claim| Claim { index: claim.index.filter(|_| has_places == HasPlaces::Yes), ..claim };
        demand.claims.extend(own.into_iter().map(place));
        Self { demand, outsiders: outsiders(project, plan, Some(service)), named: named(project, plan) }
    }

    /// Ends the command when something of it cannot be had; all that cannot is told.
    pub async fn check(&self, context: &Context, engine: &Engine, loaded: &Loaded) -> anyhow::Result<()> {
        let here = self.check_outsiders(context, engine, loaded).await;
        let names = self.check_names(context, engine, loaded).await;
        let ports = ports::check((context, engine), Some(loaded), &self.demand).await;
        here.and(names).and(ports)
    }

    async fn check_outsiders(&self, context: &Context, engine: &Engine, loaded: &Loaded) -> anyhow::Result<()> {
        if self.outsiders.is_empty() {
            return Ok(());
        }
        let faults = engine.missing(&self.outsiders, &loaded.origins).await?;
        context.output().diagnostics(&faults, &loaded.sources, &loaded.origins);
        if faults.has_errors() { Err(Faulty.into()) } else { Ok(()) }
    }

    async fn check_names(&self, context: &Context, engine: &Engine, loaded: &Loaded) -> anyhow::Result<()> {
        let faults = engine.names_taken(loaded.project.name(), &self.named, &loaded.origins).await?;
        context.output().diagnostics(&faults, &loaded.sources, &loaded.origins);
        if faults.has_errors() { Err(Faulty.into()) } else { Ok(()) }
    }
}

/// Whether the ports of a one-off are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HasPlaces {
    /// They are those of the service.
    Yes,
    /// Flags name them.
    No,
}
