//! What a container, network or volume was made from, in hashes: Compose's, and ours, which says what changed.

use super::Peers;
use crate::document::{Node, Value, json};
use crate::model::{FileKind, Network, Project, Service, ServiceFile, Volume};
use crate::value::{Checksum, ContainerId, Name};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What `config --hash` of Compose says: of the service without what does not shape its containers.
pub fn service_hash(service: &Service) -> String {
    sha256(&json::compact(&service.write_hashed()))
}

/// The hash that Compose puts into `config-hash`: the same but for a service with `label_file`.
pub fn container_hash(service: &Service) -> String {
    sha256(&json::compact(&service.write_recorded()))
}

/// Whether a `config-hash` says that a container was made from this service, by Compose 2 or by Compose 5, which
/// writes bind mounts in another way. Where label files are does not matter when a hash knows nothing of them.
pub fn matches_service(service: &Service, hash: &str) -> bool {
    let is_made_from = |node: &Node| {
        sha256(&json::compact(node)) == hash || later_hash(service, node).is_some_and(|later| later == hash)
    };
    is_made_from(&service.write_recorded()) || !service.label_files.is_empty() && is_made_from(&service.write_hashed())
}

/// The hash of Compose 5, where it differs: it leaves `create_host_path` out when true and writes it when false.
fn later_hash(service: &Service, node: &Node) -> Option<String> {
    let mut node = node.clone();
    let Some(Value::List(mounts)) = node.get_mut("volumes").map(|volumes| &mut volumes.value) else { return None };
    for (node, mount) in mounts.iter_mut().zip(&service.volumes) {
        let (Some(options), Some(bind)) = (&mount.bind, node.get_mut("bind")) else { continue };
        bind.take("create_host_path");
        if options.create_host_path == Some(false) {
            bind.set("create_host_path", Node::plain(false));
        }
    }
    Some(sha256(&json::compact(&node)))
}

/// The hash that Compose puts on a network.
pub fn network_hash(network: &Network) -> String {
    sha256(&json::compact(&network.write_hashed()))
}

/// The hash that Compose puts on a volume; no driver counts as `local`.
pub fn volume_hash(volume: &Volume) -> String {
    let mut volume = volume.clone();
    volume.driver = volume.driver.filter(|driver| !driver.is_empty()).or_else(|| Some("local".into()));
    sha256(&json::compact(&volume.write()))
}

/// Short hashes of each attribute, of each entry of attributes that are mappings, of what is in the configs and secrets,
/// and of the containers that are shared with, as `path=hash` joined by blanks. No value can be read from it.
pub fn fingerprint(project: &Project, service: &Service, peers: &Peers) -> String {
    let mut fields = fields(service);
    let id = |(name, path): (&Name, String)| Some((path, id_checksum(peers.shared(name)?)));
    fields.extend(shared(service).into_iter().filter_map(id));
    let contents = contents(project, service);
    fields.extend(contents.into_iter().map(|((kind, name), checksum)| (content_path(kind, &name), checksum)));
    fields.iter().map(|(path, hash)| format!("{path}={hash}")).collect::<Vec<_>>().join(" ")
}

/// The attributes in which a service differs from a fingerprint, in order.
pub fn differences(service: &Service, fingerprint: &str) -> Vec<String> {
    let now = fields(service);
    let then = recorded(fingerprint);
    let changed = now.iter().filter(|(path, hash)| then.get(path.as_str()) != Some(&hash.as_str()));
    let is_attribute = |path: &str| {
        let is_shared = [NAMESPACES, MOUNTS].iter().any(|start| path.starts_with(start));
        !is_shared && !path.ends_with(CONTENT)
    };
    let gone = then.keys().filter(|path| !now.contains_key(**path) && is_attribute(path));
    let mut paths: Vec<String> = changed.map(|(path, _)| path.clone()).chain(gone.map(ToString::to_string)).collect();
    paths.sort();
    paths
}

/// The configs and secrets that have another content than a fingerprint says; those of which it says nothing, since
/// nobody looked then, are none.
pub fn new_contents(project: &Project, service: &Service, fingerprint: &str) -> Vec<(FileKind, Name)> {
    let then = recorded(fingerprint);
    let is_new = |((kind, name), checksum): &((FileKind, Name), String)| {
        then.get(content_path(*kind, name).as_str()).is_some_and(|recorded| recorded != checksum)
    };
    contents(project, service).into_iter().filter(is_new).map(|(file, _)| file).collect()
}

/// The service whose container, with which a service shares, is another one than a fingerprint says.
pub fn other_peer(service: &Service, peers: &Peers, fingerprint: &str) -> Option<Name> {
    let then = recorded(fingerprint);
    let is_other = |(name, path): &(&Name, String)| {
        let now = peers.shared(name).map(id_checksum);
        now.is_some() && then.get(path.as_str()).is_some_and(|recorded| Some(*recorded) != now.as_deref())
    };
    shared(service).into_iter().find(is_other).map(|(name, _)| name.clone())
}

/// The service in whose namespaces a fingerprint says that a container lives, when that container is not the one that
/// others share with now.
pub fn lost_namespace(service: &Service, peers: &Peers, fingerprint: &str) -> Option<Name> {
    let then = recorded(fingerprint);
    let is_lost = |name: &&Name| {
        let recorded = then.get(format!("{NAMESPACES}{name}").as_str()).copied();
        recorded.is_some() && recorded != peers.shared(name).map(id_checksum).as_deref()
    };
    service.namespace_services().find(is_lost).cloned()
}

/// Whether a fingerprint says that a container lives in the namespaces of this one.
pub fn lives_in(fingerprint: &str, service: &Name, container: &ContainerId) -> bool {
    let checksum = id_checksum(container);
    recorded(fingerprint).get(format!("{NAMESPACES}{service}").as_str()) == Some(&checksum.as_str())
}

/// The services in the namespaces of whose containers a fingerprint says that a container lives.
pub fn homes(fingerprint: &str) -> Vec<&str> {
    let paths = fingerprint.split(' ').filter_map(|field| field.strip_prefix(NAMESPACES));
    paths.filter_map(|path| path.rsplit_once('=')).map(|(service, _)| service).collect()
}

/// The beginning of the path of a container whose namespaces are shared.
const NAMESPACES: &str = "namespaces.";
/// The beginning of the path of a container whose mounts are shared.
const MOUNTS: &str = "mounts.";

/// The services of which one shares a container, each with the path that it is recorded at.
fn shared(service: &Service) -> Vec<(&Name, String)> {
    let namespaces = service.namespace_services().map(|name| (name, format!("{NAMESPACES}{name}")));
    let mounts = service.mount_services().map(|name| (name, format!("{MOUNTS}{name}")));
    namespaces.chain(mounts).collect()
}

fn id_checksum(container: &ContainerId) -> String {
    Checksum::of(container.as_str()).to_string()
}

/// The end of the path of a content.
const CONTENT: &str = ".content";

fn content_path(kind: FileKind, name: &Name) -> String {
    format!("{}.{name}{CONTENT}", kind.section())
}

/// What is known about the contents of a service's configs and secrets.
fn contents(project: &Project, service: &Service) -> BTreeMap<(FileKind, Name), String> {
    let known = |file: ServiceFile<'_>| {
        Some(((file.kind, file.reference.source.clone()), file.object.checksum.as_ref()?.to_string()))
    };
    ServiceFile::all(project, service).into_iter().filter_map(known).collect()
}

fn recorded(fingerprint: &str) -> BTreeMap<&str, &str> {
    fingerprint.split(' ').filter_map(|field| field.rsplit_once('=')).collect()
}

fn fields(service: &Service) -> BTreeMap<String, String> {
    let node = service.write_recorded();
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
    let digit = |half: u8| char::from_digit(u32::from(half), 16).expect("half a byte is one digit");
    Sha256::digest(text.as_bytes()).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod oracle;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::project;
    use crate::value::Secret;

    fn service(text: &str) -> Service {
        let project = project(&format!("services:\n  a: {text}\n"));
        project.services.into_iter().next().expect("one service").1
    }

    #[test]
    fn the_smallest_service_hashes_as_compose_hashes_it() {
        let hash = service_hash(&service("{image: x, networks: {default: null}}"));
        assert!(hash.starts_with("d5457d0b27"), "{hash}");
    }

    /// Measured: the labels that `docker compose` 2.40.3 writes.
    #[test]
    fn what_use_api_socket_gives_counts_and_the_users_own_variable_stays() {
        let text = "services:
  a: {image: alpine, command: [sleep, '1000'], use_api_socket: true, networks: {default: null}}
  b: {image: alpine, command: [sleep, '1000'], use_api_socket: true, environment: {DOCKER_CONFIG: /mine}, \
      configs: [{source: cc}], networks: {default: null}}
configs: {cc: {content: x}}";
        let mut project = project(text);
        project.grant_api_socket(Secret::new("{}"));
        let hashes: Vec<String> = project.services.values().map(service_hash).collect();
        let measured = [
            "0bffb3aa37daa4c36574964d37a10b8c424cf8560d9076be31f4ea0a1b57ffb1",
            "723b53a32c50619f67fba81ddb6cce343a5141be089d8e7febd84147094ed357",
        ];
        assert_eq!(hashes, measured);
    }

    /// The first as measured of a container of 2.40.3 with the file in another folder, the other its `config --hash`.
    #[test]
    fn label_files_are_in_the_hash_of_a_container_and_in_no_other() {
        let text =
            "{image: busybox, labels: {from.file: 'yes'}, label_file: [/srv/one.labels], networks: {default: null}}";
        let ours = service(text);
        let of_container = "c1835ecfa5efd5f3c79e00fd423c5193420a5c4de55b7aa1bd879aad370e771b";
        assert_eq!(container_hash(&ours), of_container);
        assert_eq!(service_hash(&ours), "f7a22b24cff9b52f1551ab02dbf6ae1eaddeea9332bed0a09f8c91d9a7e61089");
        assert!(matches_service(&ours, of_container) && matches_service(&ours, &service_hash(&ours)));
    }

    #[test]
    fn what_compose_leaves_out_does_not_change_the_hash() {
        let plain = service("{image: x}");
        let rich = service("{image: x, scale: 3, pull_policy: always, build: {context: /x}, profiles: [dev]}");
        assert_eq!(service_hash(&plain), service_hash(&rich));
    }

    /// Measured: `docker compose config --hash` of 2.40.3 on the same service.
    #[test]
    fn parts_of_a_service_hash_as_compose_hashes_them() {
        let cases = [
            ("deploy: {}", "44afd1045bf833334d45f6fe848d207c5338c9e318b0126c9f1427c9cc291b8e"),
            (
                "deploy: {replicas: 2, update_config: {parallelism: 0}, resources: {limits: {cpus: 0.5, memory: 50M, \
                 pids: 100}, reservations: {memory: 20m, generic_resources: [{discrete_resource_spec: {kind: gpu, \
                 value: 2}}]}}, restart_policy: {condition: any, delay: 0s}}",
                "f6100fa14e2c1eade72cb2f269c3c41802b3db9b790473ee571c3b8ab9b00bb9",
            ),
            (
                "develop: {watch: [{path: /a, action: sync, target: /b, ignore: [c]}]}, post_start: [{command: [echo, \
                 hi]}], pre_stop: [{command: [x], environment: {A: 1}}]",
                "9fb7f815c45be3eae436b2504264dcf5e179df37c990adaeae6c4237db1cba2c",
            ),
            (
                "configs: [{source: c}, {source: c, target: /t, mode: 0440}], secrets: [{source: s, \
                 target: /run/secrets/s}]",
                "f97bc61690641cfc8c7316848b8cb23d420eebe6baf1df4ae4311cc203526480",
            ),
            (
                "volumes: [{type: image, source: alpine, target: /im, image: {subpath: etc}}, {type: cluster, \
                 source: q, target: /c}, {type: npipe, source: q, target: /n}, {type: bind, source: /q, target: /b, \
                 bind: {recursive: readonly}, volume: {nocopy: true, labels: {a: b}}}, {type: tmpfs, target: /t, \
                 tmpfs: {size: 1k, mode: 0755}}]",
                "cf46cb76e8f554d4935c84e3bd4a8d945c3f2d05807988a9355af816ad093b53",
            ),
            (
                "scale: 2, deploy: {mode: replicated}",
                "a855b213898be8808aeccaac4982fdf6f06f2fdc2347a56a090fdc21c9054c17",
            ),
        ];
        for (text, hash) in cases {
            let service = service(&format!("{{image: x, networks: {{default: }}, {text}}}"));
            assert_eq!(service_hash(&service), hash, "{text}");
        }
    }

    #[test]
    fn both_majors_spelling_of_a_bind_mount_is_known() {
        let bind =
            |options| format!("{{image: x, volumes: [{{type: bind, source: /a, target: /b, bind: {options}}}]}}");
        let ours = service(&bind("{create_host_path: true}"));
        let later = later_hash(&ours, &ours.write_hashed()).expect("it has a bind mount");
        assert!(matches_service(&ours, &later) && matches_service(&ours, &service_hash(&ours)));
    }

    #[test]
    fn a_fingerprint_names_what_changed_and_tells_no_value() {
        let project = project("services: {}");
        let before = service("{image: x, environment: {A: secret, B: same}, command: [a]}");
        let after = service("{image: x, environment: {A: other, B: same, C: new}, user: \"1\"}");
        let kept = fingerprint(&project, &before, &Peers::default());
        assert!(!kept.contains("secret"));
        assert_eq!(differences(&after, &kept), ["command", "environment.A", "environment.C", "user"]);
        assert!(differences(&before, &kept).is_empty());
    }

    #[test]
    fn a_new_content_is_found_and_one_that_was_not_recorded_is_not_new() {
        let text = "services: {a: {image: x, configs: [{source: c}], secrets: [{source: s}]}}
configs: {c: {content: x}}\nsecrets: {s: {environment: S}}";
        let mut project = project(text);
        let service = project.services[0].clone();
        let unread = fingerprint(&project, &service, &Peers::default());
        project.secrets[0].fill(Secret::new("hunter2"));
        project.configs[0].fill(Secret::new("x"));
        let kept = fingerprint(&project, &service, &Peers::default());
        assert!(!kept.contains("hunter2") && new_contents(&project, &service, &kept).is_empty(), "{kept}");
        project.secrets[0].fill(Secret::new("hunter3"));
        assert_eq!(new_contents(&project, &service, &kept), [(FileKind::Secret, "s".parse().expect("valid"))]);
        assert!(new_contents(&project, &service, &unread).is_empty());
        assert!(differences(&service, &kept).is_empty());
    }
}
