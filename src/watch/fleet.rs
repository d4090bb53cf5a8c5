//! [`Fleet`]: the containers that files are copied into, and how far behind the host each is.
//!
//! One batch at a time is on its way into a container, and containers do not wait for each other. A path counts as
//! copied only when the engine said so.

use super::behind::Behind;
use super::compare::{Compared, compare};
use super::copy::Copied;
use super::files::Files;
use super::relative::Relative;
use super::rules::{Reaction, Rule};
use super::tree::Difference;
use super::vessel::Vessel;
use crate::engine::{Engine, EngineError, Interior, Licence};
use crate::plan::{SeenContainer, State};
use crate::value::{ContainerId, Name};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A rule by its place among the rules.
pub type RuleIndex = usize;

/// The containers that files are copied into.
pub struct Fleet {
    engine: Engine,
    licence: Licence,
    pub(super) vessels: BTreeMap<ContainerId, Vessel>,
    /// In what a container differs from the host that was made from the image: one for each rule.
    pub(super) bases: BTreeMap<RuleIndex, Behind>,
    /// The same for containers from the images that are being built.
    pub(super) next_bases: BTreeMap<RuleIndex, Behind>,
    working: FuturesUnordered<BoxFuture<'static, Done>>,
    /// Work that is over, and not taken yet.
    done: Vec<Done>,
    /// What is on its way, by service.
    flushes: BTreeMap<Name, Flush>,
    /// What comparisons found that nobody has heard of yet.
    compared: Vec<(String, Compared)>,
    /// What kept comparisons from being made, where nothing is copied.
    fault: Option<EngineError>,
    looks_only: bool,
}

/// A container that is about to start.
#[derive(Debug)]
pub struct Prime {
    /// The container.
    pub id: ContainerId,
    /// Its service.
    pub service: Name,
    /// Its name.
    pub name: String,
    /// Dropped once it holds what the host holds.
    pub done: oneshot::Sender<()>,
}

/// Changes on their way into the containers of a service.
#[derive(Debug, Clone)]
struct Flush {
    began: Instant,
    paths: BTreeSet<Relative>,
}

/// What came of work on a container.
struct Done {
    id: ContainerId,
    what: Result<Work, EngineError>,
}

enum Work {
    Looked(Interior),
    Compared(RuleIndex, Compared),
    Copied(RuleIndex, Copied),
}

/// All containers of a service hold what the host holds, but for what failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flushed {
    /// The service.
    pub service: Name,
    /// How many files.
    pub files: usize,
    /// Time since the first change.
    pub took: Duration,
    /// What is out of sync: container, path and reason.
    pub failed: Vec<(String, String, String)>,
}

impl Fleet {
    /// No container yet.
    pub fn new(engine: Engine, licence: Licence, rules: &[Rule]) -> Self {
        let copying = rules.iter().enumerate().filter(|(_, rule)| matches!(rule.reaction, Reaction::Sync { .. }));
        Self {
            engine,
            licence,
            vessels: BTreeMap::new(),
            bases: copying.map(|(index, _)| (index, Behind::default())).collect(),
            next_bases: BTreeMap::new(),
            working: FuturesUnordered::new(),
            done: Vec::new(),
            flushes: BTreeMap::new(),
            compared: Vec::new(),
            fault: None,
            looks_only: false,
        }
    }

    /// Takes which containers there are. A new one counts as made from the image.
    pub fn census(&mut self, seen: &[SeenContainer], rules: &[Rule]) {
        let ours = |one: &&SeenContainer| !one.oneoff && one.state != State::Removing;
        let seen: BTreeMap<&ContainerId, &SeenContainer> = seen.iter().filter(ours).map(|one| (&one.id, one)).collect();
        // One that is about to start may be younger than the list.
        self.vessels.retain(|id, vessel| seen.contains_key(id) || !vessel.waiting.is_empty());
        for (id, one) in seen {
            if let Some(vessel) = self.vessels.get_mut(id) {
                let running = one.state == State::Running;
                // What it could not take before it may take now, and a start empties its memory.
                let is_due = |interior: &Interior| interior.is_running != running || interior.has_memory();
                if vessel.interior.as_ref().is_some_and(is_due) {
                    vessel.interior = None;
                    vessel.again = None;
                }
                vessel.name.clone_from(&one.name);
                continue;
            }
            self.add(id, &one.service, (&one.name, rules));
        }
    }

    /// Takes a container, if files are copied into it.
    fn add(&mut self, id: &ContainerId, service: &Name, (name, rules): (&str, &[Rule])) {
        let own = |(index, _): &(&RuleIndex, &Behind)| rules.get(**index).is_some_and(|rule| rule.service == *service);
        let copies: BTreeMap<RuleIndex, Behind> =
            self.bases.iter().filter(own).map(|(index, behind)| (*index, behind.clone())).collect();
        if copies.is_empty() {
            return;
        }
        let paths = copies.values().flat_map(|behind| behind.iter().map(|(path, _)| path.clone())).collect();
        self.expect(service, paths);
        let mut vessel = Vessel::new(service, name, copies);
        let asks = |index: &&RuleIndex| rules.get(**index).is_some_and(|rule| rule.initial_sync);
        vessel.unknown = vessel.copies.keys().filter(asks).copied().collect();
        self.vessels.insert(id.clone(), vessel);
    }

    /// Has somebody wait until a container holds what the host holds, or all of it that can be copied: the end of the
    /// channel says so. One that is new counts as made from the image.
    pub fn prime(&mut self, request: Prime, rules: &[Rule]) {
        let Prime { id, service, name, done } = request;
        if !self.vessels.contains_key(&id) {
            self.add(&id, &service, (&name, rules));
        }
        let lacks = |vessel: &&mut Vessel| vessel.is_behind() || !vessel.unknown.is_empty();
        if let Some(vessel) = self.vessels.get_mut(&id).filter(lacks) {
            vessel.waiting.push(done);
        }
    }

    /// Takes that files of a rule changed on the host.
    pub fn changed(&mut self, index: RuleIndex, rule: &Rule, (differences, began): (&[Difference], Instant)) {
        let bases = [&mut self.bases, &mut self.next_bases].into_iter().filter_map(|bases| bases.get_mut(&index));
        for base in bases {
            base.all_changed(differences);
        }
        let mut any = false;
        for vessel in self.vessels.values_mut().filter(|vessel| vessel.service == rule.service) {
            vessel.changed(index, differences);
            any |= vessel.copies.contains_key(&index);
        }
        if any {
            let new = || Flush { began, paths: BTreeSet::new() };
            let flush = self.flushes.entry(rule.service.clone()).or_insert_with(new);
            flush.paths.extend(differences.iter().map(|difference| difference.path.clone()));
        }
    }

    /// Has all containers compared in full for the rules that ask for it.
    pub fn compare(&mut self, rules: &[Rule], asks: impl Fn(&Rule) -> bool) {
        for vessel in self.vessels.values_mut() {
            let asked = vessel.copies.keys().filter(|index| rules.get(**index).is_some_and(&asks));
            vessel.unknown = asked.copied().collect();
        }
    }

    /// Whether something is on its way.
    pub fn is_busy(&self) -> bool {
        !self.working.is_empty()
    }

    /// Whether a service has containers that files are copied into.
    pub fn has(&self, service: &Name) -> bool {
        self.vessels.values().any(|vessel| vessel.service == *service)
    }

    /// The image of a service is being built from the host as it is now.
    pub fn build_began(&mut self, service: &Name, rules: &[Rule]) {
        for (index, _) in of(service, rules).filter(|(index, _)| self.bases.contains_key(index)) {
            self.next_bases.insert(index, Behind::default());
        }
    }

    /// The build is over; when it gave an image, new containers are made from that one.
    pub fn build_ended(&mut self, service: &Name, rules: &[Rule], built: bool) {
        for (index, _) in of(service, rules) {
            if let Some(base) = self.next_bases.remove(&index).filter(|_| built) {
                self.bases.insert(index, base);
            }
        }
    }

    /// Begins what can be done now.
    pub fn launch(&mut self, files: &Files, rules: &[Rule]) {
        let now = Instant::now();
        for (id, vessel) in &mut self.vessels {
            vessel.wait_no_longer(now);
            let waits = vessel.is_busy || vessel.again.is_some_and(|at| at > now);
            if waits || self.looks_only && vessel.is_known() {
                continue;
            }
            let hands = (&self.engine, self.licence);
            let Some(work) = work(vessel, (id, hands), (files, rules)) else { continue };
            vessel.is_busy = true;
            let (id, work) = (id.clone(), tokio::spawn(work));
            self.working.push(Box::pin(async move {
                // One that panicked has been told of; what it was to copy is still behind.
                let what = work.await.unwrap_or_else(|fault| Err(EngineError::Internal(fault.to_string())));
                Done { id, what }
            }));
        }
    }

    /// When something is to be tried again.
    pub fn next(&self) -> Option<Instant> {
        self.vessels.values().filter(|vessel| !vessel.is_busy).filter_map(Vessel::next).min()
    }

    /// Waits until work on a container is over. Without work it waits for ever. Cancel-safe.
    pub async fn worked(&mut self) {
        match self.working.next().await {
            Some(done) => self.done.push(done),
            None => std::future::pending().await,
        }
    }

    /// Takes what came of the work that is over.
    pub fn take_done(&mut self, files: &Files, rules: &[Rule]) {
        for done in std::mem::take(&mut self.done) {
            self.take(done, files, rules);
        }
    }

    fn take(&mut self, done: Done, files: &Files, rules: &[Rule]) {
        let Some(vessel) = self.vessels.get_mut(&done.id) else { return };
        vessel.is_busy = false;
        match done.what {
            Ok(Work::Looked(interior)) => {
                let lost = vessel.look(interior, (files, rules));
                let service = vessel.service.clone();
                self.expect(&service, lost);
            }
            Ok(Work::Compared(index, compared)) => {
                vessel.learn(index, &compared, (files, rules));
                let (service, name) = (vessel.service.clone(), vessel.name.clone());
                self.expect(&service, compared.differing.iter().map(|(path, _)| path.clone()).collect());
                self.compared.push((name, compared));
            }
            Ok(Work::Copied(_, Copied { fault: Some(error), .. })) if error.is_not_found() => {
                self.vessels.remove(&done.id);
            }
            Ok(Work::Copied(index, copied)) => vessel.take(index, copied, (files, rules)),
            Err(error) if error.is_not_found() => drop(self.vessels.remove(&done.id)),
            Err(error) => {
                vessel.try_again();
                self.fault = Some(error).filter(|_| self.looks_only);
            }
        }
    }

    /// Takes that these are to be copied, for another reason than a change.
    fn expect(&mut self, service: &Name, paths: BTreeSet<Relative>) {
        if !paths.is_empty() {
            let new = || Flush { began: Instant::now(), paths: BTreeSet::new() };
            self.flushes.entry(service.clone()).or_insert_with(new).paths.extend(paths);
        }
    }

    /// Copies nothing from now on.
    pub fn only_look(&mut self) {
        self.looks_only = true;
    }

    /// What kept a comparison from being made.
    pub fn fault(&mut self) -> Option<EngineError> {
        self.fault.take()
    }

    /// What one comparison found.
    pub fn next_compared(&mut self) -> Option<(String, Compared)> {
        self.compared.pop()
    }

    /// What comparisons found, by container.
    pub fn compared(&mut self) -> Vec<(String, Compared)> {
        std::mem::take(&mut self.compared)
    }

    /// The services whose changes have all arrived, or cannot for now.
    pub fn flushed(&mut self) -> Vec<Flushed> {
        let still = |service: &Name| {
            let mut own = self.vessels.values().filter(|vessel| vessel.service == *service);
            own.any(Vessel::is_unsettled)
        };
        let over: Vec<Name> = self.flushes.keys().filter(|service| !still(service)).cloned().collect();
        let mut flushed = Vec::new();
        for service in over {
            let Some(flush) = self.flushes.remove(&service) else { continue };
            let own = self.vessels.values().filter(|vessel| vessel.service == service);
            let failed = own.flat_map(Vessel::faults).collect();
            flushed.push(Flushed { service, files: flush.paths.len(), took: flush.began.elapsed(), failed });
        }
        flushed
    }
}

/// What can be done for a container now: first a look at it, then at what it holds, then a batch.
fn work(
    vessel: &mut Vessel,
    (id, hands): (&ContainerId, (&Engine, Licence)),
    (files, rules): (&Files, &[Rule]),
) -> Option<BoxFuture<'static, Result<Work, EngineError>>> {
    let (engine, own) = (hands.0.clone(), id.clone());
    if vessel.interior.is_none() {
        return Some(Box::pin(async move { engine.interior(&own).await.map(Work::Looked) }));
    }
    if let Some((index, sides)) = vessel.sides(files, rules) {
        let comparing = async move { compare(&engine, &own, sides).await };
        return Some(Box::pin(async move { comparing.await.map(|compared| Work::Compared(index, compared)) }));
    }
    let (index, job) = vessel.job(id, hands, files, rules)?;
    Some(Box::pin(async move { Ok(Work::Copied(index, job.run().await)) }))
}

/// The rules of a service.
fn of<'a>(service: &'a Name, rules: &'a [Rule]) -> impl Iterator<Item = (RuleIndex, &'a Rule)> {
    rules.iter().enumerate().filter(move |(_, rule)| rule.service == *service)
}
