//! [`Resources`]: what a container may use, and what it needs. Spec: deploy, `resources`.

use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::model::DeviceRequest;
use crate::model::fields::Fields;
use crate::model::writer::Writer;
use crate::value::{ByteSize, Cpus};

/// What a container may use, and what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources {
    /// The most that it may use.
    pub limits: Option<Limits>,
    /// What must be there for it.
    pub reservations: Option<Reservations>,
}

/// The most that a container may use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// CPUs. Default: no limit.
    pub cpus: Option<Cpus>,
    /// Bytes of memory. Default: no limit.
    pub memory: Option<ByteSize>,
    /// Processes and threads; -1 is no limit, the default.
    pub pids: Option<i64>,
}

/// What must be there for a container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reservations {
    /// CPUs. Default: none.
    pub cpus: Option<Cpus>,
    /// Bytes of memory. Default: none.
    pub memory: Option<ByteSize>,
    /// Devices that a driver hands out.
    pub devices: Vec<DeviceRequest>,
    /// What the machines of a cluster say they have.
    pub generic_resources: Vec<GenericResource>,
}

/// Something that machines of a cluster have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GenericResource {
    /// A kind that is counted; there is no other.
    pub discrete: Option<DiscreteResource>,
}

/// A number of things of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiscreteResource {
    /// The kind, such as `gpu`.
    pub kind: String,
    /// How many.
    pub value: i64,
}

impl Resources {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("resources", node, diagnostics)?;
        let resources = Self {
            limits: fields.mapping("limits", Limits::read),
            reservations: fields.mapping("reservations", Reservations::read),
        };
        fields.finish();
        Some(resources)
    }

    pub(super) fn write(&self) -> Node {
        let Self { limits, reservations } = self;
        let mut writer = Writer::default();
        writer.optional("limits", limits.as_ref().map(Limits::write));
        writer.optional("reservations", reservations.as_ref().map(Reservations::write)).finish()
    }
}

impl Limits {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("limits", node, diagnostics)?;
        let limits =
            Self { cpus: fields.parsed_scalar("cpus"), memory: fields.parsed("memory"), pids: fields.integer("pids") };
        fields.finish();
        Some(limits)
    }

    fn write(&self) -> Node {
        let Self { cpus, memory, pids } = self;
        let mut writer = Writer::default();
        amounts(&mut writer, *cpus, *memory).nonzero("pids", *pids).finish()
    }
}

impl Reservations {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("reservations", node, diagnostics)?;
        let reservations = Self {
            cpus: fields.parsed_scalar("cpus"),
            memory: fields.parsed("memory"),
            devices: fields.items("devices", DeviceRequest::read_reservation),
            generic_resources: fields.items("generic_resources", GenericResource::read),
        };
        fields.finish();
        Some(reservations)
    }

    fn write(&self) -> Node {
        let Self { cpus, memory, devices, generic_resources } = self;
        let mut writer = Writer::default();
        amounts(&mut writer, *cpus, *memory).items("devices", devices, DeviceRequest::write);
        writer.items("generic_resources", generic_resources, GenericResource::write).finish()
    }
}

/// Zero counts as not set.
fn amounts(writer: &mut Writer, cpus: Option<Cpus>, memory: Option<ByteSize>) -> &mut Writer {
    writer.number("cpus", cpus.filter(|cpus| !cpus.is_zero()));
    writer.bytes("memory", memory)
}

impl GenericResource {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("generic resource", node, diagnostics)?;
        let resource = Self { discrete: fields.mapping("discrete_resource_spec", DiscreteResource::read) };
        fields.finish();
        Some(resource)
    }

    fn write(&self) -> Node {
        Writer::default()
            .optional("discrete_resource_spec", self.discrete.as_ref().map(DiscreteResource::write))
            .finish()
    }
}

impl DiscreteResource {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("discrete resource", node, diagnostics)?;
        let resource =
            Self { kind: fields.text("kind").unwrap_or_default(), value: fields.whole_part("value").unwrap_or(0) };
        fields.finish();
        Some(resource)
    }

    fn write(&self) -> Node {
        let Self { kind, value } = self;
        Node::map([("kind", Node::text(kind.as_str())), ("value", Node::plain(value))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::read_part;

    fn written(text: &str) -> Result<String, String> {
        read_part(text, Resources::read).map(|resources| json::compact(&resources.write()))
    }

    #[test]
    fn zeros_are_left_out_and_blocks_stay() {
        assert_eq!(written("{limits: {pids: 0, memory: '0', cpus: 0}}"), Ok(r#"{"limits":{}}"#.into()));
        assert_eq!(written("{}"), Ok("{}".into()));
        let wanted = r#"{"limits":{"cpus":0.12345679,"memory":"52428800","pids":-1}}"#;
        assert_eq!(written("{limits: {pids: -1, memory: 50M, cpus: '0.12345678901'}}"), Ok(wanted.into()));
    }

    #[test]
    fn reservations_have_devices_and_generic_resources() {
        let text = "{reservations: {generic_resources: [{discrete_resource_spec: {kind: a, value: '3'}}, {}, \
                    {discrete_resource_spec: {}}], devices: [{capabilities: [gpu], count: all}], memory: 20m}}";
        let wanted = concat!(
            r#"{"reservations":{"memory":"20971520","devices":[{"capabilities":["gpu"],"count":-1}],"#,
            r#""generic_resources":[{"discrete_resource_spec":{"kind":"a","value":3}},{},"#,
            r#"{"discrete_resource_spec":{"kind":"","value":0}}]}}"#
        );
        assert_eq!(written(text), Ok(wanted.into()));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let cases = [
            ("{limits: {memory: 100}}", "'memory' must be a string, this is a number"),
            ("{limits: {cpus: a}}", "'a' is not a number of processors"),
            ("{reservations: {pids: 1}}", "'pids' is not a reservations attribute"),
        ];
        for (text, fault) in cases {
            assert_eq!(written(text), Err(fault.into()), "{text}");
        }
    }
}
