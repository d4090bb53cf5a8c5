//! Volumes, networks, secrets, configs and models that nobody uses: they are never made.

use super::{entries, items, services, text};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Node;
use crate::load::Loaded;
use std::collections::BTreeSet;

/// A section of a compose file, and what uses its entries.
struct Section {
    key: &'static str,
    kind: &'static str,
    code: &'static str,
    used: fn(&Node) -> Vec<&str>,
}

const SECTIONS: [Section; 5] = [
    Section { key: "volumes", kind: "volume", code: "unused-volume", used: volumes },
    Section { key: "networks", kind: "network", code: "unused-network", used: |service| keys(service, "networks") },
    Section { key: "secrets", kind: "secret", code: "unused-secret", used: secrets },
    Section { key: "configs", kind: "config", code: "unused-config", used: |service| sources(service, "configs") },
    Section { key: "models", kind: "model", code: "unused-model", used: |service| keys(service, "models") },
];

/// Names what is declared and used by no service, active or not.
pub(super) fn advise(loaded: &Loaded, found: &mut Diagnostics) {
    for Section { key, kind, code, used } in SECTIONS {
        let used: BTreeSet<&str> = services(loaded).flat_map(|(_, service)| used(service)).collect();
        for (name, _) in entries(loaded.origins.tree().get(key)) {
            let text = name.as_text().unwrap_or_default();
            if !used.contains(text) {
                let advice = Diagnostic::advice(code, format!("{kind} '{text}' is declared, and no service uses it"));
                let help = format!("remove it, or name it under '{key}' of a service");
                found.push(advice.at(name.span).help(help));
            }
        }
    }
}

fn volumes(service: &Node) -> Vec<&str> {
    let is_volume = |mount: &&Node| text(mount, "type") == Some("volume");
    items(service.get("volumes")).filter(is_volume).filter_map(|mount| text(mount, "source")).collect()
}

fn secrets(service: &Node) -> Vec<&str> {
    let of_build = service.get("build").map(|build| sources(build, "secrets")).unwrap_or_default();
    sources(service, "secrets").into_iter().chain(of_build).collect()
}

fn sources<'a>(node: &'a Node, key: &str) -> Vec<&'a str> {
    items(node.get(key)).filter_map(|item| item.as_text().or_else(|| text(item, "source"))).collect()
}

fn keys<'a>(service: &'a Node, key: &str) -> Vec<&'a str> {
    entries(service.get(key)).filter_map(|(name, _)| name.as_text()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::advice;

    #[test]
    fn what_nobody_uses_is_named_at_its_key() {
        let file = "services: {a: {image: 'a:1', volumes: ['data:/v'], networks: [n]}}\nvolumes:\n  data:\n  w:\nnetworks:\n  n:\n  m:\n";
        assert_eq!(
            advice(&[("compose.yaml", file)]),
            [
                "compose.yaml:4:3 unused-volume: volume 'w' is declared, and no service uses it",
                "compose.yaml:7:3 unused-network: network 'm' is declared, and no service uses it",
            ]
        );
    }

    #[test]
    fn an_inactive_service_uses_things_too() {
        let file = "services: {a: {image: 'a:1', profiles: [x], volumes: ['data:/v']}, b: {image: 'b:1'}}\nvolumes: {data: }\n";
        assert!(advice(&[("compose.yaml", file)]).is_empty());
    }
}
