//! [`Board`]: a plan and how far it is. Events go in, rows come out; nothing is written and no clock is read.

use super::thing::Thing;
use super::transfer::Transfer;
use crate::event::{Event, What};
use crate::plan::{Plan, Step, StepId};
use std::time::Duration;

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Its turn has not come.
    Pending,
    /// It is carried out.
    Running,
    /// It was done.
    Done,
    /// It failed; why.
    Failed(String),
    /// It was not needed after all; why.
    PassedOver(String),
    /// A step that it needs failed.
    Skipped,
}

/// What is known about a thing beyond the phases of its steps.
#[derive(Debug, Clone, Default)]
pub struct Course {
    /// The time in which its steps were carried out, up to when the last of them ended; nothing before the first began.
    pub spent: Option<Duration>,
    /// Since when steps are carried out, and how many.
    pub running: Option<(Duration, usize)>,
    /// What it waits for.
    pub waiting: Option<String>,
    /// How far its pull or build is.
    pub transfer: Transfer,
    /// The last line that was said.
    pub said: Option<String>,
}

/// A plan and how far it is.
#[derive(Debug)]
pub struct Board {
    plan: Plan,
    things: Vec<Thing>,
    courses: Vec<Course>,
    phases: Vec<Phase>,
    /// Whether no more events come.
    closed: bool,
}

impl Board {
    /// A plan of which nothing is carried out yet.
    pub fn new(plan: &Plan) -> Self {
        let things = Thing::all(plan);
        let courses = vec![Course::default(); things.len()];
        Self { plan: plan.clone(), things, courses, phases: vec![Phase::Pending; plan.len()], closed: false }
    }

    /// Takes what happened.
    pub fn apply(&mut self, event: &Event) {
        let next = match &event.what {
            What::Began => Some(Phase::Running),
            What::Done => Some(Phase::Done),
            What::Failed(why) => Some(Phase::Failed(why.clone())),
            What::PassedOver(why) => Some(Phase::PassedOver(why.clone())),
            What::Skipped => Some(Phase::Skipped),
            What::Waiting(_) | What::Progress(_) | What::Said(_) | What::Killed(_) => None,
        };
        let index = self.things.iter().position(|thing| thing.steps.contains(&event.step));
        if let Some(course) = index.and_then(|index| self.courses.get_mut(index)) {
            course.apply(event);
        }
        if let (Some(next), Some(phase)) = (next, self.phases.get_mut(event.step.index())) {
            *phase = next;
        }
    }

    /// Takes that no more events come.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether no more events come.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The thing that a step is about, and its course.
    pub fn thing_of(&self, step: StepId) -> Option<(&Thing, &Course)> {
        self.things.iter().zip(&self.courses).find(|(thing, _)| thing.steps.contains(&step))
    }

    /// The things with their courses.
    pub fn rows(&self) -> impl Iterator<Item = (&Thing, &Course)> {
        self.things.iter().zip(&self.courses)
    }

    /// A step and how far it is.
    pub fn step(&self, id: StepId) -> Option<(&Step, &Phase)> {
        self.plan.get(id).zip(self.phases.get(id.index()))
    }

    /// The steps of a thing and how far they are.
    pub fn steps<'a>(&'a self, thing: &'a Thing) -> impl DoubleEndedIterator<Item = (StepId, &'a Step, &'a Phase)> {
        thing.steps.iter().filter_map(|id| self.step(*id).map(|(step, phase)| (*id, step, phase)))
    }

    /// The thing whose failure is why a step was skipped.
    pub fn culprit(&self, step: StepId) -> Option<&Thing> {
        let (step, _) = self.step(step)?;
        step.needs.iter().find_map(|need| match self.step(*need)?.1 {
            Phase::Failed(_) => self.thing_of(*need).map(|(thing, _)| thing),
            Phase::Skipped => self.culprit(*need),
            _ => None,
        })
    }
}

impl Course {
    fn apply(&mut self, event: &Event) {
        match &event.what {
            What::Began => {
                self.spent.get_or_insert_default();
                let (since, count) = self.running.unwrap_or((event.at, 0));
                self.running = Some((since, count + 1));
                self.waiting = None;
            }
            What::Waiting(why) => self.waiting = Some(why.clone()),
            What::Progress(progress) => {
                self.transfer.on(progress);
                self.waiting = None;
            }
            What::Said(line) => self.said = Some(line.clone()),
            What::Done | What::Failed(_) | What::PassedOver(_) => self.end(event.at),
            What::Killed(_) | What::Skipped => {}
        }
    }

    /// The time spent so far.
    pub fn elapsed(&self, now: Duration) -> Option<Duration> {
        let going_on = self.running.map(|(since, _)| now.saturating_sub(since)).unwrap_or_default();
        self.spent.map(|spent| spent + going_on)
    }

    fn end(&mut self, at: Duration) {
        let Some((since, count)) = self.running else { return };
        self.running = if count > 1 { Some((since, count - 1)) } else { None };
        if self.running.is_none() {
            self.spent = self.spent.map(|spent| spent + at.saturating_sub(since));
        }
    }
}
