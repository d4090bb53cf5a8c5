//! [`Timespan`]: a duration such as `1m30s`.

use super::Invalid;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A span of time in nanoseconds, in Go's notation with `d` and `w` added: `1.5s`, `1h30m`, `2d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timespan(i64);

const UNITS: [(&str, i64); 10] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000), // the Greek letter looks the same
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

impl Timespan {
    /// Nanoseconds, negative for a negative span.
    pub fn nanoseconds(self) -> i64 {
        self.0
    }

    /// The span as the standard library has it; a negative span is zero.
    pub fn duration(self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0).unwrap_or(0))
    }
}

impl From<Duration> for Timespan {
    fn from(duration: Duration) -> Self {
        Self(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl FromStr for Timespan {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Ok(Self(0));
        }
        let mut total = 0_i64;
        if rest.is_empty() {
            return Err(invalid(text, "it is empty"));
        }
        while !rest.is_empty() {
            let (part, after) = one(text, rest)?;
            total = total.checked_add(part).ok_or_else(|| invalid(text, "it is too long"))?;
            rest = after;
        }
        Ok(Self(if negative { -total } else { total }))
    }
}

/// The first number with its unit, and what follows.
fn one<'text>(whole: &str, text: &'text str) -> Result<(i64, &'text str), Invalid> {
    let at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(at);
    let end = rest.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(rest.len());
    let (unit, after) = rest.split_at(end);
    if unit.is_empty() {
        return Err(Invalid::new(format!("'{whole}' is not a duration: the unit is missing"))
            .help(format!("write '{whole}s' for seconds; units are ns, us, ms, s, m, h, d, w")));
    }
    let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(invalid(whole, &format!("'{unit}' is not a unit")));
    };
    let amount = exact(number, *factor).ok_or_else(|| invalid(whole, &format!("'{number}' is not a number")))?;
    Ok((amount, after))
}

/// `1.5` times a factor without rounding through a float.
fn exact(number: &str, factor: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let units: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = units.checked_mul(factor)?;
    let mut scale = factor;
    for digit in fraction.chars() {
        scale /= 10;
        total = total.checked_add(i64::from(digit.to_digit(10)?) * scale)?;
    }
    Some(total)
}

fn invalid(text: &str, why: &str) -> Invalid {
    Invalid::new(format!("'{text}' is not a duration: {why}")).help("write it like '10s', '1m30s' or '500ms'")
}

/// Go's notation: `1h30m0s`, `1.5s`, `100ms`, `0s`.
impl fmt::Display for Timespan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            write!(out, "-")?;
        }
        let nanoseconds = self.0.unsigned_abs();
        match nanoseconds {
            0 => write!(out, "0s"),
            1..1_000 => write!(out, "{nanoseconds}ns"),
            1_000..1_000_000 => write!(out, "{}µs", decimal(nanoseconds, 1_000)),
            1_000_000..1_000_000_000 => write!(out, "{}ms", decimal(nanoseconds, 1_000_000)),
            _ => {
                let minutes = nanoseconds / 60_000_000_000;
                if minutes >= 60 {
                    write!(out, "{}h", minutes / 60)?;
                }
                if minutes > 0 {
                    write!(out, "{}m", minutes % 60)?;
                }
                write!(out, "{}s", decimal(nanoseconds % 60_000_000_000, 1_000_000_000))
            }
        }
    }
}

fn decimal(value: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let fraction = format!("{:0digits$}", value % unit);
    let fraction = fraction.trim_end_matches('0');
    let whole = value / unit;
    if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_print_in_gos_notation() {
        let cases = [
            ("90s", "1m30s"),
            ("1h30m", "1h30m0s"),
            ("1.5s", "1.5s"),
            ("1d", "24h0m0s"),
            ("0", "0s"),
            ("100ms", "100ms"),
            ("1w", "168h0m0s"),
            ("1500us", "1.5ms"),
            ("1\u{b5}s1\u{3bc}s", "2µs"),
            ("-2s", "-2s"),
            ("1h", "1h0m0s"),
        ];
        for (text, printed) in cases {
            assert_eq!(text.parse::<Timespan>().expect(text).to_string(), printed, "{text}");
        }
    }

    #[test]
    fn a_missing_unit_says_so() {
        let invalid = "10".parse::<Timespan>().expect_err("refused");
        assert_eq!(invalid.message, "'10' is not a duration: the unit is missing");
        for text in ["", "s", "1x", "1.2.3s", "-"] {
            assert!(text.parse::<Timespan>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_prints_reads_back(nanoseconds in -1_000_000_000_000_000_i64..1_000_000_000_000_000) {
            let span = Timespan(nanoseconds);
            prop_assert_eq!(span.to_string().parse::<Timespan>().expect("printed by us"), span);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<Timespan>();
        }
    }
}
