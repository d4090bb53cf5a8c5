//! Rules about what a namespace may use.

use super::super::Faults;
use super::super::container::twice;
use super::super::reach::{entries, items};
use super::super::resource::amount;
use super::wrong;
use crate::diagnostic::Diagnostic;
use crate::document::Node;

/// What is said of a resource, the least first.
const LIMITS: [&str; 4] = ["min", "defaultRequest", "default", "max"];

/// No limit is below one that has to be less.
pub(super) fn limit(node: &Node, faults: &mut Faults) {
    let above = |at: usize| LIMITS.iter().skip(at + 1);
    let pairs = LIMITS.iter().enumerate().flat_map(|(at, lower)| above(at).map(move |upper| (*lower, *upper)));
    for (lower, upper) in pairs {
        for (name, least) in entries(node, &[lower]) {
            let most = entries(node, &[upper]).iter().find(|(other, _)| other.as_text() == name.as_text());
            let Some((_, most)) = most.filter(|(_, most)| amount(least) > amount(most) && amount(most).is_some())
            else {
                continue;
            };
            let message = format!("'{lower}' of '{}' is more than '{upper}'", name.as_text().unwrap_or_default());
            let fault = Diagnostic::error("out-of-range", message).at(least.span).label(most.span, "it is this");
            faults.push(fault.help("write less, or raise the other"));
            return;
        }
    }
}

/// Limits are said once of each type.
pub(super) fn limits(node: &Node, faults: &mut Faults) {
    faults.extend(twice(items(node, "limits").iter().filter_map(|limit| limit.get("type")), "type"));
}

/// Resources of a quota without a domain.
const COUNTED: [&str; 20] = [
    "configmaps",
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
    "storage",
];

/// A quota counts what there is.
pub(super) fn counted(node: &Node, faults: &mut Faults) {
    for (key, value) in entries(node, &["hard"]) {
        let name = key.as_text().unwrap_or_default();
        let is_page = name.strip_prefix("requests.").unwrap_or(name).starts_with("hugepages-");
        if !name.contains('/') && !COUNTED.contains(&name) && !is_page {
            let help = "write a resource such as 'requests.cpu', or 'count/' and a resource with its group";
            faults.push(wrong(key, "is nothing that a quota counts").help(help));
        }
        if amount(value).is_some_and(|amount| amount.billionths() < 0) {
            let message = format!("'{name}' cannot be {}", value.as_text().unwrap_or_default());
            faults.push(Diagnostic::error("out-of-range", message).at(value.span).help("write 0 or more"));
        }
    }
}
