//! [`Timings`]: when each step of this run began and ended, and the page that shows it: `--timings`.

use super::{Context, Exit};
use crate::event::{Event, What};
use crate::plan::Plan;
use crate::render::{Record, Timeline, time};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// The flag.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flag {
    /// Write a page that shows what took how long [default file: hoist-timings.html]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = PAGE)]
    timings: Option<PathBuf>,
}

const PAGE: &str = "hoist-timings.html";

/// What a command was, in words of the past.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// What the page is about: `up of shop`.
    pub title: &'a str,
    /// What begins the line about success: `up in`.
    pub done: &'a str,
}

impl Flag {
    /// Takes down times from here on, when the flag is given.
    pub fn begin(&self, context: &Context) {
        if self.timings.is_some() {
            context.keep_timings();
        }
    }

    /// Whether it is given.
    pub fn is_given(&self) -> bool {
        self.timings.is_some()
    }

    /// Writes the page and says where the most time went, once, when the flag is given. A page that cannot be written
    /// is a warning: the work itself is done.
    pub fn tell(&self, context: &Context, told: Told<'_>, exit: Option<Exit>) {
        let (Some(file), Some(timings)) = (&self.timings, context.timings()) else { return };
        let Some(timeline) = timings.once() else { return };
        let page = timeline.page(told.title);
        if let Err(error) = std::fs::write(file, page) {
            context.output().warn(
                &format!("the timings could not be written to '{}': {error}", file.display()),
                Some("name a file in a folder that can be written to: --timings=FILE"),
            );
            return;
        }
        context.output().say(&line(&timeline, (told.done, exit), file));
    }
}

/// `up in 3.21 s: 2.60 s waited for 'db' to be healthy; timings in hoist-timings.html`.
fn line(timeline: &Timeline, (done, exit): (&str, Option<Exit>), file: &Path) -> String {
    let verdict = match exit {
        Some(Exit::DONE) => done,
        Some(Exit::INTERRUPTED) => "interrupted after",
        _ => "failed after",
    };
    let most = timeline.summary().map(|most| format!(": {most}")).unwrap_or_default();
    format!("{verdict} {}{most}; timings in {}", time(timeline.total), file.display())
}

/// When each step of this run began and ended.
pub struct Timings {
    began: Instant,
    records: Mutex<Vec<Record>>,
    told: AtomicBool,
}

impl Timings {
    /// From now on.
    pub fn new() -> Self {
        Self { began: Instant::now(), records: Mutex::default(), told: AtomicBool::new(false) }
    }

    /// Takes down what happens to a plan.
    pub fn recording(&self, plan: &Plan) -> Recording<'_> {
        let began = self.began.elapsed();
        let record = Record { plan: plan.clone(), began, ended: began, events: Vec::new() };
        Recording { timings: self, record: Mutex::new(record) }
    }

    /// All so far; nothing when it was asked for before.
    fn once(&self) -> Option<Timeline> {
        (!self.told.swap(true, Ordering::Relaxed)).then(|| Timeline::of(&self.records()))
    }

    fn records(&self) -> MutexGuard<'_, Vec<Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A plan that is being carried out. What was taken down is kept when it is dropped, also when the user ended the run.
pub struct Recording<'a> {
    timings: &'a Timings,
    record: Mutex<Record>,
}

impl Recording<'_> {
    /// Takes down what happened. Words of engines and tools are not kept.
    pub fn take(&self, event: Event) {
        let what = match event.what {
            What::Progress(_) | What::Said(_) => return,
            What::Failed(_) => What::Failed(String::new()),
            What::PassedOver(_) => What::PassedOver(String::new()),
            other => other,
        };
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.events.push(Event { what, ..event });
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner).clone();
        record.ended = self.timings.began.elapsed();
        self.timings.records().push(record);
    }
}
