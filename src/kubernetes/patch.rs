//! `x-kubernetes.patch`: what is put over the objects when all else is done, as `kubectl patch` would.
//!
//! Of a service it is put over its workload; at the top level it is a list, each of which names the object that it is for.

use super::extension::KEY;
use super::ledger::{Ledger, Spot};
use super::manifest::Manifest;
use super::row::ObjectPath;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Node, Path, Segment, Value};
use crate::load::Loaded;
use std::collections::BTreeMap;

/// What tells the items of a list apart, the first that all of them have.
const IDENTITIES: [&str; 4] = ["mountPath", "name", "containerPort", "port"];

/// A service's workload: its kind and name.
pub(super) type Workloads = BTreeMap<String, (String, String)>;

/// Puts all patches over the objects.
pub(super) fn apply(
    loaded: &Loaded,
    (workloads, manifests): (&Workloads, &mut [Manifest]),
    (ledger, diagnostics): (&mut Ledger, &mut Diagnostics),
) {
    let tree = loaded.origins.tree();
    for (service, (kind, name)) in workloads {
        let Some(patch) = tree.get("services").and_then(|all| all.get(service)?.get(KEY)?.get("patch")) else {
            continue;
        };
        let key = Path::of(["services", service, KEY, "patch"]);
        if patch.as_map().is_none() {
            let message = format!("the patch of service '{service}' is {}, not a mapping", patch.kind());
            let help =
                "write what is put over its workload, such as 'spec: {...}'; a list of patches stands at the top";
            diagnostics.push(Diagnostic::error("wrong-type", message).at(loaded.origins.place(&key)).help(help));
            ledger.claim(key).dropped("it is no mapping");
            continue;
        }
        put(manifests, (kind, name), patch);
        claim(ledger, (kind, name), (&key, key.segments().len()), patch);
    }
    let all = Path::of([KEY, "patch"]);
    for (index, patch) in
        tree.get(KEY).and_then(|all| all.get("patch")?.as_list()).unwrap_or_default().iter().enumerate()
    {
        let key = all.index(index);
        let named = patch.get("metadata").and_then(|metadata| metadata.get("name")?.as_text());
        let kind = patch.get("kind").and_then(Node::as_text).unwrap_or_default();
        let name = named.unwrap_or_default();
        if put(manifests, (kind, name), patch) {
            claim(ledger, (kind, name), (&key, key.segments().len()), patch);
        } else {
            let message = format!("there is no {kind} '{name}' to put a patch over");
            let help = "name an object that is made here by 'kind' and 'metadata.name'";
            diagnostics.push(Diagnostic::error("no-such-object", message).at(loaded.origins.place(&key)).help(help));
            ledger.claim(key).dropped("no object is named so");
        }
    }
}

/// Puts a patch over an object; whether there is such an object.
fn put(manifests: &mut [Manifest], (kind, name): (&str, &str), patch: &Node) -> bool {
    let found = manifests.iter_mut().find(|one| one.kind == kind && one.name == name);
    let Some(manifest) = found else { return false };
    merge(&mut manifest.tree, patch);
    true
}

/// Says of each key of a patch where it went: as far as no list is on the way, whose items may stand elsewhere.
fn claim(ledger: &mut Ledger, (kind, name): (&str, &str), (key, depth): (&Path, usize), value: &Node) {
    match &value.value {
        Value::Map(entries) if !entries.is_empty() => {
            for (name_of, value) in entries {
                claim(ledger, (kind, name), (&key.key(name_of.as_text().unwrap_or_default()), depth), value);
            }
        }
        _ => {
            let field = field(key.segments().get(depth..).unwrap_or_default());
            let reason = match field.as_str() {
                "kind" | "metadata.name" => "it names the object",
                _ if value.is_null() => "it takes away what stands there",
                _ => "it is put over what the conversion made",
            };
            let place = Spot::Of(ObjectPath::new(kind, name, field));
            ledger.claim(key.clone()).approximated(reason, [place]);
        }
    }
}

fn field(segments: &[Segment]) -> String {
    let keys = segments.iter().map_while(|segment| match segment {
        Segment::Key(key) => Some(&**key),
        Segment::Index(_) => None,
    });
    let step = |(at, key): (usize, &str)| match at {
        _ if key.contains(['.', '/']) => format!("['{key}']"),
        0 => key.to_owned(),
        _ => format!(".{key}"),
    };
    keys.enumerate().map(step).collect::<Vec<_>>().concat()
}

/// Maps are put into each other, `null` takes away, items of lists that have a name are put over those of the same name;
/// everything else is replaced.
pub(super) fn merge(target: &mut Node, patch: &Node) {
    match (&mut target.value, &patch.value) {
        (Value::Map(_), Value::Map(entries)) => {
            for (key, value) in entries {
                let key = key.as_text().unwrap_or_default();
                if value.is_null() {
                    target.take(key);
                } else if let Some(known) = target.get_mut(key) {
                    merge(known, value);
                } else {
                    target.set(key, value.clone());
                }
            }
        }
        (Value::List(items), Value::List(more)) if let Some(identity) = identity(more) => {
            for item in more {
                let same = |known: &&mut Node| {
                    known.get(identity).and_then(Node::as_text) == item.get(identity).and_then(Node::as_text)
                };
                match items.iter_mut().find(same) {
                    Some(known) => merge(known, item),
                    None => items.push(item.clone()),
                }
            }
        }
        _ => target.value.clone_from(&patch.value),
    }
}

/// What tells these items apart, if all of them have it.
fn identity(items: &[Node]) -> Option<&'static str> {
    let all_have = |key: &&str| !items.is_empty() && items.iter().all(|item| item.get(key).is_some());
    IDENTITIES.into_iter().find(all_have)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::write;
    use crate::testing::tree;

    fn merged(target: &str, patch: &str) -> String {
        let mut target = tree(target);
        merge(&mut target, &tree(patch));
        write::yaml(&target)
    }

    #[test]
    fn a_patch_is_put_over_what_is_there() {
        assert_eq!(merged("{a: 1, b: {c: 2, d: 3}}", "{b: {c: 4, d: null}, e: [5]}"), "a: 1\nb:\n  c: 4\ne:\n  - 5\n");
        assert_eq!(merged("{l: [1, 2]}", "{l: [3]}"), "l:\n  - 3\n");
        let named = merged("{l: [{name: a, x: 1}, {name: b}]}", "{l: [{name: a, z: 2}, {name: c}]}");
        assert_eq!(named, "l:\n  - name: a\n    x: 1\n    z: 2\n  - name: b\n  - name: c\n");
    }
}
