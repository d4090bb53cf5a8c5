//! [`Owners`]: whose the files in a container are, so that what is copied over them stays theirs.

use super::{Engine, EngineError};
use crate::value::ContainerId;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// User and group.
type Owner = (u64, u64);

/// Whose the files below a folder of a container are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    folders: BTreeMap<PathBuf, Owner>,
    /// Files that are not their folder's owner's.
    files: BTreeMap<PathBuf, Owner>,
}

/// Bytes of a folder that are read at most to learn who owns what is in it.
const MOST: u64 = 64 << 20;

impl Owners {
    /// Who owns what is at a path, or what is put there: the owner of the nearest folder that is there.
    pub fn of(&self, path: &Path) -> (u64, u64) {
        let own = self.files.get(path).or_else(|| self.folders.get(path));
        let above = || path.ancestors().skip(1).find_map(|folder| self.folders.get(folder));
        own.or_else(above).copied().unwrap_or_default()
    }

    fn read(below: &Path, archive: impl Read) -> Self {
        let mut owners = Self::default();
        let mut archive = tar::Archive::new(archive);
        // What breaks off is known up to there.
        for entry in archive.entries().into_iter().flatten() {
            let Ok(entry) = entry else { break };
            let header = entry.header();
            let (Ok(path), Ok(user), Ok(group)) = (entry.path(), header.uid(), header.gid()) else { continue };
            // Paths in the archive begin with the last part of the path that was asked for.
            let path = below.join(path.components().skip(1).collect::<PathBuf>());
            let path = if path.ends_with("") { path.components().collect() } else { path };
            if header.entry_type().is_dir() {
                owners.folders.insert(path, (user, group));
            } else if owners.of(&path) != (user, group) {
                owners.files.insert(path, (user, group));
            }
        }
        owners
    }
}

impl Engine {
    /// Whose the files at and below a path of a container are; of what is not there, the nearest folder above it.
    pub async fn owners(&self, id: &ContainerId, path: &Path) -> Result<Owners, EngineError> {
        for folder in path.ancestors() {
            // What is asked for: all below the path itself, and one header of a folder above it.
            let most = if folder == path { MOST } else { 1024 };
            let below = folder.to_owned();
            let owners = self.take(id, folder, move |archive| Owners::read(&below, archive.take(most))).await?;
            if let Some(owners) = owners {
                return Ok(owners);
            }
        }
        Ok(Owners::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use tar::{Builder, EntryType, Header};

    #[test]
    fn what_is_there_keeps_its_owner_and_what_is_new_gets_its_folders() {
        let mut archive = Builder::new(Vec::new());
        let entries = [("app/", 1), ("app/a", 1), ("app/b", 2), ("app/sub/", 3), ("app/sub/c", 3)];
        for (path, owner) in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(if path.ends_with('/') { EntryType::Directory } else { EntryType::Regular });
            header.set_uid(owner);
            header.set_gid(owner + 10);
            header.set_size(0);
            archive.append_data(&mut header, path, io::empty()).expect("appended");
        }
        let bytes = archive.into_inner().expect("an archive");
        let owners = Owners::read(Path::new("/srv/app"), bytes.as_slice());
        let of = |path: &str| owners.of(Path::new(path)).0;
        assert_eq!([of("/srv/app/a"), of("/srv/app/b"), of("/srv/app/sub/c")], [1, 2, 3]);
        assert_eq!([of("/srv/app/new"), of("/srv/app/sub/x/y"), of("/srv/app"), of("/etc")], [1, 3, 1, 0]);
        assert_eq!(owners.files.len(), 1, "only what is not its folder's is remembered");
    }
}
