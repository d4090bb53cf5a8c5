//! A world with a wish, a run in it, and what the laws look at.

use super::sketch::{Scene, empty_world};
use super::*;
use crate::graph::Services;
use crate::model::{DependencyCondition, MountKind, Service};
use crate::plan::port::Claim;
use crate::plan::reconcile::{Blocked, images, reconcile, restart, selection, start};
use crate::plan::registry::{self, Buildable, Exchange, Failures};
use crate::plan::teardown::{
    Images as Going, Removal, Running, Teardown, Volumes, down, kill, pause, remove, stop, unpause,
};
use crate::plan::{Images, MountedVolume, Orphans, Peers, Policy, Recreate, labels};
use crate::testing::{applied_on, fetched, plan_lines};
use proptest::test_runner::{TestCaseError, TestCaseResult};
use proptest::{prop_assert, prop_assert_eq};

/// A world, what is wanted of it, and a source of chance.
pub struct Stage {
    pub wanted: Project,
    /// The same with what programs provide.
    pub provided: Project,
    /// Before images were fetched.
    pub unfetched: Observed,
    pub world: Observed,
    pub policy: Policy,
    pub chance: Chance,
    known: Known,
}

/// A plan on a stage, carried out as a whole and cut short.
pub struct Run {
    pub plan: Plan,
    /// An order that `needs` permits.
    pub order: Vec<StepId>,
    /// The world after it, in the order of the plan.
    pub after: Observed,
    pub halves: Vec<Half>,
}

/// A run that was cut short, and the next one.
pub struct Half {
    pub done: Vec<StepId>,
    pub world: Observed,
    pub rest: Plan,
    pub after: Observed,
}

impl Stage {
    pub fn set(scene: &Scene) -> Self {
        let mut world = applied_on(&scene.before.project(), &empty_world());
        for drift in &scene.drift {
            drift.happen(&mut world);
        }
        let wanted = scene.wanted.project();
        let (unfetched, world) = (world.clone(), fetched(&wanted, &world));
        let (policy, chance) = (scene.wish.policy(&scene.wanted), Chance(scene.seed));
        let provided = scene.wanted.provided();
        Self { provided, unfetched, world, policy, wanted, chance, known: Known::default() }
    }

    /// What `up` does; nothing when something is in the way.
    pub fn plan(&self, world: &Observed) -> Option<Plan> {
        self.possible(world, reconcile(&self.wanted, world, &self.policy))
    }

    /// A plan with nothing in the way: the ports that it needs are looked at before it is carried out.
    pub fn possible(&self, world: &Observed, plan: Result<Plan, Blocked>) -> Option<Plan> {
        plan.ok().filter(|plan| self.ports_are_free(world, plan))
    }

    /// Whether the ports are free that a plan needs, also those that what does not run was made with and nobody can see.
    pub fn ports_are_free(&self, world: &Observed, plan: &Plan) -> bool {
        let of_new = |service: &Service| {
            let taken = |claim: Claim| {
                let holder = port::Holder::Socket(0);
                port::Taken { address: claim.address, port: *claim.ports.start(), protocol: claim.protocol, holder }
            };
            Claim::of(service).into_iter().map(taken).collect()
        };
        let needed = plan.steps().flat_map(|(_, step)| match (&step.action, &step.subject.service) {
            (Action::Start { target: Target::Existing(id) }, _) => {
                world.container(id).map(port::held).unwrap_or_default()
            }
            (Action::Start { .. }, Some(name)) => self.wanted.services.get(name).map(of_new).unwrap_or_default(),
            _ => Vec::new(),
        });
        let freed = port::freed(plan);
        let stays = world.containers.iter().filter(|one| one.is_up() && !freed.contains(&one.id));
        let all: Vec<port::Taken> = stays.flat_map(port::held).chain(needed).collect();
        all.iter().enumerate().all(|(position, port)| !all[..position].iter().any(|other| other.meets(port)))
    }

    /// What becomes of the plan; nothing when something is in the way of it.
    pub fn run(&self) -> Result<Option<Run>, TestCaseError> {
        let Some(plan) = self.plan(&self.world) else { return Ok(None) };
        let after = self.all(&self.world, &plan)?;
        let mut chance = self.chance.clone();
        let order = chance.order(&plan);
        let cuts = cuts(&plan, &mut chance);
        let halves = cuts.into_iter().map(|cut| self.half(&plan, &order[..cut])).collect::<Result<_, _>>()?;
        Ok(Some(Run { plan, order, after, halves }))
    }

    fn half(&self, plan: &Plan, done: &[StepId]) -> Result<Half, TestCaseError> {
        let world = self.carry_out(&self.world, plan, done)?;
        let Some(rest) = self.plan(&world) else { return Err(TestCaseError::fail("blocked the second time")) };
        Ok(Half { after: self.all(&world, &rest)?, done: done.to_vec(), world, rest })
    }

    /// Every plan that a command may make of this scene.
    pub fn plans(&self) -> Vec<Plan> {
        let (name, file, world, policy) = (self.wanted.name(), Some(&self.wanted), &self.world, &self.policy);
        let targets = policy.targets.clone();
        let all = Teardown { volumes: Volumes::Remove, orphans: Orphans::Remove, ..Teardown::default() };
        let some = Teardown { targets: targets.clone(), images: Going::All, ..Teardown::default() };
        let removal = Removal { volumes: Volumes::Keep, running: Running::Stop, targets: targets.clone() };
        let exchange = Exchange {
            services: targets.clone(),
            dependencies: registry::Dependencies::Include,
            buildable: Buildable::Fetch,
            failures: Failures::Count,
        };
        let mut plans = vec![
            images(&self.wanted, &self.unfetched, policy, Images::Missing),
            images(&self.wanted, &self.unfetched, policy, Images::Build),
            registry::pull(&self.wanted, world, &exchange),
            registry::push(&self.wanted, &exchange),
            images(&self.provided, &self.unfetched, &Policy::default(), Images::Missing),
            down(name, Some(&self.provided), world, &all),
            down(name, file, world, &all),
            down(name, None, world, &Teardown { images: Going::All, ..Teardown::default() }),
            down(name, file, world, &some),
            stop(name, file, world, &some),
            kill((name, file), world, &some, &Signal::kill()),
            pause(name, file, world, &targets),
            unpause(name, file, world, &targets),
            remove(name, file, world, &removal),
        ];
        plans.extend(restart(&self.wanted, world, policy));
        plans.extend(start(&self.wanted, world, policy));
        plans.extend(self.plan(world));
        plans
    }

    /// A world in which nothing is done yet.
    pub fn before(&self, seen: &Observed) -> World<'_> {
        World { known: self.known.clone(), ..World::new(&self.wanted, seen) }
    }

    pub fn carry_out(&self, seen: &Observed, plan: &Plan, order: &[StepId]) -> Result<Observed, TestCaseError> {
        let mut world = self.before(seen);
        order.iter().try_for_each(|id| Self::step(&mut world, plan, *id))?;
        Ok(world.now)
    }

    pub fn step(world: &mut World<'_>, plan: &Plan, id: StepId) -> TestCaseResult {
        world
            .step(plan, id)
            .map_err(|impossible| TestCaseError::fail(format!("{impossible}\n{}", plan_lines(plan).join("\n"))))
    }

    pub fn all(&self, world: &Observed, plan: &Plan) -> Result<Observed, TestCaseError> {
        self.carry_out(world, plan, &plan.steps().map(|(id, _)| id).collect::<Vec<_>>())
    }

    pub fn selected(&self) -> BTreeSet<Name> {
        selection(&self.wanted, &Services::of(&self.wanted), &self.policy)
    }

    /// Whether a service is awaited until it has ended: it is started anew by every run, as Compose does.
    pub fn ends(&self, service: &Name) -> bool {
        let awaited = |one: &Service| one.depends_on.get(service).map(|how| how.condition);
        self.wanted.services.values().any(|one| awaited(one) == Some(DependencyCondition::CompletedSuccessfully))
    }

    /// Whether what is wanted is there, and nothing half-done is left.
    pub fn check_wanted(&self, after: &Observed) -> TestCaseResult {
        for name in self.selected() {
            let service = &self.wanted.services[&name];
            let replicas: Vec<_> =
                after.replicas(&name).into_iter().filter(|one| one.state != State::Removing).collect();
            prop_assert_eq!(replicas.len(), service.replicas() as usize, "{} has the wrong count", name);
            let numbers: BTreeSet<u32> = replicas.iter().map(|one| one.number).collect();
            prop_assert_eq!(numbers.len(), replicas.len(), "{} has a number twice", name);
            for one in replicas {
                self.check_container(service, one, after)?;
            }
        }
        Ok(())
    }

    /// Whether all that a service waits for holds, in the containers that its dependencies will have.
    pub fn check_gate(&self, service: &Service, now: &Observed, after: &Observed) -> TestCaseResult {
        for (name, how) in &service.depends_on {
            let lasting = after.replicas(name).into_iter().filter(|one| one.state != State::Removing);
            for lasting in lasting.filter(|_| self.wanted.services.contains_key(name)) {
                let one = now.container(&lasting.id);
                let holds = one.is_some_and(|one| match how.condition {
                    DependencyCondition::Started => !matches!(one.state, State::Created | State::Paused | State::Dead),
                    DependencyCondition::Healthy => one.health == Some(Health::Healthy) && one.state == State::Running,
                    DependencyCondition::CompletedSuccessfully => one.state == State::Exited(0),
                });
                prop_assert!(holds, "{} goes on, {} is {:?}", service.name, lasting.name, one.map(|one| one.state));
            }
        }
        Ok(())
    }

    pub fn check_container(&self, service: &Service, one: &SeenContainer, after: &Observed) -> TestCaseResult {
        let runs = one.state == State::Running || one.state == State::Restarting;
        prop_assert!(
            runs || one.state == State::Exited(0) && self.ends(&service.name),
            "{} is {}",
            one.name,
            one.state
        );
        let named_before = self.world.container(&one.id).is_some_and(|before| before.name == one.name);
        let right = one.name == self.wanted.container_name(service, one.number);
        prop_assert!(right || named_before, "{} has the wrong name", one.name);
        if self.policy.recreate != Recreate::Never {
            let world = World::new(&self.wanted, after);
            for (name, id) in world.networks_of(service).expect("all are there") {
                prop_assert_eq!(one.networks.get(&name), Some(&id), "{} is not on {}", &one.name, name);
            }
            for key in service.volumes.iter().filter_map(|mount| match &mount.kind {
                MountKind::Volume { source, .. } => source.as_ref(),
                _ => None,
            }) {
                let name = world.volume_named(key).expect("all are there");
                prop_assert!(one.volumes.iter().any(|volume| volume.name == name), "{} lacks {}", &one.name, name);
            }
            let hash = one.label(labels::CONFIG_HASH).unwrap_or_default();
            let peers = Peers::of(&self.wanted, service, after);
            let matches = fingerprint::matches_service(&peers.resolved(service), hash);
            prop_assert!(matches, "{} differs", &one.name);
            let made_from = one.label(labels::FINGERPRINT).unwrap_or_default();
            let new = fingerprint::new_contents(&self.wanted, service, made_from);
            prop_assert!(new.is_empty(), "{} has an old {:?}", &one.name, new);
            let image = &after.images[&self.wanted.image_of(service).familiar()];
            prop_assert_eq!(one.label(labels::IMAGE), Some(image.id.as_str()), "{} has an old image", &one.name);
        }
        Ok(())
    }
}

/// Chance that is the same on every run.
#[derive(Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }

    /// An order that `needs` permits.
    pub fn order(&mut self, plan: &Plan) -> Vec<StepId> {
        let mut waits_for: Vec<usize> = plan.steps().map(|(_, step)| step.needs.len()).collect();
        let mut dependents: Vec<Vec<StepId>> = vec![Vec::new(); plan.len()];
        for (id, step) in plan.steps() {
            step.needs.iter().for_each(|need| dependents[need.index()].push(id));
        }
        let mut free: Vec<StepId> = plan.steps().filter(|(_, step)| step.needs.is_empty()).map(|(id, _)| id).collect();
        let mut order = Vec::with_capacity(plan.len());
        while !free.is_empty() {
            let next = free.swap_remove(self.below(free.len()));
            for dependent in &dependents[next.index()] {
                waits_for[dependent.index()] -= 1;
                if waits_for[dependent.index()] == 0 {
                    free.push(*dependent);
                }
            }
            order.push(next);
        }
        order
    }
}

/// The steps that can be next.
fn free(plan: &Plan, done: &[StepId]) -> Vec<StepId> {
    let ready = |step: &Step| step.needs.iter().all(|need| done.contains(need));
    plan.steps().filter(|(id, step)| !done.contains(id) && ready(step)).map(|(id, _)| id).collect()
}

impl Stage {
    /// Whether every order ends in this world. Two orders meet wherever they have done the same steps, so it is enough
    /// that they agree there: each set of steps is looked at once.
    pub fn check_every_order(&self, plan: &Plan, expected: &Observed) -> TestCaseResult {
        let mut met: BTreeMap<BTreeSet<StepId>, World<'_>> =
            BTreeMap::from([(BTreeSet::new(), self.before(&self.world))]);
        for _ in plan.steps() {
            let mut next: BTreeMap<BTreeSet<StepId>, World<'_>> = BTreeMap::new();
            for (done, world) in &met {
                for id in free(plan, &done.iter().copied().collect::<Vec<_>>()) {
                    let mut world = world.clone();
                    Self::step(&mut world, plan, id)?;
                    let other = next.entry(world.done.clone()).or_insert_with(|| world.clone());
                    let (one, other) = (sorted(world.now), sorted(other.now.clone()));
                    prop_assert_eq!(one, other, "{:?} last of\n{}", id, plan_lines(plan).join("\n"));
                }
            }
            met = next;
        }
        for world in met.into_values() {
            prop_assert_eq!(&sorted(world.now), expected, "{}", plan_lines(plan).join("\n"));
        }
        Ok(())
    }
}

/// A world without the order in which its parts were made.
pub fn sorted(mut world: Observed) -> Observed {
    world.containers.sort_by(|left, right| left.id.cmp(&right.id));
    world.networks.sort_by(|left, right| left.name.cmp(&right.name));
    world.volumes.sort_by(|left, right| left.name.cmp(&right.name));
    world
}

/// Where to cut a run short: everywhere when it is short, else at some places.
pub fn cuts(plan: &Plan, chance: &mut Chance) -> Vec<usize> {
    match plan.len() {
        0..=6 => (0..=plan.len()).collect(),
        _ => (0..3).map(|_| chance.below(plan.len())).collect(),
    }
}

impl Stage {
    /// A world up to ids, names and numbers: what two runs that ended alike have in common.
    pub fn outline(&self, world: &Observed) -> Vec<String> {
        let ours = |one: &&SeenContainer| !one.oneoff && self.wanted.services.contains_key(&one.service);
        let volume = |volume: &MountedVolume| {
            format!("{} at {}", if volume.is_anonymous() { "anonymous" } else { &volume.name }, volume.target)
        };
        let container = |one: &SeenContainer| {
            // Who is restarted because a dependency was replaced is so by the run that replaced it, and by no later one.
            let state = if one.state == State::Restarting { State::Running } else { one.state };
            let runs = if self.ends(&one.service) { "ends".into() } else { state.to_string() };
            let label = |name: &str| one.label(name).map(str::to_owned);
            // The hash of what shares with others has ids in it, which no two runs have in common.
            let shares = self.wanted.services[&one.service].shared_services().next().is_some();
            let made = [label(labels::CONFIG_HASH).filter(|_| !shares), label(labels::IMAGE)];
            let volumes: BTreeSet<String> = one.volumes.iter().map(volume).collect();
            format!("{} {runs} {made:?} {:?} {volumes:?}", one.service, one.networks.keys())
        };
        let mut all: Vec<String> = world.containers.iter().filter(ours).map(container).collect();
        let others = world.containers.iter().filter(|one| !ours(one));
        all.extend(others.map(|one| {
            let places: Vec<_> = one.networks.keys().collect();
            format!("{:?} {places:?}", SeenContainer { networks: BTreeMap::new(), ..one.clone() })
        }));
        all.extend(world.networks.iter().map(|network| format!("{} {:?}", network.name, network.labels)));
        all.extend(world.volumes.iter().map(|volume| format!("{volume:?}")));
        all.sort();
        all
    }

    /// Whether the replica of the same number still has what this one has, where the service still asks for it.
    pub fn check_anonymous(&self, one: &SeenContainer, after: &Observed) -> TestCaseResult {
        let Some(service) = self.wanted.services.get(&one.service).filter(|_| !one.oneoff) else { return Ok(()) };
        let Some(now) = after.replicas(&one.service).into_iter().find(|now| now.number == one.number).cloned() else {
            return Ok(());
        };
        let asked = |volume: &&MountedVolume| {
            let anonymous = |kind: &MountKind| matches!(kind, MountKind::Volume { source: None, .. });
            let at = |target: &str| service.volumes.iter().find(|mount| mount.target == target);
            volume.is_anonymous() && at(&volume.target).is_some_and(|mount| anonymous(&mount.kind))
        };
        for volume in one.volumes.iter().filter(asked) {
            prop_assert!(now.volumes.contains(volume), "{} lost what is at {}", now.name, volume.target);
        }
        Ok(())
    }

    /// Whether what carries the project's label went, and nothing else did.
    pub fn check_down(&self, before: &Observed, after: &Observed, file: bool) -> TestCaseResult {
        let ours = |labels: &BTreeMap<String, String>| labels.contains_key(labels::PROJECT);
        for network in &before.networks {
            prop_assert_eq!(after.network(&network.name).is_none(), ours(&network.labels), "{}", network.name);
        }
        for volume in &before.volumes {
            let declared = self.wanted.volumes.values().any(|one| one.name == volume.name);
            let goes = ours(&volume.labels) && (declared || !file);
            prop_assert_eq!(after.volume(&volume.name).is_none(), goes, "{}", volume.name);
        }
        Ok(())
    }

    /// Whether every anonymous volume is removed by name: the engine keeps those that a container took over.
    pub fn check_anonymous_go(before: &Observed, plan: &Plan) -> TestCaseResult {
        let anonymous = before.containers.iter().flat_map(|one| &one.volumes).filter(|volume| volume.is_anonymous());
        for volume in anonymous {
            let goes = |step: &Step| matches!(&step.action, Action::RemoveVolume { name } if *name == volume.name);
            prop_assert_eq!(plan.steps().filter(|(_, step)| goes(step)).count(), 1, "{}", volume.target);
        }
        Ok(())
    }
}
