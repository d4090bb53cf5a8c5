//! [`Moment`]: a point in time such as `2026-11-22T00:05:01.5Z`.

use super::{Invalid, Timespan};
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(i128);

const SECOND: i128 = 1_000_000_000;

impl Moment {
    /// So long before this moment.
    #[must_use]
    pub fn before(self, span: Timespan) -> Self {
        Self(self.0 - i128::from(span.nanoseconds()))
    }

    /// The time since an earlier moment; nothing when that one is later.
    pub fn since(self, earlier: Self) -> Option<Duration> {
        u64::try_from(self.0 - earlier.0).ok().map(Duration::from_nanos)
    }

    /// The last whole second before it, since 1970.
    pub fn second(self) -> i32 {
        i32::try_from(self.0.div_euclid(SECOND)).unwrap_or(i32::MAX)
    }

    /// Whether there is nothing behind the second.
    pub fn is_whole(self) -> bool {
        self.0.rem_euclid(SECOND) == 0
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i128::try_from(since.as_nanos()).unwrap_or(i128::MAX))
    }
}

/// Reads RFC 3339, or seconds since 1970 with or without a fraction.
impl FromStr for Moment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let rfc3339 = || OffsetDateTime::parse(text, &Rfc3339).ok().map(|time| Self(time.unix_timestamp_nanos()));
        seconds(text).or_else(rfc3339).ok_or_else(|| {
            Invalid::new(format!("'{text}' is not a moment"))
                .help("write it like '2026-01-02T13:23:37Z', or '42m' for 42 minutes ago")
        })
    }
}

fn seconds(text: &str) -> Option<Moment> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let nanoseconds: i128 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Moment(i128::from(seconds.parse::<i64>().ok()?) * SECOND + nanoseconds))
}

/// Seconds since 1970 with nine digits of the next.
impl Moment {
    /// As RFC 3339 in UTC with nine digits of a second, such as `2026-11-22T00:05:01.500000000Z`.
    pub fn rfc3339(self) -> String {
        let format =
            time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:9]Z");
        let moment = OffsetDateTime::from_unix_timestamp_nanos(self.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        moment.format(&format).unwrap_or_default()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:09}", self.0.div_euclid(SECOND), self.0.rem_euclid(SECOND))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        text.parse().expect(text)
    }

    #[test]
    fn both_notations_mean_the_same_moment() {
        let moments = ["2026-11-22T00:05:01.5Z", "1795305901.5", "2026-11-22T01:05:01.500000000+01:00"];
        let [first, second, third] = moments.map(moment);
        assert_eq!((first, first.second()), (second, 1_795_305_901));
        assert_eq!(first, third);
        assert!(!first.is_whole());
        assert_eq!(first.to_string(), "1795305901.500000000");
        assert_eq!(first.rfc3339(), "2026-11-22T00:05:01.500000000Z");
    }

    #[test]
    fn leap_days_count() {
        assert_eq!(moment("2024-02-29T00:00:00Z").second(), 1_709_164_800);
        assert_eq!(moment("1970-01-01T00:00:00Z"), moment("0"));
    }

    #[test]
    fn a_span_is_taken_off() {
        assert_eq!(moment("100").before("1m".parse().expect("valid")), moment("40"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "x", "10m", "2026-11-22", "2026-11-22T00:05Z", "1.x", "9999999999999999-01-01T00:00:00Z"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
