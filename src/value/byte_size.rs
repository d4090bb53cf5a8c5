//! [`ByteSize`]: an amount of memory such as `512m`.

use super::Invalid;
use std::fmt;
use std::str::FromStr;

/// Bytes; units are powers of 1024, as in Compose: `1k`, `1kb` and `1kib` are 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(i64);

impl ByteSize {
    /// The number of bytes; negative only for "no limit" (`-1`).
    pub fn bytes(self) -> i64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Ok(bytes) = text.parse::<i64>() {
            return Ok(Self(bytes));
        }
        // The unit is what follows the last digit, point or space, so that `1e2g` is 100 GiB, as in Compose.
        let digits = |letter: char| letter.is_ascii_digit() || letter == '.' || letter == ' ';
        let at = text.rfind(digits).map_or(0, |last| last + 1);
        let (number, suffix) = text.split_at(at);
        let number = number.strip_suffix(' ').unwrap_or(number);
        let not_a_size = || invalid(format!("'{text}' is not a size"));
        let divided = number.split('_').all(|part| !part.is_empty());
        let amount: f64 = number.replace('_', "").parse().map_err(|_| not_a_size())?;
        if !divided || amount < 0.0 {
            return Err(not_a_size());
        }
        let power = power(suffix).ok_or_else(|| invalid(format!("'{suffix}' is not a unit of size")))?;
        let bytes = amount * 1024_f64.powi(power);
        #[expect(clippy::cast_precision_loss, reason = "the bound needs no more precision than the value")]
        if bytes >= i64::MAX as f64 {
            return Err(invalid(format!("'{text}' is more than any machine has")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "fractions of a byte are dropped, the range is checked")]
        Ok(Self(bytes as i64))
    }
}

/// How often a unit multiplies by 1024.
fn power(unit: &str) -> Option<i32> {
    let unit = unit.to_ascii_lowercase();
    let letter = unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit);
    match letter {
        "" if unit != "ib" => Some(0),
        "k" => Some(1),
        "m" => Some(2),
        "g" => Some(3),
        "t" => Some(4),
        "p" => Some(5),
        _ => None,
    }
}

fn invalid(message: String) -> Invalid {
    Invalid::new(message).help("write a number with a unit: b, k, m, g, t or p, such as '512m'")
}

impl fmt::Display for ByteSize {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_are_powers_of_1024() {
        let cases = [
            ("1k", 1024),
            ("1kb", 1024),
            ("1KiB", 1024),
            ("1.5g", 1_610_612_736),
            ("64 m", 67_108_864),
            ("1.5", 1),
            ("-1", -1),
            ("10b", 10),
            ("1t", 1_099_511_627_776),
            ("1e3", 1000),
            ("1e2g", 107_374_182_400),
            ("+5", 5),
            ("1_000", 1000),
            (".5g", 536_870_912),
            ("5.g", 5_368_709_120),
        ];
        for (text, bytes) in cases {
            assert_eq!(text.parse::<ByteSize>().expect(text).bytes(), bytes, "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in
            ["", "g", "1gg", "1xb", "zz", "1ib", "99999999p", "5  m", " 5m", "5m ", "-5m", "5i", "5bb", "1.2.3", "inf"]
        {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_prints_reads_back(bytes: i64) {
            prop_assert_eq!(ByteSize(bytes).to_string().parse::<ByteSize>().expect("printed by us"), ByteSize(bytes));
        }

        #[test]
        fn a_unit_multiplies(amount in 0..8_000_i64, unit in 0..5_usize) {
            let text = format!("{amount}{}", ["b", "k", "mb", "GiB", " t"][unit]);
            let power = u32::try_from(unit).expect("is small");
            prop_assert_eq!(text.parse::<ByteSize>().expect("valid").bytes(), amount * 1024_i64.pow(power));
        }

        #[test]
        fn no_text_panics(text in "\\PC*|[0-9.e +-]{0,8}[kmgtpib]{0,4}") {
            let _ = text.parse::<ByteSize>();
        }
    }
}
