//! How long it takes to decide, without any engine: a first `up`, one that finds nothing to do, and a `down`.

use crate::project;
use crate::report::{Case, Report};
use crate::stack::Tool;
use anyhow::{Context, ensure};
use hoist::load::{Request, load};
use hoist::model::Project;
use hoist::plan::reconcile::{images, reconcile};
use hoist::plan::teardown::{Teardown, down};
use hoist::plan::{Images, Observed, Policy, simulate};
use std::time::Instant;

/// Rounds that count.
const ROUNDS: usize = 5;

/// Plans for a project of so many services, all three one after the other.
pub fn measure(report: &mut Report, services: usize, case: Case) -> anyhow::Result<()> {
    let stack = project::write(services)?;
    let request = Request { files: vec![stack.file().to_owned()], working_directory: "/".into(), ..Request::default() };
    let project = load(&request).ok().context("the project of the benchmark has faults")?.project;
    let policy = Policy::default();
    let fetched = fetched(&project)?;
    let first = reconcile(&project, &fetched, &policy)?;
    let world = simulate(&project, &fetched, &first)?;
    for round in 0..=ROUNDS {
        let began = Instant::now();
        let up = reconcile(&project, &fetched, &policy)?;
        let again = reconcile(&project, &world, &policy)?;
        let end = down(project.name(), Some(&project), &world, &Teardown::default());
        let took = began.elapsed();
        ensure!(up.len() > services && again.is_empty() && end.len() > services, "a plan is not what it should be");
        report.add(round, case, Tool::Hoist, took);
    }
    Ok(())
}

/// An engine that has the images and nothing else.
fn fetched(project: &Project) -> anyhow::Result<Observed> {
    let nothing = Observed::default();
    let plan = images(project, &nothing, &Policy::default(), Images::Missing);
    Ok(simulate(project, &nothing, &plan)?)
}
