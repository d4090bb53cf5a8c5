//! The right of a pod to wait for jobs: an account, a role for those jobs alone, and a token that one volume holds.

use super::draft::Home;
use super::manifest::Manifests;
use super::object_name;
use super::scene::Scene;
use super::wait::TOKEN;
use super::workload::Workload;
use crate::model::Service;
use k8s_openapi::api::core::v1::{
    ConfigMapProjection, DownwardAPIProjection, DownwardAPIVolumeFile, KeyToPath, ObjectFieldSelector,
    ProjectedVolumeSource, ServiceAccount, ServiceAccountTokenProjection, Volume, VolumeProjection,
};
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject};

/// Seconds that a token is good for; a kubelet renews it.
const TOKEN_LIFE: i64 = 3600;

/// Gives the pods of a workload the right to wait for the jobs that they wait for.
pub(super) fn grant(
    scene: &Scene<'_>,
    (owner, home): (&Service, &Home),
    workload: &mut Workload,
    manifests: &mut Manifests,
) {
    if workload.awaited.is_empty() {
        return;
    }
    let name = object_name::label(&format!("{}-wait", home.object));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let account = workload.pod.service_account_name.get_or_insert_with(|| name.clone()).clone();
    if account == name {
        manifests.add(&ServiceAccount {
            automount_service_account_token: Some(false),
            metadata: scene.metadata(owner, &name),
            ..ServiceAccount::default()
        });
    }
    manifests.add(&Role {
        metadata: scene.metadata(owner, &name),
        rules: Some(vec![PolicyRule {
            api_groups: Some(words(&["batch"])),
            resource_names: Some(workload.awaited.clone()),
            resources: Some(words(&["jobs"])),
            verbs: words(&["get", "list", "watch"]),
            ..PolicyRule::default()
        }]),
    });
    manifests.add(&RoleBinding {
        metadata: scene.metadata(owner, &name),
        role_ref: RoleRef { api_group: Some("rbac.authorization.k8s.io".into()), kind: "Role".into(), name },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".into(),
            name: account,
            namespace: Some(scene.namespace.clone()),
            ..Subject::default()
        }]),
    });
    workload.pod.volumes.get_or_insert_default().push(token());
}

/// The volume with the token, the certificate of the API and the namespace.
fn token() -> Volume {
    let token = ServiceAccountTokenProjection {
        expiration_seconds: Some(TOKEN_LIFE),
        path: "token".into(),
        ..Default::default()
    };
    let certificate = KeyToPath { key: "ca.crt".into(), path: "ca.crt".into(), ..KeyToPath::default() };
    let namespace = DownwardAPIVolumeFile {
        field_ref: Some(ObjectFieldSelector { api_version: None, field_path: "metadata.namespace".into() }),
        path: "namespace".into(),
        ..DownwardAPIVolumeFile::default()
    };
    let sources = vec![
        VolumeProjection { service_account_token: Some(token), ..VolumeProjection::default() },
        VolumeProjection {
            config_map: Some(ConfigMapProjection {
                items: Some(vec![certificate]),
                name: "kube-root-ca.crt".into(),
                optional: None,
            }),
            ..VolumeProjection::default()
        },
        VolumeProjection {
            downward_api: Some(DownwardAPIProjection { items: Some(vec![namespace]) }),
            ..VolumeProjection::default()
        },
    ];
    let projected = ProjectedVolumeSource { sources: Some(sources), ..ProjectedVolumeSource::default() };
    Volume { name: TOKEN.to_owned(), projected: Some(projected), ..Volume::default() }
}
