//! `host=address`, `host:address` or a map from host to addresses. Spec: services, `extra_hosts`.

use super::{derive, fault};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Value};
use std::collections::HashMap;

/// All spellings become a list of `host=address`.
pub(super) fn shape(node: Node, diagnostics: &mut Diagnostics) -> Node {
    let lines = match &node.value {
        Value::Map(entries) => {
            entries.iter().flat_map(|(host, addresses)| of_map(host, addresses, diagnostics)).collect()
        }
        Value::List(items) => {
            refuse_twice(items, diagnostics);
            items.iter().flat_map(|item| of_text(item, diagnostics)).collect()
        }
        Value::Scalar { .. } => return node,
    };
    derive(&node, Value::List(lines))
}

fn refuse_twice(items: &[Node], diagnostics: &mut Diagnostics) {
    let mut seen = HashMap::new();
    for item in items {
        let Some(first) = item.as_text().and_then(|text| seen.insert(text, item.span)) else { continue };
        let message = format!("'{}' occurs twice in one list", item.as_text().unwrap_or_default());
        let fault = Diagnostic::error("duplicate-item", message).at(item.span).label(first, "first here");
        diagnostics.push(fault.help("remove one of the two"));
    }
}

fn of_map(host: &Node, addresses: &Node, diagnostics: &mut Diagnostics) -> Vec<Node> {
    let name = host.as_text().unwrap_or_default();
    if name.is_empty() || name.contains(':') {
        let why = if name.is_empty() { "names no host" } else { "has a colon in the name of the host" };
        diagnostics.push(*fault(host, format!("'{name}' {why}"), "write 'host: address'"));
        return Vec::new();
    }
    if addresses.is_null() {
        diagnostics.push(*fault(
            addresses,
            format!("the host '{name}' has no address"),
            format!("write '{name}: address'"),
        ));
        return Vec::new();
    }
    let line = |address: &Node| {
        let text = address.as_text().filter(|_| !address.is_null());
        match text {
            Some(text) => Node::text(format!("{name}={}", bare(text))).at(address.span),
            // It stays, to be reported as what it is.
            None => address.clone(),
        }
    };
    match addresses.as_list() {
        Some(all) => all.iter().map(line).collect(),
        None => vec![line(addresses)],
    }
}

fn of_text(item: &Node, diagnostics: &mut Diagnostics) -> Vec<Node> {
    let Some(text) = item.as_text() else { return vec![item.clone()] };
    let Some((host, addresses)) = text.split_once('=').or_else(|| text.split_once(':')) else {
        diagnostics.push(*fault(item, format!("the host '{text}' has no address"), format!("write '{text}=address'")));
        return Vec::new();
    };
    if host.is_empty() || host.contains(':') {
        let why = if host.is_empty() { "names no host" } else { "has a colon in the name of the host" };
        diagnostics.push(*fault(item, format!("'{text}' {why}"), "write 'host=address'"));
        return Vec::new();
    }
    let line = |address: &str| Node::text(format!("{host}={}", bare(address))).at(item.span);
    addresses.split(',').map(line).collect()
}

/// An IPv6 address without its brackets.
fn bare(address: &str) -> &str {
    address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::super::shaped;

    #[test]
    fn all_spellings_give_the_same_lines() {
        let cases = [
            (
                "[a=1.1.1.1, 'b:2.2.2.2', 'c=[::1],::2', 'd:host-gateway', e=]",
                r#"["a=1.1.1.1","b=2.2.2.2","c=::1","c=::2","d=host-gateway","e="]"#,
            ),
            ("{a: 1.1.1.1, b: [2.2.2.2, '::1']}", r#"["a=1.1.1.1","b=2.2.2.2","b=::1"]"#),
        ];
        for (text, wanted) in cases {
            assert_eq!(shaped("services.a.extra_hosts", text).as_deref(), Ok(wanted));
        }
        assert!(shaped("services.a.extra_hosts", "[a]").is_err());
        assert!(shaped("services.a.extra_hosts", "[=1]").is_err());
        assert!(shaped("services.a.extra_hosts", "{b:c: 1.1.1.1}").is_err());
        assert!(shaped("services.a.extra_hosts", "{'': 1.1.1.1}").is_err());
    }
}
