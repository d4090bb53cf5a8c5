//! [`RestartPolicy`]: what happens when a container ends. Spec: deploy, `restart_policy`.

use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::model::fields::Fields;
use crate::model::writer::Writer;
use crate::value::Timespan;

/// What happens when a container ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestartPolicy {
    /// `none`, `on-failure` or `any`; free text. Default `any`.
    pub condition: Option<String>,
    /// Time before a restart. Default 5 s in a cluster.
    pub delay: Option<Timespan>,
    /// How many restarts are tried. Default: no end.
    pub max_attempts: Option<u64>,
    /// How long a container must run so that its restart counts as a success.
    pub window: Option<Timespan>,
}

impl RestartPolicy {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("restart_policy", node, diagnostics)?;
        let policy = Self {
            condition: fields.text("condition"),
            delay: fields.timespan("delay"),
            max_attempts: fields.integer("max_attempts"),
            window: fields.timespan("window"),
        };
        fields.finish();
        Some(policy)
    }

    pub(super) fn write(&self) -> Node {
        let Self { condition, delay, max_attempts, window } = self;
        let mut writer = Writer::default();
        writer.text("condition", condition.as_ref()).text("delay", delay.as_ref());
        writer.number("max_attempts", *max_attempts).text("window", window.as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    #[test]
    fn zeros_are_kept() {
        let policy = read_part("{max_attempts: 0, delay: 0s, window: 0s, condition: foo}", RestartPolicy::read);
        let wanted = r#"{"condition":"foo","delay":"0s","max_attempts":0,"window":"0s"}"#;
        assert_eq!(json::compact(&policy.expect("valid").write()), wanted);
        assert!(read_part("{max_attempts: -2}", RestartPolicy::read).is_err());
    }
}
