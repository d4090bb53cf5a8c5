//! [`Allowance`]: how much more than its files say a load may make. A few lines can stand for far more than fits into
//! the memory: a long variable in many places, ranges of ports, a large service that many extend.

use crate::document::{Node, Value};

/// Bytes that a value takes besides its text, roughly.
pub(super) const VALUE: usize = 64;

/// What makes more out of less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// Bytes of texts that held variables.
    Variables,
    /// Ports of ranges.
    Ports,
    /// Bytes of services that others extend, counted each time.
    Extends,
    /// Bytes of files that are included more than once or by included files, counted each time.
    Includes,
    /// Bytes of env files, counted for each service.
    EnvFiles,
}

/// What was said to a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    /// It fits.
    Given,
    /// It is the first that does not fit: to be reported.
    Refused,
    /// Others before it did not fit either.
    RefusedBefore,
}

/// What is used up so far.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    used: [usize; 5],
}

impl Growth {
    /// More than this is never needed.
    fn limit(self) -> usize {
        match self {
            Self::Ports => 65_535,
            Self::Variables => 32 * 1024 * 1024,
            Self::Extends | Self::Includes | Self::EnvFiles => 64 * 1024 * 1024,
        }
    }

    /// What is wrong when it is not enough, and how to mend it.
    pub fn fault(self) -> (&'static str, &'static str) {
        match self {
            Self::Variables => (
                "the texts with variables up to here have more than 32 MiB",
                "shorten the values of the variables, or mount long texts as files",
            ),
            Self::Ports => (
                "the ranges of ports up to here have more than 65535 ports",
                "name the ports that are needed, or write 'network_mode: host'",
            ),
            Self::Extends => (
                "the services that are extended up to here have more than 64 MiB, counted each time",
                "extend smaller services",
            ),
            Self::Includes => (
                "the files that are included again up to here have more than 64 MiB, counted each time",
                "include each file once",
            ),
            Self::EnvFiles => (
                "the env files up to here have more than 64 MiB, counted for each service",
                "split them, and give each service what it needs",
            ),
        }
    }
}

impl Allowance {
    /// Asks for more.
    pub fn take(&mut self, growth: Growth, amount: usize) -> Grant {
        let limit = growth.limit();
        let Some(used) = self.used.get_mut(growth as usize) else { return Grant::Given };
        let before = std::mem::replace(used, used.saturating_add(amount));
        match (before > limit, *used > limit) {
            (true, _) => Grant::RefusedBefore,
            (false, true) => Grant::Refused,
            (false, false) => Grant::Given,
        }
    }
}

/// How many bytes a tree takes, roughly.
pub(super) fn weight(node: &Node) -> usize {
    let inside: usize = match &node.value {
        Value::Scalar { text, .. } => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(entries) => entries.iter().map(|(key, value)| weight(key) + weight(value)).sum(),
    };
    VALUE + inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_and_told_once() {
        let mut allowance = Allowance::default();
        assert_eq!(allowance.take(Growth::Ports, 65_535), Grant::Given);
        assert_eq!(allowance.take(Growth::Ports, 1), Grant::Refused);
        assert_eq!(allowance.take(Growth::Ports, usize::MAX), Grant::RefusedBefore);
        assert_eq!(allowance.take(Growth::Variables, 1), Grant::Given);
    }

    #[test]
    fn a_tree_weighs_its_values_and_its_texts() {
        assert_eq!(weight(&Node::map([("abc", Node::list([Node::text("de")]))])), 4 * VALUE + 5);
    }
}
