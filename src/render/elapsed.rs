//! [`Elapsed`]: a duration as people read it at a glance.

use std::fmt;
use std::time::Duration;

/// A duration: `0.31s`, `12.4s`, `3m 05s`, `2h 10m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed(pub Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, hundredths) = (self.0.as_secs(), self.0.subsec_millis() / 10);
        out.pad(&match seconds {
            0..10 => format!("{seconds}.{hundredths:02}s"),
            10..60 => format!("{seconds}.{}s", hundredths / 10),
            60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
            _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_falls_as_time_grows() {
        let print = |milliseconds| Elapsed(Duration::from_millis(milliseconds)).to_string();
        assert_eq!([310, 12_450, 185_000, 7_800_000].map(print), ["0.31s", "12.4s", "3m 05s", "2h 10m"]);
    }
}
