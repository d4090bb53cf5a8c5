//! Rules about roles and who has them.

use super::Faults;
use super::object::Object;
use super::reach::{entry, items, text};
use crate::diagnostic::Diagnostic;

/// A role of a namespace says nothing of paths outside of it.
pub(super) fn paths(object: &Object<'_>, faults: &mut Faults) {
    let rules = items(object.node, "rules").iter().filter(|_| object.kind == "Role");
    for (key, _) in rules.filter_map(|rule| entry(rule, "nonResourceURLs")) {
        let message = "a Role is one of a namespace, and 'nonResourceURLs' are in none";
        faults
            .push(Diagnostic::error("conflict", message).at(key.span).help("remove it, or write 'kind: ClusterRole'"));
    }
}

/// Outside of a namespace a role is one of none.
pub(super) fn bound(object: &Object<'_>, faults: &mut Faults) {
    let kind = object.get(&["roleRef"]).filter(|_| object.kind == "ClusterRoleBinding");
    if let Some((_, kind)) =
        kind.and_then(|role| entry(role, "kind")).filter(|(_, kind)| kind.as_text() == Some("Role"))
    {
        let fault = Diagnostic::error("conflict", "a ClusterRoleBinding is in no namespace, and a Role is in one");
        faults.push(fault.at(kind.span).help("write 'kind: ClusterRole', or make it a RoleBinding"));
    }
}

/// Outside of a namespace it is said which one an account is in.
pub(super) fn accounts(object: &Object<'_>, faults: &mut Faults) {
    let subjects = items(object.node, "subjects").iter().filter(|_| object.kind == "ClusterRoleBinding");
    let accounts = subjects.filter(|one| text(one, "kind") == Some("ServiceAccount"));
    for account in accounts.filter(|one| text(one, "namespace").is_none()) {
        let fault = Diagnostic::error("missing-value", "a ServiceAccount is in a namespace, and none is said");
        faults.push(fault.at(account.span).help("add 'namespace'"));
    }
}
