//! `[[address:]host:]container[/protocol]`, each port alone or as a range. Spec: services, `ports`.

use super::super::allowance::{Allowance, Grant, Growth};
use super::port_range::PortRange;
use super::{fault, mapping};
use crate::diagnostic::Diagnostic;
use crate::document::scalar::{self, Scalar};
use crate::document::{Node, Value};
use std::net::IpAddr;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// A short port becomes one long port for each port of its range, in Compose's order.
pub(super) fn shape(item: Node, allowance: &mut Allowance) -> Result<Vec<Node>> {
    if item.as_map().is_some() {
        return Ok(vec![item]);
    }
    let Some(text) = text(&item) else {
        let message = format!("a port is a text, a whole number or a mapping, this is {}", item.kind());
        return Err(fault(&item, message, "write it like \"8080:80\""));
    };
    let parts = Parts::split(&text);
    let container = container(&item, &text, &parts)?;
    let host = host(&item, &parts, container)?;
    address(&item, &text, &parts)?;
    if !["tcp", "udp", "sctp"].contains(&parts.protocol.as_str()) {
        let message = format!("'{}' is not a protocol in the port '{text}'", parts.protocol);
        return Err(fault(&item, message, "one of tcp, udp, sctp"));
    }
    if !fits(&item, container, allowance)? {
        return Ok(Vec::new());
    }
    let mut laid_out: Vec<(String, Node)> = (0..container.length())
        .map(|offset| (container.first + u16::try_from(offset).unwrap_or(u16::MAX), offset))
        .map(|(target, offset)| (target.to_string(), long(&item, &parts, target, published(host, container, offset))))
        .collect();
    laid_out.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(laid_out.into_iter().map(|(_, port)| port).collect())
}

/// Whether all ports of a range can be laid out; the first range that is too much is a fault.
fn fits(item: &Node, container: PortRange, allowance: &mut Allowance) -> Result<bool> {
    if container.length() == 1 {
        return Ok(true);
    }
    match allowance.take(Growth::Ports, container.length()) {
        Grant::Given => Ok(true),
        Grant::RefusedBefore => Ok(false),
        Grant::Refused => {
            let (message, help) = Growth::Ports.fault();
            Err(fault(item, message, help))
        }
    }
}

struct Parts<'a> {
    address: Option<&'a str>,
    host: &'a str,
    container: &'a str,
    protocol: String,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Self {
        let (before, container) = text.rsplit_once(':').unwrap_or(("", text));
        let (address, host) = before.rsplit_once(':').unwrap_or(("", before));
        let mut words = container.split('/');
        let container = words.next().unwrap_or_default();
        let protocol = words.next().filter(|word| !word.is_empty()).unwrap_or("tcp").to_lowercase();
        let address = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address);
        Self { address: Some(address).filter(|address| !address.is_empty()), host, container, protocol }
    }
}

fn address(item: &Node, text: &str, parts: &Parts<'_>) -> Result<()> {
    let Some(address) = parts.address else { return Ok(()) };
    if address.parse::<IpAddr>().is_err() {
        let help = "write an address like '127.0.0.1:8080:80', IPv6 in brackets";
        return Err(fault(item, format!("'{address}' is not an IP address in the port '{text}'"), help));
    }
    if address.contains(':') && !text.starts_with('[') {
        let message = format!("put brackets around '{address}' in the port '{text}'");
        return Err(fault(item, message, format!("write '[{address}]:{}:{}'", parts.host, parts.container)));
    }
    Ok(())
}

fn container(item: &Node, text: &str, parts: &Parts<'_>) -> Result<PortRange> {
    if parts.container.is_empty() {
        return Err(fault(
            item,
            format!("the port '{text}' names no port of the container"),
            "write it like \"8080:80\"",
        ));
    }
    let range = PortRange::parse(parts.container);
    let range = range.map_err(|why| fault(item, format!("invalid container port: {why}"), "ports are 1 to 65535"))?;
    if range.first == 0 {
        return Err(fault(item, "the port of the container cannot be 0", "ports are 1 to 65535"));
    }
    Ok(range)
}

fn host(item: &Node, parts: &Parts<'_>, container: PortRange) -> Result<Option<PortRange>> {
    if parts.host.is_empty() {
        return Ok(None);
    }
    let range = PortRange::parse(parts.host).map_err(|why| {
        let help = match parts.host.parse::<IpAddr>() {
            Ok(address) => {
                let port = parts.container;
                format!("write '{address}::{port}' for a free port, or '{address}:{port}:{port}'")
            }
            Err(_) => "ports are 0 to 65535".into(),
        };
        fault(item, format!("invalid host port: {why}"), help)
    })?;
    if range.length() != container.length() && container.length() != 1 {
        let message = format!("{} host ports for {} container ports", range.length(), container.length());
        return Err(fault(item, message, "make both ranges the same length"));
    }
    Ok(Some(range))
}

/// The host's port for one of the container's; a range when there is one container port to choose for.
fn published(host: Option<PortRange>, container: PortRange, offset: usize) -> Option<String> {
    let host = host?;
    if container.length() == 1 && host.length() > 1 {
        return Some(format!("{}-{}", host.first, host.last));
    }
    Some((usize::from(host.first) + offset).to_string())
}

fn long(item: &Node, parts: &Parts<'_>, target: u16, published: Option<String>) -> Node {
    mapping(
        item,
        [
            ("mode", Some(Node::text("ingress"))),
            ("host_ip", parts.address.map(Node::text)),
            ("target", Some(Node::plain(target))),
            ("published", published.map(Node::text)),
            ("protocol", Some(Node::text(parts.protocol.as_str()))),
        ],
    )
}

/// The text of a short port; a float is none.
fn text(item: &Node) -> Option<String> {
    match &item.value {
        Value::Scalar { text, plain: false } => Some(text.to_string()),
        Value::Scalar { text, plain: true } => match scalar::resolve(text) {
            Scalar::Int(value) => Some(value.to_string()),
            Scalar::Text(text) => Some(text.to_owned()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::allowance::Allowance;
    use super::super::shaped;
    use crate::document::Node;
    use proptest::prelude::*;

    fn shape(item: Node) -> super::Result<Vec<Node>> {
        super::shape(item, &mut Allowance::default())
    }

    fn port(text: &str) -> Result<String, String> {
        shaped("services.a.ports", &format!("[{text}]"))
    }

    #[test]
    fn a_short_port_becomes_long() {
        let cases = [
            ("80", r#"[{"mode":"ingress","target":80,"protocol":"tcp"}]"#),
            ("22:22", r#"[{"mode":"ingress","target":22,"published":"22","protocol":"tcp"}]"#),
            ("'080:80/UDP/x'", r#"[{"mode":"ingress","target":80,"published":"80","protocol":"udp"}]"#),
            ("':80'", r#"[{"mode":"ingress","target":80,"protocol":"tcp"}]"#),
            ("'127.0.0.1::80'", r#"[{"mode":"ingress","host_ip":"127.0.0.1","target":80,"protocol":"tcp"}]"#),
            ("'[::1]:80:80'", r#"[{"mode":"ingress","host_ip":"::1","target":80,"published":"80","protocol":"tcp"}]"#),
            ("'8000-8002:80'", r#"[{"mode":"ingress","target":80,"published":"8000-8002","protocol":"tcp"}]"#),
            ("{target: 80, published: 81}", r#"[{"target":80,"published":81}]"#),
        ];
        for (text, wanted) in cases {
            assert_eq!(port(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn a_range_is_laid_out_in_the_order_of_texts() {
        let ports = port("'19-21:9-11'").expect("valid");
        let targets: Vec<_> =
            ports.split("\"target\":").skip(1).map(|rest| &rest[..rest.find('"').expect("more")]).collect();
        assert_eq!(targets, ["10,", "11,", "9,"]);
    }

    #[test]
    fn ranges_have_so_many_ports_in_all() {
        assert_eq!(port("'1-65535:1-65535', '80:80'").map(|ports| ports.matches("target").count()), Ok(65_536));
        let fault = "the ranges of ports up to here have more than 65535 ports";
        assert_eq!(port("'1-65534:1-65534', '1-2:1-2'"), Err(fault.into()));
    }

    #[test]
    fn a_faulty_port_says_what_is_wrong() {
        let cases = [
            ("'99999:80'", "invalid host port: 99999 is greater than 65535"),
            ("'http:80'", "invalid host port: 'http' is not a port number"),
            ("'127.0.0.1:80'", "invalid host port: '127.0.0.1' is not a port number"),
            ("'8000-8001:80-82'", "2 host ports for 3 container ports"),
            ("'80/foo'", "'foo' is not a protocol in the port '80/foo'"),
            ("'80:'", "the port '80:' names no port of the container"),
            ("''", "the port '' names no port of the container"),
            ("'80:0'", "the port of the container cannot be 0"),
            ("80.5", "a port is a text, a whole number or a mapping, this is a number"),
            ("'::1:80:80'", "put brackets around '::1' in the port '::1:80:80'"),
        ];
        for (text, wanted) in cases {
            assert_eq!(port(text), Err(wanted.into()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_port_is_read_as_it_is_written(
            address in prop::option::of("127\\.0\\.0\\.[1-9]"),
            host in prop::option::of(1..=u16::MAX),
            target in 1..=u16::MAX,
            protocol in prop::sample::select(vec!["tcp", "udp", "sctp"]),
        ) {
            let start = address.as_ref().map(|address| format!("{address}:")).unwrap_or_default();
            let host_text = host.map(|host| host.to_string()).unwrap_or_default();
            let text = format!("{start}{host_text}:{target}/{protocol}");
            let ports = shape(Node::text(text)).expect("valid");
            let field = |name: &str| ports[0].get(name).and_then(Node::as_text).map(str::to_owned);
            prop_assert_eq!(ports.len(), 1);
            prop_assert_eq!(field("host_ip"), address);
            prop_assert_eq!(field("published"), host.map(|host| host.to_string()));
            prop_assert_eq!(field("target"), Some(target.to_string()));
            prop_assert_eq!(field("protocol"), Some(protocol.to_owned()));
            prop_assert_eq!(shape(ports[0].clone()), Ok(ports));
        }

        #[test]
        fn no_text_panics(text in "[0-9:./\\[\\]-]{0,20}[a-z]{0,4}|\\PC{0,20}") {
            let _ = shape(Node::text(text));
        }
    }
}
