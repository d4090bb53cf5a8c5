//! [`Port`]: a port of a container that the host publishes. Spec: services, `ports`.

use super::fields::{Fields, scalar_text};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use std::fmt;
use std::net::IpAddr;

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// A name for people; the engine does not know it.
    pub name: Option<String>,
    /// `ingress` or `host`; only Swarm tells them apart.
    pub mode: Option<String>,
    /// The address of the host to listen on. Default: all.
    pub host_ip: Option<IpAddr>,
    /// The port inside the container.
    pub target: u16,
    /// The port of the host, or a range such as `8000-8010` to choose from. Default: the engine chooses.
    pub published: Option<String>,
    /// Default `tcp`.
    pub protocol: Protocol,
    /// The application's protocol, for people; the engine does not know it.
    pub app_protocol: Option<String>,
}

/// A transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        })
    }
}

impl Port {
    pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let mut fields = Fields::of("ports", node, diagnostics)?;
        let has_target = fields.node("target").is_some();
        let target = fields.integer("target");
        if !has_target {
            let fault = Diagnostic::error("missing-value", "a port needs a 'target', the port inside the container");
            let place = fields.start().unwrap_or(node.span);
            fields.report(fault.at(place).help("add 'target: 80'"));
        }
        let host_ip = host_ip(&mut fields);
        let protocol = protocol(&mut fields);
        let published = fields.node("published").and_then(scalar_text);
        let port = Self {
            name: fields.text("name"),
            mode: fields.text("mode"),
            host_ip: host_ip?,
            target: target.unwrap_or(0),
            published: published.filter(|published| !published.is_empty()),
            protocol: protocol?,
            app_protocol: fields.text("app_protocol"),
        };
        fields.finish();
        target.map(|_: u16| port)
    }

    pub(super) fn write(&self) -> Node {
        let Self { name, mode, host_ip, target, published, protocol, app_protocol } = self;
        let mut writer = Writer::default();
        writer.text("name", name.as_ref()).text("mode", mode.as_ref()).text("host_ip", host_ip.as_ref());
        writer.number("target", Some(target)).text("published", published.as_ref());
        writer.text("protocol", Some(protocol)).text("app_protocol", app_protocol.as_ref()).finish()
    }
}

#[expect(clippy::option_option, reason = "the outer option says whether the attribute could be read")]
fn host_ip(fields: &mut Fields<'_>) -> Option<Option<IpAddr>> {
    let Some(text) = fields.text("host_ip") else { return Some(None) };
    if let Ok(address) = text.parse() {
        return Some(Some(address));
    }
    let place = fields.node("host_ip").map(|node| node.span);
    let fault = Diagnostic::error("invalid-value", format!("'{text}' is not an IP address")).at(place);
    fields.report(fault.help("a published port listens on an address, not on a name: write '127.0.0.1'"));
    None
}

fn protocol(fields: &mut Fields<'_>) -> Option<Protocol> {
    let Some(text) = fields.text("protocol") else { return Some(Protocol::Tcp) };
    match text.to_ascii_lowercase().as_str() {
        "tcp" => Some(Protocol::Tcp),
        "udp" => Some(Protocol::Udp),
        "sctp" => Some(Protocol::Sctp),
        _ => {
            let place = fields.node("protocol").map(|node| node.span);
            let fault = Diagnostic::error("invalid-value", format!("'{text}' is not a protocol")).at(place);
            fields.report(fault.help("one of tcp, udp, sctp"));
            None
        }
    }
}
