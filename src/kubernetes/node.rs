//! What nodes decide for all of their containers, and no field of a pod says.

use super::draft::Draft;

/// A key, and what can be done on the nodes.
const KEYS: [(&str, &str); 10] = [
    ("blkio_config", "no kubelet limits disks"),
    ("cgroup", "nodes give each container a control group of its own"),
    ("cgroup_parent", "the kubelet chooses it by the quality of service"),
    ("device_cgroup_rules", "a device plugin gives the right to a device"),
    ("isolation", "RuntimeClasses tell kinds of isolation apart"),
    ("oom_kill_disable", "give it a memory limit that it keeps within"),
    ("oom_score_adj", "the kubelet chooses it by the quality of service"),
    ("pids_limit", "see 'podPidsLimit' of the kubelet"),
    ("uts", "pods have a host name of their own"),
    ("mac_address", "the network plugin gives pods their addresses"),
];

/// Says so of each that is written.
pub(super) fn convert(draft: &mut Draft<'_, '_>) {
    for (key, remedy) in KEYS {
        if draft.wrote([key]) {
            draft.claim([key]).dropped("nodes decide it for all containers: no field of a pod says it").remedy(remedy);
        }
    }
}
