//! [`Microseconds`]: a short time as the kernel's scheduler counts it.

use std::fmt;

/// A time in microseconds, written as a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Microseconds(i64);

impl Microseconds {
    /// The number; negative only for "no limit" (`-1`).
    pub fn number(self) -> i64 {
        self.0
    }
}

impl TryFrom<i128> for Microseconds {
    type Error = std::num::TryFromIntError;

    fn try_from(number: i128) -> Result<Self, Self::Error> {
        number.try_into().map(Self)
    }
}

impl fmt::Display for Microseconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}
