//! Rules about resources.

use super::Faults;
use super::pod::{Container, Pod, Role};
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

/// The amount that a value is.
pub(super) fn amount(node: &Node) -> Option<Quantity> {
    node.as_text()?.parse().ok()
}

/// Resources that each node has.
const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

fn is_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Whether a resource is one of a node's own, such as a device.
fn is_extended(name: &str) -> bool {
    name.contains('/') && !name.contains("kubernetes.io/")
}

/// Resources have names that are known, or domains.
pub(super) fn names(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers() {
        let lists = [&["resources", "limits"], &["resources", "requests"]];
        for (key, _) in lists.iter().flat_map(|path| entries(container.node, &path[..])) {
            let name = key.as_text().unwrap_or_default();
            if !name.contains('/') && !STANDARD.contains(&name) && !is_page(name) {
                let message = format!("'{name}' is no resource of a container");
                let help = "use cpu, memory, ephemeral-storage, or one with a domain, such as nvidia.com/gpu";
                faults.push(Diagnostic::error("invalid-name", message).at(key.span).help(help));
            }
        }
    }
}

/// What cannot be shared out twice is asked for just as it is limited, and devices are counted as a whole.
pub(super) fn whole(pod: &Pod<'_>, faults: &mut Faults) {
    for container in pod.containers() {
        let limits = entries(container.node, &["resources", "limits"]);
        let requests = entries(container.node, &["resources", "requests"]);
        for (key, value) in limits.iter().chain(requests) {
            let is_part = amount(value).is_some_and(|amount| !amount.is_whole());
            if let Some(name) = key.as_text().filter(|name| is_extended(name) && is_part) {
                let message = format!("'{name}' is counted as a whole");
                faults.push(Diagnostic::error("invalid-value", message).at(value.span).help("write a whole number"));
            }
        }
        let is_scarce = |name: &str| is_extended(name) || is_page(name);
        for (key, request) in requests.iter().filter(|(key, _)| key.as_text().is_some_and(is_scarce)) {
            let limit = limits.iter().find(|(other, _)| other.as_text() == key.as_text());
            faults.extend(unequal(key, request, limit.map(|(_, limit)| limit)));
        }
        let mut all = limits.iter().chain(requests).filter_map(|(key, _)| key.as_text());
        let page = limits.iter().chain(requests).find(|(key, _)| key.as_text().is_some_and(is_page));
        if let Some((key, _)) = page.filter(|_| !all.any(|name| matches!(name, "cpu" | "memory"))) {
            let fault =
                Diagnostic::error("missing-value", "huge pages need 'cpu' or 'memory' beside them").at(key.span);
            faults.push(fault.help("add one of the two"));
        }
    }
}

/// Resources that the containers of a pod can share.
const SHARED: [&str; 2] = ["cpu", "memory"];

/// What all containers of a pod share is enough for each of them, and for all together.
pub(super) fn shared(pod: &Pod<'_>, faults: &mut Faults) {
    let lists = [&["resources", "limits"], &["resources", "requests"]];
    for (key, _) in lists.iter().flat_map(|path| entries(pod.spec, &path[..])) {
        if let Some(name) = key.as_text().filter(|name| !SHARED.contains(name) && !is_page(name)) {
            let fault = Diagnostic::error("invalid-name", format!("'{name}' is nothing that a pod has as a whole"));
            faults.push(fault.at(key.span).help("use cpu, memory or huge pages, or say it of its containers"));
        }
    }
    for (key, limit) in entries(pod.spec, &["resources", "limits"]) {
        let of = |container: Container<'_>, list| of_container(container, list, key).and_then(amount);
        let Some((name, most)) = key.as_text().zip(amount(limit)) else { continue };
        let over = pod.containers().find(|container| of(*container, "limits").is_some_and(|own| own > most));
        if let Some(place) = over.and_then(|container| of_container(container, "limits", key)) {
            let text = |node: &Node| node.as_text().unwrap_or_default().to_owned();
            let message =
                format!("'{name}' of a container is up to {}, and that of its pod {}", text(place), text(limit));
            let fault = Diagnostic::error("request-over-limit", message).at(place.span);
            faults.push(fault.label(limit.span, "the limit of the pod").help("write less, or raise the limit"));
        }
        let together = pod.containers().filter(|container| container.role != Role::Init);
        let asked: i128 = together.filter_map(|one| of(one, "requests")).map(Quantity::billionths).sum();
        if asked > most.billionths() {
            let message = format!("containers ask for more of '{name}' than the limit of their pod");
            let fault = Diagnostic::error("request-over-limit", message).at(limit.span);
            faults.push(fault.help("ask for less, or raise the limit"));
        }
    }
}

/// What a container says of a resource.
fn of_container<'a>(container: Container<'a>, list: &str, name: &Node) -> Option<&'a Node> {
    let all = entries(container.node, &["resources", list]);
    all.iter().find(|(key, _)| key.as_text() == name.as_text()).map(|(_, value)| value)
}

/// The fault of an amount that is asked for otherwise than it is limited.
fn unequal(key: &Node, request: &Node, limit: Option<&Node>) -> Option<Diagnostic> {
    let name = key.as_text().unwrap_or_default();
    let Some(limit) = limit else {
        let fault = Diagnostic::error("missing-value", format!("'{name}' is asked for, and has no limit")).at(key.span);
        return Some(fault.help("write the same under 'limits'"));
    };
    // More than the limit is told elsewhere.
    (amount(request)? < amount(limit)?).then(|| {
        let message = format!("'{name}' cannot be shared out twice: what is asked for is not the limit");
        let fault = Diagnostic::error("conflict", message).at(request.span).label(limit.span, "the limit");
        fault.help("write the same number twice, or the limit alone")
    })
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
