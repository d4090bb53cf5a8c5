//! Runs plans on an engine: steps become calls, waits become readiness, and everything that happens becomes an event.
//!
//! It prints nothing and decides nothing: plans come in, outcomes and events go out.

mod follow;
mod provided;
mod turnstile;

pub use follow::{End, Follow, Said, Until};
pub use provided::Provided;

use crate::engine::{Engine, EngineError, Licence, Stopping, Work};
use crate::event::{Event, Killed, What};
use crate::execute::{Ended, OnFailure, execute};
use crate::model::Project;
use crate::plan::{Action, Limit, Order, Outcome, Plan, Step, StepId, Subject, Target};
use crate::readiness::{Deadline, NotReady, Readiness};
use crate::value::{ContainerId, Name, Timespan};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;
use turnstile::{Place, Turnstile};

/// Who takes longer than this to stop is named.
const SLOW: Duration = Duration::from_secs(2);
/// What takes longer does not keep an engine busy: it waits for a process, and others may begin.
const BUSY: Duration = Duration::from_secs(1);
/// How many containers an engine works on at once for each processor that it may have, and at least: where it gets the
/// most done.
const AT_ONCE: [usize; 2] = [4, 8];
/// The exit code of what a SIGKILL ended.
const KILLED: i64 = 137;

fn has_time(grace: Duration, signal: &str) -> String {
    match grace {
        Duration::MAX => format!("it has for ever to end after {signal}"),
        grace => format!("it has {} to end after {signal}", Timespan::from(grace)),
    }
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The engine could not do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// What was waited for can no longer hold.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// The time is over in the middle of a step that is given up then.
    #[error("the time of {0} was over before it was done")]
    Late(Timespan),
    /// A step means a container that no step made: a fault of the planner.
    #[error("the plan names a container that it does not make")]
    NoTarget,
}

/// Makes a container ready before it starts.
pub type Prime<'a> = dyn Fn(ContainerId, &Subject) -> BoxFuture<'static, ()> + Sync + 'a;

/// What became of the steps of a plan, in its order.
pub type Outcomes = Vec<Outcome<(), StepError>>;

/// One run of plans for a project on an engine.
pub struct Session<'a> {
    engine: &'a Engine,
    licence: Licence,
    project: &'a Project,
    tell: &'a (dyn Fn(Event) + Sync),
    began: Instant,
    follow: Option<&'a Follow>,
    prime: Option<&'a Prime<'a>>,
    limit: Limit,
    provided: Option<&'a Provided>,
    deadline: Option<Deadline>,
}

impl<'a> Session<'a> {
    /// A session that may change what the engine holds, and tells what happens to a closure.
    pub fn new(
        (engine, licence): (&'a Engine, Licence),
        project: &'a Project,
        tell: &'a (dyn Fn(Event) + Sync),
    ) -> Self {
        let (began, limit) = (Instant::now(), Limit::default());
        Self { engine, licence, project, tell, began, follow: None, prime: None, limit, provided: None, deadline: None }
    }

    /// Follows the output of containers from before they start.
    #[must_use]
    pub fn following(mut self, follow: &'a Follow) -> Self {
        self.follow = Some(follow);
        self
    }

    /// Has somebody make a container ready before it starts.
    #[must_use]
    pub fn priming(mut self, prime: &'a Prime<'a>) -> Self {
        self.prime = Some(prime);
        self
    }

    /// Fetches, sends and builds no more images at once than this.
    #[must_use]
    pub fn at_most(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    /// Keeps what the programs that provide services set.
    #[must_use]
    pub fn keeping(mut self, provided: &'a Provided) -> Self {
        self.provided = Some(provided);
        self
    }

    /// Gives up what takes longer, waits with all that explains them; nothing begins after it.
    #[must_use]
    pub fn until(mut self, deadline: Option<Deadline>) -> Self {
        self.deadline = deadline;
        self
    }

    /// Carries out a plan. `halt` ends it early: waits, pulls and builds give up, nothing more begins, other running
    /// steps finish. So it does when a step failed and `on_failure` says so, but then pulls and builds finish, too.
    pub async fn carry_out(&self, plan: &Plan, on_failure: OnFailure, halt: &CancellationToken) -> Outcomes {
        let stop = halt.child_token();
        if self.deadline.is_some_and(|one| one.at <= Instant::now()) {
            stop.cancel();
        }
        let turns = self.limit.number().map(Semaphore::new);
        let (made, readiness, places) = (Mutex::default(), OnceCell::new(), Turnstile::of(at_once()));
        let run = Run { session: self, halt, stop: &stop, turns, places, made, readiness };
        let working = execute(plan, on_failure, &stop, |id, step| run.step(id, step));
        tokio::pin!(working);
        let outcomes = tokio::select! {
            outcomes = &mut working => outcomes,
            () = Deadline::over(self.deadline) => {
                stop.cancel();
                working.await
            }
        };
        for ((id, _), outcome) in plan.steps().zip(&outcomes) {
            if matches!(outcome, Outcome::Skipped { .. }) {
                self.happened(id, What::Skipped);
            }
        }
        outcomes
    }

    fn happened(&self, step: StepId, what: What) {
        (self.tell)(Event { step, at: self.began.elapsed(), what });
    }
}

/// The run ended before a step's turn came.
struct Halted;

/// What a step holds while it is carried out.
enum Turn<'a> {
    /// Nothing: it may begin at any time.
    Free,
    /// The right to exchange an image, to its end.
    Exchange(#[expect(dead_code, reason = "it is given back when it is dropped")] SemaphorePermit<'a>),
    /// The right to keep the engine busy, for a while.
    Busy(Place),
}

impl Turn<'_> {
    async fn during<T>(self, mut work: impl Future<Output = T> + Unpin) -> T {
        let Self::Busy(place) = self else { return work.await };
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(BUSY) => drop(place),
        }
        work.await
    }
}

/// Whether a step that failed like this is as good as done.
fn is_passed_over(action: &Action, error: &StepError) -> bool {
    match action {
        Action::Await { required: false, .. } => matches!(error, StepError::NotReady(NotReady::Hopeless { .. })),
        Action::Pull { required: false, .. } | Action::Push { required: false, .. } => {
            !matches!(error, StepError::Late(_))
        }
        Action::RemoveImage { .. } => matches!(error, StepError::Engine(EngineError::Conflict { .. })),
        // What is not there provides nothing any more, as far as that can be seen.
        Action::Provide { order: Order::Down | Order::Stop, .. } => {
            matches!(error, StepError::Engine(EngineError::NoProvider { .. }))
        }
        _ => false,
    }
}

/// How many containers an engine works on at once.
fn at_once() -> usize {
    let [each, least] = AT_ONCE;
    std::thread::available_parallelism().map_or(least, |processors| (each * processors.get()).max(least))
}

/// One plan while it is carried out.
struct Run<'a> {
    session: &'a Session<'a>,
    /// The user ends it.
    halt: &'a CancellationToken,
    /// Somebody ends it: the user, a failed step, or the deadline.
    stop: &'a CancellationToken,
    /// What is exchanged with registries takes turns.
    turns: Option<Semaphore>,
    /// What keeps the engine busy takes turns.
    places: Turnstile,
    made: Mutex<BTreeMap<StepId, ContainerId>>,
    readiness: OnceCell<Readiness>,
}

impl Run<'_> {
    async fn step(&self, id: StepId, step: &Step) -> Result<Ended, StepError> {
        let Ok(turn) = self.turn(id, step).await else { return Ok(Ended::Halted) };
        self.session.happened(id, What::Began);
        let result = turn.during(Box::pin(self.work(id, step))).await;
        match &result {
            Ok(Ended::Done) => self.session.happened(id, What::Done),
            Ok(Ended::Halted) => {}
            Err(error) if is_passed_over(&step.action, error) => {
                self.session.happened(id, What::PassedOver(error.to_string()));
                return Ok(Ended::Done);
            }
            Err(error) => self.session.happened(id, What::Failed(error.to_string())),
        }
        result
    }

    async fn work(&self, id: StepId, step: &Step) -> Result<Ended, StepError> {
        match &step.action {
            Action::Await { target, .. } => self.wait(id, step, target).await,
            Action::Pull { .. } | Action::Push { .. } | Action::Build { .. } => {
                self.give_up_late(self.perform(id, step)).await
            }
            Action::Stop { target, grace } => self.stop(id, step, (target, *grace)).await.map(|()| Ended::Done),
            _ => self.perform(id, step).await.map(|()| Ended::Done),
        }
    }

    /// Waits until a step may begin; an error when the run ends before that.
    async fn turn(&self, id: StepId, step: &Step) -> Result<Turn<'_>, Halted> {
        match (&step.action, &self.turns) {
            (Action::Pull { .. } | Action::Push { .. }, Some(turns)) => tokio::select! {
                turn = turns.acquire() => turn.map(Turn::Exchange).map_err(|_| Halted),
                () = self.halt.cancelled() => Err(Halted),
            },
            (
                Action::Create { .. }
                | Action::Start { .. }
                | Action::Stop { .. }
                | Action::Kill { .. }
                | Action::Remove { .. },
                _,
            ) => tokio::select! {
                place = self.places.enter(id) => Ok(Turn::Busy(place)),
                () = self.stop.cancelled() => Err(Halted),
            },
            _ => Ok(Turn::Free),
        }
    }

    async fn perform(&self, id: StepId, step: &Step) -> Result<(), StepError> {
        match (&step.action, self.session.follow) {
            (Action::Start { target }, Some(follow)) => {
                follow.before_start(&self.resolve(target)?, &step.subject).await?;
            }
            (Action::Stop { target, .. } | Action::Remove { target, .. }, Some(follow)) => {
                follow.dismiss(&self.resolve(target)?);
            }
            _ => {}
        }
        if let (Action::Start { target }, Some(prime)) = (&step.action, self.session.prime) {
            prime(self.resolve(target)?, &step.subject).await;
        }
        let made = |step: StepId| self.made().get(&step).cloned();
        let report = |what: What| self.session.happened(id, what);
        let provided = |service: &Name, variables| {
            if let Some(provided) = self.session.provided {
                provided.keep(service, variables);
            }
        };
        let Session { engine, licence, project, limit, .. } = *self.session;
        let action = &step.action;
        let work = Work { licence, project, action, made: &made, provided: &provided, report: &report, limit };
        if let Some(container) = engine.perform(work).await? {
            self.made().insert(id, container);
        }
        Ok(())
    }

    /// What may be dropped in the middle, since it leaves nothing half made.
    async fn give_up_late(&self, work: impl Future<Output = Result<(), StepError>>) -> Result<Ended, StepError> {
        let deadline = self.session.deadline;
        tokio::select! {
            result = work => result.map(|()| Ended::Done),
            () = Deadline::over(deadline) => Err(StepError::Late(deadline.map(|one| one.limit).unwrap_or_default().into())),
            () = self.halt.cancelled() => Ok(Ended::Halted),
        }
    }

    /// Stops a container. When that takes its time, it is told how much it has, and whether it had to be killed.
    async fn stop(
        &self,
        id: StepId,
        step: &Step,
        (target, grace): (&Target, Option<Duration>),
    ) -> Result<(), StepError> {
        let began = Instant::now();
        let work = self.perform(id, step);
        tokio::pin!(work);
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(SLOW) => {}
        }
        let (engine, container) = (self.session.engine, self.resolve(target)?);
        let Ok(Stopping { grace: own, signal, init }) = engine.stopping(&container).await else { return work.await };
        let grace = grace.unwrap_or(own);
        self.session.happened(id, What::Waiting(has_time(grace, &signal)));
        work.await?;
        // An engine may be quicker by the part of a second that it took to ask it.
        let whole = began.elapsed() + SLOW / 4 >= grace;
        let killed = || async { engine.inspect(&container).await.is_ok_and(|seen| seen.facts.last_exit == KILLED) };
        if whole && killed().await {
            self.session.happened(id, What::Killed(Killed { grace, signal, init }));
        }
        Ok(())
    }

    async fn wait(&self, id: StepId, step: &Step, target: &Target) -> Result<Ended, StepError> {
        let Action::Await { until, .. } = &step.action else { return Ok(Ended::Done) };
        let container = self.resolve(target)?;
        let waiting = async {
            let readiness = self
                .readiness
                .get_or_try_init(|| Readiness::subscribe(self.session.engine, self.session.project.name()))
                .await?;
            let tell = |why: String| self.session.happened(id, What::Waiting(why));
            readiness.wait(&container, *until, self.session.deadline, tell).await.map_err(StepError::from)
        };
        // One that is over explains itself: what it waited for is more than that it was ended.
        tokio::select! {
            biased;
            result = waiting => result.map(|()| Ended::Done),
            () = self.given_up()  => Ok(Ended::Halted),
        }
    }

    /// Waits until waiting has no use any more; at the deadline each wait ends by itself.
    async fn given_up(&self) {
        self.stop.cancelled().await;
        if !self.halt.is_cancelled() && self.session.deadline.is_some_and(|one| one.at <= Instant::now()) {
            self.halt.cancelled().await;
        }
    }

    fn resolve(&self, target: &Target) -> Result<ContainerId, StepError> {
        match target {
            Target::Existing(id) => Ok(id.clone()),
            Target::MadeBy(step) => self.made().get(step).cloned().ok_or(StepError::NoTarget),
        }
    }

    fn made(&self) -> std::sync::MutexGuard<'_, BTreeMap<StepId, ContainerId>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
