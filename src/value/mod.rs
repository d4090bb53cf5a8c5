//! Words of the compose language that stand on their own: each parses from text and prints itself.
//!
//! A value that exists is valid. Nothing here knows a tree, a file or an engine.

mod byte_size;
mod checksum;
mod container_id;
mod cpus;
mod file_mode;
mod image_name;
mod microseconds;
mod moment;
mod name;
mod oom_score;
mod percent;
mod platform;
mod ratio;
mod secret;
mod signal;
mod timespan;
mod window;

pub use byte_size::ByteSize;
pub use checksum::Checksum;
pub use container_id::ContainerId;
pub use cpus::Cpus;
pub use file_mode::FileMode;
pub use image_name::ImageName;
pub use microseconds::Microseconds;
pub use moment::Moment;
pub use name::{Name, ProjectName};
pub use oom_score::OomScore;
pub use percent::Percent;
pub use platform::Platform;
pub use ratio::Ratio;
pub use secret::Secret;
pub use signal::Signal;
pub use timespan::Timespan;
pub use window::Window;

/// Why a text is not the value that was asked for; a fragment for the end of a message, such as `missing unit`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Invalid {
    /// What is wrong.
    pub message: String,
    /// How to mend it, if the text gives a hint.
    pub help: Option<String>,
}

impl Invalid {
    /// A fault without a remedy of its own.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// Sets the remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
