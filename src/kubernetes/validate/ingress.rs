//! Rules about an Ingress as a whole.

use super::Faults;
use super::object::Object;
use super::reach::{entries, entry};
use crate::diagnostic::Diagnostic;

/// The annotation that said once what a field says now.
const CLASS: &str = "kubernetes.io/ingress.class";

/// Who serves an Ingress is said once, or twice the same.
pub(super) fn class(object: &Object<'_>, faults: &mut Faults) {
    let spec = object.get(&["spec"]).filter(|_| object.kind == "Ingress");
    let Some((key, class)) = spec.and_then(|spec| entry(spec, "ingressClassName")) else { return };
    let annotations = entries(object.node, &["metadata", "annotations"]);
    let other = annotations.iter().find(|(key, _)| key.as_text() == Some(CLASS));
    if let Some((annotation, _)) = other.filter(|(_, value)| value.as_text() != class.as_text()) {
        let message = format!("'ingressClassName' and the annotation '{CLASS}' say different things");
        let fault = Diagnostic::error("conflict", message).at(annotation.span).label(key.span, "the class");
        faults.push(fault.help("remove the annotation"));
    }
}
