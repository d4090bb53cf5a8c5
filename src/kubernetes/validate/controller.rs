//! What the controllers of a cluster add to what they make: labels of pods, and claims to storage.

use super::object::Object;
use super::reach::{items, reach};
use crate::document::Node;

/// Which values a label has that a controller gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    /// One that nobody knows beforehand.
    Any,
    /// A number.
    Number,
    /// The name of the owner.
    Name,
    /// The name of the owner, `-` and a number.
    Numbered,
}

use Given::{Any, Name, Number, Numbered};

/// By kind and label.
const LABELS: [(&str, &str, Given); 17] = [
    ("CronJob", "batch.kubernetes.io/controller-uid", Any),
    ("CronJob", "batch.kubernetes.io/job-completion-index", Number),
    ("CronJob", "batch.kubernetes.io/job-name", Numbered),
    ("CronJob", "controller-uid", Any),
    ("CronJob", "job-name", Numbered),
    ("DaemonSet", "controller-revision-hash", Any),
    ("DaemonSet", "pod-template-generation", Number),
    ("Deployment", "pod-template-hash", Any),
    ("Job", "batch.kubernetes.io/controller-uid", Any),
    ("Job", "batch.kubernetes.io/job-completion-index", Number),
    ("Job", "batch.kubernetes.io/job-name", Name),
    ("Job", "controller-uid", Any),
    ("Job", "job-name", Name),
    ("ReplicaSet", "pod-template-hash", Any),
    ("StatefulSet", "apps.kubernetes.io/pod-index", Number),
    ("StatefulSet", "controller-revision-hash", Any),
    ("StatefulSet", "statefulset.kubernetes.io/pod-name", Numbered),
];

/// Whether the controller of an object gives its pods a label, or one of them.
pub(super) fn gives(owner: &Object<'_>, label: &str, value: &str) -> bool {
    let given = LABELS.iter().find(|(kind, name, _)| *kind == owner.kind && *name == label);
    given.is_some_and(|(_, _, given)| match given {
        Any => true,
        Number => is_number(value),
        Name => value == owner.name,
        Numbered => is_numbered(value, owner.name),
    })
}

/// Whether a `StatefulSet` makes a claim for one of its pods: that of a template, `-`, its own name, `-` and a number.
pub(super) fn makes_claim(set: &Object<'_>, name: &str) -> bool {
    let templates = set.get(&["spec"]).filter(|_| set.kind == "StatefulSet");
    let templates = templates.map(|spec| items(spec, "volumeClaimTemplates")).unwrap_or_default();
    let mut names = templates.iter().filter_map(|claim| reach(claim, &["metadata", "name"])).filter_map(Node::as_text);
    names.any(|template| {
        let rest = name.strip_prefix(template).and_then(|rest| rest.strip_prefix('-'));
        rest.is_some_and(|rest| is_numbered(rest, set.name))
    })
}

fn is_numbered(text: &str, name: &str) -> bool {
    text.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')).is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_there_once() {
        assert!(LABELS.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
    }
}
