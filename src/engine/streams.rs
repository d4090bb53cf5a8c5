//! [`Streams`]: what goes to a process in a container, and what comes from it.

use super::output::Chunks;
use std::pin::Pin;
use tokio::io::AsyncWrite;

/// What goes to a process. Shutting it down is the end of what the process reads.
pub type Input = Pin<Box<dyn AsyncWrite + Send>>;

/// The streams of a process in a container.
pub struct Streams {
    /// What the process says; it ends with the process.
    pub output: Chunks,
    /// What the process reads. Nothing more is told by the engine once it is dropped together with the output.
    pub input: Input,
}
