//! [`Ulimit`]: a limit of the kernel on each process. Spec: services, `ulimits`; build, `ulimits`.

use super::Dialect;
use super::fields::{self, Fields};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use std::collections::BTreeMap;

/// A limit, in the unit of its kind (bytes, files, processes, …); negative numbers mean "unlimited".
///
/// Default: the engine's, which it takes from its own process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ulimit {
    /// Where the kernel starts to refuse; the process may raise it up to `hard`.
    pub soft: i64,
    /// What no process without rights can go beyond.
    pub hard: i64,
    /// How the file spells it, which `config` and Compose's hash keep.
    pub spelling: UlimitSpelling,
}

/// The spelling of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UlimitSpelling {
    /// One number for both.
    Single,
    /// `soft` and `hard`.
    Pair,
}

impl Ulimit {
    /// Reads `ulimits`: limits by their kind, such as `nofile`.
    pub(super) fn read_all(fields: &mut Fields<'_>) -> BTreeMap<String, Self> {
        let Some((node, diagnostics)) = fields.nested("ulimits") else { return BTreeMap::new() };
        let Some(entries) = node.as_map() else {
            diagnostics.push(fields::wrong_kind("ulimits", "a mapping", node));
            return BTreeMap::new();
        };
        let limit = |(kind, node): &(Node, Node)| {
            let kind = kind.as_text().unwrap_or_default();
            Self::read(kind, node, diagnostics).map(|limit| (kind.to_owned(), limit))
        };
        entries.iter().filter_map(limit).collect()
    }

    fn read(kind: &str, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if node.as_map().is_none() {
            let limit = fields::whole_number(kind, node, diagnostics)?;
            // Compose cannot tell a single 0 from a pair of them.
            let spelling = if limit == 0 { UlimitSpelling::Pair } else { UlimitSpelling::Single };
            return Some(Self { soft: limit, hard: limit, spelling });
        }
        let mut fields = Fields::of("ulimits", node, diagnostics)?;
        for key in ["soft", "hard"] {
            if fields.node(key).is_none() {
                let place = fields.start().unwrap_or(node.span);
                let fault = Diagnostic::error("missing-value", format!("a limit needs '{key}'")).at(place);
                fields.report(fault.help("give 'soft' and 'hard', or one number for both"));
            }
        }
        let (soft, hard) = (fields.integer("soft"), fields.integer("hard"));
        fields.finish();
        Some(Self { soft: soft?, hard: hard?, spelling: UlimitSpelling::Pair })
    }

    /// JSON leaves zeros out, as Compose does: `{}` stands for a limit of 0.
    pub(super) fn write(&self, dialect: Dialect) -> Node {
        let Self { soft, hard, spelling } = *self;
        if spelling == UlimitSpelling::Single {
            return Node::plain(soft);
        }
        let shown = |limit: i64| (dialect == Dialect::Yaml || limit != 0).then_some(limit);
        Writer::default().number("soft", shown(soft)).number("hard", shown(hard)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read_part;

    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Ulimit> {
        Ulimit::read("nofile", node, diagnostics)
    }

    fn written(text: &str, dialect: Dialect) -> Result<String, String> {
        read_part(text, read).map(|limit| crate::document::json::compact(&limit.write(dialect)))
    }

    #[test]
    fn one_number_is_both_limits() {
        let limit = read_part("65535", read).expect("a limit");
        assert_eq!((limit.soft, limit.hard), (65_535, 65_535));
        assert_eq!(written("'010'", Dialect::Json), Ok("10".into()));
        assert_eq!(written("-1", Dialect::Yaml), Ok("-1".into()));
    }

    #[test]
    fn json_leaves_zeros_out_and_yaml_does_not() {
        for text in ["0", "{soft: 0, hard: 0}"] {
            assert_eq!(written(text, Dialect::Json), Ok("{}".into()));
            assert_eq!(written(text, Dialect::Yaml), Ok(r#"{"soft":0,"hard":0}"#.into()));
        }
        assert_eq!(written("{soft: '1', hard: -1}", Dialect::Json), Ok(r#"{"soft":1,"hard":-1}"#.into()));
        assert_eq!(written("{soft: 0, hard: 2}", Dialect::Json), Ok(r#"{"hard":2}"#.into()));
    }

    #[test]
    fn a_limit_is_a_whole_number_and_never_half_a_pair() {
        for text in ["1.5", "'unlimited'", "true", "{soft: 1}", "{soft: 1, hard: 2, medium: 3}", "9223372036854775808"]
        {
            assert!(read_part(text, read).is_err(), "{text}");
        }
    }
}
