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
        let last = text.rfind(|letter: char| letter.is_ascii_digit() || ". ".contains(letter));
        let (number, suffix) = text.split_at(last.map_or(0, |at| at + 1));
        let number = number.strip_suffix(' ').unwrap_or(number);
        let amount: f64 = number.parse().map_err(|_| invalid(format!("'{text}' is not a size")))?;
        if amount < 0.0 {
            return Err(invalid(format!("'{text}' is less than nothing")));
        }
        let power = match suffix.to_ascii_lowercase().as_str() {
            "" | "b" => 0,
            "k" | "kb" | "kib" => 1,
            "m" | "mb" | "mib" => 2,
            "g" | "gb" | "gib" => 3,
            "t" | "tb" | "tib" => 4,
            "p" | "pb" | "pib" => 5,
            _ => return Err(invalid(format!("'{suffix}' is not a unit of size"))),
        };
        let bytes = amount * 1024_f64.powi(power);
        #[expect(clippy::cast_precision_loss, reason = "the bound needs no more precision than the value")]
        if bytes >= i64::MAX as f64 {
            return Err(invalid(format!("'{text}' is more than any machine has")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "fractions of a byte are dropped, the range is checked")]
        Ok(Self(bytes as i64))
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
            ("1e2g", 107_374_182_400),
            (".5k", 512),
            ("+1k", 1024),
            ("0.1", 0),
        ];
        for (text, bytes) in cases {
            assert_eq!(text.parse::<ByteSize>().expect(text).bytes(), bytes, "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in
            ["", "g", "1gg", "1xb", "zz", "1ib", "99999999p", "-1k", "1  k", " 1k", "1 k ", "nan", "inf k", "1.2.3k"]
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
