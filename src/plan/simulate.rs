//! [`simulate`]: the world after a plan, if all goes well.
//!
//! It refuses what an engine refuses, so a plan that cannot work is found without an engine. It is pure: ids that an
//! engine would make up are derived from the step and from what was there, so every order of the steps gives the same.

use super::{
    Action, Condition, Health, Observed, Occasion, Peers, Plan, Replica, SeenContainer, State, Step, StepId, Subject,
    Target, fingerprint, labels, port,
};
use crate::model::{Healthcheck, Project};
use crate::value::{ContainerId, ImageName, Name, Signal};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

#[cfg(test)]
mod commands;
mod create;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod laws;
mod resource;
#[cfg(test)]
mod sketch;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tests;

/// A step that an engine would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {} on {} '{}': {why}", step.index() + 1, subject.kind.as_str(), subject.name)]
pub struct Impossible {
    /// The step.
    pub step: StepId,
    /// What it is about.
    pub subject: Subject,
    /// What the engine would say.
    pub why: String,
}

/// The world after all steps of a plan, as far as [`Observed`] shows it.
///
/// Assumes that every container starts, becomes healthy or ends well when that is waited for, and stops when asked to.
pub fn simulate(wanted: &Project, seen: &Observed, plan: &Plan) -> Result<Observed, Impossible> {
    let order: Vec<StepId> = plan.steps().map(|(id, _)| id).collect();
    simulate_in(wanted, seen, plan, &order)
}

/// The world after these steps of a plan in this order: any that `needs` permits, and cut short wherever a run may be.
fn simulate_in(wanted: &Project, seen: &Observed, plan: &Plan, order: &[StepId]) -> Result<Observed, Impossible> {
    let mut world = World::new(wanted, seen);
    order.iter().try_for_each(|id| world.step(plan, *id))?;
    Ok(world.now)
}

/// Done, or what the engine says instead.
type Answer = Result<(), String>;

/// The labels of containers by what they are made of: hashing is most of the work when many worlds follow one plan.
type Known = Rc<RefCell<BTreeMap<(Replica, String, bool, Peers), BTreeMap<String, String>>>>;

#[derive(Clone)]
struct World<'a> {
    wanted: &'a Project,
    now: Observed,
    /// What makes the ids of one run differ from those of the run before.
    origin: String,
    made: BTreeMap<StepId, ContainerId>,
    done: BTreeSet<StepId>,
    known: Known,
}

impl<'a> World<'a> {
    fn new(wanted: &'a Project, seen: &Observed) -> Self {
        let containers = seen.containers.iter().map(|container| container.id.as_str());
        let networks = seen.networks.iter().map(|network| network.id.as_str());
        let origin = made_up(&containers.chain(networks).collect::<Vec<_>>());
        let (made, done, known) = (BTreeMap::new(), BTreeSet::new(), Known::default());
        Self { wanted, now: seen.clone(), origin, made, done, known }
    }

    /// Does a step of a plan, if what it needs is done.
    fn step(&mut self, plan: &Plan, id: StepId) -> Result<(), Impossible> {
        let Some(step) = plan.get(id) else { return Ok(()) };
        let answer = match step.needs.iter().find(|need| !self.done.contains(need)) {
            Some(need) => Err(format!("step {}, which it needs, is not done", need.index() + 1)),
            None => self.perform(id, step),
        };
        answer.map_err(|why| Impossible { step: id, subject: step.subject.clone(), why })?;
        self.done.insert(id);
        Ok(())
    }

    fn perform(&mut self, id: StepId, step: &Step) -> Answer {
        match &step.action {
            Action::Pull { image, platform, .. } => self.fetch(image, platform.as_deref()),
            Action::Build { services, .. } => self.build(services)?,
            Action::Push { image, .. } => self.push(image)?,
            Action::RemoveImage { image } => self.remove_image(image),
            Action::CreateNetwork { key } => self.create_network(id, key)?,
            Action::RemoveNetwork { name } => self.remove_network(name)?,
            Action::RenewNetwork { key, reconnect } => self.renew_network(id, key, reconnect)?,
            Action::CreateVolume { key } => self.create_volume(key)?,
            Action::RemoveVolume { name } => self.remove_volume(name)?,
            Action::Create { replica, name, inherit, peers } => {
                self.create((id, replica), (name, inherit.as_ref()), peers)?;
            }
            Action::Upload { target, service } => self.upload(target, service)?,
            Action::Start { target } => self.start(target)?,
            Action::Stop { target, .. } => self.stop(target),
            Action::Kill { target, signal } => self.kill(target, signal),
            Action::Pause { target } => self.pause(target)?,
            Action::Unpause { target } => self.unpause(target)?,
            Action::Rename { target, to } => self.rename(target, to)?,
            Action::Remove { target, .. } => self.remove(target),
            // What a program does is not seen on the engine.
            Action::Provide { .. } | Action::ServeModel { .. } => {}
            Action::Hook { service, occasion, index, target } => self.hook((service, *occasion, *index), target)?,
            Action::Await { target, until, .. } => self.wait(target, *until)?,
        }
        Ok(())
    }

    /// The engine refuses where nothing can be written. What is put in does not show.
    fn upload(&mut self, target: &Target, service: &Name) -> Answer {
        let is_read_only = self.wanted.services.get(service).is_some_and(|service| service.read_only);
        self.there(target)?;
        if is_read_only { Err("its root file system cannot be written".into()) } else { Ok(()) }
    }

    fn start(&mut self, target: &Target) -> Answer {
        let checked = self.is_checked(target);
        let starting = self.there(target)?.clone();
        let (joinable, taken) = (self.is_joinable(&starting), self.taken(&starting));
        let networks: BTreeMap<String, String> =
            self.now.networks.iter().map(|network| (network.name.clone(), network.id.clone())).collect();
        let container = self.there(target)?;
        match container.state {
            State::Running | State::Restarting => Ok(()),
            State::Dead | State::Removing => Err(format!("it is {} and cannot be started", container.state)),
            State::Paused => {
                container.state = State::Running;
                Ok(())
            }
            State::Created | State::Exited(_) if !joinable => Err("what it shares with does not run".into()),
            State::Created | State::Exited(_) if taken.is_some() => {
                Err(format!("port {} is already allocated", taken.unwrap_or_default()))
            }
            State::Created | State::Exited(_) => {
                let there = |name: &String, id: &String| {
                    networks.get(name).is_some_and(|network| id.is_empty() || id == network)
                };
                if let Some((name, _)) = container.networks.iter().find(|(name, id)| !there(name, id)) {
                    return Err(format!("network '{name}', which it was made for, is gone"));
                }
                container.state = State::Running;
                container.health = (checked || container.health.is_some()).then_some(Health::Starting);
                Ok(())
            }
        }
    }

    /// Whether all run in whose namespaces a container lives. Of one that was never there and that its labels do not tell
    /// of nothing is known: it is not of the project.
    fn is_joinable(&self, container: &SeenContainer) -> bool {
        let recorded = container.label(labels::FINGERPRINT).unwrap_or_default();
        let runs = |one: &&SeenContainer| is_up(one.state);
        let lives_in = |one: &&SeenContainer, home: &str| {
            one.service.as_str() == home && fingerprint::lives_in(recorded, &one.service, &one.id)
        };
        let mut homes = fingerprint::homes(recorded).into_iter();
        let all = homes.all(|home| self.now.containers.iter().filter(|one| lives_in(one, home)).any(|one| runs(&one)));
        let joined = container.joins.as_ref().and_then(|id| self.now.container(id));
        all && joined.is_none_or(|one| is_up(one.state))
    }

    /// The port of a container that another one has.
    fn taken(&self, container: &SeenContainer) -> Option<u16> {
        let mine = port::held(container);
        let others = self.now.containers.iter().filter(|one| is_up(one.state) && one.id != container.id);
        let held: Vec<_> = if mine.is_empty() { Vec::new() } else { others.flat_map(port::held).collect() };
        let is_taken = |port: &&port::Taken| held.iter().any(|one| one.meets(port));
        mine.iter().find(is_taken).map(|port| port.port)
    }

    /// Whether the service's health check says when the container works; what the image brings is not known here.
    fn is_checked(&self, target: &Target) -> bool {
        let container = self.id(target).and_then(|id| self.now.container(id));
        let service = container.and_then(|container| self.wanted.services.get(&container.service));
        let check: Option<&Healthcheck> = service.and_then(|service| service.healthcheck.as_ref());
        check.is_some_and(|check| !check.is_disabled())
    }

    fn stop(&mut self, target: &Target) {
        let Ok(container) = self.there(target) else { return };
        if is_up(container.state) {
            container.state = State::Exited(0);
            container.health = None;
        }
    }

    /// A process may survive any signal but one.
    fn kill(&mut self, target: &Target, signal: &Signal) {
        let Ok(container) = self.there(target) else { return };
        if is_up(container.state) && signal.is_final() {
            container.state = State::Exited(137);
            container.health = None;
        }
    }

    fn pause(&mut self, target: &Target) -> Answer {
        self.turn(target, State::Running, State::Paused)
    }

    fn unpause(&mut self, target: &Target) -> Answer {
        self.turn(target, State::Paused, State::Running)
    }

    fn turn(&mut self, target: &Target, from: State, to: State) -> Answer {
        let container = self.there(target)?;
        if container.state != from {
            return Err(format!("it is {}, not {from}", container.state));
        }
        container.state = to;
        Ok(())
    }

    fn rename(&mut self, target: &Target, to: &str) -> Answer {
        self.name_is_free(to)?;
        to.clone_into(&mut self.there(target)?.name);
        Ok(())
    }

    fn remove(&mut self, target: &Target) {
        if let Some(id) = self.id(target).cloned() {
            self.now.containers.retain(|container| container.id != id);
            self.now.helpers.retain(|helper| helper.id != id);
        }
    }

    /// A command needs a container that runs; one before the start needs a container that does not, and its image.
    fn hook(&mut self, (service, occasion, index): (&Name, Occasion, usize), target: &Target) -> Answer {
        let hooks = self.wanted.services.get(service).map(|service| occasion.hooks(service)).unwrap_or_default();
        let Some(hook) = hooks.get(index) else { return Err(format!("'{service}' has no such {occasion}")) };
        let image = hook.image.as_ref().and_then(|image| image.parse::<ImageName>().ok());
        let image = image.filter(|image| !self.now.images.contains_key(&image.familiar()));
        if let (Occasion::PreStart, Some(image)) = (occasion, image) {
            return Err(format!("image '{image}' is not there"));
        }
        match (occasion, self.there(target)?.state) {
            (Occasion::PreStart, State::Created | State::Exited(_))
            | (Occasion::PostStart | Occasion::PreStop, State::Running) => Ok(()),
            (_, state) => Err(format!("it is {state}, which is no time for {occasion}")),
        }
    }

    /// What is waited for comes true, unless it can no longer.
    fn wait(&mut self, target: &Target, until: Condition) -> Answer {
        let container = self.there(target)?;
        match (until, container.state) {
            (Condition::Healthy, State::Running | State::Restarting) => {
                container.state = State::Running;
                container.health = Some(Health::Healthy);
            }
            (Condition::RunningOrHealthy, State::Running | State::Restarting) => {
                container.state = State::Running;
                container.health = container.health.and(Some(Health::Healthy));
            }
            (Condition::CompletedSuccessfully, State::Running | State::Restarting) => {
                container.state = State::Exited(0);
                container.health = None;
            }
            (Condition::RunningOrHealthy | Condition::CompletedSuccessfully, State::Exited(0)) => {}
            (until, state) => return Err(format!("it is {state} and will not be {until}")),
        }
        Ok(())
    }

    fn name_is_free(&self, name: &str) -> Answer {
        match self.now.containers.iter().find(|container| container.name == name) {
            Some(taken) => Err(format!("container {} has the name '{name}'", taken.id.short())),
            None => Ok(()),
        }
    }

    fn id<'b>(&'b self, target: &'b Target) -> Option<&'b ContainerId> {
        match target {
            Target::Existing(id) => Some(id),
            Target::MadeBy(step) => self.made.get(step),
        }
    }

    fn there(&mut self, target: &Target) -> Result<&mut SeenContainer, String> {
        let id = self.id(target).cloned();
        let found = self.now.containers.iter_mut().find(|container| Some(&container.id) == id.as_ref());
        found.ok_or_else(|| "there is no such container".into())
    }
}

/// Whether there is something to stop.
fn is_up(state: State) -> bool {
    matches!(state, State::Running | State::Restarting | State::Paused)
}

/// 64 hexadecimal digits, as an engine makes up.
fn made_up(parts: &[&str]) -> String {
    fingerprint::sha256(&parts.join(" "))
}
