//! The fields that do not take everything of their type.

use super::accepts::Accepts::{
    self, Absolute, Address, Amount, Annotations, Controller, Downward, Finalizer, Header, Inside, Keys, Labels, Name,
    Network, Onward, Part, Port, Positive, Range, Schedule, Search, Secure, Share, Sysctl, Webhook, Zone,
};
use crate::kubernetes::name::Form;

/// Any number that is not negative.
const COUNT: Accepts = Range(0, i64::MAX);
/// The number of a user or a group.
const USER: Accepts = Range(0, i32::MAX as i64);
/// How much something is wished for.
const WEIGHT: Accepts = Range(1, 100);
/// Bits of permission.
const MODE: Accepts = Range(0, 0o777);

/// By type and field.
const FIELDS: &[(&str, &str, Accepts)] = &[
    ("CSIPersistentVolumeSource", "driver", Name(Form::Subdomain)),
    ("ClientIPConfig", "timeoutSeconds", Range(1, 86400)),
    ("ConfigMap", "binaryData", Keys(Form::DataKey)),
    ("ConfigMap", "data", Keys(Form::DataKey)),
    ("ConfigMapVolumeSource", "defaultMode", MODE),
    ("Container", "name", Name(Form::Label)),
    ("ContainerPort", "containerPort", Port),
    ("ContainerPort", "hostIP", Address),
    ("ContainerPort", "hostPort", Port),
    ("ContainerPort", "name", Name(Form::PortName)),
    ("CronJobSpec", "failedJobsHistoryLimit", COUNT),
    ("CronJobSpec", "schedule", Schedule),
    ("CronJobSpec", "startingDeadlineSeconds", COUNT),
    ("CronJobSpec", "successfulJobsHistoryLimit", COUNT),
    ("CronJobSpec", "timeZone", Zone),
    ("DaemonSetSpec", "minReadySeconds", COUNT),
    ("DeploymentSpec", "minReadySeconds", COUNT),
    ("DeploymentSpec", "progressDeadlineSeconds", COUNT),
    ("DeploymentSpec", "replicas", COUNT),
    ("DeploymentSpec", "revisionHistoryLimit", COUNT),
    ("DownwardAPIVolumeFile", "path", Inside),
    ("EmptyDirVolumeSource", "sizeLimit", Amount),
    ("EndpointAddress", "ip", Address),
    ("EnvFromSource", "prefix", Name(Form::Variable)),
    ("EnvVar", "name", Name(Form::Variable)),
    ("GRPCAction", "port", Port),
    ("GitRepoVolumeSource", "directory", Downward),
    ("HPAScalingPolicy", "periodSeconds", Range(1, 1800)),
    ("HPAScalingPolicy", "value", Range(1, i64::MAX)),
    ("HPAScalingRules", "stabilizationWindowSeconds", Range(0, 3600)),
    ("HTTPGetAction", "port", Port),
    ("HTTPHeader", "name", Header),
    ("HorizontalPodAutoscalerSpec", "maxReplicas", Range(1, i64::MAX)),
    ("HorizontalPodAutoscalerSpec", "minReplicas", COUNT),
    ("HorizontalPodAutoscalerSpec", "targetCPUUtilizationPercentage", Range(1, i64::MAX)),
    ("HostAlias", "hostnames", Name(Form::Subdomain)),
    ("HostAlias", "ip", Address),
    ("HostPathVolumeSource", "path", Onward),
    ("IPBlock", "cidr", Network),
    ("IPBlock", "except", Network),
    ("IngressClassSpec", "controller", Controller),
    ("IngressSpec", "ingressClassName", Name(Form::Subdomain)),
    ("JobSpec", "activeDeadlineSeconds", COUNT),
    ("JobSpec", "backoffLimit", COUNT),
    ("JobSpec", "backoffLimitPerIndex", COUNT),
    ("JobSpec", "completions", COUNT),
    ("JobSpec", "maxFailedIndexes", COUNT),
    ("JobSpec", "parallelism", COUNT),
    ("JobSpec", "ttlSecondsAfterFinished", COUNT),
    ("KeyToPath", "mode", MODE),
    ("KeyToPath", "path", Inside),
    ("LabelSelector", "matchLabels", Labels),
    ("LabelSelectorRequirement", "key", Name(Form::LabelKey)),
    ("LabelSelectorRequirement", "values", Name(Form::LabelValue)),
    ("MetricTarget", "averageUtilization", Range(1, i64::MAX)),
    ("MetricTarget", "averageValue", Positive),
    ("MetricTarget", "value", Positive),
    ("MutatingWebhook", "name", Webhook),
    ("MutatingWebhook", "timeoutSeconds", Range(1, 30)),
    ("NFSVolumeSource", "path", Absolute),
    ("NetworkPolicyPort", "endPort", Port),
    ("NetworkPolicyPort", "port", Port),
    ("NodeSelectorRequirement", "key", Name(Form::LabelKey)),
    ("ObjectMeta", "annotations", Annotations),
    ("ObjectMeta", "finalizers", Finalizer),
    ("ObjectMeta", "labels", Labels),
    ("ObjectMeta", "namespace", Name(Form::Label)),
    ("PersistentVolumeClaimSpec", "storageClassName", Name(Form::Subdomain)),
    ("PersistentVolumeSpec", "storageClassName", Name(Form::Subdomain)),
    ("PodDNSConfig", "nameservers", Address),
    ("PodDNSConfig", "searches", Search),
    ("PodDisruptionBudgetSpec", "maxUnavailable", Part),
    ("PodDisruptionBudgetSpec", "minAvailable", Part),
    ("PodFailurePolicyOnPodConditionsPattern", "type", Name(Form::LabelKey)),
    ("PodReadinessGate", "conditionType", Name(Form::LabelKey)),
    ("PodResourceClaim", "name", Name(Form::Label)),
    ("PodSecurityContext", "fsGroup", USER),
    ("PodSecurityContext", "runAsGroup", USER),
    ("PodSecurityContext", "runAsUser", USER),
    ("PodSecurityContext", "supplementalGroups", USER),
    ("PodSpec", "activeDeadlineSeconds", Range(1, i64::MAX)),
    ("PodSpec", "nodeName", Name(Form::Subdomain)),
    ("PodSpec", "nodeSelector", Labels),
    ("PodSpec", "priorityClassName", Name(Form::Subdomain)),
    ("PodSpec", "runtimeClassName", Name(Form::Subdomain)),
    ("PodSpec", "serviceAccountName", Name(Form::Subdomain)),
    ("PodSpec", "terminationGracePeriodSeconds", COUNT),
    ("PreferredSchedulingTerm", "weight", WEIGHT),
    ("Probe", "failureThreshold", COUNT),
    ("Probe", "initialDelaySeconds", COUNT),
    ("Probe", "periodSeconds", COUNT),
    ("Probe", "successThreshold", COUNT),
    ("Probe", "terminationGracePeriodSeconds", Range(1, i64::MAX)),
    ("Probe", "timeoutSeconds", COUNT),
    ("ProjectedVolumeSource", "defaultMode", MODE),
    ("ReplicaSetSpec", "replicas", COUNT),
    ("RollingUpdateDaemonSet", "maxSurge", Part),
    ("RollingUpdateDaemonSet", "maxUnavailable", Part),
    ("RollingUpdateDeployment", "maxSurge", Share),
    ("RollingUpdateDeployment", "maxUnavailable", Part),
    ("RollingUpdateStatefulSetStrategy", "maxUnavailable", Part),
    ("RollingUpdateStatefulSetStrategy", "partition", COUNT),
    ("RuntimeClass", "handler", Name(Form::Label)),
    ("SeccompProfile", "localhostProfile", Downward),
    ("Secret", "data", Keys(Form::DataKey)),
    ("Secret", "stringData", Keys(Form::DataKey)),
    ("SecretVolumeSource", "defaultMode", MODE),
    ("SecurityContext", "runAsGroup", USER),
    ("SecurityContext", "runAsUser", USER),
    ("ServiceAccountTokenProjection", "expirationSeconds", Range(600, 1 << 32)),
    ("ServiceAccountTokenProjection", "path", Downward),
    ("ServiceBackendPort", "name", Name(Form::PortName)),
    ("ServiceBackendPort", "number", Port),
    ("ServicePort", "appProtocol", Name(Form::LabelKey)),
    ("ServicePort", "name", Name(Form::Label)),
    ("ServicePort", "port", Port),
    ("ServicePort", "targetPort", Port),
    ("ServiceSpec", "externalIPs", Address),
    ("ServiceSpec", "loadBalancerClass", Name(Form::LabelKey)),
    ("ServiceSpec", "loadBalancerSourceRanges", Network),
    ("ServiceSpec", "selector", Labels),
    ("StatefulSetOrdinals", "start", COUNT),
    ("StatefulSetSpec", "minReadySeconds", COUNT),
    ("StatefulSetSpec", "replicas", COUNT),
    ("StatefulSetSpec", "serviceName", Name(Form::Label)),
    ("SuccessPolicyRule", "succeededCount", COUNT),
    ("Sysctl", "name", Sysctl),
    ("TCPSocketAction", "port", Port),
    ("Toleration", "key", Name(Form::LabelKey)),
    ("TopologySpreadConstraint", "maxSkew", Range(1, i64::MAX)),
    ("TopologySpreadConstraint", "minDomains", Range(1, i64::MAX)),
    ("ValidatingWebhook", "name", Webhook),
    ("ValidatingWebhook", "timeoutSeconds", Range(1, 30)),
    ("Volume", "name", Name(Form::Label)),
    ("VolumeMount", "subPath", Downward),
    ("VolumeMount", "subPathExpr", Downward),
    ("WebhookClientConfig", "url", Secure),
    ("WeightedPodAffinityTerm", "weight", WEIGHT),
];

/// What a field of a type takes; nothing for one that takes all of its type.
pub(super) fn of(kind: &str, field: &str) -> Option<Accepts> {
    let found = FIELDS.binary_search_by(|(of, name, _)| (*of, *name).cmp(&(kind, field)));
    found.ok().and_then(|at| FIELDS.get(at)).map(|(_, _, accepts)| *accepts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_order() {
        assert!(FIELDS.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
    }
}
