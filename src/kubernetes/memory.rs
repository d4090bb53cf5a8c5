//! Folders in memory: `tmpfs`, volumes of that type, and shared memory.

use super::draft::Draft;
use super::pod_volume::{self, Mounted};
use super::resources;
use crate::model::Namespace;
use crate::value::ByteSize;
use k8s_openapi::api::core::v1::{EmptyDirVolumeSource, Volume, VolumeMount};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// What a short `tmpfs` or the options of a volume of type `tmpfs` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options<'a> {
    /// The size, if it is one.
    pub size: Option<ByteSize>,
    /// Options that a pod cannot have.
    pub others: Vec<&'a str>,
}

impl<'a> Options<'a> {
    /// Reads `size=64m,mode=1777,noexec`.
    pub fn read(text: &'a str) -> Self {
        let mut options = Self::default();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.split_once('=') {
                Some(("size", size)) if is_size(size) => options.size = size.parse().ok(),
                _ if ["rw", "mode=1777", "mode=01777", "nosuid", "nodev"].contains(&word) => {}
                _ => options.others.push(word),
            }
        }
        options
    }
}

fn is_size(text: &str) -> bool {
    text.parse::<ByteSize>().is_ok_and(|size| size.bytes() > 0)
}

/// A volume in memory.
pub(super) fn volume(name: &str, size: Option<ByteSize>) -> Volume {
    let size_limit = size.filter(|size| size.bytes() > 0).map(|size| Quantity(resources::bytes(size)));
    let memory = EmptyDirVolumeSource { medium: Some("Memory".into()), size_limit, ..EmptyDirVolumeSource::default() };
    Volume { name: name.to_owned(), empty_dir: Some(memory), ..Volume::default() }
}

/// Mounts memory at a path.
pub(super) fn mount(draft: &mut Draft<'_, '_>, path: &str, size: Option<ByteSize>) -> Option<Mounted> {
    let at = VolumeMount { mount_path: path.to_owned(), ..VolumeMount::default() };
    let name = format!("memory-{}", path.trim_matches('/'));
    pod_volume::mount(draft, volume(&name, size), at)
}

/// `tmpfs`, the short way.
pub(super) fn folders(draft: &mut Draft<'_, '_>, folders: &[String]) {
    if folders.is_empty() {
        draft.claim(["tmpfs"]).dropped("it is empty");
    }
    for (index, text) in folders.iter().enumerate() {
        let (path, words) = text.split_once(':').unwrap_or((text, ""));
        let Options { size, others } = Options::read(words);
        let mounted = mount(draft, path, size);
        let claim = draft.claim_item("tmpfs", index);
        match mounted {
            None => {
                claim.dropped("something else is mounted there");
            }
            Some(mounted) if others.is_empty() => {
                claim.exact(mounted.spot()).note(COUNTS);
            }
            Some(mounted) => {
                let reason = format!("memory of a pod has no options such as '{}'; {COUNTS}", others.join(","));
                claim.approximated(reason, mounted.spot());
            }
        }
    }
}

/// What is worth knowing about memory.
pub(super) const COUNTS: &str = "what is in it counts as memory of the container";

/// Shared memory: `/dev/shm` of a size.
pub(super) fn shared(draft: &mut Draft<'_, '_>, size: Option<ByteSize>) {
    let Some(size) = size else { return };
    let is_of_others = !matches!(&draft.service.ipc, None | Some(Namespace::Mode(_)));
    if size.bytes() <= 0 || is_of_others {
        let reason = if is_of_others { "the service whose 'ipc' it shares decides" } else { "0 is what it would be" };
        draft.claim(["shm_size"]).dropped(reason);
        return;
    }
    let mounted = mount(draft, "/dev/shm", Some(size));
    let claim = draft.claim(["shm_size"]);
    match mounted {
        Some(mounted) => {
            claim.exact(mounted.spot()).note(COUNTS);
        }
        None => {
            claim.dropped("something else is mounted at '/dev/shm'");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_memory_are_told_apart() {
        let options = Options::read("rw,noexec,size=64m,uid=1000,mode=1777");
        assert_eq!((options.size.map(ByteSize::bytes), options.others), (Some(64 << 20), vec!["noexec", "uid=1000"]));
        assert_eq!(Options::read(""), Options::default());
        assert_eq!(Options::read("size=50%").others, ["size=50%"]);
    }
}
