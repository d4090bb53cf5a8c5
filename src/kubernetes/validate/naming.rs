//! Rules about the names of objects.

use super::Faults;
use super::field::misspelt;
use super::object::Object;
use crate::diagnostic::Diagnostic;
use crate::kubernetes::name::Form;

/// The longest names of kinds whose names stand in labels of their pods, which take 63 letters. A cluster adds some to
/// that of a `CronJob`.
const LONGEST: [(&str, usize); 2] = [("CronJob", 52), ("Job", 63)];

/// An object is named as its kind has to be.
pub(super) fn name(object: &Object<'_>, faults: &mut Faults) {
    let Some(name) = object.get(&["metadata", "name"]).filter(|_| !object.name.is_empty()) else { return };
    let form = match object.kind {
        "Service" => Form::ServiceName,
        "Namespace" => Form::Label,
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => Form::PathSegment,
        _ => Form::Subdomain,
    };
    faults.extend(misspelt(form, &format!("the name of a {}", object.kind), name));
    let longest = LONGEST.iter().find(|(kind, most)| *kind == object.kind && object.name.len() > *most);
    if let Some((kind, most)) = longest {
        let message = format!("the name of a {kind} has at most {most} letters, '{}' has more", object.name);
        faults.push(Diagnostic::error("invalid-name", message).at(name.span).help("shorten it"));
    }
}
