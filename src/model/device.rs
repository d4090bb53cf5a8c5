//! [`Device`]: a device of the host inside a container. Spec: services, `devices`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;

/// A device that a container gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its path on the host, or a name of the Container Device Interface such as `nvidia.com/gpu=all`.
    pub source: String,
    /// Its path inside.
    pub target: String,
    /// `r` to read, `w` to write, `m` to make device files. Default: the engine's, `rwm`.
    pub permissions: Option<String>,
}

impl Device {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("devices", node, diagnostics)?;
        for key in ["source", "target"] {
            if fields.node(key).is_none() {
                let place = fields.start().unwrap_or(node.span);
                let fault = Diagnostic::error("missing-value", format!("a device needs a '{key}'")).at(place);
                fields.report(fault.help("give 'source' and 'target', or write '/dev/a:/dev/b'"));
            }
        }
        let (source, target) = (fields.text("source"), fields.text("target"));
        let permissions = fields.text("permissions");
        fields.finish();
        Some(Self { source: source?, target: target?, permissions })
    }

    pub(super) fn write(&self) -> Node {
        let Self { source, target, permissions } = self;
        let mut writer = Writer::default();
        writer.text("source", Some(source)).text("target", Some(target));
        writer.text("permissions", permissions.as_ref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    #[test]
    fn a_device_has_a_source_and_a_target() {
        let written = |text| read_part(text, Device::read).map(|device| json::compact(&device.write()));
        let full = "{permissions: r, target: /dev/b, source: /dev/a}";
        assert_eq!(written(full), Ok(r#"{"source":"/dev/a","target":"/dev/b","permissions":"r"}"#.into()));
        assert_eq!(written("{source: '', target: /b}"), Ok(r#"{"target":"/b"}"#.into()));
        assert_eq!(written("{source: /dev/a}"), Err("a device needs a 'target'".into()));
        assert_eq!(written("{target: /dev/a}"), Err("a device needs a 'source'".into()));
        assert!(written("{source: /a, target: /b, mode: r}").is_err());
        assert!(written("{source: 1, target: /b}").is_err());
    }
}
