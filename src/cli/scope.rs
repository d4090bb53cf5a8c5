//! [`Scope`]: what a command about containers that are there starts from.

use super::carrier::{Task, settle};
use super::context::Subject;
use super::failure::{Faulty, NoSuchService};
use super::lock::{Claim, Lock};
use super::{Context, Exit};
use crate::engine::Engine;
use crate::load::Loaded;
use crate::model::Project;
use crate::plan::adopt::adopt;
use crate::plan::{Action, Observed, Plan};
use crate::value::{Name, ProjectName};

/// The project, by its file or else by the labels of its containers, and what an engine holds of it.
pub struct Scope {
    /// The engine.
    pub engine: Engine,
    /// What it holds of the project.
    pub seen: Observed,
    subject: Subject,
    /// The project as its labels tell, where no file does.
    adopted: Project,
    /// The right to change it, since before it was looked at.
    _lock: Lock,
}

impl Scope {
    /// Loads and looks. Services that are named have to be there.
    pub async fn of(context: &Context, targets: &[Name]) -> anyhow::Result<Self> {
        let subject = context.subject(targets)?;
        let engine = context.engine()?;
        let lock = Claim { context, engine: &engine, project: subject.name() }.hold().await?;
        let seen = engine.observe_named(subject.name()).await?;
        let adopted = adopt(subject.name(), &seen);
        let known = |name: &&Name| seen.containers.iter().any(|container| container.service == **name);
        if let (None, Some(unknown)) = (subject.project(), targets.iter().find(|name| !known(name))) {
            return Err(NoSuchService::of(unknown, &adopted).into());
        }
        Ok(Self { engine, seen, subject, adopted, _lock: lock })
    }

    /// Looks which images of the project are there.
    pub async fn look_at_images(&mut self) -> anyhow::Result<()> {
        self.seen = self.engine.observe(self.project()).await?;
        Ok(())
    }

    /// Takes in the contents of configs and secrets that a plan puts into containers.
    pub fn fill(&mut self, context: &Context, plan: &Plan) -> anyhow::Result<()> {
        let Subject::Loaded(loaded) = &mut self.subject else { return Ok(()) };
        let filled = plan.steps().filter_map(|(_, step)| match &step.action {
            Action::Upload { service, .. } => Some(service.clone()),
            _ => None,
        });
        let faults = loaded.read_contents(&filled.collect());
        context.output().diagnostics(&faults, &loaded.sources, &loaded.origins);
        if faults.has_errors() { Err(Faulty.into()) } else { Ok(()) }
    }

    /// The project's name.
    pub fn name(&self) -> &ProjectName {
        self.subject.name()
    }

    /// The project, when a file says what it is.
    pub fn file(&self) -> Option<&Project> {
        self.subject.project()
    }

    /// The project with its places, when a file says what it is.
    pub fn loaded(&self) -> Option<&Loaded> {
        match &self.subject {
            Subject::Loaded(loaded) => Some(loaded),
            Subject::Named(_) => None,
        }
    }

    /// The project, by its file or by its labels.
    pub fn project(&self) -> &Project {
        self.file().unwrap_or(&self.adopted)
    }

    /// Carries out a plan that is the whole of a command, or shows it in a dry run.
    pub async fn settle(&self, context: &Context, plan: &Plan, nothing: &str) -> Exit {
        settle(context, self.task(plan), nothing).await
    }

    /// A plan for this project.
    pub fn task<'a>(&'a self, plan: &'a Plan) -> Task<'a> {
        Task { engine: &self.engine, project: self.project(), plan }
    }
}
