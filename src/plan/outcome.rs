//! [`Outcome`]: what became of a step.

use super::StepId;

/// What became of a step. A failed step never releases the steps that need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T, E> {
    /// It was done.
    Done(T),
    /// It was tried and failed.
    Failed(E),
    /// A step that it needs failed.
    Skipped {
        /// The step that failed.
        because: StepId,
    },
    /// The run ended before its turn came.
    NotBegun,
}

impl<T, E> Outcome<T, E> {
    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}
