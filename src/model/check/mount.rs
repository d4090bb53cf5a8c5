//! One mount for each path of a container.

use super::{Check, path_of};
use crate::diagnostic::Diagnostic;
use crate::document::Path;
use crate::model::Service;
use std::collections::BTreeMap;

impl Check<'_> {
    /// No path has two mounts, be they under `tmpfs` or under `volumes`.
    pub(super) fn mounts(&mut self, service: &Service) {
        let path = path_of(service);
        let memory = service.tmpfs.iter().map(|text| text.split_once(':').map_or(text.as_str(), |(target, _)| target));
        let memory = memory.enumerate().map(|(index, target)| (target, path.key("tmpfs").index(index)));
        let mounts = service.volumes.iter().enumerate();
        let mounts = mounts.map(|(index, mount)| (mount.target.as_str(), path.key("volumes").index(index)));
        let mut targets: BTreeMap<&str, Path> = BTreeMap::new();
        for (target, path) in memory.chain(mounts) {
            if let Some(first) = targets.insert(target, path.clone()) {
                let message = format!("two mounts of '{}' have the target '{target}'", service.name);
                let fault = Diagnostic::error("conflict", message).help("give one of them another target");
                self.conflict(fault, ("the first", &first), ("the first", &path));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{messages, places};

    #[test]
    fn a_path_has_one_mount() {
        let text = "services:\n  a:\n    image: x\n    volumes:\n      - {type: bind, source: /q, target: /x}\n    \
                    tmpfs: [/y, '/x:size=1']\n";
        assert_eq!(messages(text), ["two mounts of 'a' have the target '/x'"]);
        assert_eq!(places(text), ["'/x:size=1']"]);
        assert_eq!(messages("services: {a: {image: x, tmpfs: [/x, '/x:a']}}").len(), 1);
        assert!(messages("services: {a: {image: x, tmpfs: [/x, /y]}}").is_empty());
    }
}
