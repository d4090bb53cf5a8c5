//! [`Watching`]: a project whose containers are kept as its files are, until the user ends it.

use super::super::changes::Changes;
use super::super::failure::{Advised, Faulty, report};
use super::super::lock::{Claim, Lock};
use super::super::up::Up;
use super::super::{Context, Exit};
use super::bench::primer;
use super::model;
use super::offer::{Keys, Offer};
use super::tell::{Form, Teller, Volume, words};
use super::works::{Ending, Prune, Works};
use crate::diagnostic::Diagnostics;
use crate::engine::{Engine, Licence};
use crate::load::Loaded;
use crate::model::Project;
use crate::model::check::check_watch;
use crate::session::Follow;
use crate::value::Name;
use crate::watch::{Disk, Limit, Mounts, News, Rules, Watch as Files, resolved};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::unbounded_channel;

/// What the engine is changed with.
pub type Hands<'a> = (&'a Engine, Licence);

/// How a project is watched.
pub struct Manner<'a> {
    /// Which bind mounts without a rule count.
    pub mounts: Mounts,
    /// What becomes of images that built ones take the place of.
    pub prune: Prune,
    /// What says what happened.
    pub teller: Teller<'a>,
    /// Which services, and how an edit of the project is brought about.
    pub changes: Changes,
}

impl<'a> Manner<'a> {
    /// As `up` watches, which has no flags for it.
    pub fn of_up(context: &'a Context, changes: Changes) -> Self {
        let teller = Teller::new(context.output(), Form::Lines, Volume::All);
        Self { mounts: Mounts::ReadOnly, prune: Prune::Remove, teller, changes }
    }
}

/// A project whose containers are kept as its files are.
pub struct Watching<'a> {
    context: &'a Context,
    hands: Hands<'a>,
    manner: Manner<'a>,
    project: &'a Project,
    /// The project as it was described last, once that changed.
    renewed: Option<Loaded>,
    files: Files,
    follow: Option<&'a Follow>,
    /// What the user is asked, the first just now.
    offers: VecDeque<Offer>,
    keys: Keys,
    /// Whether it was said that the kernel has no room for all folders.
    is_crowd_told: bool,
    /// Nobody else watches as long as this does.
    #[expect(dead_code, reason = "it is given back when it is dropped")]
    lock: Option<Lock>,
}

/// Why changes are no longer followed.
enum Followed {
    /// The user ended it.
    Interrupted,
    /// The project is described otherwise.
    Changed,
    /// What the user was asked is to be done.
    Accepted(Offer),
}

impl Followed {
    /// This, but for a user who ended it meanwhile.
    fn unless(self, ending: Ending) -> Self {
        match ending {
            Ending::Whole => self,
            Ending::Interrupted => Self::Interrupted,
        }
    }
}

impl<'a> Watching<'a> {
    /// Begins to watch: from now on, what changes counts.
    ///
    /// # Errors
    /// When nothing is to be watched, or the kernel refuses.
    pub fn begin(
        context: &'a Context,
        hands: Hands<'a>,
        loaded: &'a Loaded,
        manner: Manner<'a>,
    ) -> anyhow::Result<Self> {
        let project = &loaded.project;
        // The engine takes its time to say who it is, as long as the files are looked at.
        let engine = hands.0.clone();
        tokio::spawn(async move { drop(engine.id().await) });
        let files = start((context, hands), loaded, &manner)?;
        for (path, kind) in files.silent() {
            let place = shown(path, &resolved(&project.identity.working_dir));
            let message =
                format!("{place} is on a file system ({kind}) that tells of no changes: it is looked at every 2 s");
            context.output().note(&message, None);
        }
        let (offers, keys) = (VecDeque::new(), Keys::default());
        Ok(Self {
            context,
            hands,
            manner,
            project,
            renewed: None,
            files,
            follow: None,
            offers,
            keys,
            is_crowd_told: false,
            lock: None,
        })
    }

    /// Sees to it that nobody else watches the project.
    ///
    /// # Errors
    /// When somebody does.
    pub async fn alone(self) -> anyhow::Result<Self> {
        let claim = Claim { context: self.context, engine: self.hands.0, project: self.project.name() };
        let lock = claim.watch().await?;
        Ok(Self { lock: Some(lock), ..self })
    }

    /// Lets somebody hear what containers say that are started again.
    #[must_use]
    pub fn following(self, follow: &'a Follow) -> Self {
        Self { follow: Some(follow), ..self }
    }

    /// The project as it is described by now.
    pub fn project(&self) -> &Project {
        self.renewed.as_ref().map_or(self.project, |loaded| &loaded.project)
    }

    /// Does what changes ask for until the user ends it.
    ///
    /// # Errors
    /// When the engine cannot be asked at the start, or the kernel refuses.
    pub async fn run(&mut self) -> anyhow::Result<()> {
        self.files.attach().await?;
        self.manner.teller.enabled();
        loop {
            let done = match self.follow_changes().await? {
                Followed::Interrupted => break,
                Followed::Changed => self.renew().await,
                Followed::Accepted(offer) => {
                    let changes = offer.accepted(&self.manner.changes);
                    self.bring_about(&changes).await
                }
            };
            match done {
                Ok(Exit::INTERRUPTED) => break,
                Ok(_) => {}
                // What is wrong is mended by the next save; until then all goes on as it was.
                Err(error) => drop(report(self.context.output(), &error)),
            }
            // What was typed before the question is no answer to it.
            self.keys.forget();
            self.offers.front().inspect(|next| next.ask(self.context));
        }
        Ok(())
    }

    /// Does what changes ask for until the user ends it, or the project is another one.
    async fn follow_changes(&mut self) -> anyhow::Result<Followed> {
        let Self { context, hands, manner, project, renewed, files, follow, offers, keys, is_crowd_told, lock: _ } =
            self;
        let Manner { teller, prune, .. } = manner;
        let project = renewed.as_ref().map_or(*project, |loaded| &loaded.project);
        let mut works = Works::new(context, *hands, (project, *teller, *prune), *follow);
        loop {
            works.begin(files);
            if let Some(crowd) = files.crowded().filter(|_| !*is_crowd_told) {
                *is_crowd_told = true;
                tell_crowded(context, crowd);
            }
            tokio::select! {
                news = files.next() => match news? {
                    News::Flushed(flushed) => teller.flushed(&flushed),
                    News::Compared(container, compared) => teller.compared(&container, &compared),
                    News::Unreadable(path) => teller.unreadable(&path),
                    News::Due(due) => {
                        works.take(due, files);
                        // What is due at the same time is one restart.
                        while let Some(due) = files.next_due() {
                            works.take(due, files);
                        }
                    }
                    News::Model(what) => {
                        teller.aside("changed", &what, &format!("{} changed", words(&what)));
                        return Ok(Followed::Changed.unless(works.end(files, Ending::Whole).await));
                    }
                },
                turn = works.next() => works.turn(turn, files),
                line = keys.line(), if !offers.is_empty() => {
                    let answered = offers.pop_front();
                    if let Some(offer) = answered.filter(|_| matches!(line.trim(), "y" | "Y" | "yes")) {
                        return Ok(Followed::Accepted(offer).unless(works.end(files, Ending::Whole).await));
                    }
                    offers.front().inspect(|next| next.ask(context));
                }
                () = context.interrupts().next() => {
                    works.end(files, Ending::Interrupted).await;
                    return Ok(Followed::Interrupted);
                }
            }
        }
    }

    /// Reads the project anew, brings it about, and goes on by its rules.
    async fn renew(&mut self) -> anyhow::Result<Exit> {
        let context = self.context;
        let Self { hands, manner, .. } = self;
        let loaded = manner.changes.look_again(context)?;
        let next = start((context, *hands), &loaded, manner)?;
        if let Some(follow) = self.follow.filter(|_| manner.changes.services.is_empty()) {
            let known = self.project();
            let new = loaded.project.services.keys().filter(|name| !known.services.contains_key(*name));
            follow.welcome(&new.cloned().collect());
        }
        let interrupted = tokio::select! {
            () = self.files.rest() => false,
            () = context.interrupts().next() => true,
        };
        if interrupted {
            return Ok(Exit::INTERRUPTED);
        }
        self.files.give_way(next);
        self.renewed = Some(loaded);
        // A service that is gone and a volume that changed are told of and left alone: they hold data.
        let exit = self.bring_about(&self.manner.changes.clone()).await?;
        self.offers.clear();
        if Keys::is_anybody_there() {
            let seen = self.hands.0.observe(self.project()).await?;
            self.offers = Offer::all_of(self.project(), &seen).into();
        }
        Ok(exit)
    }

    /// Brings about what the project says by now; a new container gets its files before its process starts, and copying
    /// goes on.
    async fn bring_about(&mut self, changes: &Changes) -> anyhow::Result<Exit> {
        let (sender, mut primes) = unbounded_channel();
        let prime = primer(&sender);
        let mut bringing = Box::pin(Up::renew(changes, self.context, self.follow, &prime));
        let mut late = Vec::new();
        let exit = loop {
            tokio::select! {
                exit = &mut bringing => break exit,
                Some(prime) = primes.recv() => self.files.prime(prime),
                news = self.files.next() => late.push(news?),
            }
        };
        self.files.put_back(late);
        exit
    }

    /// Compares containers with the host, and changes nothing.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn compare(mut self) -> anyhow::Result<Exit> {
        self.files.attach().await?;
        self.files.compare_all();
        let (mut any, mut differ) = (false, false);
        while let Some((container, compared)) = self.files.next_comparison().await? {
            any = true;
            differ |= !compared.differing.is_empty();
            self.manner.teller.listed(&container, &compared);
        }
        let copies = self.files.rules().iter().any(|rule| rule.reaction.target().is_some());
        if copies && !any {
            let help = Some("make them with 'hoist up -d'".to_owned());
            return Err(Advised::new("no container is there that files are copied into", help).into());
        }
        Ok(if differ { Exit::FAILED } else { Exit::DONE })
    }
}

/// Begins to watch the files of a project.
fn start((context, hands): (&Context, Hands<'_>), loaded: &Loaded, manner: &Manner<'_>) -> anyhow::Result<Files> {
    let (project, rules) = (&loaded.project, rules(context, loaded, manner)?);
    let place = (project.name(), project.identity.working_dir.as_path());
    Ok(Files::start(hands, place, rules)?)
}

/// What is watched; what is not, and might be meant to be, is told.
fn rules(context: &Context, loaded: &Loaded, manner: &Manner<'_>) -> anyhow::Result<Rules> {
    let (project, services): (&Project, &[Name]) = (&loaded.project, &manner.changes.services);
    let mut faults = Diagnostics::default();
    check_watch(project, services, &loaded.origins, &mut faults);
    if faults.has_errors() {
        context.output().diagnostics(&faults, &loaded.sources, &loaded.origins);
        return Err(Faulty.into());
    }
    let disk =
        Disk { read: &|path| std::fs::read_to_string(path).ok(), resolve: &resolved, is_file: &|path| path.is_file() };
    let mut rules = Rules::of(project, services, manner.mounts, &disk);
    let folder = resolved(&project.identity.working_dir);
    let skipped = rules.skipped.iter().map(|one| format!("{} of {}", shown(&one.path, &folder), one.service));
    let skipped = skipped.collect::<Vec<_>>().join(", ");
    let remedy = "mount it read-only (':ro'), write a 'develop' section, or run 'hoist watch --writable' if the service \
                  does not write there itself";
    if rules.rules.is_empty() {
        let message = "nothing to watch: no service has a 'develop' section, or mounts a file or folder of the project \
                       read-only";
        let help = if skipped.is_empty() {
            "write what is to happen under 'develop.watch' of a service".to_owned()
        } else {
            format!("writable is {skipped}: {remedy}")
        };
        return Err(Advised::new(message, Some(help)).into());
    }
    if !skipped.is_empty() {
        context.output().note(&format!("writable and so not watched: {skipped}"), Some(remedy));
    }
    rules.watch_model(model::files(loaded));
    Ok(rules)
}

/// Says once that the kernel has no room for all folders, and how it gets it.
fn tell_crowded(context: &Context, (limit, folders): (Limit, usize)) {
    let needed = limit.now().map_or(folders, |now| now + folders).next_power_of_two();
    let message = match limit {
        Limit::Watches => format!("the kernel tells of no more folders: {folders} are looked at every 2 s"),
        Limit::Instances => "the kernel tells no more programs of changes: all is looked at every 2 s".to_owned(),
    };
    let less = if limit == Limit::Watches { ", or leave folders out by '.dockerignore'" } else { "" };
    let help = format!("raise the limit with 'sudo sysctl {}={needed}'{less}", limit.name());
    context.output().note(&message, Some(&help));
}

/// A path as people write it in the file.
fn shown(path: &Path, folder: &Path) -> String {
    let below: PathBuf = path.strip_prefix(folder).unwrap_or(path).to_owned();
    if below.as_os_str().is_empty() { ".".to_owned() } else { format!("./{}", below.display()) }
}
