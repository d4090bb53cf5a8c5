//! Builds images: by the buildx plugin where there is one, else by the engine in a session of our own.
//!
//! Both are BuildKit: what they build is the same, and so is what they report. What the session cannot do is an error
//! before anything is built.

mod batch;
mod definition;
mod plugin;
mod progress;
mod recipe;
mod session;
mod shortfall;

use super::host::BuilderChoice;
use super::{Engine, EngineError, Work, proxy};
use crate::model::Project;
use crate::plan::Purpose;
use crate::value::{ImageName, Name};
use batch::Batch;
use plugin::NoPlugin;
use progress::Failure;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Who builds.
enum Builder {
    /// The plugin, there.
    Plugin(PathBuf),
    /// The engine, since there is no plugin; why.
    Session(String),
}

impl Engine {
    /// Builds the images of services, together.
    pub(super) async fn build(&self, work: &Work<'_>, services: &[Name], purpose: Purpose) -> Result<(), EngineError> {
        let batch = self.batch(work.project, services, purpose).await?;
        refuse_unset(&batch)?;
        match self.builder().await? {
            Builder::Plugin(plugin) => plugin::build(&self.host, &plugin, &batch, (work.limit, work.report)).await,
            Builder::Session(why) => {
                shortfall::refuse(&batch, &why)?;
                self.build_in_session(&batch, work.report).await
            }
        }
    }

    /// What the buildx plugin would be told, as JSON. Nothing is built.
    ///
    /// # Errors
    /// As of a build, as far as it comes.
    pub async fn definition(
        &self,
        project: &Project,
        services: &[Name],
        purpose: Purpose,
    ) -> Result<String, EngineError> {
        let batch = self.batch(project, services, purpose).await?;
        let asked = batch.levels()?.into_iter().flatten();
        let asked: Vec<usize> = asked.filter(|at| batch.targets.get(*at).is_some_and(|target| target.asked)).collect();
        let told = definition::definition(&batch, &asked, self.host.platform.as_deref());
        serde_json::to_string_pretty(&told).map_err(|fault| EngineError::Internal(fault.to_string()))
    }

    async fn batch<'a>(
        &self,
        project: &'a Project,
        services: &[Name],
        purpose: Purpose,
    ) -> Result<Batch<'a>, EngineError> {
        let missing = self.missing_bases(project, services).await?;
        let proxies = proxy::variables(&self.host);
        let batch = Batch { proxies, ..Batch::of(project, services, purpose, &missing)? };
        self.refuse_platform(&batch)?;
        Ok(batch)
    }

    /// The images that others are made from, that a service of the project builds, and that are not there.
    async fn missing_bases(&self, project: &Project, services: &[Name]) -> Result<BTreeSet<ImageName>, EngineError> {
        let mut missing = BTreeSet::new();
        for image in batch::foreign_bases(project, services) {
            if self.image_named(&image).await?.is_none() {
                missing.insert(image);
            }
        }
        Ok(missing)
    }

    async fn builder(&self) -> Result<Builder, EngineError> {
        let why = match (self.host.builder, plugin::usable(&self.host.config)) {
            (BuilderChoice::Session, _) => "HOIST_BUILDER is 'session'".to_owned(),
            (BuilderChoice::Any | BuilderChoice::Buildx, plugin) => match plugin.await {
                Ok(plugin) => return Ok(Builder::Plugin(plugin)),
                Err(NoPlugin::Missing) => "the docker client has no buildx plugin".to_owned(),
                Err(NoPlugin::Old(release)) => format!("the docker client's buildx is {release}"),
            },
        };
        match self.host.builder {
            BuilderChoice::Buildx => Err(EngineError::Address {
                message: format!("HOIST_BUILDER is 'buildx', and {why}"),
                help: Some("install docker-buildx 0.17 or newer, or leave HOIST_BUILDER out".into()),
            }),
            BuilderChoice::Any | BuilderChoice::Session => Ok(Builder::Session(why)),
        }
    }

    /// A default platform that a build cannot give.
    fn refuse_platform(&self, batch: &Batch<'_>) -> Result<(), EngineError> {
        let Some(default) = &self.host.platform else { return Ok(()) };
        for target in &batch.targets {
            let own = target.service().and_then(|service| service.platform.as_ref());
            let built = &target.build.platforms;
            if own.is_none() && !built.is_empty() && !built.contains(default) {
                return Err(EngineError::Address {
                    message: format!(
                        "DOCKER_DEFAULT_PLATFORM is '{default}', and '{}' is built for {}",
                        target.name(),
                        built.join(", ")
                    ),
                    help: Some("add it under 'build.platforms', or give the service a 'platform'".into()),
                });
            }
        }
        Ok(())
    }
}

/// A secret that is in a variable which is not set: the builder would go on without it.
fn refuse_unset(batch: &Batch<'_>) -> Result<(), EngineError> {
    for target in &batch.targets {
        for (id, secret) in definition::secrets(target) {
            if let (Some(variable), None) = (&secret.environment, &secret.text) {
                return Err(EngineError::Address {
                    message: format!(
                        "secret '{id}' of the build of '{}' is in the variable '{variable}', which is not set",
                        target.name()
                    ),
                    help: Some("set it, in the shell or in '.env'".into()),
                });
            }
        }
    }
    Ok(())
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
