//! Rules about roles.

use super::super::Faults;
use super::super::reach::items;
use super::{first, out_of_place};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// A rule about resources names their groups.
pub(super) fn rule(node: &Node, faults: &mut Faults) {
    if let (Some(paths), Some(_)) = (first(node, &["nonResourceURLs"]), first(node, &["resources"])) {
        faults.push(out_of_place(paths, "'resources'"));
    } else if !items(node, "resources").is_empty() && items(node, "apiGroups").is_empty() {
        let fault = Diagnostic::error("missing-value", "a rule about resources does not name their 'apiGroups'");
        faults.push(fault.at(node.span).help("add it: '[\"\"]' for pods, services and the like"));
    }
}
