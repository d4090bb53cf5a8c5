//! [`Percent`]: a share of a hundred.

use super::Invalid;
use std::fmt;

/// A whole number from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Percent(u8);

impl Percent {
    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<i128> for Percent {
    type Error = Invalid;

    fn try_from(number: i128) -> Result<Self, Invalid> {
        match u8::try_from(number) {
            Ok(number @ 0..=100) => Ok(Self(number)),
            _ => Err(Invalid::new(format!("'{number}' is not a percentage")).help("write a number from 0 to 100")),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}
