//! `hoist pull`.

use super::carrier::{Task, settle};
use super::{Context, Exit};
use crate::engine::Engine;
use crate::model::{Project, PullPolicy};
use crate::plan::registry::{Buildable, Dependencies, Exchange, Failures, pull};
use crate::value::Name;

/// Fetch the images of services
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Pull {
    /// Only these services [default: all]
    services: Vec<Name>,
    /// Leave out services that can be built
    #[arg(long)]
    ignore_buildable: bool,
    /// Go on, and end well, when an image cannot be fetched
    #[arg(long)]
    ignore_pull_failures: bool,
    /// Fetch the images of the services that these depend on too
    #[arg(long)]
    include_deps: bool,
    /// Which images are fetched, whatever the file says: missing or always
    #[arg(long, value_name = "POLICY", value_parser = parse_policy)]
    policy: Option<PullPolicy>,
    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,
    /// Images are fetched side by side
    #[arg(long, hide = true)]
    parallel: bool,
    /// Images are fetched side by side; '--parallel 1' in front of the command limits that
    #[arg(long, hide = true)]
    no_parallel: bool,
}

fn parse_policy(text: &str) -> Result<PullPolicy, String> {
    match text.parse() {
        Ok(policy @ (PullPolicy::Missing | PullPolicy::Always)) => Ok(policy),
        _ => Err("one of missing, always".into()),
    }
}

impl Pull {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let mut loaded = context.load(&self.services)?;
        if self.policy.is_some() {
            loaded.project.services.values_mut().for_each(|service| service.pull_policy.clone_from(&self.policy));
        }
        let (project, engine) = (&loaded.project, context.engine()?);
        let seen = engine.observe(project).await?;
        let plan = pull(project, &seen, &self.wish());
        let exit = settle(context, Task { engine: &engine, project, plan: &plan }, "nothing to fetch").await;
        if exit == Exit::FAILED {
            self.tell_buildable(context, project, &engine).await?;
        }
        Ok(exit)
    }

    fn wish(&self) -> Exchange {
        Exchange {
            services: self.services.clone(),
            dependencies: if self.include_deps { Dependencies::Include } else { Dependencies::Leave },
            buildable: if self.ignore_buildable { Buildable::Leave } else { Buildable::Fetch },
            failures: if self.ignore_pull_failures { Failures::PassOver } else { Failures::Count },
        }
    }

    /// Says which of the images that are still not there can be built.
    async fn tell_buildable(&self, context: &Context, project: &Project, engine: &Engine) -> anyhow::Result<()> {
        let seen = engine.observe(project).await?;
        let asked = |name: &Name| self.services.is_empty() || self.services.contains(name);
        let missing = project.services.values().filter(|service| {
            let image = project.image_of(service).familiar();
            service.build.is_some() && asked(&service.name) && !seen.images.contains_key(&image)
        });
        let names: Vec<&str> = missing.map(|service| service.name.as_str()).collect();
        if !names.is_empty() {
            let help = format!("hoist build {}", names.join(" "));
            context.output().note("images that could not be fetched can be built", Some(&help));
        }
        Ok(())
    }
}
