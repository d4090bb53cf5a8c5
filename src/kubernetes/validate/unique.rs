//! Rules about what may be there once in a cluster.

use super::Faults;
use super::bundle::Bundle;
use super::reach::{integer, items, text};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use std::collections::HashMap;

/// No object is there twice: the second would replace the first.
pub(super) fn objects(bundle: &Bundle<'_>, faults: &mut Faults) {
    let mut seen: HashMap<_, Span> = HashMap::new();
    for object in bundle.objects.iter().filter(|object| !object.name.is_empty()) {
        let key = (object.group(), object.kind, bundle.namespace(object), object.name);
        match seen.get(&key) {
            Some(first) => {
                let message = format!("{} is there twice; the second would replace the first", object.title());
                let fault = Diagnostic::error("duplicate-object", message).at(object.place());
                faults.push(fault.label(*first, "first here").help("remove one of them, or give it another name"));
            }
            None => {
                seen.insert(key, object.place());
            }
        }
    }
}

/// No port of the nodes is given to two Services.
pub(super) fn node_ports(bundle: &Bundle<'_>, faults: &mut Faults) {
    let mut seen: HashMap<_, Span> = HashMap::new();
    let services = bundle.objects.iter().filter(|object| object.kind == "Service" && object.group().is_empty());
    let ports = services.filter_map(|service| service.get(&["spec"])).flat_map(|spec| items(spec, "ports"));
    for port in ports {
        let Some((node, number)) = port.get("nodePort").and_then(|node| Some((node, integer(node)?))) else { continue };
        if number == 0 {
            continue;
        }
        if let Some(first) = seen.insert((number, text(port, "protocol").unwrap_or("TCP")), node.span) {
            let fault =
                Diagnostic::error("duplicate-port", format!("port {number} of the nodes is given to two Services"));
            faults.push(fault.at(node.span).label(first, "first here").help("write another one, or none"));
        }
    }
}
