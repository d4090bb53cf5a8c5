//! `hoist build`.

use super::carrier::{Task, settle};
use super::{Context, Exit};
use crate::plan::{Action, Kind, Plan, Reason, Step, Subject};
use crate::value::Name;

/// Build the images of services
#[derive(Debug, clap::Args)]
pub struct Build {
    /// Only these services [default: all that can be built]
    services: Vec<Name>,
    /// Run every step anew
    #[arg(long)]
    no_cache: bool,
    /// Fetch base images anew
    #[arg(long)]
    pull: bool,
    /// Value of an ARG, as NAME=VALUE; repeat it for several
    #[arg(long = "build-arg", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
}

impl Build {
    pub async fn run(self, context: &Context) -> anyhow::Result<Exit> {
        let mut loaded = context.load(&self.services)?;
        let asked = |name: &Name| self.services.is_empty() || self.services.contains(name);
        let mut services = Vec::new();
        for service in loaded.project.services.values_mut().filter(|service| asked(&service.name)) {
            let Some(build) = &mut service.build else { continue };
            build.no_cache |= self.no_cache;
            build.pull |= self.pull;
            for argument in &self.arguments {
                if let Some((name, value)) = argument.split_once('=') {
                    build.args.insert(name.to_owned(), value.to_owned());
                } else if let Some(value) = loaded.environment.get(argument) {
                    build.args.insert(argument.clone(), value.clone());
                }
            }
            services.push(service.name.clone());
        }
        if services.is_empty() {
            context.output().say("nothing to build");
            return Ok(Exit::DONE);
        }
        let project = &loaded.project;
        let images = services.iter().filter_map(|name| project.services.get(name));
        let images: Vec<String> = images.map(|service| project.image_of(service).to_string()).collect();
        let subject = Subject::new(Kind::Image, images.join(", "));
        let mut plan = Plan::default();
        plan.add(Step { action: Action::Build { services }, because: Reason::Asked, subject, needs: vec![] });
        let engine = context.engine()?;
        Ok(settle(context, Task { engine: &engine, project, plan: &plan }, "nothing to build").await)
    }
}
