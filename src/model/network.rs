//! [`Network`]: what services talk over. Spec: `networks`.

use super::fields::Fields;
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use std::collections::BTreeMap;

/// A declared network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Network {
    /// What the engine calls it. Default `<project>_<key>`.
    pub name: String,
    /// The driver. Default: the engine's, `bridge`.
    pub driver: Option<String>,
    /// What the driver is told.
    pub driver_opts: BTreeMap<String, String>,
    /// Its addresses.
    pub ipam: Ipam,
    /// Whether somebody else made it; then it is never created, changed or removed here.
    pub external: bool,
    /// Whether it has no way to the outside.
    pub internal: bool,
    /// Whether containers from elsewhere may join (Swarm).
    pub attachable: bool,
    /// Labels of the user.
    pub labels: BTreeMap<String, String>,
    /// Whether containers get an IPv4 address. Default: the engine's, yes.
    pub enable_ipv4: Option<bool>,
    /// Whether containers get an IPv6 address. Default: the engine's, no.
    pub enable_ipv6: Option<bool>,
}

/// The address management of a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ipam {
    /// The driver. Default: the engine's.
    pub driver: Option<String>,
    /// The ranges of addresses.
    pub config: Vec<Subnet>,
}

/// A range of addresses; texts are handed to the engine, which checks them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subnet {
    /// The range, such as `172.28.0.0/16`.
    pub subnet: Option<String>,
    /// The address of the gateway.
    pub gateway: Option<String>,
    /// The part that containers get addresses from.
    pub ip_range: Option<String>,
    /// Addresses that are taken.
    pub aux_addresses: BTreeMap<String, String>,
}

impl Network {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("network", node, diagnostics)?;
        let network = Self {
            name: fields.text("name").unwrap_or_default(),
            driver: fields.text("driver"),
            driver_opts: fields.map("driver_opts"),
            ipam: fields.nested("ipam").and_then(|(node, faults)| Ipam::read(node, faults)).unwrap_or_default(),
            external: fields.flag("external").unwrap_or(false),
            internal: fields.flag("internal").unwrap_or(false),
            attachable: fields.flag("attachable").unwrap_or(false),
            labels: fields.map("labels"),
            enable_ipv4: fields.flag("enable_ipv4"),
            enable_ipv6: fields.flag("enable_ipv6"),
        };
        fields.finish(&[]);
        Some(network)
    }

    /// The network in Compose's key order; `ipam` is always there.
    pub fn write(&self) -> Node {
        let Self { name, driver, driver_opts, ipam, external, internal, attachable, labels, enable_ipv4, enable_ipv6 } =
            self;
        let mut writer = Writer::default();
        writer.text("name", Some(name)).text("driver", driver.as_ref()).map("driver_opts", driver_opts);
        writer.node("ipam", ipam.write()).flag("external", *external).flag("internal", *internal);
        writer.flag("attachable", *attachable).map("labels", labels);
        writer.number("enable_ipv4", *enable_ipv4).number("enable_ipv6", *enable_ipv6).finish()
    }
}

impl Ipam {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("ipam", node, diagnostics)?;
        let ipam = Self { driver: fields.text("driver"), config: fields.items("config", Subnet::read) };
        fields.finish(&["options"]);
        Some(ipam)
    }

    fn write(&self) -> Node {
        Writer::default().text("driver", self.driver.as_ref()).items("config", &self.config, Subnet::write).finish()
    }
}

impl Subnet {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("ipam config", node, diagnostics)?;
        let subnet = Self {
            subnet: fields.text("subnet"),
            gateway: fields.text("gateway"),
            ip_range: fields.text("ip_range"),
            aux_addresses: fields.map("aux_addresses"),
        };
        fields.finish(&[]);
        Some(subnet)
    }

    fn write(&self) -> Node {
        let Self { subnet, gateway, ip_range, aux_addresses } = self;
        let mut writer = Writer::default();
        writer.text("subnet", subnet.as_ref()).text("gateway", gateway.as_ref());
        writer.text("ip_range", ip_range.as_ref()).map("aux_addresses", aux_addresses).finish()
    }
}
