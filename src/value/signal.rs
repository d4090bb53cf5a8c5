//! [`Signal`]: a signal of Linux such as `SIGHUP`.

use super::Invalid;
use std::fmt;
use std::str::FromStr;

/// A signal, by its name with `SIG` in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal(Box<str>);

/// The signals of Linux by number, from 1.
const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
    "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
    "PWR", "SYS",
];

impl Signal {
    /// The one that no process survives.
    pub fn kill() -> Self {
        Self("SIGKILL".into())
    }

    /// Whether no process survives it.
    pub fn is_final(&self) -> bool {
        *self == Self::kill()
    }

    /// The name, such as `SIGHUP`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Signal {
    type Err = Invalid;

    /// `SIGHUP`, `HUP`, `hup` and `1` are the same; a real-time signal is `RTMIN+3`, `RTMAX-1` or a number up to 64.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let upper = text.to_ascii_uppercase();
        let word = upper.strip_prefix("SIG").unwrap_or(&upper);
        let numbered = |number: usize| NAMES.get(number.checked_sub(1)?).copied();
        let name = match word.parse::<usize>() {
            Ok(number @ 34..=64) => real_time(number),
            Ok(number) => numbered(number).map(str::to_owned),
            Err(_) if NAMES.contains(&word) || is_real_time(word) => Some(word.to_owned()),
            Err(_) => None,
        };
        let invalid = || Invalid::new(format!("'{text}' is not a signal")).help("write a name such as SIGTERM or HUP");
        name.map(|name| Self(format!("SIG{name}").into())).ok_or_else(invalid)
    }
}

fn real_time(number: usize) -> Option<String> {
    number.checked_sub(34).map(|above| if above == 0 { "RTMIN".into() } else { format!("RTMIN+{above}") })
}

fn is_real_time(word: &str) -> bool {
    let within = |rest: &str, sign: char, most: u8| {
        rest.is_empty()
            || rest.strip_prefix(sign).and_then(|step| step.parse().ok()).is_some_and(|step: u8| step <= most)
    };
    word.strip_prefix("RTMIN").is_some_and(|rest| within(rest, '+', 15))
        || word.strip_prefix("RTMAX").is_some_and(|rest| within(rest, '-', 14))
}

impl fmt::Display for Signal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_has_many_spellings_and_one_name() {
        for spelling in ["SIGHUP", "HUP", "hup", "sighup", "1"] {
            assert_eq!(spelling.parse::<Signal>().expect("valid").as_str(), "SIGHUP");
        }
        assert!("9".parse::<Signal>().expect("valid").is_final());
        for odd in ["RTMIN", "RTMIN+15", "RTMAX-14", "36"] {
            assert!(odd.parse::<Signal>().is_ok(), "{odd}");
        }
    }

    #[test]
    fn what_is_no_signal_is_refused() {
        for text in ["", "SIG", "NOPE", "0", "65", "-1", "RTMIN+16", "SIGSIGHUP"] {
            assert!(text.parse::<Signal>().is_err(), "{text}");
        }
    }
}
