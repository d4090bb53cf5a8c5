//! [`Event`]: what happened, as data. The running floor stamps the time; nothing here reads a clock or prints.

use crate::plan::StepId;
use std::time::Duration;

/// Something that happened to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The step of the plan that is carried out.
    pub step: StepId,
    /// Time since the run began.
    pub at: Duration,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Its turn came.
    Began,
    /// It waits, or tries again after a while; what for.
    Waiting(String),
    /// A part of a pull or build moved on.
    Progress(Progress),
    /// A line that the engine or a tool said.
    Said(String),
    /// It was done.
    Done,
    /// It failed; why.
    Failed(String),
    /// It was not needed after all, and what comes after goes on without it; why.
    PassedOver(String),
    /// A container did not end by itself in the time that it had, and was killed.
    Killed(Killed),
    /// A step that it needs failed.
    Skipped,
}

/// How a container was asked to end, in vain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Killed {
    /// The time that it had.
    pub grace: Duration,
    /// The signal that it was sent, such as `SIGTERM`.
    pub signal: String,
    /// Whether an init process passes signals on to its main process.
    pub init: bool,
}

/// How far a part of a pull or build is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The part: a layer's short id, or a build step in words.
    pub part: String,
    /// What is done with it, such as `Downloading`.
    pub doing: String,
    /// How much is done, in bytes; 0 when unknown.
    pub current: u64,
    /// How much there is, in bytes; 0 when unknown.
    pub total: u64,
}
