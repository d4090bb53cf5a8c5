//! [`Timeline`]: what a run spent its time on, and which of its steps it could not have been faster than. Computed from
//! plans and the times of their events; nothing is written and no clock is read.
//!
//! The critical path is walked backwards: from the step that ended last, or from the first that failed, to the one it
//! needed that ended last, and so on. What lies between two of its steps is a stretch of its own, so that the stretches
//! add up to the whole. Only subjects, reasons and times are taken over: no word that an engine or a tool said.

mod page;

use super::thing::Thing;
use super::verb::{Verb, wish};
use crate::event::{Event, What};
use crate::plan::{Action, Plan, Step, StepId};
use std::collections::BTreeMap;
use std::time::Duration;

/// Gaps shorter than this belong to what comes after them.
const GAP: Duration = Duration::from_millis(1);

/// A plan and what happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The plan that was carried out.
    pub plan: Plan,
    /// When it began, since the command began.
    pub began: Duration,
    /// When nothing of it went on any more.
    pub ended: Duration,
    /// What happened; their times count from `began`.
    pub events: Vec<Event>,
}

/// What a run spent its time on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The time from the beginning of the command to the end of its last plan.
    pub total: Duration,
    /// What was done to each thing, by when it began.
    pub lanes: Vec<Lane>,
    /// The stretches that add up to the total.
    pub path: Vec<Stretch>,
    /// What was waited for, the longest first.
    pub waits: Vec<Wait>,
    /// The time of each kind of step.
    pub sums: Vec<Sum>,
}

/// Steps on one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The thing.
    pub title: String,
    /// Its steps.
    pub bars: Vec<Bar>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The name of the action.
    pub verb: &'static str,
    /// What it is, such as `wait for db to be healthy`.
    pub words: String,
    /// Why it was in the plan.
    pub because: String,
    /// From when to when; nothing when it never began.
    pub span: Option<Span>,
    /// How it ended.
    pub ending: Ending,
    /// Whether it is on the critical path.
    pub critical: bool,
}

/// From when to when, since the command began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The beginning.
    pub from: Duration,
    /// The end.
    pub to: Duration,
}

impl Span {
    /// How long it is.
    pub fn length(self) -> Duration {
        self.to.saturating_sub(self.from)
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was done.
    Done,
    /// It was not needed after all.
    PassedOver,
    /// It failed.
    Failed,
    /// The run ended while it went on.
    Interrupted,
    /// A step that it needs failed.
    Skipped,
    /// Its turn never came.
    NotBegun,
}

/// A part of the critical path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// What took the time.
    pub what: Share,
    /// From when to when.
    pub span: Span,
}

/// What took the time of a stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// A step.
    Step {
        /// The name of the action.
        verb: &'static str,
        /// What it is.
        words: String,
        /// The same as part of a sentence about the past: `waited for 'db' to be healthy`.
        past: String,
        /// How much sooner all would have ended if it had taken no time.
        saves: Duration,
    },
    /// Files were read, the engine was looked at, a plan was made.
    Planning,
    /// Between two steps, or after the last.
    Between,
}

/// Something that was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// What for.
    pub words: String,
    /// What was still missing, as it was said last.
    pub missing: String,
    /// How long.
    pub length: Duration,
    /// How much sooner all would have ended without it.
    pub saves: Duration,
    /// How it ended.
    pub ending: Ending,
}

/// The steps of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The name of the action.
    pub verb: &'static str,
    /// How many began.
    pub count: usize,
    /// The time of all.
    pub spent: Duration,
    /// The time of the longest.
    pub longest: Duration,
    /// The time of those on the critical path.
    pub critical: Duration,
}

impl Timeline {
    /// What these plans, in their order, spent their time on.
    pub fn of(records: &[Record]) -> Self {
        let mut timeline = Self::default();
        for record in records {
            timeline.stretch(Share::Planning, record.began);
            timeline.add(&Course::of(record));
            timeline.stretch(Share::Between, record.ended);
        }
        timeline.lanes.sort_by_key(Lane::began);
        timeline.waits.sort_by_key(|wait| std::cmp::Reverse(wait.length));
        timeline.sums.sort_by_key(|sum| std::cmp::Reverse(sum.spent));
        timeline
    }

    /// Where the most time went, in half a sentence: `2.6 s waited for 'db' to be healthy`; nothing when no step began.
    pub fn summary(&self) -> Option<String> {
        let longest = self.path.iter().filter(|stretch| matches!(stretch.what, Share::Step { .. }));
        let longest = longest.max_by_key(|stretch| stretch.span.length())?;
        let Share::Step { past, .. } = &longest.what else { return None };
        Some(format!("{} {past}", time(longest.span.length())))
    }

    /// The page that shows it, for a browser: it needs nothing from elsewhere.
    pub fn page(&self, title: &str) -> String {
        page::page(self, title)
    }

    fn add(&mut self, course: &Course<'_>) {
        let path = course.critical_path();
        for id in &path {
            let Some(span) = course.span(*id) else { continue };
            self.stretch(Share::Between, span.from);
            let Some(step) = course.record.plan.get(*id) else { continue };
            let what = Share::Step {
                verb: Verb::of(&step.action).name,
                words: words(step, &course.title(*id)),
                past: past(step, &course.title(*id)),
                saves: course.saves(*id),
            };
            self.stretch(what, span.to);
        }
        for thing in &course.things {
            let bars: Vec<Bar> = thing.steps.iter().filter_map(|id| course.bar(*id, path.contains(id))).collect();
            self.lanes.push(Lane { title: thing.title(), bars });
        }
        for (id, step) in course.record.plan.steps() {
            let Some(span) = course.span(id) else { continue };
            let critical = path.contains(&id);
            self.sum(Verb::of(&step.action).name, span.length(), critical);
            if matches!(step.action, Action::Await { .. }) {
                self.waits.push(Wait {
                    words: words(step, &course.title(id)),
                    missing: course.missing(id),
                    length: span.length(),
                    saves: if critical { course.saves(id) } else { Duration::ZERO },
                    ending: course.ending(id),
                });
            }
        }
    }

    /// Goes on with the path up to a moment; nothing when it is there already.
    fn stretch(&mut self, what: Share, to: Duration) {
        let is_step = matches!(what, Share::Step { .. });
        if to < self.total || (!is_step && to.saturating_sub(self.total) < GAP) {
            return;
        }
        self.path.push(Stretch { what, span: Span { from: self.total, to } });
        self.total = to;
    }

    fn sum(&mut self, verb: &'static str, length: Duration, critical: bool) {
        let none = Sum { verb, count: 0, spent: Duration::ZERO, longest: Duration::ZERO, critical: Duration::ZERO };
        if !self.sums.iter().any(|sum| sum.verb == verb) {
            self.sums.push(none);
        }
        for sum in self.sums.iter_mut().filter(|sum| sum.verb == verb) {
            sum.count += 1;
            sum.spent += length;
            sum.longest = sum.longest.max(length);
            sum.critical += if critical { length } else { Duration::ZERO };
        }
    }
}

impl Lane {
    fn began(&self) -> Duration {
        self.bars.iter().filter_map(|bar| bar.span).map(|span| span.from).min().unwrap_or(Duration::MAX)
    }
}

/// What happened to the steps of one plan.
struct Course<'a> {
    record: &'a Record,
    things: Vec<Thing>,
    passed: BTreeMap<StepId, Passed>,
}

#[derive(Default)]
struct Passed {
    from: Option<Duration>,
    to: Option<Duration>,
    ending: Option<Ending>,
    missing: String,
}

impl<'a> Course<'a> {
    fn of(record: &'a Record) -> Self {
        let mut passed: BTreeMap<StepId, Passed> = BTreeMap::new();
        for event in &record.events {
            passed.entry(event.step).or_default().apply(&event.what, record.began + event.at);
        }
        Self { record, things: Thing::all(&record.plan), passed }
    }

    /// From when to when; a step that never ended went on to the end of the run.
    fn span(&self, id: StepId) -> Option<Span> {
        let passed = self.passed.get(&id)?;
        let from = passed.from?;
        Some(Span { from, to: passed.to.unwrap_or(self.record.ended).max(from) })
    }

    fn ending(&self, id: StepId) -> Ending {
        match self.passed.get(&id) {
            Some(Passed { ending: Some(ending), .. }) => *ending,
            Some(Passed { from: Some(_), .. }) => Ending::Interrupted,
            _ => Ending::NotBegun,
        }
    }

    fn missing(&self, id: StepId) -> String {
        self.passed.get(&id).map(|passed| passed.missing.clone()).unwrap_or_default()
    }

    fn title(&self, id: StepId) -> String {
        self.things.iter().find(|thing| thing.steps.contains(&id)).map(Thing::title).unwrap_or_default()
    }

    fn bar(&self, id: StepId, critical: bool) -> Option<Bar> {
        let step = self.record.plan.get(id)?;
        Some(Bar {
            verb: Verb::of(&step.action).name,
            words: words(step, &self.title(id)),
            because: step.because.to_string(),
            span: self.span(id),
            ending: self.ending(id),
            critical,
        })
    }

    /// The steps that the end came after, in order: of a failed run, those that led to its first failure.
    fn critical_path(&self) -> Vec<StepId> {
        let spans = |id: StepId| self.span(id).map(|span| (id, span));
        let begun = || self.record.plan.steps().filter_map(|(id, _)| spans(id));
        let failed = begun().filter(|(id, _)| self.ending(*id) == Ending::Failed).min_by_key(|(_, span)| span.to);
        let mut next = failed.or_else(|| begun().max_by_key(|(_, span)| span.to)).map(|(id, _)| id);
        let mut path = Vec::new();
        while let Some(id) = next {
            path.push(id);
            let needs = self.record.plan.get(id).map(|step| step.needs.as_slice()).unwrap_or_default();
            let needs = needs.iter().filter_map(|need| spans(*need));
            next = needs.max_by_key(|(_, span)| span.to).map(|(id, _)| id);
        }
        path.reverse();
        path
    }

    /// How much sooner the run would have ended if a step had taken no time: all that needs it begins as long after its
    /// needs as it did.
    fn saves(&self, instant: StepId) -> Duration {
        let (mut ends, mut last): (BTreeMap<StepId, Duration>, _) = (BTreeMap::new(), Duration::ZERO);
        let mut ended = Duration::ZERO;
        for (id, step) in self.record.plan.steps() {
            let Some(span) = self.span(id) else { continue };
            let ready = |end: &dyn Fn(&StepId) -> Option<Duration>| {
                step.needs.iter().filter_map(end).max().unwrap_or(self.record.began)
            };
            let lag = span.from.saturating_sub(ready(&|need| self.span(*need).map(|span| span.to)));
            let length = if id == instant { Duration::ZERO } else { span.length() };
            let end = ready(&|need| ends.get(need).copied()) + lag + length;
            ends.insert(id, end);
            last = last.max(end);
            ended = ended.max(span.to);
        }
        ended.saturating_sub(last)
    }
}

impl Passed {
    fn apply(&mut self, what: &What, at: Duration) {
        let ending = match what {
            What::Began => return self.from = Some(at),
            What::Waiting(why) => return self.missing.clone_from(why),
            What::Progress(_) | What::Said(_) | What::Killed(_) => return,
            What::Done => Ending::Done,
            What::Failed(_) => Ending::Failed,
            What::PassedOver(_) => Ending::PassedOver,
            What::Skipped => Ending::Skipped,
        };
        (self.to, self.ending) = (Some(at), Some(ending));
    }
}

/// What a step is: `create web`, `wait for db to be healthy`.
fn words(step: &Step, title: &str) -> String {
    match &step.action {
        Action::Await { until, .. } => format!("wait for {title} {}", wish(*until)),
        Action::Upload { .. } => format!("fill {title}"),
        action @ Action::Hook { .. } => format!("run {} of {title}", Verb::of(action).name),
        action => format!("{} {title}", Verb::of(action).name),
    }
}

/// The same behind a time: `2.6 s waited for 'db' to be healthy`, `0.1 s to create web`.
fn past(step: &Step, title: &str) -> String {
    match &step.action {
        Action::Await { until, .. } => format!("waited for '{title}' {}", wish(*until)),
        _ => format!("to {}", words(step, title)),
    }
}

/// A time as a text: `12 ms`, `2.61 s`, `3 min 05 s`.
pub fn time(length: Duration) -> String {
    match length.as_secs() {
        0 => format!("{} ms", length.as_millis()),
        seconds @ 60.. => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{:.2} s", length.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests;
