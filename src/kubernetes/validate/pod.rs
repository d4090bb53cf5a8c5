//! [`Pod`]: what a pod is made from, wherever it is written: in a `Pod`, or in the template of a workload.

use super::controller::gives;
use super::object::Object;
use super::reach::{entries, items, reach, text};
use crate::document::Node;
use crate::source::Span;

/// A pod, or the template of pods.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pod<'a> {
    /// The object that it belongs to.
    pub owner: Object<'a>,
    /// Where metadata and specification stand.
    pub template: &'a Node,
    /// The specification.
    pub spec: &'a Node,
}

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Init,
    /// One that starts before the others and stays.
    Sidecar,
    Main,
}

/// A container of a pod.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container<'a> {
    pub node: &'a Node,
    pub role: Role,
}

impl<'a> Pod<'a> {
    /// The pod of an object, if it makes pods.
    pub fn of(owner: Object<'a>) -> Option<Self> {
        if !matches!(owner.group(), "" | "apps" | "batch") {
            return None;
        }
        let path: &[&str] = match owner.kind {
            "Pod" => &[],
            "PodTemplate" => &["template"],
            "CronJob" => &["spec", "jobTemplate", "spec", "template"],
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
                &["spec", "template"]
            }
            _ => return None,
        };
        let template = owner.get(path)?;
        Some(Self { owner, template, spec: template.get("spec")? })
    }

    /// Its labels.
    pub fn labels(&self) -> &'a [(Node, Node)] {
        entries(self.template, &["metadata", "labels"])
    }

    /// Its containers, in the order in which they start.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> {
        let early = items(self.spec, "initContainers").iter().map(|node| {
            let stays = text(node, "restartPolicy") == Some("Always");
            Container { node, role: if stays { Role::Sidecar } else { Role::Init } }
        });
        early.chain(items(self.spec, "containers").iter().map(|node| Container { node, role: Role::Main }))
    }

    /// Its volumes.
    pub fn volumes(&self) -> &'a [Node] {
        items(self.spec, "volumes")
    }

    /// Names of the claims that a `StatefulSet` makes for each of its pods.
    pub fn claims(&self) -> impl Iterator<Item = &'a str> {
        let templates = self.owner.get(&["spec", "volumeClaimTemplates"]).filter(|_| self.owner.kind == "StatefulSet");
        let templates = templates.and_then(Node::as_list).unwrap_or_default();
        templates.iter().filter_map(|claim| reach(claim, &["metadata", "name"])?.as_text())
    }

    /// Whether its template has a label.
    pub fn is_labelled(&self, (key, value): &(Node, Node)) -> bool {
        let is = |(name, label): &(Node, Node)| name.as_text() == key.as_text() && label.as_text() == value.as_text();
        self.labels().iter().any(is)
    }

    /// Whether a selector of plain labels chooses it, or one of several, as its controller makes them.
    pub fn matches(&self, selector: &[(Node, Node)]) -> bool {
        let is_given = |(key, value): &(Node, Node)| {
            key.as_text().zip(value.as_text()).is_some_and(|(key, value)| gives(&self.owner, key, value))
        };
        selector.iter().all(|label| self.is_labelled(label) || is_given(label))
    }
}

impl<'a> Container<'a> {
    /// Its name; empty when it has none.
    pub fn name(&self) -> &'a str {
        text(self.node, "name").unwrap_or_default()
    }

    /// Where it is named, or begins.
    pub fn place(&self) -> Span {
        self.node.get("name").map_or(self.node.span, |name| name.span)
    }

    /// Its ports.
    pub fn ports(&self) -> &'a [Node] {
        items(self.node, "ports")
    }
}
