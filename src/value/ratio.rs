//! [`Ratio`]: a part of a whole, such as `0.25`.

use super::Invalid;
use std::fmt;
use std::str::FromStr;

/// A part of a whole, by custom from 0 to 1. As precise as in Compose, which keeps 32 bits: some seven digits.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Ratio(f32);

impl Ratio {
    /// The number.
    pub fn value(self) -> f64 {
        self.0.into()
    }

    /// Whether it is 0, which in Compose means that it is not set.
    pub fn is_zero(self) -> bool {
        self.0 == 0.0
    }
}

impl Eq for Ratio {}

impl FromStr for Ratio {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new(format!("'{text}' is not a number")).help("write it like '0.25'");
        let digits = text.replace('_', "");
        let plain = digits.chars().all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
        let value: f64 = plain.then(|| digits.parse().ok()).flatten().ok_or_else(invalid)?;
        #[expect(clippy::cast_possible_truncation, reason = "Compose keeps 32 bits too")]
        let value = value as f32;
        if value.is_finite() { Ok(Self(value)) } else { Err(invalid()) }
    }
}

/// The shortest digits that read back as the same number.
impl fmt::Display for Ratio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_seven_digits() {
        let cases = [("0.5", "0.5"), ("1.10", "1.1"), ("0.12345678901", "0.12345679"), ("16777217", "16777216")];
        for (text, printed) in cases.into_iter().chain([("+.5", "0.5"), ("1_0", "10"), ("-1", "-1"), ("1e3", "1000")]) {
            assert_eq!(text.parse::<Ratio>().expect(text).to_string(), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for text in ["", "a", "inf", "NaN", "0x10", "1e99", "."] {
            assert!(text.parse::<Ratio>().is_err(), "{text}");
        }
    }
}
