//! What a plan destroys: volumes with their data. They are named with size and age.

use super::Context;
use crate::engine::{Engine, VolumeUsage};
use crate::plan::{Action, AnonymousVolumes, Observed, Outcome, Plan, StepId, Target};
use crate::render::Removed;
use crate::value::ContainerId;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long the work waits for sizes: an engine walks through every file of every volume for them. When it takes longer,
/// the work begins, and sizes that come too late are not told.
const MEASURING: Duration = Duration::from_secs(1);

/// The volumes that a plan removes.
#[derive(Default)]
pub struct Losses {
    all: Vec<Loss>,
}

struct Loss {
    /// The step that removes it.
    step: StepId,
    /// Its name on the engine.
    name: String,
    removed: Removed,
}

/// A volume that a plan removes although a container has it which the plan leaves alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The volume.
    pub volume: String,
    /// The container, in words.
    pub container: String,
}

impl Losses {
    /// What a plan destroys, with what the engine knows of it; no request is made for a plan that destroys nothing.
    pub async fn of(engine: &Engine, plan: &Plan, seen: &Observed) -> Self {
        let mut all = listed(plan, seen);
        if all.is_empty() {
            return Self::default();
        }
        let known = tokio::time::timeout(MEASURING, engine.volume_usage()).await;
        let known = known.ok().and_then(Result::ok).unwrap_or_default();
        for loss in &mut all {
            let VolumeUsage { bytes, age } = known.get(&loss.name).cloned().unwrap_or_default();
            (loss.removed.bytes, loss.removed.age) = (bytes, age);
        }
        Self { all }
    }

    /// Says what would go.
    pub fn announce(&self, context: &Context) {
        if !self.all.is_empty() {
            let all: Vec<Removed> = self.all.iter().map(|loss| loss.removed.clone()).collect();
            context.output().removed("would be removed with their data:", &all);
        }
    }

    /// Says what went: the volumes whose removal was done.
    pub fn tell<E>(&self, context: &Context, outcomes: &[Outcome<(), E>]) {
        let is_done = |loss: &&Loss| outcomes.get(loss.step.index()).is_some_and(Outcome::is_done);
        let gone: Vec<Removed> = self.all.iter().filter(is_done).map(|loss| loss.removed.clone()).collect();
        if !gone.is_empty() {
            context.output().removed("removed with their data:", &gone);
        }
    }
}

/// The volumes that go by themselves, and the anonymous ones that go with their container.
fn listed(plan: &Plan, seen: &Observed) -> Vec<Loss> {
    let mut all: Vec<Loss> = Vec::new();
    let mut add = |step: StepId, name: &str| {
        if !all.iter().any(|known| known.name == name) {
            let removed = Removed { name: called(name, seen), bytes: None, age: None };
            all.push(Loss { step, name: name.to_owned(), removed });
        }
    };
    for (id, step) in plan.steps() {
        match &step.action {
            Action::RemoveVolume { name } => add(id, name),
            Action::Remove { target: Target::Existing(container), volumes: AnonymousVolumes::Remove } => {
                let volumes = seen.container(container).into_iter().flat_map(|container| &container.volumes);
                volumes.filter(|volume| volume.is_anonymous()).for_each(|volume| add(id, &volume.name));
            }
            _ => {}
        }
    }
    all
}

/// A volume without a name of its own is called by who has it and where.
fn called(name: &str, seen: &Observed) -> String {
    let mounts = seen.containers.iter().flat_map(|container| container.volumes.iter().map(move |one| (container, one)));
    let mount = mounts.into_iter().find(|(_, volume)| volume.name == name && volume.is_anonymous());
    mount.map_or_else(|| name.to_owned(), |(container, volume)| format!("{}:{}", container.name, volume.target))
}

/// The volumes of a plan that containers have which it leaves alone: an engine does not remove those.
pub async fn shared(engine: &Engine, plan: &Plan) -> anyhow::Result<Vec<Shared>> {
    let names = names(plan);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let going: BTreeSet<ContainerId> = plan.steps().filter_map(|(_, step)| removed(&step.action)).collect();
    let users = engine.volume_users(&names).await?.into_iter().filter(|user| !going.contains(&user.container));
    Ok(users.map(|user| Shared { volume: user.volume, container: user.words }).collect())
}

/// The volumes with a name that a plan removes.
fn names(plan: &Plan) -> Vec<String> {
    let names = plan.losses().into_iter().filter_map(|step| match &step.action {
        Action::RemoveVolume { name } => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

fn removed(action: &Action) -> Option<ContainerId> {
    match action {
        Action::Remove { target: Target::Existing(id), .. } => Some(id.clone()),
        _ => None,
    }
}
