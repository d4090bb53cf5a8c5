//! What `hoist convert` writes, read back by the types of `k8s-openapi`: no key is ignored.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{
    ConfigMap, Namespace, PersistentVolume, PersistentVolumeClaim, Secret, Service, ServiceAccount,
};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The keys of an object that its type does not know, or why it is none.
pub fn ignored(object: &Value) -> Vec<String> {
    let read = match object["kind"].as_str().unwrap_or_default() {
        "ConfigMap" => keys::<ConfigMap>,
        "CronJob" => keys::<CronJob>,
        "DaemonSet" => keys::<DaemonSet>,
        "Deployment" => keys::<Deployment>,
        "HorizontalPodAutoscaler" => keys::<HorizontalPodAutoscaler>,
        "Ingress" => keys::<Ingress>,
        "Job" => keys::<Job>,
        "Namespace" => keys::<Namespace>,
        "NetworkPolicy" => keys::<NetworkPolicy>,
        "PersistentVolume" => keys::<PersistentVolume>,
        "PersistentVolumeClaim" => keys::<PersistentVolumeClaim>,
        "PodDisruptionBudget" => keys::<PodDisruptionBudget>,
        "Role" => keys::<Role>,
        "RoleBinding" => keys::<RoleBinding>,
        "Secret" => keys::<Secret>,
        "Service" => keys::<Service>,
        "ServiceAccount" => keys::<ServiceAccount>,
        "StatefulSet" => keys::<StatefulSet>,
        kind => return vec![format!("'{kind}' is no kind that is known here")],
    };
    read(object)
}

fn keys<T: DeserializeOwned>(object: &Value) -> Vec<String> {
    let mut ignored = Vec::new();
    let read: Result<T, _> = serde_ignored::deserialize(object, |path| ignored.push(path.to_string()));
    ignored.extend(read.err().map(|fault| fault.to_string()));
    ignored
}

#[test]
fn an_ignored_key_and_a_wrong_type_are_named() {
    let object = serde_json::json!({"apiVersion": "v1", "kind": "Service", "spec": {"port": 1}});
    assert_eq!(ignored(&object), ["spec.?.port"]);
    let object = serde_json::json!({"apiVersion": "v1", "kind": "Service", "spec": 1});
    assert_eq!(ignored(&object).len(), 1);
}
