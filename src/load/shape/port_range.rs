//! A range of ports such as `8000-8010`, or a single one.

/// First and last port, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PortRange {
    pub first: u16,
    pub last: u16,
}

impl PortRange {
    /// Reads `8000` or `8000-8010`.
    ///
    /// # Errors
    /// Why it is no range: a fragment for the end of a message.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (port(first)?, port(last)?);
        if first > last {
            return Err(format!("{first} is greater than {last}"));
        }
        Ok(Self { first, last })
    }

    /// How many ports it has, at least 1.
    pub fn length(self) -> usize {
        usize::from(self.last - self.first) + 1
    }
}

fn port(text: &str) -> Result<u16, String> {
    if text.is_empty() || !text.chars().all(|digit| digit.is_ascii_digit()) {
        return Err(format!("'{text}' is not a port number"));
    }
    text.parse().map_err(|_| format!("{text} is greater than 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_range_runs_upwards_within_the_ports() {
        assert_eq!(PortRange::parse("080"), Ok(PortRange { first: 80, last: 80 }));
        assert_eq!(PortRange::parse("1-3").map(PortRange::length), Ok(3));
        for text in ["3-1", "65536", "a", "", "1-", "-1", " 1", "1-2-3"] {
            assert!(PortRange::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_range_is_read_as_it_is_written(first: u16, more in 0..1000_u16) {
            let last = first.saturating_add(more);
            prop_assert_eq!(PortRange::parse(&format!("{first}-{last}")), Ok(PortRange { first, last }));
        }

        #[test]
        fn no_text_panics(text in "[0-9-]{0,12}|\\PC{0,12}") {
            let _ = PortRange::parse(&text);
        }
    }
}
