//! [`Transfer`]: how far a pull or a build is, all its parts taken together.

use crate::event::Progress;
use indexmap::IndexMap;

/// The parts of a pull or build.
#[derive(Debug, Clone, Default)]
pub struct Transfer {
    parts: IndexMap<String, Part>,
    latest: Option<String>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Part {
    current: u64,
    total: u64,
    extracting: bool,
}

impl Transfer {
    /// Takes what is known about a part.
    pub fn on(&mut self, progress: &Progress) {
        let part = self.parts.entry(progress.part.clone()).or_default();
        match progress.doing.as_str() {
            "Downloading" | "" => {
                part.total = progress.total.max(progress.current);
                part.current = progress.current;
            }
            "Pulling fs layer" | "Waiting" | "Retrying" => {}
            doing => {
                part.extracting = doing == "Extracting";
                part.current = part.total;
            }
        }
        self.latest = Some(progress.part.clone());
    }

    /// Whether a part is heard of for the first time.
    pub fn is_new(&self, part: &str) -> bool {
        !self.parts.contains_key(part)
    }

    /// The part that moved last.
    pub fn latest(&self) -> Option<&str> {
        self.latest.as_deref()
    }

    /// Bytes done and bytes there are, 0 when unknown.
    pub fn bytes(&self) -> (u64, u64) {
        self.parts.values().fold((0, 0), |(current, total), part| (current + part.current, total + part.total))
    }

    /// `12.3 MB of 40.1 MB`, or `extracting` when all is there.
    pub fn amount(&self) -> Option<String> {
        let (current, total) = self.bytes();
        if total > 0 && current < total {
            return Some(format!("{} of {}", Bytes(current), Bytes(total)));
        }
        self.parts.values().any(|part| part.extracting).then(|| "extracting".to_owned())
    }
}

/// A number of bytes as registries count them.
struct Bytes(u64);

impl std::fmt::Display for Bytes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
        let found = units.into_iter().find(|(_, size)| self.0 >= *size);
        match found {
            Some((unit, size)) => write!(out, "{}.{} {unit}", self.0 / size, self.0 % size * 10 / size),
            None => write!(out, "{} B", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(part: &str, doing: &str, current: u64, total: u64) -> Progress {
        Progress { part: part.into(), doing: doing.into(), current, total }
    }

    #[test]
    fn layers_are_added_up() {
        let mut transfer = Transfer::default();
        transfer.on(&progress("a", "Pulling fs layer", 0, 0));
        assert_eq!(transfer.amount(), None);
        transfer.on(&progress("a", "Downloading", 1_500_000, 4_000_000));
        transfer.on(&progress("b", "Downloading", 500_000, 6_000_000));
        assert_eq!(transfer.amount().as_deref(), Some("2.0 MB of 10.0 MB"));
    }

    #[test]
    fn what_extracting_counts_is_not_counted_twice() {
        let mut transfer = Transfer::default();
        transfer.on(&progress("a", "Downloading", 1, 4_000_000));
        transfer.on(&progress("a", "Extracting", 9, 90_000_000));
        assert_eq!(transfer.amount().as_deref(), Some("extracting"));
        transfer.on(&progress("a", "Pull complete", 0, 0));
        assert_eq!((transfer.amount(), transfer.bytes()), (None, (4_000_000, 4_000_000)));
    }
}
