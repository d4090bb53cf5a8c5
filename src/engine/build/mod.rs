//! Builds images: by the buildx plugin where there is one, else by the engine in a session of our own.
//!
//! Both are BuildKit: what they build is the same, and so is what they report.

mod definition;
mod plugin;
mod progress;
mod recipe;
mod session;

use super::host::BuilderChoice;
use super::{Engine, EngineError, Work};
use crate::model::{Build, Project, Service};
use crate::plan::labels;
use crate::value::Name;
use progress::Failure;
use std::collections::BTreeMap;
use std::path::Path;

/// An image to build.
#[derive(Clone, Copy)]
struct Target<'a> {
    project: &'a Project,
    service: &'a Service,
    build: &'a Build,
}

impl Engine {
    /// Builds the images of services, together.
    pub(super) async fn build(&self, work: &Work<'_>, services: &[Name]) -> Result<(), EngineError> {
        let targets = services.iter().map(|name| target(work.project, name)).collect::<Result<Vec<_>, _>>()?;
        let found = match self.host.builder {
            BuilderChoice::Session => None,
            BuilderChoice::Any | BuilderChoice::Buildx => plugin::find(&self.host.config),
        };
        match (found, self.host.builder) {
            (Some(plugin), _) => plugin::build(&self.host, &plugin, &targets, work.report).await,
            (None, BuilderChoice::Buildx) => Err(EngineError::Address {
                message: "HOIST_BUILDER is 'buildx', and the docker client has no buildx plugin".into(),
                help: Some("install docker-buildx, or leave HOIST_BUILDER out".into()),
            }),
            (None, _) => self.build_in_session(&targets, work.report).await,
        }
    }
}

fn target<'a>(project: &'a Project, name: &Name) -> Result<Target<'a>, EngineError> {
    let service = project.services.get(name);
    let build = service.and_then(|service| service.build.as_ref());
    match (service, build) {
        (Some(_), Some(build)) if !recipe::is_remote(&build.context) && !Path::new(&build.context).is_dir() => {
            Err(EngineError::File { path: build.context.clone(), fault: "there is no such folder".into() })
        }
        (Some(service), Some(build)) => Ok(Target { project, service, build }),
        _ => Err(EngineError::Internal(format!("service '{name}' has nothing to build"))),
    }
}

impl Target<'_> {
    /// The names of the image: the extra ones, then the one that the containers use.
    fn tags(&self) -> Vec<String> {
        let name = self.project.image_of(self.service).to_string();
        let mut tags: Vec<String> = self.build.tags.iter().filter(|tag| **tag != name).cloned().collect();
        tags.push(name);
        tags
    }

    /// Compose's labels, then the user's, which win here as they do there.
    fn labels(&self) -> BTreeMap<String, String> {
        let ours = [
            (labels::PROJECT, self.project.name().to_string()),
            (labels::SERVICE, self.service.name.to_string()),
            (labels::VERSION, labels::COMPOSE_VERSION.to_owned()),
        ];
        let mut all: BTreeMap<_, _> = ours.into_iter().map(|(label, value)| (label.to_owned(), value)).collect();
        all.extend(self.build.labels.clone());
        all
    }
}

/// An error about one step, or about the whole build when no step is to blame.
fn failed(services: Vec<Name>, failure: Option<Failure>, said: &str) -> EngineError {
    match failure {
        Some(Failure { step, message, log }) => {
            EngineError::BuildFailed { services, message: format!("{step}: {}", in_short(&message)), log }
        }
        None => EngineError::BuildFailed { services, message: in_short(said).to_owned(), log: Vec::new() },
    }
}

/// The builder's words without those that say nothing to people.
fn in_short(message: &str) -> &str {
    let message = message.strip_prefix("failed to solve: ").unwrap_or(message);
    let unreadable =
        message.strip_prefix("failed to calculate checksum of ref ").and_then(|rest| rest.split_once(": "));
    unreadable.map_or(message, |(_, rest)| rest)
}

/// The services of targets, for an error about all of them.
fn services(targets: &[Target<'_>]) -> Vec<Name> {
    targets.iter().map(|target| target.service.name.clone()).collect()
}
