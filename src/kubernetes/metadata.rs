//! Labels and annotations: the recommended labels, the selector, and what the user notes on services.

use super::claim;
use super::draft::{Draft, Role};
use super::kompose::PREFIX as KOMPOSE;
use super::ledger::{object, template};
use super::object_name;
use super::options::{DeployLabels, Selector};
use super::scene::Scene;
use super::traefik;
use crate::model::Service;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::BTreeMap;

/// The label by which Kompose selects pods.
pub(super) const OF_KOMPOSE: &str = "io.kompose.service";

/// The label with the name of a service.
pub(super) const NAME: &str = "app.kubernetes.io/name";

/// Labels by name.
pub(super) type Labels = BTreeMap<String, String>;

/// The recommended labels of what a service becomes.
pub(super) fn labels(scene: &Scene<'_>, service: &Service) -> Labels {
    let mut labels = labels_of_all(scene);
    labels.insert(NAME.into(), scene.name_of(&service.name).into());
    let image = scene.image_of(service);
    let tag = image.split().1.trim_start_matches(':');
    if !tag.is_empty() && !tag.contains(['@', ':']) && object_name::is_label_value(tag) {
        labels.insert("app.kubernetes.io/version".into(), tag.into());
    }
    if scene.options.selector == Selector::Kompose {
        labels.insert(OF_KOMPOSE.into(), scene.name_of(&service.name).into());
    }
    labels
}

/// The recommended labels of what belongs to no single service.
pub(super) fn labels_of_all(scene: &Scene<'_>) -> Labels {
    let project = instance(scene);
    let pairs = [("instance", project.as_str()), ("part-of", project.as_str()), ("managed-by", "hoist")];
    pairs.into_iter().map(|(name, value)| (format!("app.kubernetes.io/{name}"), value.to_owned())).collect()
}

/// What tells the pods of a service from all others. It never changes, since Kubernetes does not let it.
pub(super) fn selector(scene: &Scene<'_>, service: &str) -> Labels {
    if scene.options.selector == Selector::Kompose {
        return [(OF_KOMPOSE.to_owned(), service.to_owned())].into();
    }
    let pairs = [("name", service.to_owned()), ("instance", instance(scene))];
    pairs.into_iter().map(|(name, value)| (format!("app.kubernetes.io/{name}"), value)).collect()
}

/// The same for a workload.
pub(super) fn label_selector(scene: &Scene<'_>, service: &str) -> LabelSelector {
    LabelSelector { match_labels: Some(selector(scene, service)), ..LabelSelector::default() }
}

/// The project as the value of a label.
fn instance(scene: &Scene<'_>) -> String {
    scene.project().name().as_str().trim_matches(['-', '_']).to_owned()
}

/// `labels` and `annotations` become annotations of the pods: labels of Compose are notes with any value, and so are
/// annotations.
pub(super) fn notes(draft: &mut Draft<'_, '_>, service: &Service) {
    let Service { labels, annotations, .. } = service;
    if draft.home.role == Role::First {
        for key in ["labels", "annotations", "label_file"] {
            draft.claim([key]).dropped("its container is in the pods of another service");
        }
        return;
    }
    for (key, value) in annotations {
        note(draft, "annotations", (key, value));
    }
    for (key, value) in labels.iter().filter(|(key, _)| !is_read(key)) {
        if annotations.contains_key(key) {
            draft.claim(["labels", key]).dropped("the annotation of the same name wins");
        } else {
            note(draft, "labels", (key, value));
        }
    }
    draft.claim(["label_file"]).approximated("its labels are taken one by one", template("metadata.annotations"));
    let is_empty = |labels: &Labels| labels.is_empty();
    if is_empty(labels) {
        draft.claim(["labels"]).dropped("it is empty");
    }
    if is_empty(annotations) {
        draft.claim(["annotations"]).dropped("it is empty");
    }
}

/// Whether a label is read for what it says, and is no note.
fn is_read(label: &str) -> bool {
    label.starts_with(KOMPOSE) || traefik::is_label(label)
}

fn note(draft: &mut Draft<'_, '_>, attribute: &str, (key, value): (&String, &String)) {
    if !object_name::is_qualified(key) {
        let reason = "Kubernetes takes no annotation of this name: it wants 'name' or 'domain/name'";
        draft.claim([attribute, key]).dropped(reason).remedy("rename it");
        return;
    }
    // Members of one pod share its annotations: the first one wins.
    let known = draft.workload.pod_annotations.entry(key.clone()).or_insert_with(|| value.clone());
    let is_kept = known == value;
    let is_twice = is_said_twice(draft, attribute, (key, value));
    let place = template(format!("metadata.annotations['{key}']"));
    let claim = draft.claim([attribute, key]);
    match (is_kept, is_twice) {
        (true, true) => claim.same_without(place),
        (true, false) => claim.exact(place),
        (false, _) => claim.dropped("another container of the same pod says otherwise"),
    };
}

/// Whether the other attribute of the service says the same, or another container of the pod.
fn is_said_twice(draft: &Draft<'_, '_>, attribute: &str, (key, value): (&String, &String)) -> bool {
    let says = |member: &Service, of: &str, labels: &Labels| {
        (member.name != draft.service.name || of != attribute) && labels.get(key) == Some(value)
    };
    let mut members = draft.scene.members(&draft.home.owner).into_iter();
    members.any(|one| says(one, "labels", &one.labels) || says(one, "annotations", &one.annotations))
}

/// `deploy.labels` become annotations of the workload, or labels where that is asked for and Kubernetes takes them as such.
pub(super) fn deploy_labels(draft: &mut Draft<'_, '_>, labels: &Labels) {
    if labels.is_empty() {
        draft.claim(["deploy", "labels"]).dropped("it is empty");
    }
    let are_labels = draft.scene.options.deploy_labels == DeployLabels::Labels;
    for (key, value) in labels.iter().filter(|(key, _)| !is_read(key)) {
        let claim = draft.ledger.claim_for(draft.path(["deploy", "labels", key]), draft.home);
        if !object_name::is_qualified(key) {
            claim.dropped("Kubernetes takes no annotation of this name").remedy("rename it");
            continue;
        }
        if are_labels && is_free(key, value) {
            draft.workload.labels.insert(key.clone(), value.clone());
            claim.exact(object(format!("metadata.labels['{key}']")));
            continue;
        }
        draft.workload.annotations.insert(key.clone(), value.clone());
        let claimed = claim.exact(object(format!("metadata.annotations['{key}']")));
        if are_labels {
            claimed.note(why_no_label(key)).remedy("write a name and a value that a label may have");
        }
    }
}

/// Whether a workload may have a label: Kubernetes takes it, and none of ours has its name.
fn is_free(label: &str, value: &str) -> bool {
    claim::is_label(label, value) && label != OF_KOMPOSE
}

fn why_no_label(label: &str) -> &'static str {
    if label.starts_with("app.kubernetes.io/") || label == OF_KOMPOSE {
        "the label of this name is ours, so that it is an annotation"
    } else {
        "Kubernetes takes no label of this value, so that it is an annotation"
    }
}
