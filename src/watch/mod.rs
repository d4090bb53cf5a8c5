//! Keeps containers as the files of the host are: copies what changed into them, and says when a service is to be
//! restarted, built anew, or told by a command.
//!
//! Theory of operation: [`Files`] says what changed on the host, by comparison; events only wake it. [`Fleet`] knows of
//! each container in which paths it is behind, and copies until it is not. Engine events only say "look again". What
//! takes longer than copying is not done here: it comes out as [`News`], and copying never waits for it.

mod anchor;
mod batch;
mod behind;
mod breaker;
mod census;
mod checkout;
mod compare;
mod copy;
mod error;
mod files;
mod filter;
mod fleet;
mod folders;
mod inbox;
mod lane;
mod part;
mod reading;
mod relative;
mod rule;
mod rules;
mod scan;
mod settle;
mod silent;
mod succession;
mod tree;
mod vessel;

pub use breaker::Breaker;
pub use compare::Compared;
pub use error::{Limit, WatchError};
pub use files::resolved;
pub use fleet::{Flushed, Prime};
pub use lane::{Built, Deed, Due};
pub use rules::{Disk, Mounts, Reaction, Rule, Rules, Skipped, Then};

use crate::engine::{Engine, EngineError, Events, Licence};
use crate::value::{Name, ProjectName};
use anchor::Anchors;
use census::{Census, Happened, Listening, heard, look, seen};
use checkout::Checkout;
use files::{Change, Files, RootId};
use fleet::Fleet;
use lane::Lanes;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use tokio::task::JoinHandle;
use tree::Difference;

/// How long an engine that went away is left alone before it is looked for again.
const ABSENCE: Duration = Duration::from_millis(500);

/// How long more files that the project is described by may change before it is read anew.
const MODEL: Duration = Duration::from_millis(100);

/// What whoever watches has to hear.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// Files were copied, or could not be.
    Flushed(Flushed),
    /// A place that cannot be looked at: what containers hold of it stays as it is.
    Unreadable(PathBuf),
    /// A container was compared in full.
    Compared(String, Compared),
    /// Something is to be done that takes longer.
    Due(Due),
    /// The project is described otherwise: by these files.
    Model(BTreeSet<PathBuf>),
}

/// Files and containers under watch.
pub struct Watch {
    engine: Engine,
    project: ProjectName,
    folder: PathBuf,
    rules: Vec<Rule>,
    /// The files that the project is described by, and those of them that changed, since when.
    model: Vec<RootId>,
    model_changed: Option<(Instant, BTreeSet<PathBuf>)>,
    files: Files,
    anchors: Anchors,
    fleet: Fleet,
    lanes: Lanes,
    checkout: Checkout,
    /// What follows when the files have arrived, by service.
    after: BTreeMap<Name, Vec<Due>>,
    events: Option<Events>,
    /// The look at the engine that is under way.
    census: Option<JoinHandle<Census>>,
    /// When the next one is due.
    census_due: Option<Instant>,
    news: VecDeque<News>,
}

impl Watch {
    /// Begins to watch the files of rules. What they hold now is what later changes are told against.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn start(
        (engine, licence): (&Engine, Licence),
        (project, folder): (&ProjectName, &Path),
        rules: Rules,
    ) -> Result<Self, WatchError> {
        let Rules { roots, rules, model, .. } = rules;
        Ok(Self {
            engine: engine.clone(),
            project: project.clone(),
            folder: resolved(folder),
            files: Files::start(&roots, folder)?,
            fleet: Fleet::new(engine.clone(), licence, &rules),
            anchors: Anchors::of(&rules),
            rules,
            model,
            model_changed: None,
            lanes: Lanes::default(),
            checkout: Checkout::of(&resolved(folder)),
            after: BTreeMap::new(),
            events: None,
            census: None,
            census_due: None,
            news: VecDeque::new(),
        })
    }

    /// The watched places whose file systems tell of no changes, with the names of those: they are looked at now and then.
    pub fn silent(&self) -> Vec<(&Path, &'static str)> {
        self.files.silent()
    }

    /// Which limit of the kernel was reached, if one was, and how many folders it has no room for: they are looked at now
    /// and then.
    pub fn crowded(&self) -> Option<(Limit, usize)> {
        self.files.crowded()
    }

    /// Takes up the containers that are there; from now on they are kept as the host is.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn attach(&mut self) -> Result<(), EngineError> {
        let Census { events, containers } = look(self.engine.clone(), self.project.clone(), Listening::NotYet).await;
        self.events = events;
        self.files.read_first();
        self.news.extend(self.files.unreadable().into_iter().map(News::Unreadable));
        self.fleet.census(&containers?, &self.rules);
        self.fleet.compare(&self.rules, |rule| rule.initial_sync);
        Ok(())
    }

    /// Waits for the next that is to be heard. Cancel-safe.
    ///
    /// # Errors
    /// When the kernel refuses to watch a new folder.
    pub async fn next(&mut self) -> Result<News, WatchError> {
        loop {
            if let Some(news) = self.news.pop_front() {
                return Ok(news);
            }
            self.fleet.launch(&self.files, &self.rules);
            let model = self.model_changed.as_ref().map(|(since, _)| *since + MODEL);
            let due = [self.fleet.next(), self.lanes.next(), self.census_due, model].into_iter().flatten().min();
            let Self { files, fleet, events, census, .. } = self;
            tokio::select! {
                changes = files.next() => self.take(changes?),
                () = fleet.worked() => self.fleet.take_done(&self.files, &self.rules),
                heard = heard(events) => self.hear(heard),
                seen = seen(census) => self.count(seen),
                () = at(due) => {}
            }
            self.tick();
        }
    }

    /// Brings a container up to what the host holds before its process starts.
    pub fn prime(&mut self, request: Prime) {
        self.fleet.prime(request, &self.rules);
    }

    /// Lets what is on its way arrive.
    pub async fn rest(&mut self) {
        while self.fleet.is_busy() {
            self.fleet.worked().await;
            self.fleet.take_done(&self.files, &self.rules);
        }
    }

    /// Has all containers compared with the host in full, whatever the rules say, and nothing copied.
    pub fn compare_all(&mut self) {
        self.fleet.only_look();
        self.fleet.compare(&self.rules, |_| true);
    }

    /// Waits for what the next comparison finds.
    ///
    /// # Errors
    /// When the engine cannot give what a container holds.
    pub async fn next_comparison(&mut self) -> Result<Option<(String, Compared)>, EngineError> {
        loop {
            if let Some(compared) = self.fleet.next_compared() {
                return Ok(Some(compared));
            }
            if let Some(fault) = self.fleet.fault() {
                return Err(fault);
            }
            self.fleet.launch(&self.files, &self.rules);
            if !self.fleet.is_busy() {
                return Ok(None);
            }
            self.fleet.worked().await;
            self.fleet.take_done(&self.files, &self.rules);
        }
    }

    /// Takes news back that nobody has heeded; they come again.
    pub fn put_back(&mut self, news: impl IntoIterator<Item = News>) {
        self.news.extend(news);
    }

    /// The rules that are heeded.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The image of a service is being built from the files as they are now.
    pub fn build_began(&mut self, service: &Name) {
        self.fleet.build_began(service, &self.rules);
    }

    /// A build is over; `built` says whether new containers are made from what it gave.
    pub fn build_ended(&mut self, service: &Name, built: Built) {
        self.fleet.build_ended(service, &self.rules, built == Built::Image);
    }

    /// Restarts a service for nothing any more; its files are still copied.
    pub fn leave(&mut self, service: &Name) {
        let restarts = |rule: &&mut Rule| !matches!(rule.reaction.then(), Then::Exec(_) | Then::Signal(_));
        for rule in self.rules.iter_mut().filter(|rule| rule.service == *service).filter(restarts) {
            rule.is_left = true;
        }
        self.lanes.forget_restart(service);
    }

    /// Tells nobody for a rule any more; its files are still copied.
    pub fn leave_rule(&mut self, rule: usize) {
        if let Some(rule) = self.rules.get_mut(rule) {
            rule.is_left = true;
        }
    }

    /// What else is due by now.
    pub fn next_due(&mut self) -> Option<Due> {
        match self.news.pop_front()? {
            News::Due(due) => Some(due),
            other => {
                self.news.push_front(other);
                None
            }
        }
    }

    /// Whether a container may have caused itself what is due for a service: some container may write to what it is due for.
    pub fn may_be_its_own(&self, service: &Name) -> bool {
        let concerns = |rule: &&Rule| rule.service == *service || rule.dependents.contains(service);
        self.rules.iter().filter(concerns).any(|rule| rule.is_writable)
    }

    /// Since when files are others that a container has by a mount of each alone: one that has run longer does not see them.
    pub fn replaced(&self, rule: usize, files: &BTreeSet<PathBuf>) -> Option<SystemTime> {
        let changed: Vec<PathBuf> = files.iter().map(|file| self.folder.join(file)).collect();
        let moored = self.rules.get(rule).into_iter().flat_map(|rule| &rule.moored);
        moored.filter(|file| changed.contains(file)).filter_map(|file| self.anchors.since(file)).max()
    }

    fn take(&mut self, changes: Vec<Change>) {
        self.anchors.look();
        for change in changes {
            let because = self.shown(&change);
            if self.model.contains(&change.root) {
                let (_, files) = self.model_changed.get_or_insert_with(|| (Instant::now(), BTreeSet::new()));
                files.extend(because.iter().cloned());
            }
            let is_file = change.differences.iter().any(Difference::is_root_file);
            let concerned = |rule: &Rule| rule.root == change.root;
            self.rules.iter_mut().filter(|rule| is_file && concerned(rule)).for_each(Rule::is_a_file);
            let rules = self.rules.iter().enumerate().filter(|(_, rule)| concerned(rule));
            let rules: Vec<(usize, Rule)> = rules.map(|(index, rule)| (index, rule.clone())).collect();
            for (index, rule) in rules {
                self.react((index, &rule), &change, &because);
            }
        }
    }

    fn react(&mut self, (index, rule): (usize, &Rule), change: &Change, because: &BTreeSet<PathBuf>) {
        if let Reaction::Sync { .. } = rule.reaction {
            self.fleet.changed(index, rule, (&change.differences, change.began));
        }
        if because.is_empty() {
            return;
        }
        let (began, ready) = (change.began, Instant::now());
        for (service, deed) in rule.deeds(index) {
            let due = Due { service, deed, because: because.clone(), began, ready };
            if let Reaction::Sync { .. } = rule.reaction {
                self.after.entry(rule.service.clone()).or_default().push(due);
            } else {
                self.lanes.add(due, ready);
            }
        }
    }

    /// The files that changed, as people know them.
    fn shown(&self, change: &Change) -> BTreeSet<PathBuf> {
        let root = self.files.path(change.root).unwrap_or(Path::new("/"));
        let shown = |path: PathBuf| path.strip_prefix(&self.folder).map_or(path.clone(), Path::to_owned);
        let of_files = change.differences.iter().filter(|difference| difference.is_of_files());
        of_files.map(|difference| shown(difference.path.below(root))).collect()
    }

    /// Something happened to a container, or, when the stream is over, the engine went away: then it is looked for again
    /// in a while, and what happened meanwhile is seen by that look.
    fn hear(&mut self, happened: Happened) {
        let later = if happened == Happened::Something { Duration::ZERO } else { ABSENCE };
        if happened == Happened::Ended {
            self.events = None;
        }
        let at = Instant::now() + later;
        self.census_due = Some(self.census_due.map_or(at, |due| due.min(at)));
    }

    fn count(&mut self, census: Option<Census>) {
        self.census = None;
        match census {
            Some(Census { events, containers: Ok(containers) }) => {
                self.events = self.events.take().or(events);
                self.fleet.census(&containers, &self.rules);
            }
            Some(_) | None => self.census_due = Some(Instant::now() + ABSENCE),
        }
    }

    /// The files of a service have arrived: what follows them is due.
    fn follow_up(&mut self, service: &Name, now: Instant) {
        for due in self.after.remove(service).unwrap_or_default() {
            self.lanes.add(Due { ready: now, ..due }, now);
        }
    }

    /// Does what is due by now.
    fn tick(&mut self) {
        let now = Instant::now();
        if self.census.is_none() && self.census_due.is_some_and(|due| due <= now) {
            self.census_due = None;
            let listening = Listening::to(self.events.as_ref());
            let look = look(self.engine.clone(), self.project.clone(), listening);
            self.census = Some(tokio::spawn(look));
        }
        let compared = self.fleet.compared().into_iter();
        self.news.extend(compared.map(|(container, compared)| News::Compared(container, compared)));
        self.news.extend(self.files.unreadable().into_iter().map(News::Unreadable));
        for flushed in self.fleet.flushed() {
            self.follow_up(&flushed.service, now);
            self.news.push_back(News::Flushed(flushed));
        }
        // What follows the files of a service without containers has nothing to follow.
        let without: Vec<Name> = self.after.keys().filter(|service| !self.fleet.has(service)).cloned().collect();
        for service in without {
            self.follow_up(&service, now);
        }
        if !self.lanes.is_empty() {
            let (is_dirty, after) = (self.files.is_dirty(), &self.after);
            self.lanes.put_off(now, |service| is_dirty || after.contains_key(service));
            if self.checkout.is_under_way(now) {
                self.lanes.hold(now);
            }
        }
        self.news.extend(self.lanes.take(now).into_iter().map(News::Due));
        if let Some((_, files)) = self.model_changed.take_if(|(since, _)| *since + MODEL <= now) {
            self.news.push_back(News::Model(files));
        }
    }
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
