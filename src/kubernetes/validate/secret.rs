//! Rules about what Secrets of a type hold.

use super::Faults;
use super::object::Object;
use super::reach::entries;
use crate::diagnostic::Diagnostic;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// What a type needs.
enum Needs {
    /// All of these keys.
    All(&'static [&'static str]),
    /// One of these keys.
    One(&'static [&'static str]),
    /// This key, with JSON.
    Json(&'static str),
    /// This annotation.
    Annotation(&'static str),
}

/// By type.
const TYPES: [(&str, Needs); 6] = [
    ("kubernetes.io/tls", Needs::All(&["tls.crt", "tls.key"])),
    ("kubernetes.io/ssh-auth", Needs::All(&["ssh-privatekey"])),
    ("kubernetes.io/basic-auth", Needs::One(&["username", "password"])),
    ("kubernetes.io/dockercfg", Needs::Json(".dockercfg")),
    ("kubernetes.io/dockerconfigjson", Needs::Json(".dockerconfigjson")),
    ("kubernetes.io/service-account-token", Needs::Annotation("kubernetes.io/service-account.name")),
];

/// A Secret holds what its type says.
pub(super) fn typed(object: &Object<'_>, faults: &mut Faults) {
    let Some(kind) = object.get(&["type"]).filter(|_| object.kind == "Secret") else { return };
    let Some((name, needs)) = TYPES.iter().find(|(name, _)| kind.as_text() == Some(name)) else { return };
    let value = |path: &[&str], key: &str| {
        entries(object.node, path).iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value)
    };
    let held = |key: &str| value(&["stringData"], key).or_else(|| value(&["data"], key));
    let plain = |key: &str| match value(&["stringData"], key) {
        Some(text) => text.as_text().map(|text| text.as_bytes().to_vec()),
        None => BASE64_STANDARD.decode(value(&["data"], key)?.as_text()?.replace(['\n', '\r'], "")).ok(),
    };
    let lacks = |what: String| {
        let fault = Diagnostic::error("missing-value", format!("a Secret of type '{name}' needs {what}"));
        fault.at(kind.span).help("add it, or write another type")
    };
    match needs {
        Needs::All(keys) => {
            faults.extend(keys.iter().filter(|key| held(key).is_none()).map(|key| lacks(format!("'{key}'"))));
        }
        Needs::One(keys) if keys.iter().all(|key| held(key).is_none()) => {
            faults.push(lacks(format!("'{}'", keys.join("' or '"))));
        }
        Needs::Json(key) => match held(key) {
            None => faults.push(lacks(format!("'{key}'"))),
            Some(text) if !is_json(&plain(key).unwrap_or_default()) => {
                let fault = Diagnostic::error("invalid-value", format!("'{key}' is no object of JSON"));
                faults.push(fault.at(text.span).help("write what 'docker login' keeps in its config.json"));
            }
            Some(_) => {}
        },
        Needs::Annotation(key) if value(&["metadata", "annotations"], key).is_none() => {
            faults.push(lacks(format!("the annotation '{key}'")));
        }
        _ => {}
    }
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(bytes).is_ok()
}
