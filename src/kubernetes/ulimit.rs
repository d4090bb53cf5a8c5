//! Limits of the kernel on a process. No field of a pod says them; where it is asked for, a shell lowers or raises its own
//! before it becomes the command of the container, as far as the node lets it.

use super::draft::Draft;
use super::ledger::container;
use super::options::Ulimits;
use crate::model::{Ulimit, UlimitSpelling};
use std::collections::BTreeMap;

/// The limits that every shell can set: the kind, its letter, and the bytes or the number that it counts by.
const LETTERS: [(&str, char, i64); 8] = [
    ("as", 'v', 1024),
    ("core", 'c', 512),
    ("cpu", 't', 1),
    ("data", 'd', 1024),
    ("fsize", 'f', 512),
    ("memlock", 'l', 1024),
    ("nofile", 'n', 1),
    ("stack", 's', 1024),
];

/// Why nothing becomes of a limit that nobody sets.
const OF_NODES: &str = "nodes decide it for all containers: no field of a pod says it";

/// `ulimits`.
pub(super) fn convert(draft: &mut Draft<'_, '_>, limits: &BTreeMap<String, Ulimit>) {
    let is_asked = draft.scene.options.ulimits == Ulimits::Shell;
    if is_asked && draft.container.command.is_some() {
        return wrap(draft, limits);
    }
    if !draft.wrote(["ulimits"]) {
        return;
    }
    let claim = draft.claim(["ulimits"]);
    if is_asked {
        claim
            .dropped("a shell has nothing to run: only the image knows its entrypoint")
            .remedy("write the whole command under 'entrypoint'");
    } else {
        let remedy = "they come from the container runtime of the node; a command can lower its own with 'ulimit'";
        claim.dropped(OF_NODES).remedy(remedy);
    }
}

/// Has a shell set the limits and run the command.
fn wrap(draft: &mut Draft<'_, '_>, limits: &BTreeMap<String, Ulimit>) {
    draft.claim(["ulimits"]).dropped("it is empty");
    let mut line = String::new();
    for (kind, limit) in limits {
        let path = draft.path(["ulimits", kind]);
        let Some(set) = set(kind, limit.soft) else {
            let reason = format!("{OF_NODES}, and not every shell can set it");
            draft.claim_at(path).dropped(reason);
            continue;
        };
        line.push_str(&set);
        let reason = "a shell sets the soft limit before it runs the command, not above what the node gives: the image needs 'sh'";
        if limit.spelling == UlimitSpelling::Pair {
            draft.claim_at(path.key("hard")).dropped(OF_NODES);
            draft.claim_at(path.key("soft")).approximated(reason, container("command"));
        } else {
            draft.claim_at(path).approximated(reason, container("command"));
        }
    }
    if line.is_empty() {
        return;
    }
    line.push_str("exec \"$@\"");
    let command = draft.container.command.take().unwrap_or_default();
    let shell = ["/bin/sh", "-c", &line, "sh"].map(str::to_owned);
    draft.container.command = Some(shell.into_iter().chain(command).collect());
}

/// What sets a soft limit; nothing for one that not every shell knows.
fn set(kind: &str, soft: i64) -> Option<String> {
    let (_, letter, unit) = LETTERS.into_iter().find(|(known, ..)| *known == kind)?;
    let amount = if soft < 0 { "unlimited".to_owned() } else { (soft / unit).to_string() };
    Some(format!("ulimit -S -{letter} {amount}; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_counts_in_units_of_its_own() {
        let sets =
            [("nofile", 65_536), ("memlock", -1), ("stack", 8_388_608), ("core", 0)].map(|(kind, n)| set(kind, n));
        let lines = sets.map(Option::unwrap_or_default).concat();
        assert_eq!(lines, "ulimit -S -n 65536; ulimit -S -l unlimited; ulimit -S -s 8192; ulimit -S -c 0; ");
        assert_eq!(set("nproc", 1), None);
        assert!(LETTERS.is_sorted());
    }
}
