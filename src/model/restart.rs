//! [`Restart`]: what the engine does when a container ends; [`PullPolicy`]: when an image is fetched or built.

use crate::value::Invalid;
use std::fmt;
use std::str::FromStr;

/// Restart policy. Spec: services, `restart`. Default `no`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// Never.
    No,
    /// Whenever it ends.
    Always,
    /// Whenever it ends, unless it was stopped by hand.
    UnlessStopped,
    /// When it ends with another exit code than 0, at most so many times in a row.
    OnFailure(Option<u32>),
}

impl FromStr for Restart {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "no" => Ok(Self::No),
            "always" => Ok(Self::Always),
            "unless-stopped" => Ok(Self::UnlessStopped),
            "on-failure" => Ok(Self::OnFailure(None)),
            _ => {
                let attempts = text.strip_prefix("on-failure:").and_then(|attempts| attempts.parse().ok());
                attempts.map(|attempts| Self::OnFailure(Some(attempts))).ok_or_else(|| {
                    Invalid::new(format!("'{text}' is not a restart policy"))
                        .help("one of no, always, unless-stopped, on-failure, on-failure:3")
                })
            }
        }
    }
}

impl fmt::Display for Restart {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::No => write!(out, "no"),
            Self::Always => write!(out, "always"),
            Self::UnlessStopped => write!(out, "unless-stopped"),
            Self::OnFailure(None) => write!(out, "on-failure"),
            Self::OnFailure(Some(attempts)) => write!(out, "on-failure:{attempts}"),
        }
    }
}

/// When an image is fetched or built. Spec: services, `pull_policy`. Default `missing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullPolicy {
    /// When the engine does not have it.
    Missing,
    /// Every time.
    Always,
    /// Never; without the image the service cannot start.
    Never,
    /// Built every time, never fetched.
    Build,
}

impl FromStr for PullPolicy {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "missing" | "if_not_present" => Ok(Self::Missing),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            "build" => Ok(Self::Build),
            "daily" | "weekly" | "refresh" => Err(unsupported(text)),
            _ if text.starts_with("every_") => Err(unsupported(text)),
            _ => {
                Err(Invalid::new(format!("'{text}' is not a pull policy")).help("one of missing, always, never, build"))
            }
        }
    }
}

fn unsupported(text: &str) -> Invalid {
    Invalid::new(format!("the pull policy '{text}' is not supported by this version of hoist"))
        .help("one of missing, always, never, build")
}

impl fmt::Display for PullPolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "missing",
            Self::Always => "always",
            Self::Never => "never",
            Self::Build => "build",
        })
    }
}
