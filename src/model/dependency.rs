//! [`Dependency`]: what a service waits for before it starts. Spec: services, `depends_on`.

use super::fields::{Fields, wrong_kind};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::document::Node;
use std::fmt;

/// One entry of `depends_on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// What must hold before the dependent starts. Default `service_started`.
    pub condition: DependencyCondition,
    /// Whether the dependent is restarted with the dependency. Default false.
    pub restart: bool,
    /// Whether the dependent cannot go without. Default true.
    pub required: bool,
}

/// When a dependency counts as there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependencyCondition {
    /// Its containers are started.
    Started,
    /// Its containers are healthy.
    Healthy,
    /// Its containers ended with exit code 0.
    CompletedSuccessfully,
}

impl DependencyCondition {
    /// The word of the compose language.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "service_started",
            Self::Healthy => "service_healthy",
            Self::CompletedSuccessfully => "service_completed_successfully",
        }
    }

    const ALL: [Self; 3] = [Self::Started, Self::Healthy, Self::CompletedSuccessfully];
}

impl fmt::Display for DependencyCondition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl Dependency {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        if node.as_map().is_none() {
            diagnostics.push(wrong_kind("depends_on", "a list of names or a mapping of name to condition", node));
            return None;
        }
        let mut fields = Fields::of("depends_on", node, diagnostics)?;
        let place = fields.node("condition").map_or(node.span, |node| node.span);
        let word = fields.text("condition");
        let restart = fields.flag("restart").unwrap_or(false);
        let required = fields.flag("required").unwrap_or(true);
        let condition = match &word {
            Some(word) => DependencyCondition::ALL.into_iter().find(|condition| condition.as_str() == word),
            None => None,
        };
        if let (None, Some(word)) = (condition, &word) {
            let words = DependencyCondition::ALL.map(DependencyCondition::as_str);
            let near = did_you_mean(word, words);
            let help =
                near.map_or_else(|| format!("one of {}", words.join(", ")), |near| format!("did you mean '{near}'?"));
            let fault = Diagnostic::error("invalid-value", format!("'{word}' is not a condition"));
            fields.report(fault.at(place).help(help));
        }
        fields.finish();
        Some(Self { condition: condition?, restart, required })
    }

    pub(super) fn write(&self) -> Node {
        let mut writer = Writer::default();
        writer.node("condition", Node::text(self.condition.as_str()));
        writer.flag("restart", self.restart).node("required", Node::plain(self.required)).finish()
    }
}
