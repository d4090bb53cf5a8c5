//! Rules about claims to storage: objects of their own, and those that a `StatefulSet` makes for each of its pods.

use super::Faults;
use super::field::misspelt;
use super::object::Object;
use super::reach::{items, reach};
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::kubernetes::name::Form;
use crate::source::Span;

/// A claim says how it is used and how much it asks for.
pub(super) fn complete(object: &Object<'_>, faults: &mut Faults) {
    match object.kind {
        "PersistentVolumeClaim" => faults.extend(incomplete(object.node, object.place())),
        "StatefulSet" => {
            let claims = object.get(&["spec"]).map(|spec| items(spec, "volumeClaimTemplates")).unwrap_or_default();
            let place = |claim: &Node| reach(claim, &["metadata", "name"]).map_or(claim.span, |name| name.span);
            faults.extend(claims.iter().filter_map(|claim| incomplete(claim, place(claim))));
            let names = claims.iter().filter_map(|claim| reach(claim, &["metadata", "name"]));
            let what = "the name of a claim, which is that of a volume";
            faults.extend(names.filter_map(|name| misspelt(Form::Label, what, name)));
        }
        _ => {}
    }
}

/// The fault of a claim that does not say how it is used, or how much it asks for.
pub(super) fn incomplete(claim: &Node, place: Span) -> Option<Diagnostic> {
    let spec = claim.get("spec").filter(|spec| spec.as_map().is_some())?;
    let (modes, size) = ("'accessModes: [ReadWriteOnce]'", "'resources: {requests: {storage: 1Gi}}'");
    let has_size = reach(spec, &["resources", "requests", "storage"]).is_some();
    let (lacks, help) = match (items(spec, "accessModes").is_empty(), has_size) {
        (false, true) => return None,
        (true, true) => ("how it is used", format!("add {modes}")),
        (false, false) => ("how much it asks for", format!("add {size}")),
        (true, false) => ("how it is used, nor how much it asks for", format!("add {modes} and {size}")),
    };
    let name = reach(claim, &["metadata", "name"]).and_then(Node::as_text).unwrap_or_default();
    let message = format!("the claim '{name}' does not say {lacks}");
    Some(Diagnostic::error("missing-value", message).at(place).help(help))
}
