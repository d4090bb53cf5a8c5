//! [`Behind`]: in what a container differs from the host, as far as is known. Pure.
//!
//! A container that differs in nothing is not remembered at all: what it holds is the tree. A path leaves the set only
//! when the container is known to hold what the host holds by then.

use super::relative::Relative;
use super::tree::{Content, Difference, Held};
use std::collections::BTreeMap;

/// The paths where a container is behind the host, with what it holds there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind(BTreeMap<Relative, Option<Held>>);

impl Behind {
    /// Takes that the host has changed; what the container held before that is still what it holds. The root's own folder
    /// stays when it goes on the host: processes may be at home there.
    pub fn changed(&mut self, difference: &Difference) {
        let Difference { path, before, now } = difference;
        let holds = self.0.get(path).unwrap_or(before);
        let is_home = path.is_root() && holds.as_ref().is_some_and(|held| held.content == Content::Folder);
        if holds == now || is_home && now.is_none() {
            self.0.remove(path);
        } else {
            let holds = holds.clone();
            self.0.insert(path.clone(), holds);
        }
    }

    /// The same for several.
    pub fn all_changed(&mut self, differences: &[Difference]) {
        for difference in differences {
            self.changed(difference);
        }
    }

    /// Takes that the container holds something at a path by now, while the host holds `host`.
    pub fn holds(&mut self, path: &Relative, held: Option<Held>, host: Option<&Held>) {
        if held.as_ref() == host {
            self.0.remove(path);
        } else {
            self.0.insert(path.clone(), held);
        }
    }

    /// Where it is behind, and what it holds there.
    pub fn iter(&self) -> impl Iterator<Item = (&Relative, Option<&Held>)> {
        self.0.iter().map(|(path, held)| (path, held.as_ref()))
    }

    /// Whether it differs at a path.
    pub fn contains(&self, path: &Relative) -> bool {
        self.0.contains_key(path)
    }

    /// Forgets all but these paths.
    pub fn retain(&mut self, keep: impl Fn(&Relative) -> bool) {
        self.0.retain(|path, _| keep(path));
    }

    /// Whether it holds all that the host holds.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    fn relative(name: u8) -> Relative {
        Relative::of(&Path::new("/r").join(name.to_string()), Path::new("/r")).expect("below")
    }

    fn held(version: u8) -> Option<Held> {
        (version > 0).then_some(Held { content: Content::Hash([version; 16]), mode: 0o644 })
    }

    #[derive(Debug, Clone)]
    enum Happening {
        /// The host holds this version of this file by now.
        Changed(u8, u8),
        /// The container holds by now what the host held so many changes ago.
        Copied(u8, usize),
    }

    fn happenings() -> impl Strategy<Value = Vec<Happening>> {
        let changed = (0..3u8, 0..4u8).prop_map(|(file, version)| Happening::Changed(file, version));
        let copied = (0..3u8, 0..3usize).prop_map(|(file, ago)| Happening::Copied(file, ago));
        proptest::collection::vec(prop_oneof![changed, copied], 0..40)
    }

    proptest! {
        /// Whatever happens in whatever order: the set is exactly where container and host differ, and says what it holds.
        #[test]
        fn it_is_exactly_the_difference(all in happenings()) {
            let mut host: Vec<Vec<u8>> = vec![vec![1]; 3];
            let mut container = [1u8; 3];
            let mut behind = Behind::default();
            for one in all {
                match one {
                    Happening::Changed(file, version) => {
                        let versions = &mut host[usize::from(file)];
                        let before = held(*versions.last().expect("one"));
                        if before != held(version) {
                            behind.changed(&Difference { path: relative(file), before, now: held(version) });
                        }
                        versions.push(version);
                    }
                    Happening::Copied(file, ago) => {
                        let versions = &host[usize::from(file)];
                        let version = versions[versions.len().saturating_sub(ago + 1)];
                        container[usize::from(file)] = version;
                        behind.holds(&relative(file), held(version), held(*versions.last().expect("one")).as_ref());
                    }
                }
                let expected: Vec<_> = (0..3u8)
                    .filter(|file| host[usize::from(*file)].last() != Some(&container[usize::from(*file)]))
                    .map(|file| (relative(file), held(container[usize::from(file)])))
                    .collect();
                let found: Vec<_> = behind.iter().map(|(path, held)| (path.clone(), held.cloned())).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
