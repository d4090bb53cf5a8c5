//! [`Bench`]: does what follows changes, one thing each.

use super::super::Context;
use super::super::failure::{report, report_killed, report_outcomes};
use super::super::lock::Claim;
use super::course::SharedCourse;
use super::tell::{Teller, list, words};
use super::works::{Ended, Made, Prune};
use crate::engine::{Engine, Licence};
use crate::event::{Event, What};
use crate::execute::OnFailure;
use crate::model::Project;
use crate::plan::reconcile::{images, reconcile, restart};
use crate::plan::{Action, Dependencies, Images, Observed, Outcome, Plan, Policy, Subject};
use crate::session::{Follow, Outcomes, Session};
use crate::value::{ContainerId, Name};
use crate::watch::{Due, Prime};
use futures_util::future::BoxFuture;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Time before a container is killed whose file does not say how long it may take: somebody waits in front of the screen.
const GRACE: Duration = Duration::from_secs(2);

/// What all of it is done with.
#[derive(Clone)]
pub struct Bench<'a> {
    /// Where it is said.
    pub context: &'a Context,
    /// The engine.
    pub engine: &'a Engine,
    /// The right to change it.
    pub licence: Licence,
    /// The project.
    pub project: &'a Project,
    /// What says what happened.
    pub teller: Teller<'a>,
    /// What becomes of old images.
    pub prune: Prune,
    /// Who makes containers ready that are about to start.
    pub prime: UnboundedSender<Prime>,
    /// Who hears what containers say that are started.
    pub follow: Option<&'a Follow>,
}

impl Bench<'_> {
    /// Restarts services. What fails is told, and tried again with the next change.
    pub async fn restart(&self, dues: Vec<Due>, course: &SharedCourse, halt: &CancellationToken) -> Ended {
        let names = services(&dues);
        let targets: Vec<Name> = names.iter().cloned().collect();
        let began = dues.iter().map(|due| due.began).min().unwrap_or_else(Instant::now);
        let plan_of = async || {
            let seen = self.engine.observe_named(self.project.name()).await?;
            let plan = |grace| {
                let policy = Policy { targets: targets.clone(), grace, ..Policy::default() };
                restart(self.project, &seen, &policy)
            };
            let patient = plan(None)?;
            Ok(if self.has_own_grace(&patient) { patient } else { plan(Some(GRACE))? })
        };
        let plan = match self.carry_out(plan_of, course, halt).await {
            Carried::Whole(plan) => plan,
            Carried::Failed => return Ended::Change(names),
            Carried::Unbegun => return Ended::Unbegun(dues),
        };
        let (asked, drawn): (BTreeSet<Name>, _) = starts(&plan).partition(|name| names.contains(name));
        let course = course.borrow();
        let files = course.because();
        if asked.is_empty() {
            let (what, without) = (words(files), list(&names));
            let help = Some("make it with 'hoist up -d'");
            self.context.output().note(&format!("{what} changed, but {without} has no container"), help);
        } else {
            self.teller.restarted((&asked, &drawn), files, began.elapsed());
        }
        Ended::Change(names)
    }

    /// Builds the images of services.
    pub async fn build(&self, dues: Vec<Due>, halt: &CancellationToken) -> Ended {
        let (names, files) = (services(&dues), because(&dues));
        let line = format!("building {}: {} changed", list(&names), words(&files));
        self.teller.aside("building", &files, &line);
        let seen = match self.engine.observe(self.project).await {
            Ok(seen) => seen,
            Err(error) => {
                report(self.context.output(), &error.into());
                return Ended::Build(dues, Made::default());
            }
        };
        let built = self.build_of(&names, &seen, halt).await;
        if halt.is_cancelled() {
            return Ended::Unbuilt(dues);
        }
        let outdated = self.images_of(&built, &seen);
        Ended::Build(dues, Made { built, outdated })
    }

    /// Builds the images of services together, or, when that fails, each alone: what is wrong with one keeps no other from
    /// its image. Gives the services that have theirs. A build that newer input ended is no fault, and is not told of.
    async fn build_of(&self, names: &BTreeSet<Name>, seen: &Observed, halt: &CancellationToken) -> BTreeSet<Name> {
        let plan = images(self.project, seen, &alone(names), Images::Build);
        let outcomes = self.perform(&plan, halt).await;
        let well = outcomes.iter().all(Outcome::is_done);
        if halt.is_cancelled() || well {
            return names.clone();
        }
        if names.len() < 2 {
            report_outcomes(self.context.output(), &plan, &outcomes);
            return BTreeSet::new();
        }
        let mut built = BTreeSet::new();
        for name in names {
            let one = BTreeSet::from([name.clone()]);
            built.extend(Box::pin(self.build_of(&one, seen, halt)).await);
        }
        built
    }

    /// The images that services have.
    fn images_of(&self, names: &BTreeSet<Name>, seen: &Observed) -> Vec<String> {
        let services = names.iter().filter_map(|name| self.project.services.get(name));
        let image = |service| seen.images.get(&self.project.image_of(service).familiar());
        services.filter_map(image).map(|image| image.id.clone()).collect()
    }

    /// Removes images that have no name any more and that nobody uses.
    pub async fn prune(&self, outdated: &[String]) {
        if self.prune == Prune::Leave {
            return;
        }
        for image in outdated {
            if let Err(error) = self.engine.remove_nameless(self.licence, image).await {
                self.context.output().warn(&format!("the old image {image} stays: {error}"), None);
            }
        }
    }

    /// Replaces the containers whose image is another one by now.
    pub async fn replace(&self, dues: Vec<Due>, course: &SharedCourse, halt: &CancellationToken) -> Ended {
        let (names, files) = (services(&dues), because(&dues));
        let began = dues.iter().map(|due| due.began).min().unwrap_or_else(Instant::now);
        let plan_of = async || {
            let seen = self.engine.observe(self.project).await?;
            Ok(reconcile(self.project, &seen, &alone(&names))?)
        };
        match self.carry_out(plan_of, course, halt).await {
            Carried::Whole(plan) if plan.is_empty() => {
                let line = format!("{} changed, but the image of {} is the same", words(&files), list(&names));
                self.teller.aside("unchanged", &files, &line);
            }
            Carried::Whole(_) => self.teller.rebuilt(&names, &files, began.elapsed()),
            Carried::Failed => {}
            Carried::Unbegun => return Ended::Unbegun(dues),
        }
        Ended::Change(names)
    }

    /// Makes a plan under the project's lock and carries it out. Once begun it is carried out whole: what is stopped is
    /// started again.
    async fn carry_out(
        &self,
        plan_of: impl AsyncFn() -> anyhow::Result<Plan>,
        course: &SharedCourse,
        halt: &CancellationToken,
    ) -> Carried {
        let claim = Claim { context: self.context, engine: self.engine, project: self.project.name() };
        let (plan, _lock) = match claim.settle(plan_of, Plan::is_empty, halt).await {
            Ok(settled) => settled,
            Err(_) if halt.is_cancelled() => return Carried::Unbegun,
            Err(error) => {
                report(self.context.output(), &error);
                return Carried::Failed;
            }
        };
        if halt.is_cancelled() {
            return Carried::Unbegun;
        }
        course.borrow_mut().will_start(starts(&plan));
        let outcomes = self.perform(&plan, &CancellationToken::new()).await;
        let well = report_outcomes(self.context.output(), &plan, &outcomes);
        if well { Carried::Whole(plan) } else { Carried::Failed }
    }

    /// Carries out a plan; each container gets its files before its process starts.
    async fn perform(&self, plan: &Plan, halt: &CancellationToken) -> Outcomes {
        let prime = primer(&self.prime);
        let killed = Mutex::new(Vec::new());
        let tell = |event: Event| {
            if let What::Killed(how) = event.what {
                killed.lock().unwrap_or_else(PoisonError::into_inner).push((event.step, how));
            }
        };
        let mut session = Session::new((self.engine, self.licence), self.project, &tell).priming(&prime);
        if let Some(follow) = self.follow {
            session = session.following(follow);
        }
        let outcomes = session.carry_out(plan, OnFailure::GoOn, halt).await;
        report_killed(self.context.output(), plan, &killed.into_inner().unwrap_or_else(PoisonError::into_inner));
        outcomes
    }

    /// Whether the file says of any service of a plan how long it may take to stop.
    fn has_own_grace(&self, plan: &Plan) -> bool {
        let mut services = plan.steps().filter_map(|(_, step)| step.subject.service.as_ref());
        services.any(|name| self.project.services.get(name).is_some_and(|one| one.stop_grace_period.is_some()))
    }
}

/// Has containers made ready before they start, by whoever listens.
pub fn primer(primes: &UnboundedSender<Prime>) -> impl Fn(ContainerId, &Subject) -> BoxFuture<'static, ()> + Sync {
    |id, subject| {
        let ((done, is_done), primes) = (oneshot::channel(), primes.clone());
        let (service, name) = (subject.service.clone(), subject.name.clone());
        Box::pin(async move {
            let Some(service) = service else { return };
            if primes.send(Prime { id, service, name, done }).is_ok() {
                // The end of the channel is the answer, too.
                let _ = is_done.await;
            }
        })
    }
}

/// How a change of the stack went.
enum Carried {
    /// By this plan, all of which was done.
    Whole(Plan),
    /// Not all was done, which has been told.
    Failed,
    /// It was ended before anything was done.
    Unbegun,
}

/// These services, and no other.
fn alone(names: &BTreeSet<Name>) -> Policy {
    Policy { targets: names.iter().cloned().collect(), dependencies: Dependencies::Leave, ..Policy::default() }
}

/// The services that a plan starts.
fn starts(plan: &Plan) -> impl Iterator<Item = Name> {
    let starts = plan.steps().filter(|(_, step)| matches!(step.action, Action::Start { .. }));
    starts.filter_map(|(_, step)| step.subject.service.clone())
}

/// The files of things that are due, together.
fn because(dues: &[Due]) -> BTreeSet<PathBuf> {
    dues.iter().flat_map(|due| due.because.clone()).collect()
}

/// The services of things that are due.
pub fn services(dues: &[Due]) -> BTreeSet<Name> {
    dues.iter().map(|due| due.service.clone()).collect()
}
