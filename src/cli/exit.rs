//! [`Exit`]: what the process says about how it went.

use std::process::ExitCode;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit(u8);

impl Exit {
    /// All went well.
    pub const DONE: Self = Self(0);
    /// Something failed; what is on stderr.
    pub const FAILED: Self = Self(1);
    /// `plan`: there is something to do.
    pub const CHANGES: Self = Self(2);
    /// The user ended it.
    pub const INTERRUPTED: Self = Self(130);
    /// The reader of standard output went away, as a shell tells of it.
    pub const UNHEARD: Self = Self(141);

    /// What a process in a container said about how it went.
    pub fn of_process(code: i64) -> Self {
        Self(u8::try_from(code).unwrap_or(1))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}
