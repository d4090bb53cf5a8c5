//! [`Placement`]: on which machines of a cluster. Spec: deploy, `placement`.

use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::model::fields::Fields;
use crate::model::writer::Writer;

/// On which machines of a cluster; an engine alone is one machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Placement {
    /// What a machine must be, such as `node.role == manager`.
    pub constraints: Vec<String>,
    /// How the containers are spread, the most important first.
    pub preferences: Vec<Preference>,
    /// The most containers on one machine. Default 0: any number.
    pub max_replicas_per_node: u64,
}

/// One way to spread containers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preference {
    /// The label of machines over whose values they are spread evenly.
    pub spread: Option<String>,
}

impl Placement {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("placement", node, diagnostics)?;
        let placement = Self {
            constraints: fields.texts("constraints"),
            preferences: fields.items("preferences", Preference::read),
            max_replicas_per_node: fields.integer("max_replicas_per_node").unwrap_or(0),
        };
        fields.finish();
        Some(placement)
    }

    pub(super) fn write(&self) -> Node {
        let Self { constraints, preferences, max_replicas_per_node } = self;
        let mut writer = Writer::default();
        writer.texts("constraints", constraints).items("preferences", preferences, Preference::write);
        writer.nonzero("max_replicas_per_node", Some(*max_replicas_per_node)).finish()
    }
}

impl Preference {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("preference", node, diagnostics)?;
        let preference = Self { spread: fields.text("spread") };
        fields.finish();
        Some(preference)
    }

    fn write(&self) -> Node {
        Writer::default().text("spread", self.spread.as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    #[test]
    fn what_is_empty_is_left_out() {
        let written = |text| read_part(text, Placement::read).map(|placement| json::compact(&placement.write()));
        assert_eq!(written("{max_replicas_per_node: 0, constraints: [], preferences: []}"), Ok("{}".into()));
        let wanted = r#"{"preferences":[{}],"max_replicas_per_node":3}"#;
        assert_eq!(written("{max_replicas_per_node: '3', preferences: [{}]}"), Ok(wanted.into()));
        assert_eq!(written("{preferences: [{foo: 1}]}"), Err("'foo' is not a preference attribute".into()));
        assert!(written("{max_replicas_per_node: -1}").is_err());
    }
}
