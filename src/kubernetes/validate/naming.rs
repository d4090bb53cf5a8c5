//! Rules about the names of objects.

use super::Faults;
use super::field::misspelt;
use super::object::Object;
use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::kubernetes::name::Form;

/// The longest names of kinds whose names stand in labels of their pods, which take 63 letters. A cluster adds 11 to that
/// of a `CronJob` for its jobs, and to that of a `StatefulSet` for the label `controller-revision-hash`.
const LONGEST: [(&str, usize); 3] = [("CronJob", 52), ("Job", 63), ("StatefulSet", 52)];

/// An object is named as its kind has to be.
pub(super) fn name(object: &Object<'_>, faults: &mut Faults) {
    let form = match object.kind {
        "Service" => Form::ServiceName,
        "Namespace" => Form::Label,
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => Form::PathSegment,
        _ => Form::Subdomain,
    };
    faults.extend(object.get(&["metadata", "generateName"]).and_then(|begin| begun(form, object.kind, begin)));
    let Some(name) = object.get(&["metadata", "name"]).filter(|_| !object.name.is_empty()) else { return };
    faults.extend(misspelt(form, &format!("the name of a {}", object.kind), name));
    let longest = LONGEST.iter().find(|(kind, most)| *kind == object.kind && object.name.len() > *most);
    if let Some((kind, most)) = longest {
        let message = format!("the name of a {kind} has at most {most} letters, '{}' has more", object.name);
        faults.push(Diagnostic::error("invalid-name", message).at(name.span).help("shorten it"));
    }
}

/// The fault of a text with which no name begins; letters follow it.
fn begun(form: Form, kind: &str, begin: &Node) -> Option<Diagnostic> {
    let text = begin.as_text().filter(|text| !text.is_empty() && !form.accepts(&format!("{text}a")))?;
    let message = format!("no name of a {kind} begins with '{text}'");
    Some(Diagnostic::error("invalid-name", message).at(begin.span).help(form.remedy()))
}
