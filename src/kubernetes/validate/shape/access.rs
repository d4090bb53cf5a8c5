//! Rules about roles.

use super::super::Faults;
use super::super::reach::{entry, items, text};
use super::{out_of_place, wrong};
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// The group of roles.
const GROUP: &str = "rbac.authorization.k8s.io";

/// A rule is about paths, or about resources of some groups.
pub(super) fn rule(node: &Node, faults: &mut Faults) {
    let said = |key: &str| entry(node, key).filter(|_| !items(node, key).is_empty());
    if let Some(paths) = said("nonResourceURLs") {
        let other = ["apiGroups", "resources", "resourceNames"].into_iter().find(|key| said(key).is_some());
        return faults.extend(other.map(|other| out_of_place(paths, &format!("'{other}'"))));
    }
    let missing: Vec<_> = ["apiGroups", "resources"].into_iter().filter(|key| said(key).is_none()).collect();
    if !missing.is_empty() {
        let message = format!("a rule about resources has no '{}'", missing.join("' and no '"));
        let help = "add it: 'apiGroups: [\"\"]' and 'resources: [pods]', say";
        faults.push(Diagnostic::error("missing-value", message).at(node.span).help(help));
    }
}

/// Who has a role is in the group that its kind is in.
pub(super) fn subject(node: &Node, faults: &mut Faults) {
    let Some(group) = text(node, "apiGroup").and(entry(node, "apiGroup")) else { return };
    match text(node, "kind") {
        Some("ServiceAccount") => faults.push(out_of_place(group, "'kind: ServiceAccount'")),
        Some("User" | "Group") if group.1.as_text() != Some(GROUP) => {
            faults.push(wrong(group.1, "is no group of users").help(format!("write '{GROUP}', or remove it")));
        }
        _ => {}
    }
}
