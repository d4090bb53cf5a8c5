//! [`Works`]: what follows changes and takes longer than copying: commands, restarts, builds and replacements.
//!
//! Commands run side by side. One build and one change of the stack are under way at a time, and neither waits for the
//! other. Newer input ends a build, which begins anew. What fails is told and tried again with the next change.

use super::super::Context;
use super::bench::{Bench, services};
use super::course::{Course, SharedCourse};
use super::tell::{Teller, words};
use super::watching::Hands;
use crate::model::Project;
use crate::session::Follow;
use crate::value::Name;
use crate::watch::{Breaker, Built, Deed, Due, News, Prime, Then, Watch as Files};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use std::collections::BTreeSet;
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
    /// The restart or the replacement that is under way.
    course: Option<SharedCourse>,
    halt: CancellationToken,
    primes: UnboundedReceiver<Prime>,
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
    Told(Due),
    /// They could not be: what they have mounted is not what is there by now.
    Stale(Due),
    /// A build for these, and what it gave.
    Build(Vec<Due>, Made),
    /// A build for these, which newer input or the user ended.
    Unbuilt(Vec<Due>),
    /// Services were restarted or replaced.
    Change(BTreeSet<Name>),
    /// A restart or a replacement for these, which was ended before it began.
    Unbegun(Vec<Due>),
}

/// What a build gave.
#[derive(Default)]
pub struct Made {
    /// The services that have their image.
    pub built: BTreeSet<Name>,
    /// The images that they had before.
    pub outdated: Vec<String>,
}

/// How all came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    Whole,
    /// The user asked for it.
    Interrupted,
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
            course: None,
            halt: CancellationToken::new(),
            primes,
        }
    }

    /// Takes something that is due, but for services that are restarted again and again for what they write themselves.
    pub fn take(&mut self, due: Due, files: &mut Files) {
        match due.deed {
            Deed::Tell(rule) if files.rules().get(rule).is_none_or(|rule| rule.is_left) => {}
            Deed::Restart if self.course.as_ref().is_some_and(|course| course.borrow_mut().includes(&due)) => {}
            Deed::Tell(_) | Deed::Restart | Deed::Rebuild
                if files.may_be_its_own(&due.service) && self.breaker.trips(&due, Instant::now()) =>
            {
                self.leave(&due, files);
            }
            Deed::Tell(_) => self.tell(due, files),
            Deed::Restart => self.restarts.push(due),
            Deed::Rebuild => {
                if let Some((halt, _)) = self.build.as_ref().filter(|(_, names)| names.contains(&due.service)) {
                    halt.cancel();
                }
                self.builds.push(due);
            }
        }
    }

    /// Does for a service no more what it seems to cause itself.
    fn leave(&mut self, due: &Due, files: &mut Files) {
        let Due { service, deed, because, .. } = due;
        let what = words(because);
        let message = match deed {
            Deed::Tell(rule) => {
                files.leave_rule(*rule);
                match files.rules().get(*rule).map(|rule| rule.reaction.then()) {
                    Some(Then::Signal(signal)) => {
                        let signal = signal.as_str();
                        format!("{signal} is sent to {service} again and again for {what}: it is no longer sent")
                    }
                    then => {
                        let command = then.map(Then::command).unwrap_or_default();
                        format!("'{command}' runs in {service} again and again for {what}: it is no longer run")
                    }
                }
            }
            Deed::Restart => {
                files.leave(service);
                format!("{service} is restarted again and again for {what}: it is no longer restarted")
            }
            Deed::Rebuild => {
                files.leave(service);
                format!("{service} is built again and again for {what}: it is no longer built")
            }
        };
        let help = "it seems to write there itself: leave out what it writes by 'ignore' or '.dockerignore'; all is \
                    watched again once that is saved";
        self.bench.context.output().warn(&message, Some(help));
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
        if self.course.is_some() {
            return;
        }
        let (bench, halt) = (self.bench.clone(), self.halt.clone());
        if !self.replacements.is_empty() {
            // Who is replaced need not be restarted; whether he was is known at the end.
            let replaced = std::mem::take(&mut self.replacements);
            let outdated = std::mem::take(&mut self.outdated);
            let course = Rc::clone(self.course.insert(Course::of(&replaced)));
            self.running.push(Box::pin(async move {
                let ended = bench.replace(replaced, &course, &halt).await;
                bench.prune(&outdated).await;
                ended
            }));
        } else if !self.restarts.is_empty() {
            let restarted = std::mem::take(&mut self.restarts);
            let course = Rc::clone(self.course.insert(Course::of(&restarted)));
            course.borrow_mut().will_start(services(&restarted));
            self.running.push(Box::pin(async move { bench.restart(restarted, &course, &halt).await }));
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
    pub fn turn(&mut self, turn: Turn, files: &mut Files) {
        match turn {
            Turn::Prime(prime) => {
                // What it writes first is seen before the change that it starts in is over.
                self.breaker.restarted(&prime.service, Instant::now());
                if let Some(course) = &self.course {
                    course.borrow_mut().starts(&prime.service, Instant::now());
                }
                files.prime(prime);
            }
            Turn::Ended(Ended::Told(due)) => self.breaker.did(&due, Instant::now()),
            Turn::Ended(Ended::Stale(due)) => self.take(Due { deed: Deed::Restart, ..due }, files),
            Turn::Ended(Ended::Build(dues, made)) => self.built(dues, made, files),
            Turn::Ended(Ended::Unbuilt(dues)) => {
                self.builds.extend(dues.iter().cloned());
                self.built(dues, Made::default(), files);
            }
            Turn::Ended(Ended::Change(names)) => {
                if let Some(course) = self.course.take() {
                    self.restarts.retain(|due| !course.borrow().has_had(due));
                }
                for service in &names {
                    self.breaker.restarted(service, Instant::now());
                }
            }
            Turn::Ended(Ended::Unbegun(dues)) => {
                self.course = None;
                for due in dues {
                    let waiting = if due.deed == Deed::Rebuild { &mut self.replacements } else { &mut self.restarts };
                    waiting.push(due);
                }
            }
        }
    }

    /// Takes what a build gave.
    fn built(&mut self, dues: Vec<Due>, made: Made, files: &mut Files) {
        self.build = None;
        for service in &services(&dues) {
            let built = if made.built.contains(service) { Built::Image } else { Built::Nothing };
            files.build_ended(service, built);
        }
        self.outdated.extend(made.outdated);
        self.replacements.extend(dues.into_iter().filter(|due| made.built.contains(&due.service)));
    }

    /// Ends all: what has begun is carried out, so that nothing is left half made; who interrupts twice does not wait for
    /// it. What comes meanwhile, and what has not begun, is for those who come after.
    pub async fn end(mut self, files: &mut Files, mut ending: Ending) -> Ending {
        let mut late = Vec::new();
        self.halt.cancel();
        let interrupts = self.bench.context.interrupts();
        while !self.running.is_empty() {
            tokio::select! {
                turn = self.next() => self.turn(turn, files),
                // A container that is about to start waits for its files.
                news = files.next() => late.extend(news),
                () = interrupts.next() => match ending {
                    Ending::Whole => ending = Ending::Interrupted,
                    Ending::Interrupted => return ending,
                }
            }
        }
        let Self { restarts, builds, replacements, .. } = self;
        files.put_back(restarts.into_iter().chain(builds).chain(replacements).map(News::Due).chain(late));
        ending
    }

    /// Tells all containers of a service by the command or the signal of a rule.
    fn tell(&mut self, due: Due, files: &Files) {
        let Deed::Tell(index) = due.deed else { return };
        let Some(then) = files.rules().get(index).map(|rule| rule.reaction.then().clone()) else { return };
        let replaced = files.replaced(index, &due.because);
        // What it changes while it runs counts as its own doing, too.
        self.breaker.did(&due, Instant::now());
        let (bench, halt) = (self.bench.clone(), self.halt.clone());
        self.running.push(Box::pin(async move { bench.tell(due, (&then, replaced), &halt).await }));
    }
}
