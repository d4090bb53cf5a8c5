//! Whose processes and shared memory a container sees.

use super::draft::Draft;
use super::ledger::pod;
use crate::model::Namespace;

/// `ipc` and `pid`.
pub(super) fn convert(draft: &mut Draft<'_, '_>, ipc: Option<&Namespace>, pid: Option<&Namespace>) {
    if let Some(ipc) = ipc {
        one(draft, "ipc", ipc);
    }
    if let Some(pid) = pid {
        one(draft, "pid", pid);
    }
}

fn one(draft: &mut Draft<'_, '_>, key: &str, namespace: &Namespace) {
    let is_pid = key == "pid";
    match namespace {
        Namespace::Mode(mode) if mode == "host" => {
            let spec = &mut draft.workload.pod;
            *(if is_pid { &mut spec.host_pid } else { &mut spec.host_ipc }) = Some(true);
            if is_pid {
                // Kubernetes refuses both together.
                spec.share_process_namespace = None;
            }
            let claim = draft.claim([key]).exact(pod(if is_pid { "hostPID" } else { "hostIPC" }));
            claim.note("below the baseline level of Pod Security").remedy("remove it if the service can do without");
        }
        Namespace::Service(other) if draft.scene.home_of(other).is_some() => {
            let reason = format!("its container is in the pod of '{other}'");
            if is_pid {
                draft.workload.pod.share_process_namespace = Some(true);
                draft.claim([key]).approximated(reason, pod("shareProcessNamespace"));
            } else {
                draft.claim([key]).approximated(reason, pod("containers"));
            }
        }
        Namespace::Mode(mode) if ["private", "shareable"].contains(&mode.as_str()) => {
            draft.claim([key]).dropped("pods have their own, which their containers share");
        }
        Namespace::Service(_) | Namespace::Container(_) | Namespace::Mode(_) => {
            draft
                .claim([key])
                .dropped("a pod shares it with its own containers only")
                .remedy("name a service of the project");
        }
    }
}
