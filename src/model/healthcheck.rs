//! [`Healthcheck`]: how a container is asked whether it works. Spec: services, `healthcheck`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::value::Timespan;

/// The health check of a service; what is not set comes from the image, then from the engine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Healthcheck {
    /// The command, first item `CMD`, `CMD-SHELL` or `NONE`.
    pub test: Vec<String>,
    /// After this long a probe counts as failed. Engine default 30 s.
    pub timeout: Option<Timespan>,
    /// Time between probes. Engine default 30 s.
    pub interval: Option<Timespan>,
    /// Failures in a row that make a container unhealthy. Engine default 3.
    pub retries: Option<u64>,
    /// Failures within this time after the start do not count. Engine default 0 s.
    pub start_period: Option<Timespan>,
    /// Time between probes within the start period, which it needs. Engine default 5 s; engines before 25 do not have
    /// it.
    pub start_interval: Option<Timespan>,
    /// Switches off a check that the image brings.
    pub disable: bool,
}

/// What a test asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthTest<'a> {
    /// No check at all.
    Disabled,
    /// The check of the image, if it has one.
    Inherited,
    /// A command with its arguments.
    Command(&'a [String]),
    /// A line for the image's shell.
    Shell(&'a str),
}

impl Healthcheck {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("healthcheck", node, diagnostics)?;
        let place = fields.node("test").map(|node| node.span);
        let check = Self {
            test: fields.texts("test"),
            timeout: fields.timespan("timeout"),
            interval: fields.timespan("interval"),
            retries: fields.whole_part("retries"),
            start_period: fields.timespan("start_period"),
            start_interval: fields.timespan("start_interval"),
            disable: fields.flag("disable").unwrap_or(false),
        };
        let first = node.get("test").and_then(Node::as_list).and_then(|words| words.first()).map(|word| word.span);
        if check.test.first().is_some_and(|first| !["CMD", "CMD-SHELL", "NONE"].contains(&first.as_str())) {
            fields.report(
                Diagnostic::error("invalid-value", "a health check's test begins with CMD, CMD-SHELL or NONE")
                    .at(first.or(place))
                    .help("put \"CMD\" in front of the command, or write it as one string"),
            );
        }
        fields.finish();
        Some(check)
    }

    pub(super) fn write(&self) -> Node {
        let Self { test, timeout, interval, retries, start_period, start_interval, disable } = self;
        let mut writer = Writer::default();
        writer.texts("test", test).text("timeout", timeout.as_ref()).text("interval", interval.as_ref());
        writer.number("retries", *retries).text("start_period", start_period.as_ref());
        writer.text("start_interval", start_interval.as_ref()).flag("disable", *disable).finish()
    }

    /// Whether the check is switched off.
    pub fn is_disabled(&self) -> bool {
        self.test() == HealthTest::Disabled
    }

    /// What the test asks for.
    pub fn test(&self) -> HealthTest<'_> {
        HealthTest::of(&self.test, self.disable)
    }
}

impl<'a> HealthTest<'a> {
    /// Reads a test as the engine and Compose write it.
    pub fn of(test: &'a [String], disable: bool) -> Self {
        match test {
            _ if disable => Self::Disabled,
            [] => Self::Inherited,
            [word, ..] if word == "NONE" => Self::Disabled,
            [word, line] if word == "CMD-SHELL" => Self::Shell(line),
            [_, command @ ..] => Self::Command(command),
        }
    }
}
