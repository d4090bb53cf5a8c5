//! [`BlockIo`]: how much a service may read from and write to disks. Spec: services, `blkio_config`.

use super::Dialect;
use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::value::ByteSize;

/// Weights and limits of block devices; what is not set is left to the engine, which sets none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlockIo {
    /// The share of bandwidth against other containers, from 10 to 1000; 0 leaves it to the kernel.
    pub weight: Option<u16>,
    /// The same for single devices.
    pub weight_device: Vec<DeviceWeight>,
    /// The most that is read, in bytes a second.
    pub device_read_bps: Vec<DeviceRate>,
    /// The most that is read, in operations a second.
    pub device_read_iops: Vec<DeviceRate>,
    /// The most that is written, in bytes a second.
    pub device_write_bps: Vec<DeviceRate>,
    /// The most that is written, in operations a second.
    pub device_write_iops: Vec<DeviceRate>,
}

/// A device's share of bandwidth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceWeight {
    /// The device's path on the host.
    pub path: String,
    /// From 10 to 1000. Default 0: left to the kernel.
    pub weight: u16,
}

/// A device's limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRate {
    /// The device's path on the host.
    pub path: String,
    /// Bytes or operations a second. Default 0: no limit.
    pub rate: Option<ByteSize>,
}

impl BlockIo {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("blkio_config", node, diagnostics)?;
        let limits = Self {
            weight: fields.unquoted("weight"),
            weight_device: fields.items("weight_device", DeviceWeight::read),
            device_read_bps: fields.items("device_read_bps", DeviceRate::read),
            device_read_iops: fields.items("device_read_iops", DeviceRate::read),
            device_write_bps: fields.items("device_write_bps", DeviceRate::read),
            device_write_iops: fields.items("device_write_iops", DeviceRate::read),
        };
        fields.refuse_extensions();
        fields.finish();
        Some(limits)
    }

    pub(super) fn write(&self, dialect: Dialect) -> Node {
        let Self { weight, weight_device, device_read_bps, device_read_iops, device_write_bps, device_write_iops } =
            self;
        let mut writer = Writer::default();
        writer.nonzero("weight", *weight).items("weight_device", weight_device, |one| one.write(dialect));
        for (key, rates) in [
            ("device_read_bps", device_read_bps),
            ("device_read_iops", device_read_iops),
            ("device_write_bps", device_write_bps),
            ("device_write_iops", device_write_iops),
        ] {
            writer.items(key, rates, |one| one.write(dialect));
        }
        writer.finish()
    }
}

impl DeviceWeight {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("weight_device", node, diagnostics)?;
        let path = fields.text("path").unwrap_or_default();
        let weight = fields.unquoted("weight").unwrap_or_default();
        fields.refuse_extensions();
        fields.finish();
        Some(Self { path, weight })
    }

    /// Go knows no other names for these keys in JSON than its own.
    fn write(&self, dialect: Dialect) -> Node {
        let [path, weight] = match dialect {
            Dialect::Json => ["Path", "Weight"],
            Dialect::Yaml => ["path", "weight"],
        };
        Node::map([(path, Node::text(self.path.as_str())), (weight, Node::plain(self.weight))])
    }
}

impl DeviceRate {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("blkio_config", node, diagnostics)?;
        let rate = Self { path: fields.text("path").unwrap_or_default(), rate: fields.bytes("rate") };
        fields.refuse_extensions();
        fields.finish();
        Some(rate)
    }

    fn write(&self, dialect: Dialect) -> Node {
        let [path, rate] = match dialect {
            Dialect::Json => ["Path", "Rate"],
            Dialect::Yaml => ["path", "rate"],
        };
        let bytes = self.rate.map_or(0, ByteSize::bytes);
        Node::map([(path, Node::text(self.path.as_str())), (rate, Node::text(bytes.to_string()))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str, dialect: Dialect) -> Result<String, String> {
        read_part(text, BlockIo::read).map(|limits| json::compact(&limits.write(dialect)))
    }

    #[test]
    fn keys_of_devices_are_capitalised_in_json_only() {
        let text = "{device_write_iops: [{path: /b, rate: '30'}], weight_device: [{path: /a, weight: 300}], weight: 5}";
        let json = concat!(
            r#"{"weight":5,"weight_device":[{"Path":"/a","Weight":300}],"#,
            r#""device_write_iops":[{"Path":"/b","Rate":"30"}]}"#
        );
        assert_eq!(written(text, Dialect::Json), Ok(json.into()));
        assert_eq!(written(text, Dialect::Yaml), Ok(json.to_lowercase()));
    }

    #[test]
    fn zeros_stay_in_devices_and_nowhere_else() {
        let text = "{weight: 0, weight_device: [], device_read_bps: [{path: /a}, {rate: 1k}]}";
        let json = r#"{"device_read_bps":[{"Path":"/a","Rate":"0"},{"Path":"","Rate":"1024"}]}"#;
        assert_eq!(written(text, Dialect::Json), Ok(json.into()));
        assert_eq!(written("{}", Dialect::Json), Ok("{}".into()));
    }

    #[test]
    fn a_weight_is_a_number_that_fits() {
        assert_eq!(written("{weight: 300.0}", Dialect::Json), Ok(r#"{"weight":300}"#.into()));
        for text in [
            "{weight: '300'}",
            "{weight: 99999}",
            "{weight: -1}",
            "{device_read_bps: [{rate: 1.5}]}",
            "{x-a: 1}",
            "{weight_device: [{x-a: 1}]}",
            "{a: 1}",
        ] {
            assert!(written(text, Dialect::Json).is_err(), "{text}");
        }
    }
}
