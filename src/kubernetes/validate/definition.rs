//! Rules about definitions of custom resources.

use super::Faults;
use super::object::Object;
use super::reach::{entry, items, reach, text, truth};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// The specification of a definition.
fn spec<'a>(object: &Object<'a>) -> Option<&'a Node> {
    object.get(&["spec"]).filter(|_| object.kind == "CustomResourceDefinition")
}

/// A definition is called as what it defines.
pub(super) fn named(object: &Object<'_>, faults: &mut Faults) {
    let Some(spec) = spec(object) else { return };
    let plural = reach(spec, &["names"]).and_then(|names| text(names, "plural"));
    if let Some((plural, group)) = plural.zip(text(spec, "group"))
        && object.name != format!("{plural}.{group}")
    {
        let message = format!("a definition of '{plural}' of '{group}' cannot be called '{}'", object.name);
        let fault = Diagnostic::error("invalid-name", message).at(object.place());
        faults.push(fault.help(format!("write '{plural}.{group}'")));
    }
    let scope = entry(spec, "scope").filter(|(_, scope)| !matches!(scope.as_text(), Some("Namespaced" | "Cluster")));
    if let Some((_, scope)) = scope {
        let message = format!("'{}' is not a value of 'scope'", scope.as_text().unwrap_or_default());
        let fault = Diagnostic::error("invalid-choice", message).at(scope.span);
        faults.push(fault.help("use one of Namespaced, Cluster"));
    }
}

/// One version is kept, and each says what its objects are.
pub(super) fn versions(object: &Object<'_>, faults: &mut Faults) {
    let Some((key, _)) = spec(object).and_then(|spec| entry(spec, "versions")) else { return };
    let versions = spec(object).map(|spec| items(spec, "versions")).unwrap_or_default();
    let kept: Vec<_> = versions.iter().filter(|version| truth(version, "storage") == Some(true)).collect();
    if kept.len() != 1 {
        let message = format!("one version is kept by the cluster, and {} say 'storage: true'", kept.len());
        let place = kept.get(1).map_or(key.span, |second| second.span);
        faults.push(Diagnostic::error("conflict", message).at(place).help("write it for one of them"));
    }
    for version in versions {
        let name = text(version, "name").unwrap_or_default();
        let schema = reach(version, &["schema", "openAPIV3Schema"]).filter(|schema| !schema.is_null());
        if schema.and_then(|schema| text(schema, "type")) != Some("object") {
            let message = format!("version '{name}' has no schema of an object");
            let fault = Diagnostic::error("missing-value", message).at(version.span);
            faults.push(fault.help("add 'schema: {openAPIV3Schema: {type: object, ...}}'"));
        }
    }
}
