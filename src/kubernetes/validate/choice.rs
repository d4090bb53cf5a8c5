//! The fields that take one of a few words.

/// The words that the API knows for a field of a type; none for a field that takes more than a few.
pub(super) fn of(kind: &str, field: &str) -> Option<&'static [&'static str]> {
    let found = CHOICES.binary_search_by(|(of, name, _)| (*of, *name).cmp(&(kind, field))).ok()?;
    CHOICES.get(found).map(|(_, _, words)| *words)
}

const ACCESS: &[&str] = &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
const EFFECTS: &[&str] = &["None", "NoneOnDryRun"];
const FAILURE: &[&str] = &["Ignore", "Fail"];
const MATCH: &[&str] = &["Exact", "Equivalent"];
const PROFILE: &[&str] = &["RuntimeDefault", "Localhost", "Unconfined"];
const PROTOCOL: &[&str] = &["TCP", "UDP", "SCTP"];
const PULL: &[&str] = &["Always", "IfNotPresent", "Never"];
const RESTART: &[&str] = &["Always", "OnFailure", "Never"];
const RETENTION: &[&str] = &["Retain", "Delete"];
const TRAFFIC: &[&str] = &["Cluster", "Local"];
const UPDATE: &[&str] = &["RollingUpdate", "OnDelete"];
const VOLUME: &[&str] = &["Filesystem", "Block"];

/// By type and field.
const CHOICES: &[(&str, &str, &[&str])] = &[
    ("AppArmorProfile", "type", PROFILE),
    ("Container", "imagePullPolicy", PULL),
    ("Container", "restartPolicy", RESTART),
    ("Container", "terminationMessagePolicy", &["File", "FallbackToLogsOnError"]),
    ("ContainerPort", "protocol", PROTOCOL),
    ("ContainerResizePolicy", "resourceName", &["cpu", "memory"]),
    ("ContainerResizePolicy", "restartPolicy", &["NotRequired", "RestartContainer"]),
    ("CronJobSpec", "concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("DaemonSetUpdateStrategy", "type", UPDATE),
    ("DeploymentStrategy", "type", &["RollingUpdate", "Recreate"]),
    ("EndpointSlice", "addressType", &["IPv4", "IPv6", "FQDN"]),
    ("HPAScalingPolicy", "type", &["Pods", "Percent"]),
    ("HPAScalingRules", "selectPolicy", &["Max", "Min", "Disabled"]),
    ("HTTPGetAction", "scheme", &["HTTP", "HTTPS"]),
    ("HTTPIngressPath", "pathType", &["Exact", "Prefix", "ImplementationSpecific"]),
    (
        "HostPathVolumeSource",
        "type",
        &["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"],
    ),
    ("ImageVolumeSource", "pullPolicy", PULL),
    ("JobSpec", "completionMode", &["NonIndexed", "Indexed"]),
    ("JobSpec", "podReplacementPolicy", &["TerminatingOrFailed", "Failed"]),
    ("LabelSelectorRequirement", "operator", &["In", "NotIn", "Exists", "DoesNotExist"]),
    ("MetricSpec", "type", &["Resource", "ContainerResource", "Pods", "Object", "External"]),
    ("MetricTarget", "type", &["Utilization", "Value", "AverageValue"]),
    ("MutatingWebhook", "failurePolicy", FAILURE),
    ("MutatingWebhook", "matchPolicy", MATCH),
    ("MutatingWebhook", "sideEffects", EFFECTS),
    ("NetworkPolicyPort", "protocol", PROTOCOL),
    ("NetworkPolicySpec", "policyTypes", &["Ingress", "Egress"]),
    ("NodeSelectorRequirement", "operator", &["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]),
    ("PersistentVolumeClaimSpec", "accessModes", ACCESS),
    ("PersistentVolumeClaimSpec", "volumeMode", VOLUME),
    ("PersistentVolumeSpec", "accessModes", ACCESS),
    ("PersistentVolumeSpec", "persistentVolumeReclaimPolicy", &["Retain", "Delete", "Recycle"]),
    ("PersistentVolumeSpec", "volumeMode", VOLUME),
    ("PodDisruptionBudgetSpec", "unhealthyPodEvictionPolicy", &["IfHealthyBudget", "AlwaysAllow"]),
    ("PodFailurePolicyOnExitCodesRequirement", "operator", &["In", "NotIn"]),
    ("PodFailurePolicyOnPodConditionsPattern", "status", &["True", "False", "Unknown"]),
    ("PodFailurePolicyRule", "action", &["FailJob", "FailIndex", "Ignore", "Count"]),
    ("PodOS", "name", &["linux", "windows"]),
    ("PodSecurityContext", "fsGroupChangePolicy", &["OnRootMismatch", "Always"]),
    ("PodSecurityContext", "seLinuxChangePolicy", &["Recursive", "MountOption"]),
    ("PodSecurityContext", "supplementalGroupsPolicy", &["Merge", "Strict"]),
    ("PodSpec", "dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ("PodSpec", "preemptionPolicy", &["PreemptLowerPriority", "Never"]),
    ("PodSpec", "restartPolicy", RESTART),
    ("PriorityClass", "preemptionPolicy", &["PreemptLowerPriority", "Never"]),
    ("RoleRef", "apiGroup", &["rbac.authorization.k8s.io"]),
    ("RoleRef", "kind", &["Role", "ClusterRole"]),
    ("SeccompProfile", "type", PROFILE),
    ("SecurityContext", "procMount", &["Default", "Unmasked"]),
    ("ServicePort", "protocol", PROTOCOL),
    ("ServiceSpec", "externalTrafficPolicy", TRAFFIC),
    ("ServiceSpec", "internalTrafficPolicy", TRAFFIC),
    ("ServiceSpec", "ipFamilies", &["IPv4", "IPv6"]),
    ("ServiceSpec", "ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack"]),
    ("ServiceSpec", "sessionAffinity", &["None", "ClientIP"]),
    ("ServiceSpec", "trafficDistribution", &["PreferClose", "PreferSameZone", "PreferSameNode"]),
    ("ServiceSpec", "type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted", RETENTION),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled", RETENTION),
    ("StatefulSetSpec", "podManagementPolicy", &["OrderedReady", "Parallel"]),
    ("StatefulSetUpdateStrategy", "type", UPDATE),
    ("StorageClass", "reclaimPolicy", RETENTION),
    ("StorageClass", "volumeBindingMode", &["Immediate", "WaitForFirstConsumer"]),
    ("Subject", "kind", &["User", "Group", "ServiceAccount"]),
    ("Taint", "effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ("Toleration", "effect", &["NoSchedule", "PreferNoSchedule", "NoExecute"]),
    ("Toleration", "operator", &["Exists", "Equal", "Lt", "Gt"]),
    ("TopologySpreadConstraint", "nodeAffinityPolicy", &["Honor", "Ignore"]),
    ("TopologySpreadConstraint", "nodeTaintsPolicy", &["Honor", "Ignore"]),
    ("TopologySpreadConstraint", "whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
    ("ValidatingWebhook", "failurePolicy", FAILURE),
    ("ValidatingWebhook", "matchPolicy", MATCH),
    ("ValidatingWebhook", "sideEffects", EFFECTS),
    ("VolumeMount", "mountPropagation", &["None", "HostToContainer", "Bidirectional"]),
    ("VolumeMount", "recursiveReadOnly", &["Disabled", "IfPossible", "Enabled"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_found() {
        assert!(CHOICES.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
        assert!(CHOICES.iter().all(|(kind, field, words)| of(kind, field) == Some(words)));
    }
}
