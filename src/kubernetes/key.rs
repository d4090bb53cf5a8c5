//! The keys of a project: the leaves that its files write, which the conservation report must account for one by one.
//!
//! A leaf is a scalar, a map or list without entries, or what a short spelling stands for as a whole (`8080:80` is one
//! key, however many attributes it sets). What the loader added is no key.

use crate::document::{Node, Origins, Path, Value};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The attributes that make one service depend on another without a word in `depends_on`.
const LEANING: [&str; 7] = ["links", "network_mode", "ipc", "pid", "uts", "cgroup", "volumes_from"];

/// All keys with their places, by path.
pub(super) fn keys(origins: &Origins) -> BTreeMap<Path, Span> {
    let mut found = BTreeMap::new();
    walk(origins.tree(), &Path::default(), &mut found);
    for (path, node) in origins.taken() {
        walk(node, path, &mut found);
    }
    for (name, service) in origins.tree().get("services").and_then(Node::as_map).unwrap_or_default() {
        let leaning = LEANING.iter().filter_map(|key| service.get(key)).flat_map(spans).collect::<BTreeSet<_>>();
        let path = Path::of(["services", name.as_text().unwrap_or_default(), "depends_on"]);
        let below = found.range(path.clone()..).take_while(|(key, _)| key.starts_with(&path));
        let added = below.filter(|(_, span)| leaning.contains(span)).map(|(key, _)| key.clone());
        for key in added.collect::<Vec<_>>() {
            found.remove(&key);
        }
    }
    found
}

fn walk(node: &Node, path: &Path, found: &mut BTreeMap<Path, Span>) {
    match &node.value {
        Value::Map(entries) if !is_whole(node) => {
            let written = entries.iter().filter(|(key, value)| key.span != node.span || value.span != node.span);
            for (key, value) in written.filter(|(key, value)| key.span.is_somewhere() || value.span.is_somewhere()) {
                walk(value, &path.key(key.as_text().unwrap_or_default()), found);
            }
        }
        Value::List(items) if !is_whole(node) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &path.index(index), found);
            }
        }
        _ if path.is_root() => {}
        _ => {
            found.insert(path.clone(), node.span);
        }
    }
}

/// Whether nothing is in a value, or all that is in it stands where it stands: a short spelling was made into it.
fn is_whole(node: &Node) -> bool {
    is_at(node, node.span)
}

/// Whether a value and all that is in it stand at one place.
fn is_at(node: &Node, span: Span) -> bool {
    node.span == span
        && match &node.value {
            Value::Map(entries) => entries.iter().all(|(key, value)| key.span == span && is_at(value, span)),
            Value::List(items) => items.iter().all(|item| is_at(item, span)),
            Value::Scalar { .. } => true,
        }
}

/// The places of all scalars in a value.
fn spans(node: &Node) -> Vec<Span> {
    match &node.value {
        Value::Map(entries) => entries.iter().flat_map(|(_, value)| spans(value)).collect(),
        Value::List(items) => items.iter().flat_map(spans).collect(),
        Value::Scalar { .. } => vec![node.span],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::loaded;

    fn found(text: &str) -> String {
        let loaded = loaded(&[("compose.yaml", text), ("a.env", "F=1\n")]);
        keys(&loaded.origins).keys().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_leaves_that_are_written_are_the_keys() {
        let text = "services:\n  a:\n    image: x\n    command: [b, c]\n    deploy: {}\n    environment: {A: , B: 1}\n";
        let wanted = "services.a.command[0] services.a.command[1] services.a.deploy services.a.environment.A \
                      services.a.environment.B services.a.image";
        assert_eq!(found(text), wanted);
    }

    #[test]
    fn a_short_spelling_is_one_key() {
        let text = "services:\n  a:\n    build: .\n    command: sleep 1\n    ports: ['80:80', {target: 90}]\n    \
                    depends_on: [b]\n    environment: [A=1]\n  b: {image: y}\n";
        let wanted = "services.a.build services.a.command services.a.depends_on.b services.a.environment.A \
                      services.a.ports[0] services.a.ports[1].target services.b.image";
        assert_eq!(found(text), wanted);
    }

    #[test]
    fn what_the_loader_adds_is_no_key() {
        let text = "services:\n  a: {image: x, links: [b], depends_on: {c: {condition: service_started}}}\n  \
                    b: {image: y, networks: [n]}\n  c: {image: z}\nnetworks:\n  n:\n  m: {}\nvolumes: {v: {driver: d}}\n";
        let wanted = "networks.m networks.n services.a.depends_on.c.condition services.a.image services.a.links[0] \
                      services.b.image services.b.networks.n services.c.image volumes.v.driver";
        assert_eq!(found(text), wanted);
    }

    #[test]
    fn files_of_variables_are_keys_and_so_is_what_stands_in_them() {
        let text = "services:\n  a:\n    image: x\n    env_file: a.env\n    environment: {B: 1}\n";
        let wanted = "services.a.env_file services.a.environment.B services.a.environment.F services.a.image";
        assert_eq!(found(text), wanted);
    }
}
