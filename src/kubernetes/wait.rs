//! Start order that holds: pods wait in containers that run first.
//!
//! A Service forwards to pods that are ready, so that a connection to it tells that one of them is healthy; a job is
//! waited for by the API of the cluster, with a token that no other container sees.

use super::draft::Draft;
use super::inline;
use super::kind::Kind;
use super::ledger::{pod, template};
use super::object_name;
use super::options::{Jobs, Wait};
use super::scene::Scene;
use super::wait_policy;
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::{Dependency, DependencyCondition, Protocol, Service};
use crate::value::{ImageName, Name};
use indexmap::IndexMap;
use k8s_openapi::api::batch::v1::{PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule};
use k8s_openapi::api::core::v1::{Capabilities, Container, ResourceRequirements, SecurityContext, VolumeMount};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// The image that waits for Services, unless another one is asked for.
const IMAGE: &str = "busybox:1.37";
/// The user of those that wait.
const NOBODY: i64 = 65_534;
/// What begins the names of containers that wait.
pub(super) const WAITERS: &str = "wait-for-";
/// The volume with the token for the API.
pub(super) const TOKEN: &str = "wait-token";
/// Where programs look for a token.
const TOKEN_FOLDER: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// What begins the annotation that tells a service to begin anew with another one.
const RESTART: &str = "restart.hoist/";

/// What a service waits for.
pub(super) fn convert(draft: &mut Draft<'_, '_>, dependencies: &IndexMap<Name, Dependency>) {
    // The order of keys means nothing, so that it must not make other pods.
    for (name, dependency) in dependencies.iter().collect::<BTreeMap<_, _>>() {
        let path = draft.path(["depends_on", name.as_str()]);
        let Some(other) = draft.scene.project().services.get(name).filter(|_| draft.scene.home_of(name).is_some())
        else {
            draft.claim_at(path).dropped("there is no such service in the cluster");
            continue;
        };
        let Dependency { condition, restart, required: _ } = dependency;
        if draft.ledger.wrote(&path.key("required")) {
            draft.claim_at(path.key("required")).moot("the service is there", []);
        }
        if draft.ledger.wrote(&path.key("restart")) {
            if *restart {
                restarts(draft, name, &path);
            } else {
                draft.claim_at(path.key("restart")).same_without([]);
            }
        }
        one(draft, other, *condition, path);
    }
}

/// What is waited for: a condition, or, where that is asked for, that something runs which only has to be started.
pub(super) fn condition(
    scene: &Scene<'_>,
    (service, other): (&Service, &Name),
    written: DependencyCondition,
) -> DependencyCondition {
    let runs = scene.home_of(other).is_some_and(|home| !home.kind.ends());
    let has_pods = scene.project().services.get(other).is_some_and(|other| other.replicas() > 0);
    let ports = scene.ports_of(other);
    let answers = ports.is_empty() || ports.iter().any(|one| one.protocol == Protocol::Tcp);
    let is_all = scene.options.wait == Wait::All && written == DependencyCondition::Started;
    if is_all && runs && has_pods && answers && !are_peers(scene, service, other) {
        DependencyCondition::Healthy
    } else {
        written
    }
}

/// Whether two services dial each other in a circle: then neither is ready without the other.
fn are_peers(scene: &Scene<'_>, service: &Service, other: &Name) -> bool {
    let home = scene.home_of(&service.name);
    let circle = scene.home_of(other).and_then(|there| scene.peers.circle(&there.owner));
    home.zip(circle).is_some_and(|(home, circle)| circle.contains(&home.owner))
}

fn one(draft: &mut Draft<'_, '_>, other: &Service, written: DependencyCondition, path: Path) {
    let condition = condition(draft.scene, (draft.service, &other.name), written);
    let Some(home) = draft.scene.home_of(&other.name) else { return };
    if let Some(place) = draft.workload.jobs.get(&other.name).cloned() {
        let reason =
            "it runs to its end in the same pod before the other containers start, and runs again on every pod restart";
        draft.claim_at(path).approximated(reason, pod(place));
        return;
    }
    if home.owner == draft.home.owner {
        let reason = if home.is_sidecar() {
            "both are in one pod, and the other one starts first and is ready before this one"
        } else {
            "both are in one pod, and start together"
        };
        draft.claim_at(path).approximated(reason, []);
        return;
    }
    if condition != DependencyCondition::Started && other.replicas() == 0 {
        let message = format!("'{}' waits for '{}', of which there are no pods", draft.service.name, other.name);
        draft.report(
            &path,
            Diagnostic::error("waits-forever", message).help("give it a replica, or do not wait for it"),
        );
        draft.claim_at(path).approximated("it would wait for ever", []);
        return;
    }
    if draft.workload.has_wait(&waiter_name(draft, other)) && condition != DependencyCondition::Started {
        draft.claim_at(path).approximated("another container of the pod waits for it, too", []);
        return;
    }
    match condition {
        DependencyCondition::Started => {
            let are_peers = are_peers(draft.scene, draft.service, &other.name);
            let reason =
                "pods start in any order: who dials another one tries again; only its name is there in any case";
            // Without the dependency pods start in the same order: in any.
            let claimed = draft.claim_at(path).moot(reason, []);
            if are_peers {
                claimed.note("they dial each other, so that neither waits for the other");
            } else {
                claimed.remedy("wait for 'service_healthy', or use '--wait all'");
            }
        }
        DependencyCondition::Healthy => healthy(draft, (other, written), path),
        DependencyCondition::CompletedSuccessfully => completed(draft, other, path),
    }
}

/// Waits until the Service of another service takes connections.
fn healthy(draft: &mut Draft<'_, '_>, (other, written): (&Service, DependencyCondition), path: Path) {
    let name = draft.scene.ready_name(&other.name);
    let ports = draft.scene.ports_of(&other.name);
    let tcp = ports.iter().find(|one| one.protocol == Protocol::Tcp).map(|one| one.number);
    let script = match tcp {
        Some(port) => format!("until nc -z -w 2 {name} {port}; do sleep 2; done"),
        // Without ports, its name is there once a pod is ready.
        None if ports.is_empty() => {
            format!("while nc -z -w 2 {name} 1 2>&1 | grep -q 'bad address'; do sleep 2; done")
        }
        None => {
            let reason = "only TCP can be waited for: who dials it tries again";
            draft.claim_at(path).dropped(reason).remedy("expose a TCP port that tells whether it is healthy");
            return;
        }
    };
    let command = ["sh", "-c", &script].map(str::to_owned).to_vec();
    let waiter = Container {
        name: waiter_name(draft, other),
        image: Some(draft.scene.options.wait_image.as_ref().map_or(IMAGE, ImageName::as_str).to_owned()),
        command: Some(command),
        resources: Some(little("5m", "8Mi", "16Mi")),
        security_context: Some(harmless()),
        ..Container::default()
    };
    let place = draft.workload.wait(waiter);
    if written == DependencyCondition::Started {
        let reason = "by '--wait all' it is waited for as if it had to be healthy";
        draft.claim_at(path).approximated(reason, pod(place));
        return;
    }
    let claim = draft.claim_at(path).exact(pod(place));
    if !other.has_healthcheck() {
        claim.note("without a 'healthcheck' it counts as healthy as soon as it runs").remedy("give it one");
    }
}

/// Waits until a job has ended well.
fn completed(draft: &mut Draft<'_, '_>, other: &Service, path: Path) {
    let Some(job) = draft.jobs.get(&other.name).cloned() else {
        let home = draft.scene.home_of(&other.name);
        let kind = home.map_or(Kind::Deployment, |home| home.kind);
        let owner = home.map(|home| &home.owner).filter(|owner| **owner != other.name);
        let (which, help) = match owner {
            Some(owner) => (
                format!("'{}' in the pod of '{owner}'", other.name),
                "let it have a pod of its own: without the network or processes of the other service",
            ),
            None => (format!("'{}'", other.name), "set 'restart: no' or 'on-failure' of the service that is to end"),
        };
        let message = format!("'{}' waits for the end of {which}, and a {kind} does not end", draft.service.name);
        draft.report(&path, Diagnostic::error("waits-forever", message).help(help));
        draft.claim_at(path).approximated("it would wait for ever", []);
        return;
    };
    let version = draft.scene.options.version;
    let words = ["wait", "--for=condition=complete", &format!("job/{job}"), "--timeout=600s"].map(str::to_owned);
    let waiter = Container {
        name: waiter_name(draft, other),
        image: Some(format!("registry.k8s.io/kubectl:v{version}.0")),
        args: Some(words.to_vec()),
        resources: Some(little("10m", "32Mi", "128Mi")),
        security_context: Some(harmless()),
        volume_mounts: Some(vec![VolumeMount {
            name: TOKEN.to_owned(),
            mount_path: TOKEN_FOLDER.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        }]),
        ..Container::default()
    };
    let place = draft.workload.wait(waiter);
    draft.workload.awaited.push(job);
    let is_shut = wait_policy::is_shut(draft.scene, draft.home);
    let scene = draft.scene;
    let kept = (scene.options.jobs == Jobs::Inline).then(|| inline::host(scene.loaded, scene.homes(), other).err());
    let mut claim = draft.claim_at(path).exact(pod(place));
    if let Some(reason) = kept.flatten() {
        claim = claim.note(format!("it keeps its own pods: {reason}"));
    }
    if is_shut {
        claim.note("a policy lets its pods reach private addresses at 443 and 6443, where the API of a cluster is");
    }
}

/// A job does not fail because another one takes longer than a container waits for it: its pod is made anew.
pub(super) fn patience(waiter: &Container) -> Option<PodFailurePolicyRule> {
    waiter.args.as_ref()?.first().filter(|word| *word == "wait")?;
    let codes = PodFailurePolicyOnExitCodesRequirement {
        container_name: Some(waiter.name.clone()),
        operator: "NotIn".into(),
        values: vec![0],
    };
    Some(PodFailurePolicyRule {
        action: "Ignore".into(),
        on_exit_codes: Some(codes),
        ..PodFailurePolicyRule::default()
    })
}

/// Pods are made anew with those of another service: its template counts in theirs.
fn restarts(draft: &mut Draft<'_, '_>, other: &Name, path: &Path) {
    let Some(hash) = draft.templates.get(other).cloned() else {
        draft.claim_at(path.key("restart")).dropped("both are in one pod");
        return;
    };
    let key = format!("{RESTART}{}", draft.scene.name_of(other));
    draft.workload.pod_annotations.insert(key.clone(), hash);
    let claim = draft.claim_at(path.key("restart")).exact(template(format!("metadata.annotations['{key}']")));
    claim.note("pods are made anew when what is written of the other service changes, not when it restarts");
}

/// What the container is called that waits for a service.
fn waiter_name(draft: &Draft<'_, '_>, other: &Service) -> String {
    object_name::label(&format!("{WAITERS}{}", draft.scene.name_of(&other.name)))
}

fn little(cpu: &str, memory: &str, limit: &str) -> ResourceRequirements {
    let quantity = |name: &str, text: &str| (name.to_owned(), Quantity(text.to_owned()));
    ResourceRequirements {
        limits: Some([quantity("memory", limit)].into()),
        requests: Some([quantity("cpu", cpu), quantity("memory", memory)].into()),
        ..ResourceRequirements::default()
    }
}

/// The rights of a container that only asks.
fn harmless() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { add: None, drop: Some(vec!["ALL".into()]) }),
        read_only_root_filesystem: Some(true),
        run_as_non_root: Some(true),
        run_as_user: Some(NOBODY),
        ..SecurityContext::default()
    }
}
