//! What belongs to the whole project: the namespace, what it may run, and the keys that no service has.

use super::ledger::{Ledger, Spot};
use super::options::Security;
use super::row::ObjectPath;
use super::scene::Scene;
use crate::document::Path;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// Whether a cluster has a namespace from its beginning. What others have there must not be held to the project's level.
pub(super) fn is_given(namespace: &str) -> bool {
    namespace == "default" || namespace.starts_with("kube-")
}

/// The namespace; it refuses pods below the level that all pods of the project meet.
pub(super) fn namespace(scene: &Scene<'_>, level: Security) -> Namespace {
    let mut metadata = scene.metadata_of_all(&scene.namespace);
    metadata.namespace = None;
    let labels = metadata.labels.get_or_insert_default();
    labels.insert("pod-security.kubernetes.io/enforce".into(), level.as_str().into());
    Namespace { metadata: ObjectMeta { ..metadata }, ..Namespace::default() }
}

/// Says what becomes of the keys that no service has.
pub(super) fn keys(scene: &Scene<'_>, ledger: &mut Ledger) {
    let place = Spot::Of(ObjectPath::new("Namespace", &scene.namespace, "metadata"));
    let place = (!is_given(&scene.namespace)).then_some(place);
    let claim = ledger.claim(Path::of(["name"]));
    claim.approximated("it is in the labels of all objects, and their namespace unless another is asked for", place);
    let reason = "what it names is converted as a part of the project";
    ledger.claim(Path::of(["include"])).approximated(reason, []);
    ledger.claim(Path::of(["version"])).dropped("it does nothing in docker compose either");
    for (name, service) in &scene.project().inactive {
        let profiles = service.profiles.join("' or '");
        let claim = ledger.claim(Path::of(["services", name.as_str()]));
        let remedy = format!("'--profile {}'", service.profiles.first().map_or("", String::as_str));
        claim.dropped(format!("its profile '{profiles}' is not active")).remedy(remedy);
        let claim = ledger.claim(Path::of(["services", name.as_str(), "profiles"]));
        claim.approximated("without it the service would be there", []);
    }
    for (name, service) in &scene.project().services {
        if service.provider.is_some() {
            let claim = ledger.claim(Path::of(["services", name.as_str()]));
            let remedy = "provide it in the cluster, and tell services its address";
            claim.dropped("a program of this machine provides it, and no container").remedy(remedy);
        }
    }
    let models = ledger.claim(Path::of(["models"])).dropped("no model runner serves a cluster");
    models.remedy("say at the model where it is served: 'x-kubernetes: {endpoint: URL}'");
}

#[cfg(test)]
mod tests {
    use crate::kubernetes::{Options, convert};
    use crate::testing::loaded;

    #[test]
    fn a_namespace_of_the_cluster_itself_is_left_as_it_is() {
        let loaded = loaded(&[("compose.yaml", "services: {a: {image: x}}")]);
        let has_one = |namespace: &str| {
            let options = Options { namespace: Some(namespace.to_owned()), ..Options::default() };
            convert(&loaded, &options).manifests.iter().any(|one| one.kind == "Namespace")
        };
        assert_eq!(["shop", "default", "kube-system"].map(has_one), [true, false, false]);
    }
}
