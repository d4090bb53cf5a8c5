//! What a container, network or volume was made from, in hashes: Compose's, and ours, which says what changed.

use crate::document::{Node, Value, json};
use crate::model::{MountKind, Network, Service, Volume};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The hash that Compose puts into `config-hash`: of the service without what does not shape its containers.
pub fn service_hash(service: &Service) -> String {
    sha256(&json::compact(&service.write_hashed()))
}

/// Whether a `config-hash` says that a container was made from this service, by Compose 2 or by Compose 5, which
/// writes bind mounts in another way.
pub fn matches_service(service: &Service, hash: &str) -> bool {
    service_hash(service) == hash || later_service_hash(service).is_some_and(|later| later == hash)
}

/// The hash of Compose 5, where it differs: it leaves `create_host_path` out when true and writes it when false.
fn later_service_hash(service: &Service) -> Option<String> {
    let Some(Value::List(mut mounts)) = service.write_hashed().take("volumes").map(|volumes| volumes.value) else {
        return None;
    };
    for (node, mount) in mounts.iter_mut().zip(&service.volumes) {
        let MountKind::Bind { options: Some(options), .. } = &mount.kind else { continue };
        let Some(bind) = node.get_mut("bind") else { continue };
        bind.take("create_host_path");
        if options.create_host_path == Some(false) {
            bind.set("create_host_path", Node::plain(false));
        }
    }
    let mut node = service.write_hashed();
    node.set("volumes", Node::list(mounts));
    Some(sha256(&json::compact(&node)))
}

/// The hash that Compose puts on a network.
pub fn network_hash(network: &Network) -> String {
    sha256(&json::compact(&network.write()))
}

/// The hash that Compose puts on a volume; no driver counts as `local`.
pub fn volume_hash(volume: &Volume) -> String {
    let mut volume = volume.clone();
    volume.driver = volume.driver.filter(|driver| !driver.is_empty()).or_else(|| Some("local".into()));
    sha256(&json::compact(&volume.write()))
}

/// Short hashes of each attribute, and of each entry of attributes that are mappings, as `path=hash` joined by blanks.
/// No value can be read from it.
pub fn fingerprint(service: &Service) -> String {
    let fields = fields(service);
    fields.iter().map(|(path, hash)| format!("{path}={hash}")).collect::<Vec<_>>().join(" ")
}

/// The attributes in which a service differs from a fingerprint, in order.
pub fn differences(service: &Service, fingerprint: &str) -> Vec<String> {
    let now = fields(service);
    let then: BTreeMap<&str, &str> = fingerprint.split(' ').filter_map(|field| field.rsplit_once('=')).collect();
    let changed = now.iter().filter(|(path, hash)| then.get(path.as_str()) != Some(&hash.as_str()));
    let gone = then.keys().filter(|path| !now.contains_key(**path));
    let mut paths: Vec<String> = changed.map(|(path, _)| path.clone()).chain(gone.map(ToString::to_string)).collect();
    paths.sort();
    paths
}

fn fields(service: &Service) -> BTreeMap<String, String> {
    let node = service.write_hashed();
    let mut fields = BTreeMap::new();
    for (key, value) in node.as_map().unwrap_or_default() {
        let key = key.as_text().unwrap_or_default();
        match &value.value {
            Value::Map(entries) => {
                for (name, value) in entries {
                    let name: String = name.as_text().unwrap_or_default().replace(char::is_whitespace, "_");
                    fields.insert(format!("{key}.{name}"), short(value));
                }
            }
            _ if value.is_null() => {}
            _ => {
                fields.insert(key.to_owned(), short(value));
            }
        }
    }
    fields
}

fn short(node: &Node) -> String {
    let mut hash = sha256(&json::compact(node));
    hash.truncate(8);
    hash
}

/// SHA-256 of a text in hexadecimal digits.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hash, byte| {
        write!(hash, "{byte:02x}").expect("writing to a string cannot fail");
        hash
    })
}

#[cfg(test)]
mod oracle;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;

    fn service(text: &str) -> Service {
        let project = project(&format!("services:\n  a: {text}\n"));
        project.services.into_iter().next().expect("one service").1
    }

    #[test]
    fn the_smallest_service_hashes_as_compose_hashes_it() {
        let hash = service_hash(&service("{image: x, networks: {default: null}}"));
        assert!(hash.starts_with("d5457d0b27"), "{hash}");
    }

    #[test]
    fn what_compose_leaves_out_does_not_change_the_hash() {
        let plain = service("{image: x}");
        let rich = service("{image: x, scale: 3, pull_policy: always, build: {context: /x}, profiles: [dev]}");
        assert_eq!(service_hash(&plain), service_hash(&rich));
    }

    #[test]
    fn both_majors_spelling_of_a_bind_mount_is_known() {
        let bind =
            |options| format!("{{image: x, volumes: [{{type: bind, source: /a, target: /b, bind: {options}}}]}}");
        let ours = service(&bind("{create_host_path: true}"));
        let later = later_service_hash(&ours).expect("it has a bind mount");
        assert!(matches_service(&ours, &later) && matches_service(&ours, &service_hash(&ours)));
    }

    #[test]
    fn a_fingerprint_names_what_changed_and_tells_no_value() {
        let before = service("{image: x, environment: {A: secret, B: same}, command: [a]}");
        let after = service("{image: x, environment: {A: other, B: same, C: new}, user: \"1\"}");
        let kept = fingerprint(&before);
        assert!(!kept.contains("secret"));
        assert_eq!(differences(&after, &kept), ["command", "environment.A", "environment.C", "user"]);
        assert!(differences(&before, &kept).is_empty());
    }
}
