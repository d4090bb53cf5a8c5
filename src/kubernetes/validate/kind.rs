//! [`Kind`]: the kinds of objects that every cluster knows, and how each is read into its type.

use super::super::version::KubeVersion;
use super::reader::{Findings, Reader, Refusal};
use crate::document::Node;
use k8s_openapi::Resource;
use k8s_openapi::api::{
    admissionregistration, apps, autoscaling, batch, core, discovery, networking, node, policy, rbac, scheduling,
    storage,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a tree and gives it back as the type writes it.
type Reading = fn(&Node, &Findings<'_>) -> Result<Value, Refusal>;

/// A kind of objects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub api_version: &'static str,
    pub name: &'static str,
    /// The first release that knows it.
    pub known: KubeVersion,
    /// Nothing for the kinds that people do not write.
    pub read: Option<Reading>,
}

const fn typed<T: Resource + DeserializeOwned + Serialize>() -> Kind {
    Kind { api_version: T::API_VERSION, name: T::KIND, known: KubeVersion::V1_33, read: Some(read::<T>) }
}

const fn untyped(api_version: &'static str, name: &'static str, known: KubeVersion) -> Kind {
    Kind { api_version, name, known, read: None }
}

fn read<T: DeserializeOwned + Serialize>(node: &Node, findings: &Findings<'_>) -> Result<Value, Refusal> {
    let object = T::deserialize(Reader { node, findings })?;
    Ok(serde_json::to_value(object).unwrap_or_default())
}

/// All of them.
pub(super) const KINDS: &[Kind] = &[
    typed::<core::v1::ConfigMap>(),
    typed::<core::v1::Endpoints>(),
    typed::<core::v1::LimitRange>(),
    typed::<core::v1::Namespace>(),
    typed::<core::v1::PersistentVolume>(),
    typed::<core::v1::PersistentVolumeClaim>(),
    typed::<core::v1::Pod>(),
    typed::<core::v1::PodTemplate>(),
    typed::<core::v1::ReplicationController>(),
    typed::<core::v1::ResourceQuota>(),
    typed::<core::v1::Secret>(),
    typed::<core::v1::Service>(),
    typed::<core::v1::ServiceAccount>(),
    typed::<admissionregistration::v1::MutatingWebhookConfiguration>(),
    typed::<admissionregistration::v1::ValidatingAdmissionPolicy>(),
    typed::<admissionregistration::v1::ValidatingAdmissionPolicyBinding>(),
    typed::<admissionregistration::v1::ValidatingWebhookConfiguration>(),
    typed::<apps::v1::DaemonSet>(),
    typed::<apps::v1::Deployment>(),
    typed::<apps::v1::ReplicaSet>(),
    typed::<apps::v1::StatefulSet>(),
    typed::<autoscaling::v1::HorizontalPodAutoscaler>(),
    typed::<autoscaling::v2::HorizontalPodAutoscaler>(),
    typed::<batch::v1::CronJob>(),
    typed::<batch::v1::Job>(),
    typed::<discovery::v1::EndpointSlice>(),
    typed::<networking::v1::Ingress>(),
    typed::<networking::v1::IngressClass>(),
    typed::<networking::v1::NetworkPolicy>(),
    typed::<node::v1::RuntimeClass>(),
    typed::<policy::v1::PodDisruptionBudget>(),
    typed::<rbac::v1::ClusterRole>(),
    typed::<rbac::v1::ClusterRoleBinding>(),
    typed::<rbac::v1::Role>(),
    typed::<rbac::v1::RoleBinding>(),
    typed::<scheduling::v1::PriorityClass>(),
    typed::<storage::v1::CSIDriver>(),
    typed::<storage::v1::StorageClass>(),
    untyped("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy", KubeVersion::V1_36),
    untyped("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding", KubeVersion::V1_36),
    untyped("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicy", KubeVersion::V1_33),
    untyped("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyBinding", KubeVersion::V1_33),
    untyped("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", KubeVersion::V1_34),
    untyped("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", KubeVersion::V1_34),
    untyped("apiextensions.k8s.io/v1", "CustomResourceDefinition", KubeVersion::V1_33),
    untyped("apiregistration.k8s.io/v1", "APIService", KubeVersion::V1_33),
    untyped("apps/v1", "ControllerRevision", KubeVersion::V1_33),
    untyped("authentication.k8s.io/v1", "SelfSubjectReview", KubeVersion::V1_33),
    untyped("authentication.k8s.io/v1", "TokenRequest", KubeVersion::V1_33),
    untyped("authentication.k8s.io/v1", "TokenReview", KubeVersion::V1_33),
    untyped("authorization.k8s.io/v1", "LocalSubjectAccessReview", KubeVersion::V1_33),
    untyped("authorization.k8s.io/v1", "SelfSubjectAccessReview", KubeVersion::V1_33),
    untyped("authorization.k8s.io/v1", "SelfSubjectRulesReview", KubeVersion::V1_33),
    untyped("authorization.k8s.io/v1", "SubjectAccessReview", KubeVersion::V1_33),
    untyped("autoscaling/v1", "Scale", KubeVersion::V1_33),
    untyped("certificates.k8s.io/v1", "CertificateSigningRequest", KubeVersion::V1_33),
    untyped("certificates.k8s.io/v1", "ClusterTrustBundle", KubeVersion::V1_37),
    untyped("certificates.k8s.io/v1", "PodCertificateRequest", KubeVersion::V1_37),
    untyped("certificates.k8s.io/v1beta1", "ClusterTrustBundle", KubeVersion::V1_33),
    untyped("certificates.k8s.io/v1beta1", "PodCertificateRequest", KubeVersion::V1_35),
    untyped("coordination.k8s.io/v1", "Lease", KubeVersion::V1_33),
    untyped("coordination.k8s.io/v1alpha2", "LeaseCandidate", KubeVersion::V1_33),
    untyped("coordination.k8s.io/v1beta1", "LeaseCandidate", KubeVersion::V1_33),
    untyped("events.k8s.io/v1", "Event", KubeVersion::V1_33),
    untyped("flowcontrol.apiserver.k8s.io/v1", "FlowSchema", KubeVersion::V1_33),
    untyped("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", KubeVersion::V1_33),
    untyped("internal.apiserver.k8s.io/v1alpha1", "StorageVersion", KubeVersion::V1_33),
    untyped("lifecycle.k8s.io/v1alpha1", "Eviction", KubeVersion::V1_37),
    untyped("lifecycle.k8s.io/v1alpha1", "EvictionRequest", KubeVersion::V1_37),
    untyped("networking.k8s.io/v1", "IPAddress", KubeVersion::V1_33),
    untyped("networking.k8s.io/v1", "ServiceCIDR", KubeVersion::V1_33),
    untyped("policy/v1", "Eviction", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1", "DeviceClass", KubeVersion::V1_34),
    untyped("resource.k8s.io/v1", "DeviceTaintRule", KubeVersion::V1_37),
    untyped("resource.k8s.io/v1", "ResourceClaim", KubeVersion::V1_34),
    untyped("resource.k8s.io/v1", "ResourceClaimTemplate", KubeVersion::V1_34),
    untyped("resource.k8s.io/v1", "ResourceSlice", KubeVersion::V1_34),
    untyped("resource.k8s.io/v1alpha3", "DeviceTaintRule", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1alpha3", "ResourcePoolStatusRequest", KubeVersion::V1_36),
    untyped("resource.k8s.io/v1beta1", "DeviceClass", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1beta1", "ResourceClaim", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1beta1", "ResourceClaimTemplate", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1beta1", "ResourceSlice", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1beta2", "DeviceClass", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1beta2", "DeviceTaintRule", KubeVersion::V1_36),
    untyped("resource.k8s.io/v1beta2", "ResourceClaim", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1beta2", "ResourceClaimTemplate", KubeVersion::V1_33),
    untyped("resource.k8s.io/v1beta2", "ResourceSlice", KubeVersion::V1_33),
    untyped("scheduling.k8s.io/v1alpha3", "CompositePodGroup", KubeVersion::V1_37),
    untyped("scheduling.k8s.io/v1alpha3", "PodGroup", KubeVersion::V1_37),
    untyped("scheduling.k8s.io/v1alpha3", "Workload", KubeVersion::V1_37),
    untyped("scheduling.k8s.io/v1beta1", "PodGroup", KubeVersion::V1_37),
    untyped("scheduling.k8s.io/v1beta1", "Workload", KubeVersion::V1_37),
    untyped("storage.k8s.io/v1", "CSINode", KubeVersion::V1_33),
    untyped("storage.k8s.io/v1", "CSIStorageCapacity", KubeVersion::V1_33),
    untyped("storage.k8s.io/v1", "VolumeAttachment", KubeVersion::V1_33),
    untyped("storage.k8s.io/v1", "VolumeAttributesClass", KubeVersion::V1_34),
    untyped("storagemigration.k8s.io/v1", "StorageVersionMigration", KubeVersion::V1_37),
    untyped("storagemigration.k8s.io/v1beta1", "StorageVersionMigration", KubeVersion::V1_35),
    untyped("v1", "Binding", KubeVersion::V1_33),
    untyped("v1", "ComponentStatus", KubeVersion::V1_33),
    untyped("v1", "Event", KubeVersion::V1_33),
    untyped("v1", "Node", KubeVersion::V1_33),
];

/// Versions of the API that clusters had once, by group and kind, and what came in their place.
const GONE: [(&str, &str, &str); 13] = [
    ("apps", "ControllerRevision", "apps/v1"),
    ("apps", "DaemonSet", "apps/v1"),
    ("apps", "Deployment", "apps/v1"),
    ("apps", "ReplicaSet", "apps/v1"),
    ("apps", "StatefulSet", "apps/v1"),
    ("autoscaling", "HorizontalPodAutoscaler", "autoscaling/v2"),
    ("batch", "CronJob", "batch/v1"),
    ("extensions", "DaemonSet", "apps/v1"),
    ("extensions", "Deployment", "apps/v1"),
    ("extensions", "Ingress", "networking.k8s.io/v1"),
    ("extensions", "NetworkPolicy", "networking.k8s.io/v1"),
    ("extensions", "ReplicaSet", "apps/v1"),
    ("policy", "PodDisruptionBudget", "policy/v1"),
];

/// The kind of that version of the API and name.
pub(super) fn find(api_version: &str, name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name && kind.api_version == api_version)
}

/// Whether a group of the API comes with every cluster; what is in no such group is a custom resource.
pub(super) fn is_built_in(group: &str) -> bool {
    let group_of = |kind: &Kind| kind.api_version.split_once('/').map_or("", |(group, _)| group);
    group == "extensions" || KINDS.iter().any(|kind| group_of(kind) == group)
}

/// The version of the API that has a kind of this name, be it in another group.
pub(super) fn elsewhere(group: &str, name: &str) -> Option<&'static str> {
    let gone = GONE.iter().find(|(from, kind, _)| *from == group && *kind == name).map(|(_, _, now)| *now);
    gone.or_else(|| KINDS.iter().rev().find(|kind| kind.name == name).map(|kind| kind.api_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_there_once() {
        let name = |kind: &Kind| (kind.api_version, kind.name);
        let twice = |(at, kind): &(usize, &Kind)| KINDS.iter().take(*at).any(|other| name(other) == name(kind));
        assert!(!KINDS.iter().enumerate().any(|one| twice(&one)));
        assert!(GONE.iter().all(|(_, kind, now)| find(now, kind).is_some()));
    }
}
