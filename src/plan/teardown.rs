//! What ends containers: `down`, `stop`, `kill`, `rm` and `pause`. Dependents before what they depend on, data only
//! when asked for.

mod image;
mod kill;
mod pause;
mod remove;
mod stop;

pub use image::Images;
pub use kill::kill;
pub use pause::{pause, unpause};
pub use remove::{Removal, Running, remove};
pub use stop::{cut_short, stop};

use super::hook::{self, About};
use super::provide;
use super::{
    Action, AnonymousVolumes, Kind, Note, Observed, Occasion, Order, Orphans, Plan, Reason, SeenContainer, Step,
    StepId, Subject, Target, adopt::adopt, labels,
};
use crate::graph::Services;
use crate::model::Project;
use crate::value::{Name, ProjectName};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What the user asks of `down` and `stop`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Teardown {
    /// Whether volumes go.
    pub volumes: Volumes,
    /// Whether containers go whose service is no longer in the file.
    pub orphans: Orphans,
    /// Which images go.
    pub images: Images,
    /// Time before a container is killed. Default: its own.
    pub grace: Option<Duration>,
    /// The services that are meant; the whole project when empty.
    pub targets: Vec<Name>,
    /// Volumes that stay whatever is asked: a container of somebody else has them.
    pub spared: BTreeSet<String>,
}

/// Whether volumes go with the project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Volumes {
    /// All volumes stay.
    #[default]
    Keep,
    /// Declared volumes of the project and anonymous ones of its containers go, with their data.
    Remove,
}

/// The steps that take a project down. Without a file, what carries the project's labels is the project.
pub fn down(name: &ProjectName, wanted: Option<&Project>, seen: &Observed, teardown: &Teardown) -> Plan {
    let mut draft = Draft::new((name, wanted), seen, teardown);
    let kept = draft.containers();
    if teardown.volumes == Volumes::Remove {
        draft.inherited_volumes(&kept);
    }
    if teardown.targets.is_empty() {
        draft.networks(&kept);
        draft.volumes(&kept);
    }
    draft.images();
    draft.plan
}

struct Draft<'a> {
    name: &'a ProjectName,
    wanted: Option<&'a Project>,
    /// The services, as the file or the labels say.
    services: Services,
    seen: &'a Observed,
    teardown: &'a Teardown,
    plan: Plan,
    /// The steps that end a service's containers.
    removed: BTreeMap<Name, Vec<StepId>>,
}

impl<'a> Draft<'a> {
    fn new((name, wanted): (&'a ProjectName, Option<&'a Project>), seen: &'a Observed, teardown: &'a Teardown) -> Self {
        let services = wanted.map_or_else(|| Services::of(&adopt(name, seen)), Services::of);
        Self { name, wanted, services, seen, teardown, plan: Plan::default(), removed: BTreeMap::new() }
    }

    /// Removes containers, dependents first; gives those that stay.
    fn containers(&mut self) -> Vec<&'a SeenContainer> {
        let (going, kept): (Vec<_>, Vec<_>) = self.seen.containers.iter().partition(|one| self.goes(one));
        self.remove_all(&going);
        self.helpers();
        self.providers(Order::Down);
        self.note_kept(&kept);
        kept
    }

    /// Removes these, each service after those that depend on it.
    fn remove_all(&mut self, going: &[&SeenContainer]) {
        for (service, containers) in self.stop_order(going) {
            let waits = self.after_dependents(&service);
            let steps = containers.into_iter().map(|container| self.remove(container, &waits)).collect();
            self.removed.insert(service, steps);
        }
    }

    /// Removes what hooks of services that go left when they failed.
    fn helpers(&mut self) {
        let (seen, targets) = (self.seen, &self.teardown.targets);
        for helper in seen.helpers.iter().filter(|helper| targets.is_empty() || targets.contains(&helper.service)) {
            let removed = self.remove(helper, &[]);
            self.removed.entry(helper.service.clone()).or_default().push(removed);
        }
    }

    /// Asks the programs that provide services to end, each after what depends on it.
    fn providers(&mut self, order: Order) {
        let (wanted, targets) = (self.wanted, &self.teardown.targets);
        for service in wanted.iter().flat_map(|project| project.services.values()) {
            let meant = targets.is_empty() || targets.contains(&service.name);
            if meant && service.provider.is_some() {
                let needs = self.after_dependents(&service.name);
                self.plan.add(provide::step(&service.name, order, needs));
            }
        }
    }

    fn goes(&self, container: &SeenContainer) -> bool {
        if !self.teardown.targets.is_empty() {
            return self.teardown.targets.contains(&container.service) && !container.oneoff;
        }
        let declared = self.wanted.is_none_or(|project| project.services.contains_key(&container.service));
        (declared && !container.oneoff) || self.teardown.orphans == Orphans::Remove && self.is_recorded(container)
    }

    /// Whether a container was made from the compose files at hand.
    fn is_recorded(&self, container: &SeenContainer) -> bool {
        self.wanted.is_none_or(|project| self.seen.is_recorded_from(&project.identity, container))
    }

    fn note_kept(&mut self, kept: &[&SeenContainer]) {
        if !self.teardown.targets.is_empty() || self.teardown.orphans == Orphans::Ignore {
            return;
        }
        let (ours, elsewhere): (Vec<&SeenContainer>, Vec<_>) = kept.iter().partition(|one| self.is_recorded(one));
        let names = |all: &[&SeenContainer]| all.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
        if !ours.is_empty() {
            self.plan.note(Note::new(
                format!("of this project but not of its active services, left alone: {}", names(&ours)),
                "name their profile with --profile, or remove them with --remove-orphans",
            ));
        }
        if !elsewhere.is_empty() {
            let message = format!("made from other compose files of this project, left alone: {}", names(&elsewhere));
            self.plan.note(Note { message, help: None });
        }
    }

    /// The containers that go, by service, dependents first.
    fn stop_order<'c>(&self, going: &[&'c SeenContainer]) -> Vec<(Name, Vec<&'c SeenContainer>)> {
        let mut rest: BTreeMap<Name, Vec<&SeenContainer>> = BTreeMap::new();
        for container in going {
            rest.entry(container.service.clone()).or_default().push(container);
        }
        let order = self.services.start_order();
        let known: Vec<_> = order.iter().rev().filter_map(|name| rest.remove_entry(name)).collect();
        rest.into_iter().chain(known).collect()
    }

    /// The steps that end the containers of the services that depend on this one.
    fn after_dependents(&self, service: &Name) -> Vec<StepId> {
        let dependents = self.services.dependents(service);
        dependents.iter().filter_map(|dependent| self.removed.get(dependent)).flatten().copied().collect()
    }

    fn remove(&mut self, container: &SeenContainer, waits: &[StepId]) -> StepId {
        let subject = Subject::of(Kind::Container, &container.name, &container.service);
        let target = Target::Existing(container.id.clone());
        let mut needs = waits.to_vec();
        if container.is_up() {
            needs = vec![self.stop(container, needs)];
        }
        let volumes = match self.teardown.volumes {
            Volumes::Keep => AnonymousVolumes::Keep,
            Volumes::Remove => AnonymousVolumes::Remove,
        };
        self.add(Action::Remove { target, volumes }, &subject, needs)
    }

    fn stop(&mut self, container: &SeenContainer, needs: Vec<StepId>) -> StepId {
        let subject = Subject::of(Kind::Container, &container.name, &container.service);
        let target = Target::Existing(container.id.clone());
        let service = self.wanted.and_then(|wanted| wanted.services.get(&container.service));
        let needs = match service.filter(|_| hook::hears(container)) {
            Some(service) => {
                let about = About { service, target: &target, subject: &subject, because: &Reason::Asked };
                hook::add(&mut self.plan, Occasion::PreStop, &about, needs)
            }
            None => needs,
        };
        self.add(Action::Stop { target, grace: self.teardown.grace }, &subject, needs)
    }

    /// A container that replaced another mounts that one's anonymous volumes by name; the engine keeps those. While a
    /// replacement is under way two containers have them.
    fn inherited_volumes(&mut self, kept: &[&SeenContainer]) {
        let declared =
            |name: &str| self.wanted.is_some_and(|project| project.volumes.values().any(|volume| volume.name == name));
        let mut anonymous: BTreeMap<&str, (&Name, Vec<StepId>)> = BTreeMap::new();
        for (id, step) in self.plan.steps() {
            let Action::Remove { target: Target::Existing(container), .. } = &step.action else { continue };
            let Some(container) = self.seen.container(container) else { continue };
            for volume in container.volumes.iter().filter(|volume| volume.is_anonymous() && !declared(&volume.name)) {
                anonymous.entry(&volume.name).or_insert((&container.service, vec![])).1.push(id);
            }
        }
        anonymous.retain(|name, _| !is_mounted(kept, name) && !self.teardown.spared.contains(*name));
        for (name, (service, needs)) in anonymous {
            let subject = Subject::of(Kind::Volume, name, service);
            self.add(Action::RemoveVolume { name: name.to_owned() }, &subject, needs);
        }
    }

    /// Networks with the project's label, unless a container that stays is on them.
    fn networks(&mut self, kept: &[&SeenContainer]) {
        let seen = self.seen;
        for network in &seen.networks {
            let stays = kept.iter().any(|container| container.networks.contains_key(&network.name));
            if !self.is_ours(&network.labels) || self.is_external(&network.name) {
                continue;
            }
            if stays {
                self.plan.note(Note::new(
                    format!("network '{}' is kept: a container that is left alone is on it", network.name),
                    "remove that container too, for instance with '--remove-orphans'",
                ));
                continue;
            }
            let subject = Subject::new(Kind::Network, &network.name);
            let needs = self.all_removed();
            let action = Action::RemoveNetwork { name: network.name.clone() };
            self.add(action, &subject, needs);
        }
    }

    /// With `-v`: declared volumes with the project's label; those no longer declared, or of a container that stays,
    /// are named and kept.
    fn volumes(&mut self, kept: &[&SeenContainer]) {
        if self.teardown.volumes == Volumes::Keep {
            return;
        }
        let seen = self.seen;
        for volume in &seen.volumes {
            if !self.is_ours(&volume.labels) || self.teardown.spared.contains(&volume.name) {
                continue;
            }
            // What one key calls external is spared, whatever another key says of the same volume.
            let declarations = |project: &'a Project| {
                project.volumes.values().filter(|wanted| wanted.name == volume.name).map(|wanted| wanted.external)
            };
            if self.wanted.is_some_and(|project| declarations(project).any(|external| external)) {
                continue;
            }
            let declared = self.wanted.is_none_or(|project| declarations(project).next().is_some());
            if !declared {
                self.plan.note(Note::new(
                    format!("volume '{}' is of this project but no longer declared, it is kept", volume.name),
                    format!("remove it with 'docker volume rm {}'", volume.name),
                ));
                continue;
            }
            if is_mounted(kept, &volume.name) {
                self.plan.note(Note::new(
                    format!("volume '{}' is kept: a container that is left alone has it", volume.name),
                    "remove that container too, for instance with '--remove-orphans'",
                ));
                continue;
            }
            let subject = Subject::new(Kind::Volume, &volume.name);
            let needs = self.all_removed();
            self.add(Action::RemoveVolume { name: volume.name.clone() }, &subject, needs);
        }
    }

    fn is_ours(&self, all: &BTreeMap<String, String>) -> bool {
        all.get(labels::PROJECT).is_some_and(|project| project == self.name.as_str())
    }

    fn is_external(&self, network: &str) -> bool {
        self.wanted.is_some_and(|project| project.networks.values().any(|one| one.external && one.name == network))
    }

    fn all_removed(&self) -> Vec<StepId> {
        self.removed.values().flatten().copied().collect()
    }

    fn add(&mut self, action: Action, subject: &Subject, needs: Vec<StepId>) -> StepId {
        self.plan.add(Step { action, because: Reason::Asked, subject: subject.clone(), needs })
    }
}

fn is_mounted(containers: &[&SeenContainer], volume: &str) -> bool {
    containers.iter().any(|container| container.volumes.iter().any(|one| one.name == volume))
}

#[cfg(test)]
mod tests;
