//! [`Networking`]: how a service is connected. Spec: services, `networks` and `network_mode`.

use super::Namespace;
use super::fields::{Fields, Values};
use super::writer::Writer;
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::value::Name;
use std::collections::BTreeMap;

/// A service has a mode or joins networks, never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Networking {
    /// `host`, `none`, `bridge`, or the network of a service or container.
    Mode(Namespace),
    /// The networks by their key; nothing stands for an entry without options.
    Attached(BTreeMap<Name, Option<Attachment>>),
}

/// Options of one service in one network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// More names under which others on the network find the service.
    pub aliases: Vec<String>,
    /// What the network's driver is told about this endpoint.
    pub driver_opts: BTreeMap<String, String>,
    /// The network with the highest value gives the default gateway. Default 0.
    pub gw_priority: i64,
    /// What the network's interface is called inside. Default: the engine's choice, `eth0` and so on.
    pub interface_name: Option<String>,
    /// A fixed IPv4 address.
    pub ipv4_address: Option<String>,
    /// A fixed IPv6 address.
    pub ipv6_address: Option<String>,
    /// Link-local addresses.
    pub link_local_ips: Vec<String>,
    /// A fixed MAC address.
    pub mac_address: Option<String>,
    /// The network with the highest value is connected first. Default 0.
    pub priority: i64,
}

impl Attachment {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("networks", node, diagnostics)?;
        let attachment = Self {
            aliases: fields.texts("aliases"),
            driver_opts: fields.map_of("driver_opts", Values::GivenNumbers),
            gw_priority: fields.unquoted("gw_priority").unwrap_or(0),
            interface_name: fields.text("interface_name"),
            ipv4_address: fields.text("ipv4_address"),
            ipv6_address: fields.text("ipv6_address"),
            link_local_ips: fields.texts("link_local_ips"),
            mac_address: fields.text("mac_address"),
            priority: fields.unquoted("priority").unwrap_or(0),
        };
        fields.finish();
        Some(attachment)
    }

    pub(super) fn write(&self) -> Node {
        let Self {
            aliases,
            driver_opts,
            gw_priority,
            interface_name,
            ipv4_address,
            ipv6_address,
            link_local_ips,
            mac_address,
            priority,
        } = self;
        let given = |value: i64| (value != 0).then_some(value);
        let mut writer = Writer::default();
        writer.texts("aliases", aliases).map("driver_opts", driver_opts).number("gw_priority", given(*gw_priority));
        writer.text("interface_name", interface_name.as_ref());
        writer.text("ipv4_address", ipv4_address.as_ref()).text("ipv6_address", ipv6_address.as_ref());
        writer.texts("link_local_ips", link_local_ips).text("mac_address", mac_address.as_ref());
        writer.number("priority", given(*priority)).finish()
    }
}

impl Networking {
    /// The networks in the order in which they are connected: highest priority first, then by name.
    pub fn in_order(&self) -> Vec<(&Name, Option<&Attachment>)> {
        let Self::Attached(networks) = self else { return Vec::new() };
        let mut all: Vec<_> = networks.iter().map(|(name, attachment)| (name, attachment.as_ref())).collect();
        all.sort_by_key(|(_, attachment)| std::cmp::Reverse(attachment.map_or(0, |attachment| attachment.priority)));
        all
    }
}
