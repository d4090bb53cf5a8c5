//! [`Works`]: what follows changes and takes longer than copying: commands, restarts, builds and replacements.
//!
//! Commands run side by side. One build and one change of the stack are under way at a time, and neither waits for the
//! other. Newer input ends a build, which begins anew. What fails is told and tried again with the next change.

use super::super::Context;
use super::super::failure::Advised;
use super::bench::{self, Because, Bench, services};
use super::tell::{Teller, words};
use super::watching::Hands;
use crate::model::Project;
use crate::session::Follow;
use crate::value::Name;
use crate::watch::{Breaker, Built, Deed, Due, News, Prime, Watch as Files};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// What follows changes.
pub struct Works<'a> {
    bench: Bench<'a>,
    breaker: Breaker,
    /// What waits for its turn.
    restarts: Vec<Due>,
    builds: Vec<Due>,
    replacements: Vec<Due>,
    /// The images that built ones take the place of, to be removed once nobody uses them.
    outdated: Vec<String>,
    running: FuturesUnordered<LocalBoxFuture<'a, Ended>>,
    /// What ends the build that is under way, and which services it is for.
    build: Option<(CancellationToken, BTreeSet<Name>)>,
    is_changing: bool,
    /// The restart that is under way.
    restarting: Option<Restarting>,
    halt: CancellationToken,
    primes: UnboundedReceiver<Prime>,
}

/// A restart that is under way.
struct Restarting {
    /// Its services, and since when the first container of each is about to start.
    services: BTreeMap<Name, Option<Instant>>,
    /// The files that it is for.
    because: Because,
}

impl Restarting {
    /// Takes what is due for a service too, if that starts late enough to have it.
    fn includes(&self, due: &Due) -> bool {
        let is_in_time = |started: &Option<Instant>| started.is_none_or(|started| due.ready <= started);
        let includes = self.services.get(&due.service).is_some_and(is_in_time);
        if includes {
            self.because.borrow_mut().extend(due.because.iter().cloned());
        }
        includes
    }
}

/// What becomes of images that built ones take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    /// They are removed.
    Remove,
    /// They stay.
    Leave,
}

/// What the works come up with.
pub enum Turn {
    /// A container is about to start.
    Prime(Prime),
    /// Something is over.
    Ended(Ended),
}

/// What is over.
pub enum Ended {
    /// Containers were told by a command or a signal.
    Told,
    /// They could not be: what they have mounted is not what is there by now.
    Stale(Due),
    /// A build of these, which gave images in place of others, or did not.
    Build(Vec<Due>, Built, Vec<String>),
    /// Services were restarted or replaced.
    Change(BTreeSet<Name>),
}

impl<'a> Works<'a> {
    /// Nothing to do yet.
    pub fn new(
        context: &'a Context,
        (engine, licence): Hands<'a>,
        (project, teller, prune): (&'a Project, Teller<'a>, Prune),
        follow: Option<&'a Follow>,
    ) -> Self {
        let (prime, primes) = unbounded_channel();
        Self {
            bench: Bench { context, engine, licence, project, teller, prune, prime, follow },
            breaker: Breaker::default(),
            restarts: Vec::new(),
            builds: Vec::new(),
            replacements: Vec::new(),
            outdated: Vec::new(),
            running: FuturesUnordered::new(),
            build: None,
            is_changing: false,
            restarting: None,
            halt: CancellationToken::new(),
            primes,
        }
    }

    /// Takes something that is due, but for services that are restarted again and again for what they write themselves.
    pub fn take(&mut self, due: Due, files: &mut Files) -> anyhow::Result<()> {
        match due.deed {
            Deed::Tell(_) => self.tell(due, files),
            Deed::Restart if self.restarting.as_ref().is_some_and(|restarting| restarting.includes(&due)) => {}
            Deed::Restart if self.breaker.trips(&due.service, Instant::now()) => {
                let Due { service, because, .. } = due;
                files.leave(&service);
                let what = words(&because);
                let message = format!("{service} is restarted again and again for {what}: it is no longer restarted");
                let help = "it seems to write there itself: leave out what it writes by 'ignore' or '.dockerignore'";
                self.bench.context.output().warn(&message, Some(help));
                if files.is_empty() {
                    return Err(Advised::new("nothing is left to watch", None).into());
                }
            }
            Deed::Restart => self.restarts.push(due),
            Deed::Rebuild => {
                if let Some((halt, _)) = self.build.as_ref().filter(|(_, names)| names.contains(&due.service)) {
                    halt.cancel();
                }
                self.builds.push(due);
            }
        }
        Ok(())
    }

    /// Begins what can begin.
    pub fn begin(&mut self, files: &mut Files) {
        if self.build.is_none() && !self.builds.is_empty() {
            let dues = std::mem::take(&mut self.builds);
            let (halt, names) = (self.halt.child_token(), services(&dues));
            for service in &names {
                files.build_began(service);
            }
            self.build = Some((halt.clone(), names));
            let bench = self.bench.clone();
            self.running.push(Box::pin(async move { bench.build(dues, &halt).await }));
        }
        if self.is_changing {
            return;
        }
        let (replaced, restarted) = (std::mem::take(&mut self.replacements), std::mem::take(&mut self.restarts));
        let (bench, halt) = (self.bench.clone(), self.halt.clone());
        // What is replaced need not be restarted.
        let names = services(&replaced);
        let restarted: Vec<Due> = restarted.into_iter().filter(|due| !names.contains(&due.service)).collect();
        if !replaced.is_empty() {
            self.is_changing = true;
            self.restarts = restarted;
            let outdated = std::mem::take(&mut self.outdated);
            self.running.push(Box::pin(async move {
                let ended = bench.replace(replaced, &halt).await;
                bench.prune(&outdated).await;
                ended
            }));
        } else if !restarted.is_empty() {
            self.is_changing = true;
            let because = Because::new(bench::because(&restarted).into());
            let services = services(&restarted).into_iter().map(|service| (service, None)).collect();
            self.restarting = Some(Restarting { services, because: Rc::clone(&because) });
            self.running.push(Box::pin(async move { bench.restart(restarted, &because, &halt).await }));
        }
    }

    /// Waits until something is over, or a container is about to start. Cancel-safe.
    pub async fn next(&mut self) -> Turn {
        let Self { running, primes, .. } = self;
        tokio::select! {
            Some(prime) = primes.recv() => Turn::Prime(prime),
            Some(ended) = running.next() => Turn::Ended(ended),
            else => std::future::pending().await,
        }
    }

    /// Takes what came.
    ///
    /// # Errors
    /// When nothing is left to watch.
    pub fn turn(&mut self, turn: Turn, files: &mut Files) -> anyhow::Result<()> {
        match turn {
            Turn::Prime(prime) => {
                let restarting = self.restarting.as_mut();
                if let Some(started) = restarting.and_then(|one| one.services.get_mut(&prime.service)) {
                    started.get_or_insert_with(Instant::now);
                }
                files.prime(prime);
            }
            Turn::Ended(Ended::Told) => {}
            Turn::Ended(Ended::Stale(due)) => return self.take(Due { deed: Deed::Restart, ..due }, files),
            Turn::Ended(Ended::Build(dues, built, outdated)) => {
                self.build = None;
                for service in &services(&dues) {
                    files.build_ended(service, built);
                }
                if built == Built::Image {
                    self.outdated.extend(outdated);
                    self.replacements.extend(dues);
                }
            }
            Turn::Ended(Ended::Change(names)) => {
                (self.is_changing, self.restarting) = (false, None);
                for service in &names {
                    self.breaker.restarted(service, Instant::now());
                }
            }
        }
        Ok(())
    }

    /// Ends all: steps that run finish, so that nothing is left half made; an interrupt does not wait for them. What
    /// comes meanwhile, and what has not begun, is for those who come after.
    pub async fn end(mut self, files: &mut Files) {
        let mut late = Vec::new();
        self.halt.cancel();
        let interrupts = self.bench.context.interrupts();
        while !self.running.is_empty() {
            tokio::select! {
                turn = self.next() => drop(self.turn(turn, files)),
                // A container that is about to start waits for its files.
                news = files.next() => late.extend(news),
                () = interrupts.next() => return,
            }
        }
        let Self { restarts, builds, replacements, .. } = self;
        files.put_back(restarts.into_iter().chain(builds).chain(replacements).map(News::Due).chain(late));
    }

    /// Tells all containers of a service by the command or the signal of a rule.
    fn tell(&mut self, due: Due, files: &Files) {
        let Deed::Tell(index) = due.deed else { return };
        let Some(then) = files.rules().get(index).map(|rule| rule.reaction.then().clone()) else { return };
        let replaced = files.replaced(index, &due.because);
        let bench = self.bench.clone();
        self.running.push(Box::pin(async move { bench.tell(due, &then, replaced).await }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_restart_is_also_for_what_was_there_before_the_containers_start() {
        let now = Instant::now();
        let name = |name: &str| -> Name { name.parse().expect("valid") };
        let services = BTreeMap::from([(name("stopping"), None), (name("started"), Some(now))]);
        let restarting = Restarting { services, because: Because::default() };
        let includes = |service: &str, file: &str, ready| {
            let because = BTreeSet::from([file.into()]);
            restarting.includes(&Due { service: name(service), deed: Deed::Restart, because, began: now, ready })
        };
        let later = now + Duration::from_millis(1);
        assert!(includes("stopping", "a", later) && includes("started", "b", now));
        assert!(!includes("started", "c", later) && !includes("other", "d", now));
        assert_eq!(*restarting.because.borrow(), BTreeSet::from(["a".into(), "b".into()]));
    }
}
