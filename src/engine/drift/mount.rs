//! What is mounted, by its place in the container.

use super::{Pair, plain, texts};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A mount, as far as both ways of asking for one say the same.
#[derive(Debug, PartialEq, Eq)]
struct Mounted<'a> {
    /// `bind`, `volume` and so on.
    kind: &'a str,
    /// A path of the host, or the name of a volume; nothing for a volume that the engine names.
    source: Option<&'a str>,
    read_only: bool,
}

pub(super) fn compare(pair: &Pair, all: &mut BTreeSet<String>) {
    let (asked, there) = (wanted(&pair.wanted["HostConfig"]), mounted(&pair.now["Mounts"]));
    let of_image = |target: &str| !pair.image["Volumes"][target].is_null();
    let missing = asked.iter().any(|(target, mount)| !there.get(target).is_some_and(|one| fits(mount, one)));
    let more = there.keys().any(|target| !asked.contains_key(target) && !of_image(target));
    if missing || more || options(&pair.wanted) != options(&pair.now) {
        all.insert("volumes".into());
    }
}

fn fits(asked: &Mounted<'_>, there: &Mounted<'_>) -> bool {
    let source = asked.source.is_none() || asked.source == there.source;
    asked.kind == there.kind && source && asked.read_only == there.read_only
}

/// What a request mounts, in either way of saying it.
fn wanted(host: &Value) -> BTreeMap<&str, Mounted<'_>> {
    let binds = texts(&host["Binds"]).filter_map(|line| {
        let (source, rest) = line.split_once(':')?;
        let (target, options) = rest.split_once(':').unwrap_or((rest, ""));
        let kind = if source.starts_with('/') { "bind" } else { "volume" };
        let read_only = options.split(',').any(|option| option == "ro");
        Some((target, Mounted { kind, source: Some(source), read_only }))
    });
    let mounts = host["Mounts"].as_array().into_iter().flatten().filter_map(|mount| {
        let kind = mount["Type"].as_str()?;
        let source = mount["Source"].as_str().filter(|source| !source.is_empty());
        let read_only = mount["ReadOnly"] == true;
        Some((mount["Target"].as_str()?, Mounted { kind, source, read_only }))
    });
    binds.chain(mounts).collect()
}

/// What the engine has mounted.
fn mounted(mounts: &Value) -> BTreeMap<&str, Mounted<'_>> {
    let all = mounts.as_array().into_iter().flatten().filter_map(|mount| {
        let kind = mount["Type"].as_str()?;
        let source = if kind == "volume" { &mount["Name"] } else { &mount["Source"] };
        let source = source.as_str().filter(|source| !source.is_empty());
        Some((mount["Destination"].as_str()?, Mounted { kind, source, read_only: mount["RW"] == false }))
    });
    all.collect()
}

/// What is said beyond place, source and access, where it is said in the long way.
fn options(container: &Value) -> BTreeMap<&str, BTreeMap<&str, Value>> {
    const KINDS: [&str; 4] = ["BindOptions", "ImageOptions", "TmpfsOptions", "VolumeOptions"];
    let mounts = container["HostConfig"]["Mounts"].as_array().into_iter().flatten();
    let of = |mount: &Value| {
        KINDS.map(|kind| (kind, plain(&mount[kind]))).into_iter().filter(|(_, said)| !said.is_null()).collect()
    };
    let all = mounts.filter_map(|mount| Some((mount["Target"].as_str()?, of(mount))));
    all.filter(|(_, said): &(&str, BTreeMap<&str, Value>)| !said.is_empty()).collect()
}
