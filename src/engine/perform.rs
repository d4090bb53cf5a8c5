//! [`Engine::perform`]: does one action of a plan. It never decides whether or when.

use super::body::Wanted;
use super::hook::WhichHook;
use super::{Engine, EngineError, Licence, if_there, port_holder};
use crate::event::What;
use crate::model::Project;
use crate::plan::{Action, AnonymousVolumes, Limit, Peer, Peers, StepId, Target, Variables};
use crate::value::{ContainerId, Name, Signal};
use bollard::query_parameters::{
    KillContainerOptionsBuilder, RemoveContainerOptionsBuilder, RemoveImageOptions, RenameContainerOptionsBuilder,
    StartContainerOptions,
};

/// One action, with what it needs to be done.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The right to do it.
    pub licence: Licence,
    /// The project that the plan is for.
    pub project: &'a Project,
    /// What is done.
    pub action: &'a Action,
    /// The container that a step made.
    pub made: &'a (dyn Fn(StepId) -> Option<ContainerId> + Sync),
    /// Where the variables go that a program sets for a service.
    pub provided: &'a (dyn Fn(&Name, Variables) + Sync),
    /// Where progress and words of the engine go: `What::Progress`, `What::Waiting` and `What::Said`, nothing else.
    pub report: &'a (dyn Fn(What) + Sync),
    /// How many images are built at once.
    pub limit: Limit,
}

impl Work<'_> {
    fn container(&self, target: &Target) -> Result<ContainerId, EngineError> {
        match target {
            Target::Existing(id) => Ok(id.clone()),
            Target::MadeBy(step) => (self.made)(*step).ok_or_else(|| {
                EngineError::Internal(format!("step {} made no container that a later step needs", step.index()))
            }),
        }
    }
}

impl Work<'_> {
    /// The containers that a new one refers to, also those that this plan made.
    fn peers(&self, peers: &[Peer]) -> Result<Peers, EngineError> {
        let mut present = Peers::default();
        for Peer { service, name, target } in peers {
            present.add(service, name, self.container(target)?);
        }
        Ok(present)
    }
}

impl Engine {
    /// Does one action; `Create` gives the id of the container. Removing or stopping what is gone is success.
    ///
    /// # Errors
    /// Whatever the engine refuses; `Await` is no work for the engine and an internal fault here.
    pub async fn perform(&self, work: Work<'_>) -> Result<Option<ContainerId>, EngineError> {
        match work.action {
            Action::Pull { image, platform, .. } => self.pull(image, platform.as_deref(), work.report).await?,
            Action::Build { services, purpose } => self.build(&work, services, *purpose).await?,
            Action::Push { image, .. } => self.push(image, work.report).await?,
            Action::RemoveImage { image } => self.remove_image(image).await?,
            Action::CreateNetwork { key } => self.create_network(work.project, key).await?,
            Action::RemoveNetwork { name } => self.remove_network(name).await?,
            Action::RenewNetwork { key, reconnect } => self.renew_network(work.project, key, reconnect).await?,
            Action::CreateVolume { key } => self.create_volume(work.project, key).await?,
            Action::RemoveVolume { name } => self.remove_volume(name).await?,
            Action::Create { replica, name, inherit, peers } => {
                let peers = work.peers(peers)?;
                let wanted = Wanted::of(work.project, replica, name, &peers)?;
                return self.create(&wanted, inherit.as_ref()).await.map(Some);
            }
            Action::Upload { target, service } => {
                self.upload(work.project, service, &work.container(target)?).await?;
            }
            Action::Start { target } => self.start(&work.container(target)?).await?,
            Action::Stop { target, grace } => self.stop(work.project, &work.container(target)?, *grace).await?,
            Action::Kill { target, signal } => self.kill(&work.container(target)?, signal).await?,
            Action::Pause { target } => self.pause(&work.container(target)?).await?,
            Action::Unpause { target } => self.unpause(&work.container(target)?).await?,
            Action::Rename { target, to } => self.rename(&work.container(target)?, to).await?,
            Action::Remove { target, volumes } => self.remove(&work.container(target)?, *volumes).await?,
            Action::Hook { service, occasion, index, target } => {
                let which = WhichHook { service, occasion: *occasion, index: *index };
                self.hook(&work, &which, &work.container(target)?).await?;
            }
            Action::Provide { service, order } => {
                let variables = self.provide(&work, service, *order).await?;
                let told = work.project.services.values().filter(|one| one.depends_on.contains_key(service));
                told.for_each(|dependent| (work.provided)(&dependent.name, variables.clone()));
            }
            Action::ServeModel { key } => self.serve_model(&work, key).await?,
            Action::Await { .. } => {
                return Err(EngineError::Internal("waiting is not for the engine to do".into()));
            }
        }
        Ok(None)
    }

    /// Starts a container; a paused one goes on, one that runs is no fault.
    pub async fn start(&self, id: &ContainerId) -> Result<(), EngineError> {
        let answer = self.patient().start_container(id.as_str(), None::<StartContainerOptions>).await;
        match answer.map_err(|fault| self.sorted(fault)) {
            Err(error) if error.to_string().contains("try unpause") => self.unpause(id).await,
            Err(EngineError::Refused { status, message }) => Err(match port_holder::port_in_use(&message) {
                Some(port) => self.port_in_use(port).await,
                None => EngineError::Refused { status, message },
            }),
            other => other,
        }
    }

    pub(super) async fn kill(&self, id: &ContainerId, signal: &Signal) -> Result<(), EngineError> {
        let options = KillContainerOptionsBuilder::new().signal(signal.as_str()).build();
        let answer = self.docker.kill_container(id.as_str(), Some(options)).await;
        match answer.map_err(|fault| self.sorted(fault)) {
            Err(EngineError::Conflict { message }) if message.contains("is not running") => Ok(()),
            other => gone_is_fine(other),
        }
    }

    async fn pause(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.docker.pause_container(id.as_str()).await.map_err(|fault| self.sorted(fault))
    }

    async fn unpause(&self, id: &ContainerId) -> Result<(), EngineError> {
        self.docker.unpause_container(id.as_str()).await.map_err(|fault| self.sorted(fault))
    }

    async fn rename(&self, id: &ContainerId, to: &str) -> Result<(), EngineError> {
        let options = RenameContainerOptionsBuilder::new().name(to).build();
        self.docker.rename_container(id.as_str(), options).await.map_err(|fault| self.sorted(fault))
    }

    /// Removes a name of an image, and the image when it was its last.
    async fn remove_image(&self, image: &str) -> Result<(), EngineError> {
        let answer = self.patient().remove_image(image, None::<RemoveImageOptions>, None).await;
        gone_is_fine(answer.map(|_| ()).map_err(|fault| self.sorted(fault)))
    }

    /// Removes an image that has no name any more, unless somebody uses it.
    pub async fn remove_nameless(&self, _: Licence, image: &str) -> Result<(), EngineError> {
        let seen = if_there(self.docker.inspect_image(image).await.map_err(|fault| self.sorted(fault)))?;
        let Some(seen) = seen.filter(|seen| seen.repo_tags.as_ref().is_none_or(Vec::is_empty)) else { return Ok(()) };
        match self.remove_image(&seen.id.unwrap_or_default()).await {
            Err(EngineError::Conflict { .. }) => Ok(()),
            other => other,
        }
    }

    /// Removes a container whether it runs or not.
    pub async fn remove(&self, id: &ContainerId, volumes: AnonymousVolumes) -> Result<(), EngineError> {
        let with_volumes = volumes == AnonymousVolumes::Remove;
        let options = RemoveContainerOptionsBuilder::new().force(true).v(with_volumes).build();
        let answer = self.patient().remove_container(id.as_str(), Some(options)).await;
        match answer.map_err(|fault| self.sorted(fault)) {
            Err(EngineError::Conflict { message }) if message.contains("already in progress") => Ok(()),
            other => gone_is_fine(other),
        }
    }
}

/// What is gone need not be stopped or removed.
pub(super) fn gone_is_fine(answer: Result<(), EngineError>) -> Result<(), EngineError> {
    match answer {
        Err(EngineError::NotFound { .. }) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_removed() {
        assert_eq!(gone_is_fine(Err(EngineError::NotFound { message: "no such container".into() })), Ok(()));
        let refused = EngineError::Refused { status: 500, message: "no".into() };
        assert_eq!(gone_is_fine(Err(refused.clone())), Err(refused));
    }
}
