//! [`Cpus`]: an amount of processor time such as `0.5`.

use super::Invalid;
use std::fmt;
use std::str::FromStr;

/// Processors, fractions allowed: `1.5` is as much time as one and a half processors have. Always finite.
///
/// As precise as in Compose, which keeps 32 bits: `1.23456789` is `1.2345679`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Cpus(f32);

impl Eq for Cpus {}

impl Cpus {
    /// The number of processors.
    pub fn number(self) -> f32 {
        self.0
    }

    /// Whether it is 0, which means "no limit".
    pub fn is_zero(self) -> bool {
        self.0 == 0.0
    }
}

impl FromStr for Cpus {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new(format!("'{text}' is not a number of processors")).help("write '0.5' or '2'");
        // Go takes underscores between digits.
        let divided = text.split('_').all(|part| !part.is_empty());
        let wide: f64 = text.replace('_', "").parse().map_err(|_| invalid())?;
        #[expect(clippy::cast_possible_truncation, reason = "Compose keeps 32 bits, and so the hash does")]
        let narrow = wide as f32;
        if divided && narrow.is_finite() { Ok(Self(narrow)) } else { Err(invalid()) }
    }
}

/// Shortest digits without an exponent, which JSON and YAML read as the same number.
impl fmt::Display for Cpus {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_have_32_bits() {
        let cases = [
            ("0.5", "0.5"),
            (".5", "0.5"),
            ("1.23456789", "1.2345679"),
            ("16777217", "16777216"),
            ("0.1", "0.1"),
            ("1e3", "1000"),
            ("1_0", "10"),
            ("2.0", "2"),
        ];
        for (text, printed) in cases {
            assert_eq!(text.parse::<Cpus>().expect(text).to_string(), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "0x10", "inf", "nan", "1e39", "half", "_1", " 1"] {
            assert!(text.parse::<Cpus>().is_err(), "{text}");
        }
    }
}
