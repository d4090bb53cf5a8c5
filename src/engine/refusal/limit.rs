//! Limits that contradict each other, or that the kernel does not have.

use super::{Fault, wrong};
use crate::diagnostic::did_you_mean;
use crate::document::Path;
use crate::model::{Service, Ulimit};
use crate::value::ByteSize;

/// What `setrlimit(2)` knows.
const KINDS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// The least memory that an engine gives a container.
const LEAST_MEMORY: i64 = 6 * 1024 * 1024;

pub(super) fn faults(service: &Service) -> Vec<Fault> {
    let mut all: Vec<Fault> = service.ulimits.iter().filter_map(|(kind, limit)| of_process(kind, *limit)).collect();
    all.extend(memory(service));
    all
}

fn of_process(kind: &str, limit: Ulimit) -> Option<Fault> {
    let place = Path::of(["ulimits", kind]);
    if !KINDS.contains(&kind) {
        let help = match did_you_mean(kind, KINDS) {
            Some(near) => format!("did you mean '{near}'?"),
            None => format!("one of {}", KINDS.join(", ")),
        };
        return Some((place, wrong(format!("'{kind}' is not a limit of processes"), help)));
    }
    let Ulimit { soft, hard, spelling: _ } = limit;
    (hard != -1 && soft > hard).then(|| {
        let message = format!("the soft limit of '{kind}', {soft}, is above the hard one, {hard}");
        (place, wrong(message, "a process may raise 'soft' up to 'hard': lower the one or raise the other"))
    })
}

fn memory(service: &Service) -> Vec<Fault> {
    let deployed = service.deploy.as_ref().and_then(|deploy| deploy.resources.limits.as_ref()?.memory);
    let given = |size: Option<ByteSize>| size.map(ByteSize::bytes).filter(|size| *size > 0);
    let limit = given(deployed).or(given(service.memory.limit));
    let key = if given(deployed).is_some() { "deploy.resources.limits.memory" } else { "mem_limit" };
    let place = Path::of(key.split('.'));
    let Some(limit) = limit else { return Vec::new() };
    let mut all = Vec::new();
    if limit < LEAST_MEMORY {
        all.push((
            place,
            wrong(format!("'{key}' is {limit} bytes, an engine gives no less than 6 MB"), "write '6m' or more"),
        ));
    }
    if let Some(reserved) = given(service.memory.reservation).filter(|reserved| *reserved > limit) {
        let message = format!("'mem_reservation' is {reserved} bytes, more than the limit of {limit}");
        all.push((Path::of(["mem_reservation"]), wrong(message, "reserve no more than a container may use")));
    }
    if let Some(swap) = given(service.memory.swap_limit).filter(|swap| *swap < limit) {
        let message = format!("'memswap_limit' is {swap} bytes, less than the limit of memory, {limit}");
        all.push((Path::of(["memswap_limit"]), wrong(message, "it counts memory and swap together: raise it")));
    }
    all
}
