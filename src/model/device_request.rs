//! [`DeviceRequest`]: devices that a driver hands out, such as GPUs. Spec: services, `gpus`; deploy, `devices`.

use super::fields::{Fields, whole_number};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use std::collections::BTreeMap;

/// What is asked of a driver of devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRequest {
    /// What the devices must be able to do, such as `gpu`; a driver needs all of them.
    pub capabilities: Vec<String>,
    /// The driver, such as `nvidia`. Default: the first that has the capabilities.
    pub driver: Option<String>,
    /// Which devices.
    pub devices: Devices,
    /// What the driver is told.
    pub options: BTreeMap<String, String>,
}

/// The devices that are asked for: a number of them or certain ones, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Devices {
    /// All that there are. The default.
    All,
    /// So many.
    Count(i64),
    /// Those with these ids, which the driver gives.
    Ids(Vec<String>),
}

impl DeviceRequest {
    /// Reads an item of `gpus`. Compose takes any key there and drops what it does not know: here that is a warning.
    pub(super) fn read_gpu(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("gpus", node, diagnostics)?;
        let request = Self::of(&mut fields);
        fields.finish_with_warnings();
        request
    }

    /// Reads an item of `deploy.resources.reservations.devices`, which needs `capabilities`.
    pub(super) fn read_reservation(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("devices", node, diagnostics)?;
        if fields.node("capabilities").is_none() {
            let fault = Diagnostic::error("missing-value", "a reservation of devices needs 'capabilities'");
            let place = fields.start().unwrap_or(node.span);
            fields.report(fault.at(place).help("add 'capabilities: [gpu]'"));
        }
        let request = Self::of(&mut fields);
        fields.finish();
        request
    }

    fn of(fields: &mut Fields<'_>) -> Option<Self> {
        let devices = devices(fields);
        Some(Self {
            capabilities: fields.texts("capabilities"),
            driver: fields.text("driver"),
            options: fields.map("options"),
            devices: devices?,
        })
    }

    pub(super) fn write(&self) -> Node {
        let Self { capabilities, driver, devices, options } = self;
        let (count, ids) = match devices {
            Devices::All => (-1, &[][..]),
            Devices::Count(count) => (*count, &[][..]),
            Devices::Ids(ids) => (0, &ids[..]),
        };
        let mut writer = Writer::default();
        writer.texts("capabilities", capabilities).text("driver", driver.as_ref());
        writer.number("count", (count != 0).then_some(count)).texts("device_ids", ids).map("options", options).finish()
    }
}

fn devices(fields: &mut Fields<'_>) -> Option<Devices> {
    let counted = fields.node("count");
    match (counted, fields.node("device_ids")) {
        (Some(_), Some(_)) => {
            fields.exclude(&["count", "device_ids"], "ask for a number of devices or for certain ones");
            None
        }
        (None, Some(_)) => Some(Devices::Ids(fields.texts("device_ids"))),
        (None, None) => Some(Devices::All),
        (Some(count), None) if count.as_text().is_some_and(|text| text.eq_ignore_ascii_case("all")) => {
            Some(Devices::All)
        }
        (Some(_), None) => {
            let (node, diagnostics) = fields.nested("count")?;
            let count = whole_number("count", node, diagnostics)?;
            Some(if count == -1 { Devices::All } else { Devices::Count(count) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, DeviceRequest::read_gpu).map(|request| json::compact(&request.write()))
    }

    #[test]
    fn a_request_without_a_number_is_for_all_devices() {
        for text in ["{}", "{count: all}", "{count: ALL}", "{count: -1}"] {
            assert_eq!(written(text), Ok(r#"{"count":-1}"#.into()), "{text}");
        }
        assert_eq!(written("{count: 0}"), Ok("{}".into()));
        assert_eq!(written("{device_ids: []}"), Ok("{}".into()));
        assert_eq!(written("{count: '2'}"), Ok(r#"{"count":2}"#.into()));
    }

    #[test]
    fn a_request_is_written_in_the_order_of_compose() {
        let text = "{options: {a: 1, b: '', c: true}, device_ids: ['0'], driver: nvidia, capabilities: [gpu, utility]}";
        let wanted = concat!(
            r#"{"capabilities":["gpu","utility"],"driver":"nvidia","device_ids":["0"],"#,
            r#""options":{"a":"1","b":"","c":"true"}}"#
        );
        assert_eq!(written(text), Ok(wanted.into()));
    }

    #[test]
    fn a_number_of_devices_and_certain_devices_exclude_each_other() {
        assert_eq!(written("{count: 1, device_ids: [a]}"), Err("'count' and 'device_ids' exclude each other".into()));
        for text in ["{count: 1.5}", "{count: 2.0}", "{count: x}", "{driver: 1}", "{device_ids: [1]}"] {
            assert!(written(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_key_is_a_warning_in_gpus_and_an_error_in_a_reservation() {
        assert_eq!(written("{foo: 1}"), Ok(r#"{"count":-1}"#.into()));
        assert!(read_part("{capabilities: [gpu], foo: 1}", DeviceRequest::read_reservation).is_err());
        assert!(read_part("{count: 1}", DeviceRequest::read_reservation).is_err());
        assert!(read_part("{capabilities: [gpu]}", DeviceRequest::read_reservation).is_ok());
    }
}
