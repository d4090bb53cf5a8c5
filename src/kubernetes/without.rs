//! What means nothing in a cluster: how people work with a project on their own machine.

use super::draft::Draft;

/// A key, why nothing is left of it, and what to do.
const KEYS: [(&str, &str, &str); 6] = [
    ("attach", "it is about the output of 'up'", "use 'kubectl logs'"),
    ("develop", "files of this machine are not watched from a cluster", "bake them into the image"),
    ("logging", "a cluster collects what containers print", "print to standard output, and run a log agent"),
    ("provider", "a program of this machine provides it", "provide it in the cluster, and tell services its address"),
    ("use_api_socket", "pods have no engine to talk to", "use the API of the cluster with a ServiceAccount"),
    ("pull_refresh_after", "it does nothing in docker compose either", "remove it"),
];

/// Says so of each that is written.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    for (key, reason, remedy) in KEYS {
        if draft.wrote([key]) {
            draft.claim([key]).dropped(reason).remedy(remedy);
        }
    }
    draft.claim(["extends"]).approximated("what it brings in is converted as the service's own", []);
    draft.claim(["profiles"]).dropped("its profile is active: it is converted like any other");
    draft.claim(["deploy"]).dropped("it says nothing");
}
