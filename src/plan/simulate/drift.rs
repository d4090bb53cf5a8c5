//! What happens to a simulated world behind the back of a plan.

use crate::plan::{Observed, SeenContainer, SeenNetwork, SeenVolume, State, labels};
use crate::value::ContainerId;
use proptest::prelude::{BoxedStrategy, Strategy, prop_oneof};
use proptest::sample::select;
use std::collections::BTreeMap;

/// Something that happened to the world behind our back; the number picks the container.
#[derive(Debug, Clone)]
pub enum Drift {
    Becomes(usize, State),
    Vanishes(usize),
    LosesFingerprint(usize),
    LeavesNetworks(usize),
    IsRenamed(usize),
    RunsOnce(usize, State),
    NewerImage(u8),
    OfOtherFiles(usize),
    ForeignNetwork(u8),
    ForeignVolume(u8),
}

/// Anything of that.
pub fn drift() -> BoxedStrategy<Drift> {
    let state = || {
        select(vec![
            State::Created,
            State::Restarting,
            State::Paused,
            State::Exited(0),
            State::Exited(1),
            State::Dead,
            State::Removing,
        ])
    };
    let which = 0..9_usize;
    prop_oneof![
        3 => (which.clone(), state()).prop_map(|(which, state)| Drift::Becomes(which, state)),
        1 => which.clone().prop_map(Drift::Vanishes),
        1 => which.clone().prop_map(Drift::LosesFingerprint),
        1 => which.clone().prop_map(Drift::LeavesNetworks),
        1 => which.clone().prop_map(Drift::IsRenamed),
        1 => which.clone().prop_map(Drift::OfOtherFiles),
        1 => (which, select(vec![State::Running, State::Exited(0)])).prop_map(|(which, state)| Drift::RunsOnce(which, state)),
        1 => (0..3_u8).prop_map(Drift::NewerImage),
        1 => (0..3_u8).prop_map(Drift::ForeignNetwork),
        1 => (0..2_u8).prop_map(Drift::ForeignVolume),
    ]
    .boxed()
}

impl Drift {
    pub fn happen(&self, world: &mut Observed) {
        match self {
            Self::NewerImage(image) => {
                if let Some(image) = world.images.get_mut(&format!("i{image}:latest")) {
                    image.id = "sha256:newer".into();
                }
            }
            Self::ForeignNetwork(position) => {
                let name = format!("p_n{position}");
                if let Some(network) = world.networks.iter_mut().find(|network| network.name == name) {
                    network.labels.clear();
                } else {
                    world.networks.push(SeenNetwork { id: "foreign".into(), name, labels: BTreeMap::new() });
                }
            }
            Self::ForeignVolume(position) => {
                let name = format!("p_v{position}");
                if let Some(volume) = world.volumes.iter_mut().find(|volume| volume.name == name) {
                    volume.labels.clear();
                } else {
                    world.volumes.push(SeenVolume { name, labels: BTreeMap::new() });
                }
            }
            Self::Vanishes(which) if !world.containers.is_empty() => {
                world.containers.remove(which % world.containers.len());
            }
            Self::RunsOnce(which, state) if !world.containers.is_empty() => {
                let once = once(&world.containers[which % world.containers.len()], *state);
                if world.container(&once.id).is_none() {
                    let id = ContainerId::new(format!("helper{}", once.id));
                    world.helpers.push(SeenContainer { name: id.to_string(), id, ..once.clone() });
                    world.containers.push(once);
                }
            }
            Self::Becomes(which, _)
            | Self::LosesFingerprint(which)
            | Self::LeavesNetworks(which)
            | Self::IsRenamed(which)
            | Self::OfOtherFiles(which)
            | Self::Vanishes(which)
            | Self::RunsOnce(which, _) => {
                let count = world.containers.len().max(1);
                if let Some(container) = world.containers.get_mut(which % count) {
                    self.touch(container);
                }
            }
        }
    }

    fn touch(&self, container: &mut SeenContainer) {
        match self {
            Self::Becomes(_, state) => {
                container.state = *state;
                container.health = None;
            }
            Self::LosesFingerprint(_) => {
                container.labels.remove(labels::FINGERPRINT);
            }
            Self::LeavesNetworks(_) => container.networks.clear(),
            Self::OfOtherFiles(_) => {
                container.labels.insert(labels::CONFIG_FILES.into(), "/p/other.yaml".into());
            }
            Self::IsRenamed(which) => container.name = format!("by-hand-{which}"),
            _ => {}
        }
    }
}

/// The container of a `run` of the same service.
fn once(container: &SeenContainer, state: State) -> SeenContainer {
    let name = format!("p-{}-run-{}", container.service, container.id.short());
    let id = ContainerId::new(format!("run{}", container.id));
    let mut once = SeenContainer { id, name, number: 0, oneoff: true, state, health: None, ..container.clone() };
    once.ports.clear();
    once.volumes.retain(|volume| !volume.is_anonymous());
    once.labels.insert(labels::ONEOFF.into(), "True".into());
    once
}
