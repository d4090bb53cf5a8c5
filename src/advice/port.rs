//! Ports that the whole network can reach. Who writes an address, be it `0.0.0.0`, has thought about it.

use super::{items, services, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::load::Loaded;
use crate::source::Span;
use std::collections::BTreeMap;

/// Names ports that are published without an address.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    for (service, node) in services(loaded) {
        // A range is one place and many ports.
        let mut places: BTreeMap<Span, Vec<&Node>> = BTreeMap::new();
        for port in items(node.get("ports")).filter(|port| text(port, "host_ip").is_none()) {
            places.entry(port.span).or_default().push(port);
        }
        for (place, ports) in places {
            found.push(open(service, &ports).at(place));
        }
    }
}

fn open(service: &str, ports: &[&Node]) -> Diagnostic {
    let published = ends(ports, "published");
    let target = ends(ports, "target").unwrap_or_default();
    let what = match &published {
        Some(range) if range.contains('-') => format!("ports {range} of '{service}' are"),
        Some(port) => format!("port {port} of '{service}' is"),
        None => format!("a free port for {target} of '{service}' is"),
    };
    let is_long = ports.first().is_some_and(|port| port.get("target").is_some_and(|target| target.span != port.span));
    let help = if is_long {
        "add 'host_ip: 127.0.0.1' if only this machine needs it, or 'host_ip: 0.0.0.0' if all should".to_owned()
    } else {
        let rest = format!("{}:{target}", published.unwrap_or_default());
        format!("write '127.0.0.1:{rest}' if only this machine needs it, or '0.0.0.0:{rest}' if all should")
    };
    Diagnostic::advice("open-port", format!("{what} open on every address of this machine")).help(help)
}

/// `80`, or `80-89` for many; nothing where a port says none.
fn ends(ports: &[&Node], key: &str) -> Option<String> {
    let (first, last) = (text(ports.first()?, key)?, text(ports.last()?, key)?);
    let numbers = [first, last].map(|text| text.parse::<u32>().ok());
    Some(match numbers {
        [Some(one), Some(other)] if one != other => format!("{}-{}", one.min(other), one.max(other)),
        _ => first.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::on_service;

    #[test]
    fn a_port_without_an_address_is_named() {
        let on = |ports: &str| on_service("open-port", &format!("image: 'a:1', ports: [{ports}]"));
        assert_eq!(on("'8080:80'"), ["port 8080 of 'a' is open on every address of this machine"]);
        assert_eq!(on("80"), ["a free port for 80 of 'a' is open on every address of this machine"]);
        assert_eq!(on("'8000-8002:80-82'"), ["ports 8000-8002 of 'a' are open on every address of this machine"]);
        assert_eq!(on("{target: 80, published: 81}").len(), 1);
    }

    #[test]
    fn who_writes_an_address_means_it() {
        for port in ["'127.0.0.1:80:80'", "'0.0.0.0:80:80'", "{target: 80, published: 80, host_ip: '::'}"] {
            assert!(on_service("open-port", &format!("image: 'a:1', ports: [{port}]")).is_empty(), "{port}");
        }
    }
}
