//! [`Volume`]: data that outlives containers. Spec: `volumes`.

use super::fields::{Fields, Values};
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use std::collections::BTreeMap;

/// A declared volume.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Volume {
    /// What the engine calls it. Default `<project>_<key>`.
    pub name: String,
    /// The driver. Default `local`.
    pub driver: Option<String>,
    /// What the driver is told.
    pub driver_opts: BTreeMap<String, String>,
    /// Whether somebody else made it; then it is never created, changed or removed here.
    pub external: bool,
    /// Labels of the user.
    pub labels: BTreeMap<String, String>,
}

impl Volume {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("volume", node, diagnostics)?;
        let volume = Self {
            name: fields.text("name").unwrap_or_default(),
            driver: fields.text("driver"),
            driver_opts: fields.map_of("driver_opts", Values::GivenNumbers),
            external: fields.flag("external").unwrap_or(false),
            labels: fields.map("labels"),
        };
        if volume.external {
            for key in ["driver", "driver_opts", "labels"] {
                fields
                    .exclude(&["external", key], "an external volume is made elsewhere: only 'name' can be given here");
            }
        }
        fields.finish();
        Some(volume)
    }

    /// What the driver `local` is told, if it is that one: the words that `mount` knows.
    pub fn local_option(&self, name: &str) -> Option<&str> {
        let is_local = self.driver.as_deref().is_none_or(|driver| driver.is_empty() || driver == "local");
        self.driver_opts.get(name).filter(|_| is_local).map(String::as_str)
    }

    /// The folder of the host that it stands for.
    pub fn folder(&self) -> Option<&str> {
        let is_bind = self.local_option("o")?.split(',').any(|word| word == "bind" || word == "rbind");
        self.local_option("device").filter(|_| is_bind)
    }

    /// The volume in Compose's key order, with the driver as given.
    pub fn write(&self) -> Node {
        let Self { name, driver, driver_opts, external, labels } = self;
        let mut writer = Writer::default();
        writer.text("name", Some(name)).text("driver", driver.as_ref()).map("driver_opts", driver_opts);
        writer.flag("external", *external).map("labels", labels).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::read_part;

    #[test]
    fn an_external_volume_has_nothing_but_a_name() {
        assert!(read_part("{external: true, name: n, x-a: 1}", Volume::read).is_ok());
        assert!(read_part("{external: false, driver: d}", Volume::read).is_ok());
        let fault = read_part("{external: true, driver: d}", Volume::read).expect_err("refused");
        assert_eq!(fault, "'external' and 'driver' exclude each other");
        assert!(read_part("{labels: {}, external: true}", Volume::read).is_err());
    }
}
