//! Rules about resources.

use super::Faults;
use super::pod::Pod;
use super::reach::{entries, reach};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::kubernetes::quantity::Quantity;

/// What is asked for is not more than what is allowed, and both are amounts that can be had.
pub(super) fn limits(pod: &Pod<'_>, faults: &mut Faults) {
    let nodes = pod.containers().map(|container| container.node).chain([pod.spec]);
    for resources in nodes.filter_map(|node| reach(node, &["resources"])) {
        let limits = entries(resources, &["limits"]);
        for (name, value) in limits {
            faults.extend(odd(name, value));
        }
        for (name, request) in entries(resources, &["requests"]) {
            faults.extend(odd(name, request));
            let limit = limits.iter().find(|(other, _)| other.as_text() == name.as_text());
            faults.extend(limit.and_then(|(_, limit)| above(name, request, limit)));
        }
    }
}

fn amount(node: &Node) -> Option<Quantity> {
    node.as_text()?.parse().ok()
}

fn above(name: &Node, request: &Node, limit: &Node) -> Option<Diagnostic> {
    if amount(request)? <= amount(limit)? {
        return None;
    }
    let text = |node: &Node| node.as_text().unwrap_or_default().to_owned();
    let message = format!("'{}' asks for {}, and the limit is {}", text(name), text(request), text(limit));
    let fault = Diagnostic::error("request-over-limit", message).at(request.span).label(limit.span, "the limit");
    Some(fault.help("ask for less, or raise the limit"))
}

/// An amount that is less than nothing, or a part of a byte.
fn odd(name: &Node, value: &Node) -> Option<Diagnostic> {
    let (amount, text, name) = (amount(value)?, value.as_text()?, name.as_text()?);
    if amount.billionths() < 0 {
        let message = format!("'{name}' cannot be {text}");
        return Some(Diagnostic::error("out-of-range", message).at(value.span).help("write 0 or more"));
    }
    let counts_bytes = matches!(name, "memory" | "ephemeral-storage" | "storage") || name.starts_with("hugepages-");
    (counts_bytes && !amount.is_whole()).then(|| {
        let message = format!("'{name}' is {text}, which is no whole number of bytes: 'm' is a thousandth");
        let fault = Diagnostic::warning("fraction-of-byte", message).at(value.span);
        fault.help(format!("write '{}M' for megabytes, '{0}Mi' for mebibytes", text.trim_end_matches('m')))
    })
}
