//! [`Network`]: what services talk over. Spec: `networks`.

use super::fields::{Fields, Values};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
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
    /// What the driver is told. Compose 2 drops it, Compose 5 keeps it.
    pub options: BTreeMap<String, String>,
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
            driver_opts: fields.map_of("driver_opts", Values::GivenNumbers),
            ipam: fields.nested("ipam").and_then(|(node, faults)| Ipam::read(node, faults)).unwrap_or_default(),
            external: fields.flag("external").unwrap_or(false),
            internal: fields.flag("internal").unwrap_or(false),
            attachable: fields.flag("attachable").unwrap_or(false),
            labels: fields.map("labels"),
            enable_ipv4: fields.flag("enable_ipv4"),
            enable_ipv6: fields.flag("enable_ipv6"),
        };
        if network.external {
            for key in
                ["driver", "driver_opts", "ipam", "internal", "attachable", "labels", "enable_ipv4", "enable_ipv6"]
            {
                let Some(place) = fields.place(key) else { continue };
                let message = format!("'{key}' does nothing for an external network: it is made elsewhere");
                fields.report(Diagnostic::warning("no-effect", message).at(place).help("remove it, or 'external'"));
            }
        }
        fields.finish();
        Some(network)
    }

    /// The network in Compose's key order; `ipam` is always there.
    pub fn write(&self) -> Node {
        self.write_with(self.ipam.write())
    }

    /// What Compose 2 hashes: it does not know the options of the address management.
    pub fn write_hashed(&self) -> Node {
        self.write_with(Ipam { options: BTreeMap::new(), ..self.ipam.clone() }.write())
    }

    fn write_with(&self, addresses: Node) -> Node {
        let Self {
            name,
            driver,
            driver_opts,
            ipam: _,
            external,
            internal,
            attachable,
            labels,
            enable_ipv4,
            enable_ipv6,
        } = self;
        let mut writer = Writer::default();
        writer.text("name", Some(name)).text("driver", driver.as_ref()).map("driver_opts", driver_opts);
        writer.node("ipam", addresses).flag("external", *external).flag("internal", *internal);
        writer.flag("attachable", *attachable).map("labels", labels);
        writer.number("enable_ipv4", *enable_ipv4).number("enable_ipv6", *enable_ipv6).finish()
    }
}

impl Ipam {
    fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("ipam", node, diagnostics)?;
        let ipam = Self {
            driver: fields.text("driver"),
            config: fields.items("config", Subnet::read),
            options: fields.map_of("options", Values::GivenTexts),
        };
        fields.finish();
        Some(ipam)
    }

    fn write(&self) -> Node {
        let Self { driver, config, options } = self;
        let mut writer = Writer::default();
        writer.text("driver", driver.as_ref()).items("config", config, Subnet::write).map("options", options).finish()
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
        fields.finish();
        Some(subnet)
    }

    fn write(&self) -> Node {
        let Self { subnet, gateway, ip_range, aux_addresses } = self;
        let mut writer = Writer::default();
        writer.text("subnet", subnet.as_ref()).text("gateway", gateway.as_ref());
        writer.text("ip_range", ip_range.as_ref()).map("aux_addresses", aux_addresses).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::json;
    use crate::testing::{read_part, tree};

    #[test]
    fn a_network_is_written_in_the_order_of_compose() {
        let text = "{enable_ipv6: true, enable_ipv4: false, labels: {l: 1}, attachable: true, internal: true, \
                    ipam: {options: {o: p}, config: [{aux_addresses: {a: b}, ip_range: r, gateway: g, subnet: s}], \
                    driver: default}, driver_opts: {a: 1.5}, driver: d, name: n}";
        let network = read_part(text, Network::read).expect("valid");
        let ipam = |options: &str| {
            format!(
                r#""ipam":{{"driver":"default","config":[{{"subnet":"s","gateway":"g","ip_range":"r","aux_addresses":{{"a":"b"}}}}]{options}}}"#
            )
        };
        let whole = |ipam: String| {
            format!(
                r#"{{"name":"n","driver":"d","driver_opts":{{"a":"1.5"}},{ipam},"internal":true,"attachable":true,"labels":{{"l":"1"}},"enable_ipv4":false,"enable_ipv6":true}}"#
            )
        };
        assert_eq!(json::compact(&network.write()), whole(ipam(r#","options":{"o":"p"}"#)));
        assert_eq!(json::compact(&network.write_hashed()), whole(ipam("")));
    }

    #[test]
    fn options_of_drivers_are_strings_or_numbers_and_those_of_addresses_strings() {
        for text in ["{driver_opts: {a: true}}", "{driver_opts: {a: }}", "{ipam: {options: {a: 1}}}"] {
            assert!(read_part(text, Network::read).is_err(), "{text}");
        }
    }

    #[test]
    fn what_an_external_network_cannot_be_told_is_a_warning() {
        let mut diagnostics = Diagnostics::default();
        Network::read(&tree("{external: true, name: n, driver: d}"), &mut diagnostics).expect("valid");
        let messages: Vec<_> = diagnostics.sorted().into_iter().map(|one| one.message.clone()).collect();
        assert_eq!(messages, ["'driver' does nothing for an external network: it is made elsewhere"]);
        assert!(!diagnostics.has_errors());
    }
}
