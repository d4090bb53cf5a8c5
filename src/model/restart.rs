//! [`Restart`]: what the engine does when a container ends. Spec: services, `restart`.

use crate::value::Invalid;
use std::fmt;
use std::str::FromStr;

/// Restart policy. Default `no`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restart {
    /// Never.
    No,
    /// Whenever it ends.
    Always,
    /// Whenever it ends, unless it was stopped by hand.
    UnlessStopped,
    /// When it ends with another exit code than 0, at most so many times in a row.
    OnFailure(Option<u32>),
    /// A text that no engine knows. Compose takes any when it loads a file, and fails when it creates the container.
    Unknown(String),
}

impl Restart {
    /// Whether it is a word of `deploy.restart_policy`, which Compose takes here, too: `none` is no, `any` is always.
    pub fn is_of_deploy(&self) -> bool {
        matches!(self, Self::Unknown(text) if ["none", "any"].contains(&text.as_str()))
    }
}

impl FromStr for Restart {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(match text {
            "no" => Self::No,
            "always" => Self::Always,
            "unless-stopped" => Self::UnlessStopped,
            "on-failure" => Self::OnFailure(None),
            _ => {
                let attempts = text.strip_prefix("on-failure:").and_then(|attempts| attempts.parse().ok());
                attempts.map_or_else(|| Self::Unknown(text.to_owned()), |attempts| Self::OnFailure(Some(attempts)))
            }
        })
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
            Self::Unknown(text) => write!(out, "{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::attribute;

    #[test]
    fn any_policy_loads_since_only_the_engine_refuses_it() {
        for text in ["no", "always", "unless-stopped", "on-failure", "on-failure:3", "on-failure:-1", "sometimes"] {
            assert_eq!(attribute(&format!("restart: '{text}'")), format!(r#"{{"restart":"{text}"}}"#));
        }
        assert_eq!(attribute("restart: ''"), "{}");
    }
}
