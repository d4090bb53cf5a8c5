//! [`Logging`]: where the engine keeps a container's output. Spec: services, `logging`.

use super::fields::{Fields, Values};
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use std::collections::BTreeMap;

/// A log driver and its options.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Logging {
    /// The driver. Default: the engine's.
    pub driver: Option<String>,
    /// What the driver is told.
    pub options: BTreeMap<String, String>,
}

impl Logging {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("logging", node, diagnostics)?;
        let logging = Self { driver: fields.text("driver"), options: fields.map_of("options", Values::Numbers) };
        fields.finish();
        Some(logging)
    }

    pub(super) fn write(&self) -> Node {
        Writer::default().text("driver", self.driver.as_ref()).map("options", &self.options).finish()
    }
}
