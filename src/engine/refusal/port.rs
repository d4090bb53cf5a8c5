//! Ports: numbers and ranges.

use super::{Fault, wrong};
use crate::document::Path;
use crate::model::Service;

pub(super) fn faults(service: &Service) -> Vec<Fault> {
    let published = service.ports.iter().enumerate().filter_map(|(index, port)| {
        let place = Path::of(["ports"]).index(index);
        if port.target == 0 {
            let fault = wrong("0 is not a port of a container".into(), "write the port that it listens on");
            return Some((place.key("target"), fault));
        }
        let text = port.published.as_deref()?;
        let fault = || wrong(format!("'{text}' is not a port, nor a range of ports"), "write '8080' or '8080-8090'");
        (!is_range(text)).then(|| (place.key("published"), fault()))
    });
    let exposed = service.expose.iter().enumerate().filter_map(|(index, text)| {
        let (numbers, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let known = ["tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str());
        let fault = || wrong(format!("'{text}' is not a port of a container"), "write '80', '80/udp' or '80-90'");
        (!known || !is_range(numbers)).then(|| (Path::of(["expose"]).index(index), fault()))
    });
    published.chain(exposed).collect()
}

/// `80`, or `80-90`.
fn is_range(text: &str) -> bool {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => first <= last,
        _ => false,
    }
}
