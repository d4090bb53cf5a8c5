//! [`compare`]: what a container really holds, against what the host holds: for containers that nobody kept a record of.

use super::relative::Relative;
use super::tree::{Content, Held};
use crate::engine::{Engine, EngineError};
use crate::value::ContainerId;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Bytes that are hashed at a time.
const PIECE: usize = 64 * 1024;

/// What the host holds under a root, and where it is in a container.
#[derive(Debug, Clone)]
pub struct Sides {
    /// Where the root is on the host.
    pub root: PathBuf,
    /// Where it is in the container.
    pub target: PathBuf,
    /// What the host holds.
    pub host: Vec<(Relative, Held)>,
    /// Where the container is to differ, as far as is known; what it holds there is told in any case.
    pub behind: BTreeSet<Relative>,
    /// How many files are in memory, which cannot be read from outside.
    pub in_memory: usize,
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// How much was compared.
    pub files: usize,
    /// Where they differ, and what the container holds there.
    pub differing: Vec<(Relative, Option<Held>)>,
    /// What the container holds where it was to differ, and does not, or where the host holds nothing.
    pub behind: Vec<(Relative, Option<Held>)>,
    /// How many could not be compared: they are in memory.
    pub in_memory: usize,
    /// How long it took.
    pub took: Duration,
}

/// Compares a container with the host, byte by byte. What only the container has is its own and does not count.
///
/// # Errors
/// When the engine cannot give what the container holds.
pub async fn compare(engine: &Engine, id: &ContainerId, sides: Sides) -> Result<Compared, EngineError> {
    let began = Instant::now();
    let read = |archive: &mut dyn Read| held(archive);
    let inside = engine.take(id, &sides.target, read).await?.transpose();
    let inside = inside.map_err(|fault| EngineError::Internal(fault.to_string()))?.unwrap_or_default();
    let differ = move || differing(&sides, &inside);
    let found = tokio::task::spawn_blocking(differ).await;
    let mut compared = found.map_err(|fault| EngineError::Internal(fault.to_string()))?;
    compared.took = began.elapsed();
    Ok(compared)
}

/// What an archive holds, by paths below its first entry.
fn held(archive: &mut dyn Read) -> io::Result<BTreeMap<Relative, Held>> {
    let mut all = BTreeMap::new();
    let mut archive = tar::Archive::new(archive);
    let relative = |path: &Path| {
        let path: PathBuf = path.components().skip(1).collect();
        Relative::of(&path, Path::new(""))
    };
    for entry in archive.entries()? {
        let mut entry = entry?;
        let Some(path) = relative(&entry.path()?) else { continue };
        let mode = entry.header().mode().unwrap_or(0) & 0o7777;
        let kind = entry.header().entry_type();
        let content = if kind.is_dir() {
            Content::Folder
        } else if kind.is_symlink() {
            Content::Link(entry.link_name().ok().flatten().unwrap_or_default().into())
        } else if kind.is_hard_link() {
            let first = entry.link_name()?.and_then(|first| relative(&first));
            let Some(Held { content, .. }) = first.and_then(|first| all.get(&first)) else { continue };
            content.clone()
        } else {
            hash(&mut entry)?
        };
        all.insert(path, Held { content, mode });
    }
    Ok(all)
}

fn hash(read: &mut dyn Read) -> io::Result<Content> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match read.read(&mut piece)? {
            0 => return Ok(Content::of_hash(hasher.finalize().into())),
            length => hasher.update(piece.get(..length).unwrap_or_default()),
        }
    }
}

fn differing(sides: &Sides, inside: &BTreeMap<Relative, Held>) -> Compared {
    let Sides { root, target, host, behind, in_memory } = sides;
    let is_same = |path: &Relative, held: &Held| {
        let Some(there) = inside.get(path) else { return false };
        there.mode == held.mode
            && match &held.content {
                Content::Folder => there.content == Content::Folder,
                Content::Link(to) => {
                    there.content == Content::Link(super::batch::moved(to, (root.as_path(), target.as_path())).into())
                }
                Content::Hash(_) => there.content == held.content,
                Content::Unread(..) => content(&path.below(root)).is_some_and(|content| content == there.content),
                Content::Unsure => false,
            }
    };
    let mut compared = Compared {
        files: host.len(),
        differing: Vec::new(),
        behind: Vec::new(),
        in_memory: *in_memory,
        took: Duration::default(),
    };
    let mut only_inside = behind.clone();
    for (path, held) in host {
        let was_behind = only_inside.remove(path);
        if !is_same(path, held) {
            compared.differing.push((path.clone(), inside.get(path).cloned()));
        } else if was_behind {
            compared.behind.push((path.clone(), Some(held.clone())));
        }
    }
    let only_inside = only_inside.into_iter().map(|path| (inside.get(&path).cloned(), path));
    compared.behind.extend(only_inside.map(|(held, path)| (path, held)));
    compared
}

/// What a file of any size holds.
fn content(path: &Path) -> Option<Content> {
    hash(&mut std::fs::File::open(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn relative(path: &str) -> Relative {
        Relative::of(Path::new(path), Path::new("")).expect("below")
    }

    #[test]
    fn only_what_the_host_holds_otherwise_differs() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("src");
        fs::create_dir_all(root.join("d")).expect("made");
        for (name, text) in [("same", "1"), ("other", "2"), ("d/new", "3")] {
            fs::write(root.join(name), text).expect("written");
        }
        symlink(root.join("same"), root.join("link")).expect("linked");
        let filter = super::super::rules::Filter::of_rule(&[], &[]);
        let found = super::super::scan::scan((&root, &filter), &Relative::default(), &mut |_| Ok(())).expect("scanned");
        let mut tree = super::super::tree::Tree::default();
        let mut read = |path: &Relative, seen: &_| Some(super::super::scan::unread_content(&path.below(&root), seen));
        tree.update(&Relative::default(), found, &mut read);
        let host: Vec<_> = tree.iter().map(|(path, held)| (path.clone(), held.clone())).collect();

        let inside = tempfile::tempdir().expect("a folder");
        let app = inside.path().join("app");
        fs::create_dir_all(app.join("d")).expect("made");
        for (name, text) in [("same", "1"), ("other", "x"), ("own", "4")] {
            fs::write(app.join(name), text).expect("written");
        }
        symlink("/app/same", app.join("link")).expect("linked");
        let mut archive = tar::Builder::new(Vec::new());
        archive.follow_symlinks(false);
        archive.append_dir_all("app", &app).expect("archived");
        let mut first = tar::Header::new_gnu();
        first.set_entry_type(tar::EntryType::Link);
        first.set_size(0);
        first.set_mode(0o644);
        archive.append_link(&mut first, "app/twin", "app/same").expect("archived");
        let bytes = archive.into_inner().expect("an archive");
        let cut = bytes.get(..bytes.len() / 2 + 100).expect("a part");
        assert!(held(&mut &*cut).is_err(), "what breaks off is not all there is");
        let inside = held(&mut bytes.as_slice()).expect("readable");

        let behind = ["gone", "other", "own", "same"].map(relative).into();
        assert_eq!(inside[&relative("twin")].content, inside[&relative("same")].content, "a second name");
        let sides = Sides { root, target: "/app".into(), host, behind, in_memory: 0 };
        let Compared { files, differing, behind, .. } = differing(&sides, &inside);
        assert_eq!(files, 6);
        let behind: Vec<_> = behind.iter().map(|(path, held)| (path.to_string(), held.is_some())).collect();
        assert_eq!(behind, [("same".into(), true), ("gone".into(), false), ("own".into(), true)]);
        assert_eq!(
            differing.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>(),
            [relative("d/new"), relative("other")]
        );
        assert_eq!(differing[0].1, None);
        assert!(differing[1].1.is_some());
    }
}
