//! [`OomScore`]: how readily the kernel kills a process when memory runs out.

use super::Invalid;
use std::fmt;

/// From -1000 (never) to 1000 (first); 0 leaves it to the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct OomScore(i16);

impl OomScore {
    /// The number.
    pub fn number(self) -> i16 {
        self.0
    }
}

impl TryFrom<i128> for OomScore {
    type Error = Invalid;

    fn try_from(number: i128) -> Result<Self, Invalid> {
        match i16::try_from(number) {
            Ok(number @ -1000..=1000) => Ok(Self(number)),
            _ => Err(Invalid::new(format!("'{number}' is not a score of the kernel's out-of-memory killer"))
                .help("write a number from -1000 to 1000")),
        }
    }
}

impl fmt::Display for OomScore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}
