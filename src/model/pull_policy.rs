//! [`PullPolicy`]: when an image is fetched or built. Spec: services, `pull_policy`.

use crate::value::{Invalid, Timespan};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// When an image is fetched or built. Default `missing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullPolicy {
    /// When the engine does not have it.
    Missing,
    /// Every time.
    Always,
    /// Never; without the image the service cannot start.
    Never,
    /// Built every time, never fetched.
    Build,
    /// Whenever the registry has another one.
    Refresh,
    /// When it was fetched more than a day ago.
    Daily,
    /// When it was fetched more than a week ago.
    Weekly,
    /// When it was fetched longer ago than this.
    Every(Interval),
}

/// A time between two fetches, as it is written: `12h`, `1w2d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval(Box<str>, Timespan);

impl Interval {
    /// How long it is.
    pub fn duration(&self) -> Duration {
        self.1.duration()
    }
}

impl FromStr for PullPolicy {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(interval) = text.strip_prefix("every_") {
            return interval.parse().map(Self::Every);
        }
        Ok(match text {
            "missing" | "if_not_present" => Self::Missing,
            "always" => Self::Always,
            "never" => Self::Never,
            "build" => Self::Build,
            "refresh" => Self::Refresh,
            "daily" => Self::Daily,
            "weekly" => Self::Weekly,
            _ => {
                return Err(Invalid::new(format!("'{text}' is not a pull policy"))
                    .help("one of missing, always, never, build, refresh, daily, weekly, every_12h"));
            }
        })
    }
}

impl FromStr for Interval {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || {
            Invalid::new(format!("'every_{text}' is not a pull policy"))
                .help("write whole numbers with the units w, d, h, m and s: 'every_12h'")
        };
        let allowed = |letter: char| letter.is_ascii_digit() || "wdhms".contains(letter);
        let pairs = text.ends_with(|letter: char| !letter.is_ascii_digit()) && text.chars().all(allowed);
        let span = text.parse().ok().filter(|_| pairs).ok_or_else(invalid)?;
        Ok(Self(text.into(), span))
    }
}

impl fmt::Display for PullPolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "missing",
            Self::Always => "always",
            Self::Never => "never",
            Self::Build => "build",
            Self::Refresh => "refresh",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Every(Interval(text, _)) => return write!(out, "every_{text}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_print_as_they_are_written() {
        for text in
            ["missing", "always", "never", "build", "refresh", "daily", "weekly", "every_60m", "every_1w2d3h4m5s"]
        {
            assert_eq!(text.parse::<PullPolicy>().expect(text).to_string(), text);
        }
        assert_eq!("if_not_present".parse(), Ok(PullPolicy::Missing));
    }

    #[test]
    fn an_interval_needs_numbers_and_units() {
        for text in ["every_", "every_5", "every_1.5h", "every_d", "every_-1h", "every_5x", "sometimes", ""] {
            assert!(text.parse::<PullPolicy>().is_err(), "{text}");
        }
        let Ok(PullPolicy::Every(interval)) = "every_1w2d".parse() else { panic!("an interval") };
        assert_eq!(interval.duration(), Duration::from_hours(24 * 9));
    }
}
