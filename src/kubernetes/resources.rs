//! What a container may use and what it needs: processors, memory, room on disks.

use super::draft::Draft;
use super::ledger::container;
use super::options::Requests;
use crate::document::Path;
use crate::model::{Limits, Memory, Processor, Reservations, Resources};
use crate::value::{ByteSize, Cpus, Microseconds};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// What a node decides for all of its containers.
const OF_NODES: &str = "nodes decide it for all containers: no field of a pod says it";

/// What is asked for where nothing is said.
const LITTLE: [(&str, &str); 2] = [("cpu", "50m"), ("memory", "64Mi")];

/// Whether a quantity is the most that a container may use or what it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Limits,
    Requests,
}

/// A quantity, with the paths of the keys that say it; the second one says the same if it is there, too.
struct Amount<'k> {
    side: Side,
    name: &'static str,
    quantity: String,
    key: &'k [&'k str],
    twin: &'k [&'k str],
}

/// Processor time.
pub(super) fn processor(draft: &mut Draft<'_, '_>, processor: &Processor) {
    let Processor { count, percent, period, quota, realtime_period, realtime_runtime, cpus, set, shares } = processor;
    if let Some(cpus) = cpus.filter(|cpus| cpus.number() > 0.0) {
        let twin = &["deploy", "resources", "limits", "cpus"];
        put(draft, Amount { side: Side::Limits, name: "cpu", quantity: cores(cpus), key: &["cpus"], twin });
    } else {
        draft.claim(["cpus"]).dropped("it is no limit");
    }
    if let Some(quota) = quota.map(Microseconds::number).filter(|quota| *quota > 0) {
        of_quota(draft, quota, period.map_or(100_000, Microseconds::number));
    } else {
        draft.claim(["cpu_quota"]).dropped("it is no limit");
        draft.claim(["cpu_period"]).dropped("without 'cpu_quota' it is no limit");
    }
    if let Some(shares) = shares.filter(|shares| *shares > 0) {
        let (quantity, twin) =
            (millis((shares * 1000 + 1023) / 1024), &["deploy", "resources", "reservations", "cpus"]);
        put(draft, Amount { side: Side::Requests, name: "cpu", quantity, key: &["cpu_shares"], twin });
    } else {
        draft.claim(["cpu_shares"]).dropped("0 is the usual share");
    }
    let is_set =
        [count.is_some(), percent.is_some(), realtime_period.is_some(), realtime_runtime.is_some(), set.is_some()];
    let keys = ["cpu_count", "cpu_percent", "cpu_rt_period", "cpu_rt_runtime", "cpuset"];
    for (key, _) in keys.into_iter().zip(is_set).filter(|(_, is_set)| *is_set) {
        draft
            .claim([key])
            .dropped(OF_NODES)
            .remedy("use 'cpus' and 'deploy.resources'; for whole processors see the CPU manager of the kubelet");
    }
}

/// A limit as time in each period.
fn of_quota(draft: &mut Draft<'_, '_>, quota: i64, period: i64) {
    if draft.wrote(["cpus"]) || period <= 0 {
        draft.claim(["cpu_quota"]).dropped("'cpus' says it");
        draft.claim(["cpu_period"]).dropped("'cpus' says it");
        return;
    }
    let twin = &["deploy", "resources", "limits", "cpus"];
    let quantity = millis((quota * 1000 + period - 1) / period);
    put(draft, Amount { side: Side::Limits, name: "cpu", quantity, key: &["cpu_quota"], twin });
    draft.claim(["cpu_period"]).approximated("with 'cpu_quota' it makes the limit", container("resources.limits.cpu"));
}

/// Memory.
pub(super) fn memory(draft: &mut Draft<'_, '_>, memory: &Memory) {
    let Memory { limit, reservation, swap_limit, swappiness } = memory;
    let deployed = ["deploy", "resources"];
    let sides = [
        ("mem_limit", limit, Side::Limits, "limits"),
        ("mem_reservation", reservation, Side::Requests, "reservations"),
    ];
    for (key, size, side, word) in sides {
        match size.filter(|size| size.bytes() > 0) {
            Some(size) => {
                let twin = &[deployed[0], deployed[1], word, "memory"];
                put(draft, Amount { side, name: "memory", quantity: bytes(size), key: &[key], twin });
            }
            None => {
                draft.claim([key]).dropped("it is no limit");
            }
        }
    }
    for (key, _) in
        [("memswap_limit", swap_limit), ("mem_swappiness", swappiness)].into_iter().filter(|(_, size)| size.is_some())
    {
        draft.claim([key]).dropped(OF_NODES).remedy("see the swap behaviour of the kubelet");
    }
}

/// Room on the disk of the node.
pub(super) fn storage(draft: &mut Draft<'_, '_>, options: &BTreeMap<String, String>) {
    for (option, value) in options {
        let size = value.parse::<ByteSize>().ok().filter(|size| option == "size" && size.bytes() > 0);
        let Some(size) = size else {
            draft.claim(["storage_opt", option]).dropped("it is for the storage driver of an engine");
            continue;
        };
        let key = &["storage_opt", "size"];
        put(draft, Amount { side: Side::Limits, name: "ephemeral-storage", quantity: bytes(size), key, twin: &[] });
    }
}

/// `deploy.resources`.
pub(super) fn deployed(draft: &mut Draft<'_, '_>, resources: &Resources) {
    let Resources { limits, reservations } = resources;
    if let Some(Limits { cpus, memory, pids }) = limits {
        amounts(draft, (Side::Limits, "limits"), *cpus, *memory);
        if pids.is_some() {
            draft
                .claim(["deploy", "resources", "limits", "pids"])
                .dropped(OF_NODES)
                .remedy("see 'podPidsLimit' of the kubelet");
        }
    }
    draft.claim(["deploy", "resources", "limits"]).dropped("it says nothing");
    if let Some(Reservations { cpus, memory, devices, generic_resources }) = reservations {
        amounts(draft, (Side::Requests, "reservations"), *cpus, *memory);
        super::device::reserved(draft, devices, generic_resources);
    }
    draft.claim(["deploy", "resources", "reservations"]).dropped("it says nothing");
    draft.claim(["deploy", "resources"]).dropped("it says nothing");
}

fn amounts(draft: &mut Draft<'_, '_>, (side, word): (Side, &str), cpus: Option<Cpus>, memory: Option<ByteSize>) {
    if let Some(cpus) = cpus.filter(|cpus| cpus.number() > 0.0) {
        let twin: &[&str] = if side == Side::Limits { &["cpus"] } else { &["cpu_shares"] };
        let key = &["deploy", "resources", word, "cpus"];
        put(draft, Amount { side, name: "cpu", quantity: cores(cpus), key, twin });
    }
    if let Some(memory) = memory.filter(|memory| memory.bytes() > 0) {
        let twin: &[&str] = if side == Side::Limits { &["mem_limit"] } else { &["mem_reservation"] };
        let key = &["deploy", "resources", word, "memory"];
        put(draft, Amount { side, name: "memory", quantity: bytes(memory), key, twin });
    }
}

/// Puts a quantity into the container. Where two keys say it, `deploy.resources` wins, and neither is missed alone.
fn put(draft: &mut Draft<'_, '_>, amount: Amount<'_>) {
    let Amount { side, name, quantity, key, twin } = amount;
    let resources = draft.container.resources.get_or_insert_default();
    let (quantities, word) = match side {
        Side::Limits => (resources.limits.get_or_insert_default(), "limits"),
        Side::Requests => (resources.requests.get_or_insert_default(), "requests"),
    };
    quantities.insert(name.to_owned(), Quantity(quantity));
    let has_twin = !twin.is_empty() && draft.wrote(twin.iter().copied());
    let claim = draft.claim(key.iter().copied());
    let place = container(format!("resources.{word}.{name}"));
    if has_twin {
        claim.approximated(format!("'{}' says it, too", Path::of(twin.iter().copied())), place);
    } else if key == ["cpu_shares"] {
        let reason = "a weight among containers becomes processor time that is kept free: 1024 are one processor";
        claim.approximated(reason, place);
    } else {
        claim.exact(place);
    }
}

/// Requests that are above their limits are brought down to them: a cluster takes no others. Where nothing is said, a
/// little is asked for, if that is wished.
pub(super) fn settle(draft: &mut Draft<'_, '_>) {
    lower(draft);
    if draft.scene.options.requests == Requests::Little {
        let resources = draft.container.resources.get_or_insert_default();
        for (name, little) in LITTLE {
            let has_limit = resources.limits.as_ref().is_some_and(|limits| limits.contains_key(name));
            // What has a limit only asks for all of it.
            if !has_limit {
                let requests = resources.requests.get_or_insert_default();
                requests.entry(name.to_owned()).or_insert_with(|| Quantity(little.to_owned()));
            }
        }
    }
}

fn lower(draft: &mut Draft<'_, '_>) {
    let Some(resources) = &mut draft.container.resources else { return };
    let (Some(limits), Some(requests)) = (&resources.limits, &mut resources.requests) else { return };
    let mut lowered = Vec::new();
    for (name, request) in requests.iter_mut() {
        let Some(limit) = limits.get(name) else { continue };
        if amount(request) > amount(limit) {
            request.clone_from(limit);
            lowered.push(name.clone());
        }
    }
    for name in lowered {
        tell_lowered(draft, &name);
    }
}

/// Says of what is needed that it is no more than the limit.
fn tell_lowered(draft: &mut Draft<'_, '_>, name: &str) {
    let keys: [&[&str]; 2] = match name {
        "cpu" => [&["cpu_shares"], &["deploy", "resources", "reservations", "cpus"]],
        "memory" => [&["mem_reservation"], &["deploy", "resources", "reservations", "memory"]],
        _ => return,
    };
    for key in keys {
        let claim = draft.claim(key.iter().copied());
        let reason = "it is above the limit, which is the most that can be kept free";
        claim.approximated(reason, container(format!("resources.requests.{name}")));
    }
}

/// A quantity of ours in thousandths.
fn amount(quantity: &Quantity) -> i128 {
    let text = &quantity.0;
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let value: i128 = number.parse().unwrap_or_default();
    match text.get(number.len()..).unwrap_or_default() {
        "m" => value,
        "Ki" => (value * 1000) << 10,
        "Mi" => (value * 1000) << 20,
        "Gi" => (value * 1000) << 30,
        _ => value * 1000,
    }
}

/// Processors as Kubernetes writes them: `2`, `500m`; parts of thousandths are rounded up.
fn cores(cpus: Cpus) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "no machine has so many processors")]
    millis((f64::from(cpus.number()) * 1000.0 - 1e-4).ceil() as i64)
}

fn millis(count: i64) -> String {
    if count % 1000 == 0 { (count / 1000).to_string() } else { format!("{count}m") }
}

/// Bytes as Kubernetes writes them: `256Mi`.
pub(super) fn bytes(size: ByteSize) -> String {
    let size = size.bytes();
    let units = [(30, "Gi"), (20, "Mi"), (10, "Ki")];
    match units.into_iter().find(|(bits, _)| size > 0 && size % (1 << bits) == 0) {
        Some((bits, unit)) => format!("{}{unit}", size >> bits),
        None => size.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_as_people_write_them() {
        let cpus = |text: &str| cores(text.parse().expect("a number"));
        assert_eq!(
            (cpus("0.5"), cpus("2"), cpus("0.0001"), cpus("1.25")),
            ("500m".into(), "2".into(), "1m".into(), "1250m".into())
        );
        let size = |text: &str| bytes(text.parse().expect("a size"));
        assert_eq!(
            (size("256m"), size("1g"), size("1000"), size("1536k")),
            ("256Mi".into(), "1Gi".into(), "1000".into(), "1536Ki".into())
        );
    }

    #[test]
    fn amounts_are_compared_across_units() {
        let amount = |text: &str| amount(&Quantity(text.to_owned()));
        assert!(amount("1Gi") > amount("1000Mi") && amount("1500m") > amount("1") && amount("2") == amount("2000m"));
    }
}
