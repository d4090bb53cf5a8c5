//! A line for each thing that an API server refuses, and for what is near it and taken. The manifests around them are as
//! small as can be.

use hoist::diagnostic::Severity;
use hoist::kubernetes::{Cluster, KubeVersion, validate};
use hoist::load::Manifests;

/// What is put around a part of a manifest.
type Around = fn(&str) -> String;

fn object(version: &str, kind: &str, rest: &str) -> String {
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}, {rest}}}")
}

fn whole(rest: &str) -> String {
    let (version, rest) = rest.split_once(' ').unwrap();
    let (kind, rest) = rest.split_once(' ').unwrap();
    if rest.starts_with("metadata:") {
        format!("{{apiVersion: {version}, kind: {kind}, {rest}}}")
    } else {
        object(version, kind, rest)
    }
}

fn bare(kind: &str) -> String {
    let (version, kind) = kind.split_once(' ').unwrap();
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}}}")
}

fn meta(part: &str) -> String {
    format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, {part}}}}}")
}

fn pod(spec: &str) -> String {
    object("v1", "Pod", &format!("spec: {{{spec}, containers: [{{name: c, image: 'x:1'}}]}}"))
}

fn volume(source: &str) -> String {
    pod(&format!("volumes: [{{name: v, {source}}}]"))
}

fn container(part: &str) -> String {
    let rest = format!("volumes: [{{name: v, emptyDir: {{}}}}], containers: [{{name: c, image: 'x:1', {part}}}]");
    object("v1", "Pod", &format!("spec: {{{rest}}}"))
}

const MADE: &str = "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: 'x:1'}]}}";

fn deployment(spec: &str) -> String {
    object("apps/v1", "Deployment", &format!("spec: {{{spec}, {MADE}}}"))
}

fn daemons(spec: &str) -> String {
    object("apps/v1", "DaemonSet", &format!("spec: {{{spec}, {MADE}}}"))
}

fn job(spec: &str) -> String {
    let template = "template: {spec: {restartPolicy: Never, containers: [{name: c, image: 'x:1'}]}}";
    object("batch/v1", "Job", &format!("spec: {{{spec}, {template}}}"))
}

fn service(spec: &str) -> String {
    object("v1", "Service", &format!("spec: {{{spec}, ports: [{{port: 80}}]}}"))
}

fn ingress(spec: &str) -> String {
    object("networking.k8s.io/v1", "Ingress", &format!("spec: {{{spec}}}"))
}

fn path(path: &str) -> String {
    ingress(&format!("rules: [{{http: {{paths: [{{{path}, backend: {{resource: {{kind: a, name: b}}}}}}]}}}}]"))
}

fn host(host: &str) -> String {
    let http = "http: {paths: [{path: /, pathType: Prefix, backend: {resource: {kind: a, name: b}}}]}";
    ingress(&format!("rules: [{{host: '{host}', {http}}}]"))
}

fn policy(spec: &str) -> String {
    object("networking.k8s.io/v1", "NetworkPolicy", &format!("spec: {{podSelector: {{}}, {spec}}}"))
}

fn claim(spec: &str) -> String {
    object("v1", "PersistentVolumeClaim", &format!("spec: {{{spec}}}"))
}

fn stored(spec: &str) -> String {
    object("v1", "PersistentVolume", &format!("spec: {{{spec}}}"))
}

fn spread(rest: &str) -> String {
    pod(&format!("topologySpreadConstraints: [{{maxSkew: 1, {rest}}}]"))
}

fn nodes(requirement: &str) -> String {
    let terms = format!("nodeSelectorTerms: [{{matchExpressions: [{{key: a, {requirement}}}]}}]");
    pod(&format!("affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{{terms}}}}}}}"))
}

fn scaler(spec: &str) -> String {
    let target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}";
    let scaler =
        object("autoscaling/v2", "HorizontalPodAutoscaler", &format!("spec: {{{target}, maxReplicas: 2, {spec}}}"));
    format!("{}\n---\n{scaler}", deployment("replicas: 1"))
}

fn cron(schedule: &str) -> String {
    let template =
        "jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: 'x:1'}]}}}}";
    object("batch/v1", "CronJob", &format!("spec: {{schedule: '{schedule}', {template}}}"))
}

fn zone(zone: &str) -> String {
    cron("0 0 * * *").replace("schedule:", &format!("timeZone: {zone}, schedule:"))
}

fn failure(rule: &str) -> String {
    job(&format!("podFailurePolicy: {{rules: [{{action: FailJob, {rule}}}]}}"))
}

fn indexed(spec: &str) -> String {
    job(&format!("completionMode: Indexed, completions: 3, {spec}"))
}

fn metric(metric: &str) -> String {
    scaler(&format!("metrics: [{{{metric}}}]"))
}

fn behaviour(rules: &str) -> String {
    scaler(&format!("behavior: {{scaleUp: {{{rules}}}}}"))
}

fn role(rule: &str) -> String {
    object("rbac.authorization.k8s.io/v1", "ClusterRole", &format!("rules: [{{verbs: [get], {rule}}}]"))
}

fn binding(subject: &str) -> String {
    let role = "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}";
    object("rbac.authorization.k8s.io/v1", "RoleBinding", &format!("{role}, subjects: [{{name: x, {subject}}}]"))
}

fn windows(part: &str) -> String {
    let rest = format!("os: {{name: windows}}, {part}, containers: [{{name: c, image: 'x:1'}}]");
    object("v1", "Pod", &format!("spec: {{{rest}}}"))
}

fn set(part: &str) -> String {
    object("apps/v1", "StatefulSet", &format!("spec: {{{part}, {MADE}}}"))
}

fn definition(part: &str) -> String {
    let names = "group: example.com, names: {plural: foos, kind: Foo}";
    let definition =
        object("apiextensions.k8s.io/v1", "CustomResourceDefinition", &format!("spec: {{{names}, {part}}}"));
    definition.replace("name: a}", "name: foos.example.com}")
}

fn webhook(part: &str) -> String {
    let rest = format!("webhooks: [{{admissionReviewVersions: [v1], {part}}}]");
    object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", &rest)
}

const REFUSED: &[(&str, Around, &str)] = &[
    ("missing-value", bare, "v1 Pod"),
    ("missing-value", bare, "v1 Service"),
    ("missing-value", bare, "v1 PersistentVolumeClaim"),
    ("missing-value", bare, "v1 PersistentVolume"),
    ("missing-value", bare, "batch/v1 Job"),
    ("missing-value", bare, "networking.k8s.io/v1 Ingress"),
    ("missing-value", whole, "v1 Pod spec: null"),
    ("missing-value", whole, "v1 Service spec: null"),
    ("missing-value", whole, "batch/v1 Job spec: {template: {}}"),
    ("missing-value", whole, "batch/v1 CronJob spec: {schedule: '@daily', jobTemplate: {}}"),
    (
        "missing-value",
        whole,
        "apps/v1 Deployment spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: null}}",
    ),
    ("invalid-name", whole, "v1 ConfigMap metadata: {generateName: A_}"),
    ("invalid-value", meta, "finalizers: ['a b']"),
    ("invalid-value", meta, "finalizers: [backup]"),
    ("missing-value", meta, "ownerReferences: [{apiVersion: v1, kind: X, name: a, uid: ''}]"),
    ("invalid-value", zone, "Local"),
    ("invalid-value", zone, "''"),
    ("invalid-value", zone, "UTC+3"),
    ("invalid-value", zone, "Mars/Foo"),
    ("missing-value", failure, "onPodConditions: []"),
    ("conflict", failure, "onExitCodes: {operator: In, values: [1]}, onPodConditions: [{type: A, status: 'True'}]"),
    ("invalid-value", failure, "onExitCodes: {operator: In, values: [0]}"),
    ("invalid-value", failure, "onExitCodes: {operator: In, values: [2, 1]}"),
    ("invalid-value", failure, "onExitCodes: {operator: In, values: [1, 1]}"),
    ("missing-value", failure, "onExitCodes: {operator: In, values: []}"),
    ("dangling-reference", failure, "onExitCodes: {containerName: zz, operator: In, values: [1]}"),
    (
        "invalid-value",
        job,
        "podFailurePolicy: {rules: [{action: FailIndex, onExitCodes: {operator: In, values: [1]}}]}",
    ),
    ("conflict", job, "podReplacementPolicy: TerminatingOrFailed, podFailurePolicy: {rules: []}"),
    ("conflict", job, "completions: 3, successPolicy: {rules: [{succeededCount: 1}]}"),
    ("conflict", indexed, "maxFailedIndexes: 1"),
    ("out-of-range", indexed, "backoffLimitPerIndex: 1, maxFailedIndexes: 4"),
    ("out-of-range", indexed, "parallelism: 100001"),
    ("invalid-value", indexed, "successPolicy: {rules: [{succeededIndexes: 0-5}]}"),
    ("invalid-value", indexed, "successPolicy: {rules: [{succeededIndexes: '1,0'}]}"),
    ("out-of-range", indexed, "successPolicy: {rules: [{succeededIndexes: 0-1, succeededCount: 3}]}"),
    ("missing-value", indexed, "successPolicy: {rules: [{}]}"),
    ("missing-value", metric, "type: Resource, resource: {name: cpu, target: {type: Utilization}}"),
    ("missing-value", metric, "type: Resource, resource: {name: cpu, target: {type: Value, value: 1}}"),
    ("missing-value", metric, "type: Pods, pods: {metric: {name: a}, target: {type: Value, value: 1}}"),
    (
        "conflict",
        metric,
        "type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50, averageValue: 1}}",
    ),
    (
        "conflict",
        metric,
        "type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}, pods: {metric: {name: a}, target: {type: AverageValue, averageValue: 1}}",
    ),
    ("missing-value", metric, "type: Pods, pods: {metric: {name: ''}, target: {type: AverageValue, averageValue: 1}}"),
    ("invalid-value", metric, "type: Pods, pods: {metric: {name: a}, target: {type: AverageValue, averageValue: 0}}"),
    ("out-of-range", behaviour, "policies: [{type: Pods, value: 1, periodSeconds: 0}]"),
    ("out-of-range", behaviour, "policies: [{type: Pods, value: 1, periodSeconds: 1801}]"),
    ("out-of-range", behaviour, "stabilizationWindowSeconds: 3601"),
    ("missing-value", behaviour, "policies: []"),
    ("missing-value", role, "apiGroups: ['']"),
    ("conflict", role, "nonResourceURLs: [/a], apiGroups: ['']"),
    ("conflict", binding, "kind: ServiceAccount, namespace: a, apiGroup: rbac.authorization.k8s.io"),
    ("invalid-value", binding, "kind: User, apiGroup: v1"),
    (
        "invalid-choice",
        whole,
        "rbac.authorization.k8s.io/v1 RoleBinding roleRef: {apiGroup: v1, kind: ClusterRole, name: r}",
    ),
    (
        "conflict",
        whole,
        "rbac.authorization.k8s.io/v1 ClusterRoleBinding roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}",
    ),
    ("invalid-value", ingress, "defaultBackend: {resource: {kind: a, name: b}}, tls: [{hosts: [a_b.com]}]"),
    (
        "conflict",
        whole,
        "networking.k8s.io/v1 Ingress metadata: {name: a, annotations: {kubernetes.io/ingress.class: nginx}}, spec: {ingressClassName: traefik, defaultBackend: {resource: {kind: a, name: b}}}",
    ),
    ("invalid-value", whole, "networking.k8s.io/v1 IngressClass spec: {controller: foo}"),
    ("missing-value", whole, "networking.k8s.io/v1 IngressClass spec: {}"),
    ("invalid-name", pod, "tolerations: [{key: 'a b', operator: Exists}]"),
    ("invalid-name", pod, "tolerations: [{key: a, value: 'c d'}]"),
    ("invalid-value", pod, "tolerations: [{key: a, operator: Gt, value: abc}]"),
    ("invalid-name", nodes, "operator: Exists}, {key: 'a b', operator: Exists"),
    (
        "invalid-value",
        pod,
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.labels, operator: In, values: [a]}]}]}}}",
    ),
    ("missing-value", container, "env: [{name: '', value: x}]"),
    ("invalid-name", container, "envFrom: [{prefix: 'A=', configMapRef: {name: x, optional: true}}]"),
    ("invalid-value", container, "livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: 'X Y', value: a}]}}"),
    ("out-of-range", container, "lifecycle: {preStop: {sleep: {seconds: 31}}}"),
    ("out-of-range", container, "lifecycle: {preStop: {sleep: {seconds: -1}}}"),
    ("dangling-reference", container, "resources: {claims: [{name: gpu}]}"),
    (
        "request-over-limit",
        container,
        "resources: {requests: {cpu: 4}}}], resources: {limits: {cpu: 1}}, initContainers: [{name: i, image: 'x:1'",
    ),
    (
        "request-over-limit",
        container,
        "resources: {limits: {cpu: 4}, requests: {cpu: 1}}}], resources: {limits: {cpu: 1}}, initContainers: [{name: i, image: 'x:1'",
    ),
    ("invalid-name", pod, "resources: {limits: {ephemeral-storage: 1Gi}}"),
    (
        "duplicate-item",
        container,
        "resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}, {resourceName: cpu, restartPolicy: NotRequired}]",
    ),
    ("invalid-choice", container, "resizePolicy: [{resourceName: storage, restartPolicy: NotRequired}]"),
    ("conflict", pod, "hostUsers: false, hostNetwork: true"),
    ("missing-value", volume, "ephemeral: {volumeClaimTemplate: {spec: {resources: {requests: {storage: 1Gi}}}}}"),
    ("missing-value", volume, "image: {reference: ''}"),
    ("invalid-value", container, "volumeDevices: [{name: v, devicePath: /dev/x}]"),
    ("conflict", spread, "topologyKey: a, whenUnsatisfiable: DoNotSchedule, matchLabelKeys: [x]"),
    ("conflict", windows, "securityContext: {runAsUser: 1}"),
    ("conflict", pod, "os: {name: linux}, securityContext: {windowsOptions: {runAsUserName: a}}"),
    ("conflict", pod, "securityContext: {windowsOptions: {hostProcess: true}}"),
    ("conflict", pod, "nodeName: node, schedulingGates: [{name: a}]"),
    ("conflict", pod, "ephemeralContainers: [{name: z, image: 'y:1'}]"),
    ("missing-value", container, "restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]"),
    ("conflict", service, "clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2]"),
    ("conflict", service, "ipFamilyPolicy: SingleStack, ipFamilies: [IPv4, IPv6]"),
    ("invalid-name", service, "type: LoadBalancer, loadBalancerClass: 'a b'"),
    (
        "invalid-name",
        claim,
        "storageClassName: 'A b', accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}",
    ),
    (
        "missing-value",
        stored,
        "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, csi: {driver: a.b, volumeHandle: ''}",
    ),
    (
        "conflict",
        stored,
        "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /}, persistentVolumeReclaimPolicy: Recycle",
    ),
    ("invalid-value", stored, "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi, cpu: 1}, hostPath: {path: /a}"),
    ("out-of-range", policy, "policyTypes: [Ingress, Egress, Ingress]"),
    ("out-of-range", set, "ordinals: {start: -1}"),
    (
        "invalid-name",
        set,
        "volumeClaimTemplates: [{metadata: {name: V_1}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]",
    ),
    (
        "invalid-name",
        whole,
        "apps/v1 StatefulSet metadata: {name: a-database-whose-name-is-longer-than-its-revisions-may}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}",
    ),
    (
        "invalid-choice",
        definition,
        "scope: namespaced, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]",
    ),
    ("missing-value", definition, "scope: Cluster, versions: [{name: v1, served: true, storage: true}]"),
    (
        "conflict",
        definition,
        "scope: Cluster, versions: [{name: v1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}]",
    ),
    (
        "invalid-name",
        whole,
        "apiextensions.k8s.io/v1 CustomResourceDefinition spec: {group: b.c, scope: Cluster, names: {plural: as, kind: A}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}",
    ),
    ("out-of-range", whole, "v1 LimitRange spec: {limits: [{type: Container, min: {cpu: 2}, max: {cpu: 1}}]}"),
    ("duplicate-item", whole, "v1 LimitRange spec: {limits: [{type: Pod, min: {cpu: 2}}, {type: Pod, max: {cpu: 3}}]}"),
    ("invalid-value", whole, "v1 ResourceQuota spec: {hard: {bananas: 1}}"),
    ("out-of-range", whole, "v1 ResourceQuota spec: {hard: {pods: -1}}"),
    ("invalid-value", whole, "v1 Endpoints subsets: [{addresses: [{ip: abc}], ports: [{port: 80}]}]"),
    ("invalid-value", whole, "discovery.k8s.io/v1 EndpointSlice addressType: IPv4, endpoints: [{addresses: [abc]}]"),
    ("invalid-value", webhook, "name: abc, sideEffects: None, clientConfig: {url: 'https://x'}"),
    ("invalid-choice", webhook, "name: a.b.c, sideEffects: Some, clientConfig: {url: 'https://x'}"),
    ("invalid-value", webhook, "name: a.b.c, sideEffects: None, clientConfig: {url: 'http://x'}"),
    ("invalid-name", whole, "scheduling.k8s.io/v1 PriorityClass metadata: {name: system-a}, value: 2"),
    ("invalid-name", whole, "node.k8s.io/v1 RuntimeClass handler: A_b"),
    ("missing-value", whole, "storage.k8s.io/v1 StorageClass provisioner: ''"),
    (
        "out-of-range",
        whole,
        "autoscaling/v1 HorizontalPodAutoscaler spec: {scaleTargetRef: {kind: HorizontalPodAutoscaler, name: a}, maxReplicas: 1, targetCPUUtilizationPercentage: 0}",
    ),
    ("conflict", pod, "hostPID: true, shareProcessNamespace: true"),
    ("conflict", pod, "hostUsers: false, hostIPC: true"),
    ("conflict", pod, "hostNetwork: true, securityContext: {sysctls: [{name: net.core.somaxconn, value: '1'}]}"),
    ("conflict", pod, "hostIPC: true, securityContext: {sysctls: [{name: kernel.shmmax, value: '1'}]}"),
    ("duplicate-item", pod, "securityContext: {sysctls: [{name: net.a, value: '1'}, {name: net.a, value: '2'}]}"),
    ("invalid-value", pod, "securityContext: {sysctls: [{name: 'a b', value: '1'}]}"),
    ("out-of-range", pod, "securityContext: {fsGroup: 4294967296}"),
    ("out-of-range", container, "securityContext: {runAsUser: 2147483648}"),
    ("conflict", container, "securityContext: {procMount: Unmasked}"),
    ("conflict", container, "securityContext: {allowPrivilegeEscalation: false, capabilities: {add: [CAP_SYS_ADMIN]}}"),
    ("missing-value", container, "securityContext: {seccompProfile: {type: Localhost}}"),
    ("conflict", container, "securityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: a}}"),
    ("invalid-value", container, "securityContext: {seccompProfile: {type: Localhost, localhostProfile: ../a}}"),
    ("missing-value", container, "securityContext: {appArmorProfile: {type: Localhost}}"),
    ("missing-value", whole, "v1 Pod spec: {containers: []}"),
    ("invalid-value", whole, "v1 Pod spec: {containers: [{name: a, image: ' x:1'}]}"),
    ("missing-value", whole, "v1 Pod spec: {containers: [{name: '', image: 'x:1'}]}"),
    ("missing-value", pod, "dnsPolicy: None"),
    ("out-of-range", pod, "dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]}"),
    ("invalid-value", pod, "dnsConfig: {searches: ['a_b!']}"),
    ("missing-value", pod, "dnsConfig: {options: [{value: '1'}]}"),
    ("invalid-name", pod, "hostAliases: [{ip: 1.2.3.4, hostnames: [a_b]}]"),
    ("invalid-name", pod, "runtimeClassName: A_b"),
    ("invalid-name", pod, "nodeName: A_b"),
    ("invalid-name", pod, "readinessGates: [{conditionType: 'a b'}]"),
    ("duplicate-item", pod, "schedulingGates: [{name: a}, {name: a}]"),
    ("conflict", pod, "tolerations: [{key: a, operator: Exists, value: b}]"),
    ("missing-value", pod, "tolerations: [{operator: Equal, value: b}]"),
    ("conflict", pod, "tolerations: [{key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 5}]"),
    ("invalid-choice", pod, "tolerations: [{key: a, operator: Equals, value: b}]"),
    ("missing-value", nodes, "operator: In"),
    ("conflict", nodes, "operator: Exists, values: [b]"),
    ("invalid-value", nodes, "operator: Gt, values: ['1', '2']"),
    (
        "missing-value",
        pod,
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}",
    ),
    (
        "out-of-range",
        pod,
        "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 101, preference: {}}]}}",
    ),
    (
        "missing-value",
        pod,
        "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: ''}]}}",
    ),
    ("conflict", spread, "topologyKey: a, whenUnsatisfiable: ScheduleAnyway, minDomains: 2"),
    (
        "duplicate-item",
        spread,
        "topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: a, whenUnsatisfiable: DoNotSchedule",
    ),
    ("missing-value", container, "envFrom: [{prefix: a}]"),
    (
        "conflict",
        container,
        "envFrom: [{configMapRef: {name: a, optional: true}, secretRef: {name: b, optional: true}}]",
    ),
    ("invalid-value", container, "env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.foo}}}]"),
    ("invalid-value", container, "env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.foo}}}]"),
    ("conflict", container, "readinessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 5}"),
    ("invalid-value", container, "ports: [{containerPort: 80, hostPort: 80, hostIP: foo}]"),
    ("duplicate-port", container, "ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]"),
    ("conflict", container, "volumeMounts: [{name: v, mountPath: /a, subPath: b, subPathExpr: c}]"),
    ("invalid-value", container, "volumeMounts: [{name: v, mountPath: /a, subPathExpr: /c}]"),
    ("missing-value", container, "volumeMounts: [{name: v, mountPath: ''}]"),
    ("conflict", container, "volumeMounts: [{name: v, mountPath: /a, mountPropagation: Bidirectional}]"),
    ("conflict", container, "volumeMounts: [{name: v, mountPath: /a, recursiveReadOnly: Enabled}]"),
    ("invalid-name", container, "resources: {limits: {foo: 1}}"),
    ("conflict", container, "resources: {requests: {example.com/gpu: 1}, limits: {example.com/gpu: 2}}"),
    ("missing-value", container, "resources: {requests: {example.com/gpu: 1}}"),
    ("invalid-value", container, "resources: {limits: {example.com/gpu: 500m}}"),
    ("missing-value", container, "resources: {limits: {hugepages-2Mi: 4Mi}}"),
    ("invalid-value", volume, "emptyDir: {sizeLimit: -1}"),
    ("invalid-value", volume, "hostPath: {path: /a/../b}"),
    ("missing-value", volume, "hostPath: {path: ''}"),
    ("invalid-value", volume, "nfs: {server: a, path: b}"),
    ("missing-value", volume, "nfs: {server: '', path: /b}"),
    ("missing-value", volume, "secret: {}"),
    ("missing-value", volume, "persistentVolumeClaim: {claimName: ''}"),
    ("missing-value", volume, "csi: {driver: ''}"),
    ("missing-value", volume, "configMap: {name: a, optional: true, items: [{key: k, path: ''}]}"),
    ("invalid-value", volume, "configMap: {name: a, optional: true, items: [{key: k, path: ..a}]}"),
    ("missing-value", volume, "downwardAPI: {items: [{path: a}]}"),
    ("invalid-value", volume, "downwardAPI: {items: [{path: a, fieldRef: {fieldPath: status.podIP}}]}"),
    (
        "invalid-value",
        volume,
        "projected: {sources: [{configMap: {name: a, optional: true, items: [{key: k, path: p}]}}, {serviceAccountToken: {path: p}}]}",
    ),
    ("out-of-range", deployment, "minReadySeconds: 600"),
    ("out-of-range", deployment, "minReadySeconds: 60, progressDeadlineSeconds: 60"),
    ("invalid-value", deployment, "strategy: {rollingUpdate: {maxUnavailable: 150%}}"),
    ("invalid-value", deployment, "strategy: {rollingUpdate: {maxSurge: abc}}"),
    ("invalid-value", deployment, "strategy: {rollingUpdate: {maxSurge: -1}}"),
    ("conflict", daemons, "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}"),
    (
        "conflict",
        whole,
        "apps/v1 ReplicaSet spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {activeDeadlineSeconds: 5, containers: [{name: c, image: 'x:1'}]}}}",
    ),
    ("invalid-value", whole, "policy/v1 PodDisruptionBudget spec: {maxUnavailable: -1}"),
    ("invalid-value", whole, "policy/v1 PodDisruptionBudget spec: {minAvailable: '150%'}"),
    ("missing-value", job, "completionMode: Indexed"),
    ("conflict", job, "backoffLimitPerIndex: 1"),
    ("conflict", job, "selector: {matchLabels: {a: b}}"),
    (
        "conflict",
        whole,
        "batch/v1 Job spec: {podFailurePolicy: {rules: []}, template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: 'x:1'}]}}}",
    ),
    ("invalid-value", cron, "0 0 * * 7"),
    ("invalid-value", cron, "5-1 * * * *"),
    ("out-of-range", scaler, "minReplicas: 0"),
    (
        "out-of-range",
        scaler,
        "metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 0}}}]",
    ),
    ("missing-value", scaler, "metrics: [{type: Resource}]"),
    ("out-of-range", whole, "scheduling.k8s.io/v1 PriorityClass value: 2000000000"),
    ("invalid-name", whole, "v1 Service spec: {ports: [{port: 80, appProtocol: 'a b'}]}"),
    ("invalid-value", service, "clusterIP: foo"),
    ("conflict", service, "clusterIP: None, type: NodePort"),
    ("conflict", service, "type: ExternalName, externalName: a.b, clusterIP: 10.0.0.1"),
    ("invalid-value", service, "type: ExternalName, externalName: a_b"),
    ("conflict", service, "externalTrafficPolicy: Local"),
    ("conflict", service, "type: LoadBalancer, healthCheckNodePort: 30000"),
    ("invalid-value", service, "type: LoadBalancer, loadBalancerSourceRanges: [foo]"),
    ("conflict", service, "loadBalancerSourceRanges: [1.2.3.0/24]"),
    ("conflict", service, "loadBalancerClass: a/b"),
    ("conflict", service, "allocateLoadBalancerNodePorts: false"),
    ("conflict", service, "sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}"),
    ("out-of-range", service, "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}"),
    ("invalid-value", service, "externalIPs: [foo]"),
    ("invalid-value", service, "externalIPs: [127.0.0.1]"),
    ("duplicate-item", service, "ipFamilies: [IPv4, IPv4]"),
    ("invalid-choice", service, "trafficDistribution: Foo"),
    ("missing-value", ingress, "ingressClassName: a"),
    ("invalid-name", ingress, "ingressClassName: A_b, defaultBackend: {resource: {kind: a, name: b}}"),
    ("missing-value", ingress, "rules: [{http: {paths: []}}]"),
    ("missing-value", ingress, "defaultBackend: {}"),
    ("missing-value", path, "pathType: Prefix"),
    ("invalid-value", path, "pathType: Prefix, path: //a"),
    ("invalid-value", host, "*.*.com"),
    ("invalid-value", host, "1.2.3.4"),
    ("invalid-value", host, "a_b.c"),
    ("invalid-value", host, "a.c:80"),
    ("missing-value", policy, "ingress: [{from: [{}]}]"),
    ("conflict", policy, "ingress: [{from: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]"),
    ("invalid-value", policy, "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/9]}}]}]"),
    ("invalid-value", policy, "ingress: [{ports: [{port: 80, endPort: 79}]}]"),
    ("conflict", policy, "ingress: [{ports: [{endPort: 79}]}]"),
    ("missing-value", policy, "ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: In}]}}]}]"),
    ("out-of-range", claim, "accessModes: [ReadWriteOnce], resources: {requests: {storage: 0}}"),
    ("out-of-range", claim, "accessModes: [ReadWriteOnce], resources: {requests: {storage: -1Gi}}"),
    ("conflict", claim, "accessModes: [ReadWriteOnce, ReadWriteOncePod], resources: {requests: {storage: 1Gi}}"),
    ("missing-value", stored, "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}"),
    (
        "volume-source",
        stored,
        "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, nfs: {server: a, path: /b}, hostPath: {path: /a}",
    ),
    ("missing-value", stored, "accessModes: [ReadWriteOnce], nfs: {server: a, path: /b}"),
    ("missing-value", stored, "capacity: {storage: 1Gi}, nfs: {server: a, path: /b}"),
    ("missing-value", stored, "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, local: {path: /b}"),
    ("missing-value", whole, "v1 Secret type: kubernetes.io/tls, stringData: {tls.crt: a}"),
    ("missing-value", whole, "v1 Secret type: kubernetes.io/dockerconfigjson, stringData: {a: b}"),
    ("invalid-value", whole, "v1 Secret type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: '{'}"),
    ("missing-value", whole, "v1 Secret type: kubernetes.io/basic-auth, stringData: {a: b}"),
    ("missing-value", whole, "v1 Secret type: kubernetes.io/ssh-auth, stringData: {a: b}"),
    ("missing-value", whole, "v1 Secret type: kubernetes.io/service-account-token"),
    (
        "missing-value",
        whole,
        "rbac.authorization.k8s.io/v1 Role rules: [{apiGroups: [''], resources: [pods], verbs: []}]",
    ),
    ("missing-value", whole, "rbac.authorization.k8s.io/v1 Role rules: [{resources: [pods], verbs: [get]}]"),
    ("conflict", whole, "rbac.authorization.k8s.io/v1 Role rules: [{nonResourceURLs: [/a], verbs: [get]}]"),
    (
        "missing-value",
        whole,
        "rbac.authorization.k8s.io/v1 ClusterRoleBinding roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: x}]",
    ),
];

const TAKEN: &[(Around, &str)] = &[
    (bare, "networking.k8s.io/v1 NetworkPolicy"),
    (bare, "policy/v1 PodDisruptionBudget"),
    (whole, "v1 ConfigMap metadata: {generateName: web-}"),
    (meta, "finalizers: [foregroundDeletion, example.com/backup]"),
    (zone, "Europe/Berlin"),
    (zone, "Etc/GMT+3"),
    (failure, "onExitCodes: {containerName: c, operator: NotIn, values: [0, 2]}"),
    (failure, "onPodConditions: [{type: DisruptionTarget, status: 'True'}]"),
    (job, "podReplacementPolicy: Failed, podFailurePolicy: {rules: []}"),
    (
        indexed,
        "backoffLimitPerIndex: 1, maxFailedIndexes: 3, parallelism: 100000, successPolicy: {rules: [{succeededIndexes: '0,1-2', succeededCount: 3}, {succeededCount: 1}]}",
    ),
    (
        metric,
        "type: Object, object: {describedObject: {kind: a, name: b}, metric: {name: a}, target: {type: Value, value: 1, averageValue: 2}}",
    ),
    (behaviour, "stabilizationWindowSeconds: 3600, policies: [{type: Pods, value: 1, periodSeconds: 1800}]"),
    (behaviour, "stabilizationWindowSeconds: 0"),
    (binding, "kind: ServiceAccount"),
    (binding, "kind: Group, apiGroup: rbac.authorization.k8s.io"),
    (ingress, "defaultBackend: {resource: {kind: a, name: b}}, tls: [{hosts: ['*.b.com', a.b]}]"),
    (
        whole,
        "networking.k8s.io/v1 Ingress metadata: {name: a, annotations: {kubernetes.io/ingress.class: nginx}}, spec: {ingressClassName: nginx, defaultBackend: {resource: {kind: a, name: b}}}",
    ),
    (whole, "networking.k8s.io/v1 IngressClass spec: {controller: k8s.io/ingress-nginx}"),
    (
        pod,
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [a]}]}]}}}",
    ),
    (pod, "tolerations: [{key: a, operator: Gt, value: '-5'}]"),
    (container, "lifecycle: {preStop: {sleep: {seconds: 30}}, postStart: {sleep: {seconds: 0}}}"),
    (
        container,
        "resources: {claims: [{name: gpu}], requests: {cpu: 1}}}], resourceClaims: [{name: gpu, resourceClaimTemplateName: g}], resources: {limits: {cpu: 1}}, initContainers: [{name: i, image: 'x:1'",
    ),
    (
        pod,
        "resources: {limits: {hugepages-2Mi: 4Mi, memory: 1Gi}}, os: {name: linux}, hostNetwork: true, securityContext: {runAsUser: 1}",
    ),
    (windows, "hostNetwork: true, securityContext: {windowsOptions: {hostProcess: true}}"),
    (
        volume,
        "ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}}",
    ),
    (spread, "topologyKey: a, whenUnsatisfiable: DoNotSchedule, matchLabelKeys: [x], labelSelector: {}"),
    (
        container,
        "restartPolicy: Never, restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]",
    ),
    (service, "clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 'fd00::1'], ipFamilyPolicy: PreferDualStack"),
    (service, "type: LoadBalancer, loadBalancerClass: example.com/a"),
    (claim, "storageClassName: '', accessModes: [ReadWriteOnce], resources: {requests: {storage: 1}}"),
    (
        stored,
        "accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, hostPath: {path: /a}, persistentVolumeReclaimPolicy: Recycle",
    ),
    (
        whole,
        "apps/v1 StatefulSet metadata: {name: a-database-whose-name-is-as-long-as-its-revision-may}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}",
    ),
    (deployment, "minReadySeconds: 1e1, progressDeadlineSeconds: 600.0"),
    (
        definition,
        "scope: Namespaced, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}, {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}]",
    ),
    (
        whole,
        "v1 LimitRange spec: {limits: [{type: Container, min: {cpu: 100m}, defaultRequest: {cpu: 100m}, default: {cpu: 1}, max: {cpu: 1}}]}",
    ),
    (
        whole,
        "v1 ResourceQuota spec: {hard: {requests.cpu: '1', pods: 10, count/deployments.apps: '4', requests.nvidia.com/gpu: 1, requests.hugepages-2Mi: 0}}",
    ),
    (whole, "discovery.k8s.io/v1 EndpointSlice addressType: FQDN, endpoints: [{addresses: [a.b]}]"),
    (webhook, "name: a.b.c, sideEffects: NoneOnDryRun, clientConfig: {service: {name: a, namespace: b}}"),
    (pod, "hostNetwork: true, securityContext: {sysctls: [{name: kernel.shmmax, value: '1'}]}"),
    (pod, "hostPID: true, hostIPC: true, hostNetwork: true"),
    (pod, "dnsPolicy: None, dnsConfig: {nameservers: [010.0.0.1], searches: [., a_b.c.], options: [{name: ndots}]}"),
    (
        pod,
        "tolerations: [{operator: Exists}, {key: a, value: b}, {key: a, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]",
    ),
    (nodes, "operator: Gt, values: ['1']"),
    (
        spread,
        "topologyKey: a, whenUnsatisfiable: DoNotSchedule, minDomains: 2}, {maxSkew: 1, topologyKey: a, whenUnsatisfiable: ScheduleAnyway",
    ),
    (
        container,
        "securityContext: {seccompProfile: {type: Localhost, localhostProfile: a/b.json}, runAsUser: 2147483647}",
    ),
    (
        container,
        "ports: [{containerPort: 53, hostPort: 53, hostIP: 10.0.0.1}, {containerPort: 54, hostPort: 53, hostIP: 10.0.0.2}]",
    ),
    (
        container,
        "env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a']\"}}}, {name: B, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]",
    ),
    (container, "resources: {limits: {example.com/gpu: 1, hugepages-2Mi: 4Mi, cpu: 1}, requests: {cpu: 500m}}"),
    (container, "volumeMounts: [{name: v, mountPath: /a, subPath: ''}], readinessProbe: {tcpSocket: {port: 80}}"),
    (
        whole,
        "v1 Pod spec: {containers: [{name: a, image: x, ports: [{name: http, containerPort: 80}]}, {name: b, image: x, ports: [{name: http, containerPort: 81}]}]}",
    ),
    (whole, "v1 ConfigMap data: {a: b}, immutable: false"),
    (volume, "image: {reference: 'a:1'}"),
    (volume, "hostPath: {path: /a..b}"),
    (
        volume,
        "projected: {sources: [{downwardAPI: {items: [{path: a, fieldRef: {fieldPath: metadata.labels}}]}}, {serviceAccountToken: {path: b}}]}",
    ),
    (deployment, "minReadySeconds: 599, strategy: {rollingUpdate: {maxSurge: 200%, maxUnavailable: 0}}"),
    (daemons, "updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}"),
    (job, "completionMode: Indexed, completions: 2, backoffLimitPerIndex: 1, podFailurePolicy: {rules: []}"),
    (job, "manualSelector: true, selector: {matchLabels: {a: b}}"),
    (job, "selector: {matchLabels: {controller-uid: b}}"),
    (cron, "5/15 0-6,22 ? jan MON-FRI"),
    (
        scaler,
        "minReplicas: 0, metrics: [{type: External, external: {metric: {name: a}, target: {type: Value, value: 1}}}]",
    ),
    (whole, "scheduling.k8s.io/v1 PriorityClass value: -2000000000"),
    (service, "clusterIP: None"),
    (service, "externalIPs: [10.1.2.3], externalTrafficPolicy: Local"),
    (
        service,
        "type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30000, loadBalancerSourceRanges: [1.2.3.0/24]",
    ),
    (service, "type: ExternalName, externalName: db.example.com., clusterIP: ''"),
    (path, "pathType: ImplementationSpecific"),
    (path, "pathType: ImplementationSpecific, path: ''"),
    (host, "*.example.com"),
    (
        policy,
        "ingress: [{from: [{podSelector: {}, namespaceSelector: {}}, {ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}], ports: [{port: 80, endPort: 80}]}]",
    ),
    (
        stored,
        "accessModes: [ReadWriteOncePod], capacity: {storage: 1Gi}, storageClassName: a, csi: {driver: a, volumeHandle: b}",
    ),
    (whole, "v1 Secret type: kubernetes.io/basic-auth, stringData: {username: a}"),
    (whole, "v1 Secret type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: e30=}"),
    (whole, "rbac.authorization.k8s.io/v1 ClusterRole rules: [{nonResourceURLs: [/a], verbs: [get]}]"),
    (whole, "rbac.authorization.k8s.io/v1 ClusterRole aggregationRule: {}"),
];

/// The errors of a text, as codes.
fn errors(text: &str) -> Vec<&'static str> {
    let mut manifests = Manifests::default();
    manifests.add("-".into(), text.to_owned());
    let mut all = std::mem::take(&mut manifests.faults);
    all.push_all(validate(&manifests.documents, &Cluster::default()));
    all.sorted().iter().filter(|one| one.severity == Severity::Error).map(|one| one.code).collect()
}

#[test]
fn what_an_api_server_refuses_is_refused_once() {
    let mut wrong = Vec::new();
    for (code, around, part) in REFUSED {
        let given = errors(&around(part));
        if given != [*code] {
            wrong.push(format!("{part}: expected {code}, given {given:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_an_api_server_takes_is_taken() {
    let refused = TAKEN.iter().map(|(around, part)| (part, errors(&around(part))));
    let wrong: Vec<_> = refused.filter(|(_, given)| !given.is_empty()).map(|one| format!("{one:?}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words of releases: until which one they are refused, and until which one they only count where they are switched on.
#[test]
fn an_older_release_does_not_know_all_words() {
    let restart = "containers: [{name: c, image: 'x:1', restartPolicy: Never}]";
    let early =
        "containers: [{name: c, image: 'x:1'}], initContainers: [{name: i, image: 'x:1', restartPolicy: Always}]";
    let compared = "tolerations: [{key: a, operator: Gt, value: '1'}], containers: [{name: c, image: 'x:1'}]";
    let cases = [
        (restart, [Some("newer-kubernetes"), Some("feature-gate"), None, None, None]),
        (early, [None; 5]),
        (
            compared,
            [
                Some("newer-kubernetes"),
                Some("newer-kubernetes"),
                Some("feature-gate"),
                Some("feature-gate"),
                Some("feature-gate"),
            ],
        ),
    ];
    for (spec, expected) in cases {
        let text = object("v1", "Pod", &format!("spec: {{{spec}}}"));
        for (version, expected) in KubeVersion::ALL.into_iter().zip(expected) {
            let mut manifests = Manifests::default();
            manifests.add("-".into(), text.clone());
            let all = validate(&manifests.documents, &Cluster::of(version));
            let codes: Vec<_> = all.sorted().iter().map(|one| one.code).collect();
            assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{version}: {spec}");
        }
    }
}

#[test]
fn as_much_as_a_cluster_keeps_is_kept() {
    let of = |size: usize| whole(&format!("v1 ConfigMap data: {{a: {}}}", "x".repeat(size)));
    assert_eq!((errors(&of(1 << 20)), errors(&of((1 << 20) + 1))), (vec![], vec!["oversized-data"]));
}

#[test]
fn what_a_cluster_gives_back_is_taken() {
    let metadata = "creationTimestamp: '2026-01-01T00:00:00Z', annotations: {A.example.COM/b: c}, managedFields: \
                    [{manager: kubectl, operation: Update, apiVersion: v1, time: '2026-01-01T00:00:00Z', fieldsV1: {'f:data': {}}}]";
    assert_eq!(
        errors(&format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, {metadata}}}}}")),
        Vec::<&str>::new()
    );
    assert_eq!(
        errors("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, creationTimestamp: yesterday}}"),
        ["wrong-type"]
    );
}
