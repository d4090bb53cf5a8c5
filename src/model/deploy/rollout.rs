//! [`Rollout`]: how a cluster replaces containers. Spec: deploy, `update_config` and `rollback_config`.

use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::model::fields::Fields;
use crate::model::writer::Writer;
use crate::value::{Ratio, Timespan};

/// How a cluster replaces containers by new ones; an engine alone does not know it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rollout {
    /// How many containers at a time; 0 is all. Default 1.
    pub parallelism: Option<u64>,
    /// Time between two batches. Default 0 s.
    pub delay: Option<Timespan>,
    /// What happens when it fails: `continue`, `pause` or `rollback`; free text. Default `pause`.
    pub failure_action: Option<String>,
    /// How long a new container is watched for failure. Default 5 s.
    pub monitor: Option<Timespan>,
    /// The part of containers that may fail, 0 to 1. Default 0.
    pub max_failure_ratio: Option<Ratio>,
    /// Which comes first. Default `stop-first`.
    pub order: Option<RolloutOrder>,
}

/// Whether the old container stops before the new one starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolloutOrder {
    /// The new one starts first; for a while both run.
    StartFirst,
    /// The old one stops first.
    StopFirst,
}

impl RolloutOrder {
    const ALL: [Self; 2] = [Self::StartFirst, Self::StopFirst];

    /// The word of the compose language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StartFirst => "start-first",
            Self::StopFirst => "stop-first",
        }
    }
}

impl Rollout {
    pub(super) fn read_update(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::read("update_config", node, diagnostics)
    }

    pub(super) fn read_rollback(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::read("rollback_config", node, diagnostics)
    }

    fn read(what: &'static str, node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of(what, node, diagnostics)?;
        let rollout = Self {
            parallelism: fields.integer("parallelism"),
            delay: fields.timespan("delay"),
            failure_action: fields.text("failure_action"),
            monitor: fields.timespan("monitor"),
            max_failure_ratio: fields.parsed_scalar("max_failure_ratio"),
            order: fields.word("order", &RolloutOrder::ALL, RolloutOrder::as_str),
        };
        fields.finish();
        Some(rollout)
    }

    pub(super) fn write(&self) -> Node {
        let Self { parallelism, delay, failure_action, monitor, max_failure_ratio, order } = self;
        let given = |span: &Option<Timespan>| span.filter(|span| span.nanoseconds() != 0);
        let mut writer = Writer::default();
        writer.number("parallelism", *parallelism).text("delay", given(delay).as_ref());
        writer.text("failure_action", failure_action.as_ref()).text("monitor", given(monitor).as_ref());
        writer.number("max_failure_ratio", max_failure_ratio.filter(|ratio| !ratio.is_zero()));
        writer.text("order", order.map(RolloutOrder::as_str).as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, Rollout::read_update).map(|rollout| json::compact(&rollout.write()))
    }

    #[test]
    fn zeros_are_left_out_but_for_the_parallelism() {
        assert_eq!(
            written("{parallelism: 0, delay: 0s, monitor: 0s, max_failure_ratio: 0.0}"),
            Ok(r#"{"parallelism":0}"#.into())
        );
        let text = "{order: stop-first, max_failure_ratio: '0.25', monitor: 90s, failure_action: x, delay: 10s}";
        let wanted =
            r#"{"delay":"10s","failure_action":"x","monitor":"1m30s","max_failure_ratio":0.25,"order":"stop-first"}"#;
        assert_eq!(written(text), Ok(wanted.into()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let cases = [
            ("{order: start-frist}", "'start-frist' is not a value of 'order'"),
            ("{max_failure_ratio: x}", "'x' is not a number"),
            ("{delay: 5}", "'delay' must be a duration with a unit, this is a number"),
        ];
        for (text, fault) in cases {
            assert_eq!(written(text), Err(fault.into()), "{text}");
        }
        assert!(written("{parallelism: -1}").is_err());
    }
}
