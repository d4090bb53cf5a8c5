//! The image of a container: its name, how it is fetched, and on which machines it runs.

use super::draft::Draft;
use super::ledger::{container, pod};
use super::object_name;
use crate::diagnostic::Diagnostic;
use crate::model::{Build, PullPolicy};
use crate::value::{ImageName, Platform};

/// The name of the container: `container_name`, or that of the service.
pub(super) fn name(draft: &mut Draft<'_, '_>, wished: Option<&str>) {
    let own = draft.scene.name_of(&draft.service.name).to_owned();
    let Some(wished) = wished else {
        draft.container.name = own;
        return;
    };
    if object_name::is_digit_label(wished) {
        let claim = draft.ledger.claim_for(draft.path(["container_name"]), draft.home);
        if wished == own {
            claim.same_without(container("name"));
        } else {
            claim.exact(container("name"));
        }
        wished.clone_into(&mut draft.container.name);
    } else {
        draft
            .claim(["container_name"])
            .dropped("Kubernetes takes no container of this name")
            .remedy("use lower case letters, digits and dashes");
        draft.container.name = own;
    }
}

/// The image, and when it is fetched.
pub(super) fn convert(
    draft: &mut Draft<'_, '_>,
    (image, build): (Option<&ImageName>, Option<&Build>),
    policy: Option<&PullPolicy>,
) {
    let full = draft.scene.image_of(draft.service);
    draft.container.image = Some(full.as_str().to_owned());
    if image.is_some() {
        let claim = draft.claim(["image"]).exact(container("image"));
        if full.is_latest() && !full.is_pinned() {
            claim
                .note("its tag is 'latest': pods do not notice that another image is pushed")
                .remedy("give it a tag or a digest");
        }
    }
    if build.is_some() {
        built(draft, &full, image.is_some());
    }
    let is_here = build.is_some() && image.is_none() && draft.scene.options.registry.is_none();
    pull_policy(draft, policy, is_here);
}

/// What is built here must be pushed to where the cluster finds it.
fn built(draft: &mut Draft<'_, '_>, image: &ImageName, is_named: bool) {
    let remedy = format!("build it, and push it as '{image}' to a registry that the cluster reaches");
    let reason = "images are built before: a cluster only fetches them";
    if is_named {
        draft.claim(["build"]).dropped(reason).remedy(remedy);
    } else {
        draft.claim(["build"]).dropped(reason).remedy(remedy.clone());
        let reason = format!("it is built here, and the cluster must be able to fetch '{image}'");
        draft.claim(["build", "context"]).approximated(reason, container("image")).remedy(remedy);
        if draft.scene.options.registry.is_some() {
            return;
        }
        let message =
            format!("service '{}' is built here: the cluster must be able to fetch '{image}'", draft.service.name);
        let path = draft.path(["build"]);
        draft.report(
            &path,
            Diagnostic::warning("image-built-here", message)
                .help("give it an 'image' in a registry that the cluster reaches, or use '--registry'"),
        );
    }
}

fn pull_policy(draft: &mut Draft<'_, '_>, policy: Option<&PullPolicy>, is_built: bool) {
    let Some(policy) = policy else {
        // An image of ours is nowhere else: who has it need not look for it.
        draft.container.image_pull_policy = is_built.then(|| "IfNotPresent".to_owned());
        return;
    };
    let (word, reason) = match policy {
        PullPolicy::Missing => ("IfNotPresent", None),
        PullPolicy::Always => ("Always", None),
        PullPolicy::Never => ("Never", None),
        PullPolicy::Build => ("IfNotPresent", Some("a cluster does not build")),
        PullPolicy::Refresh | PullPolicy::Daily | PullPolicy::Weekly | PullPolicy::Every(_) => {
            ("Always", Some("a cluster does not fetch by the clock: it does at every start"))
        }
    };
    draft.container.image_pull_policy = Some(word.to_owned());
    let claim = draft.claim(["pull_policy"]);
    match reason {
        _ if is_built && word == "IfNotPresent" => {
            claim.same_without(container("imagePullPolicy"));
        }

        None => {
            claim.exact(container("imagePullPolicy"));
        }

        Some(reason) => {
            claim.approximated(reason, container("imagePullPolicy"));
        }
    }
}

/// The platform of the image, as labels of machines.
pub(super) fn platform(draft: &mut Draft<'_, '_>, platform: Option<&str>) {
    let Some(text) = platform else { return };
    let platform = Platform::of(text);
    let labels = [("kubernetes.io/os", platform.system()), ("kubernetes.io/arch", platform.processor())];
    let selector = draft.workload.pod.node_selector.get_or_insert_default();
    let named = labels.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value?.to_owned())));
    selector.extend(named);
    let claim = draft.claim(["platform"]);
    match platform.variant() {
        None => {
            claim.exact(pod("nodeSelector"));
        }

        Some(variant) => {
            claim.approximated(format!("no label of a machine tells the variant '{variant}'"), pod("nodeSelector"));
        }
    }
}
